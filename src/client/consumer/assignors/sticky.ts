/**
 * As even as can be, and as much as before as can be (KIP-54; org.apache.kafka.clients.consumer.StickyAssignor). Where all want
 * the same topics the result is Kafka's to the partition; where they do not, it is even by Kafka's measure (nobody could take a
 * partition of somebody who has two more), while the ways to get there, and so the result, may differ.
 */
import {
  type Assignor,
  compare,
  comparePartitions,
  type GroupAssignment,
  type GroupMember,
  keyOf,
  partitionsOf,
  type TopicPartition,
  wantedTopics,
} from './assignor'

export const sticky: Assignor = {
  name: 'sticky',
  protocol: 'eager',
  javaClass: 'org.apache.kafka.clients.consumer.StickyAssignor',
  assign: assignSticky,
}

export function assignSticky(members: readonly GroupMember[], partitionCounts: ReadonlyMap<string, number>): GroupAssignment {
  const topics = wantedTopics(members, partitionCounts)
  const all = topics.flatMap((topic) => partitionsOf(topic, partitionCounts.get(topic) ?? 0)).sort(comparePartitions)
  const owned = rightfullyOwned(members, new Set(all.map(keyOf)))
  const first = new Set(members[0]?.topics)
  const alike = members.every((member) => member.topics.length === first.size && member.topics.every((topic) => first.has(topic)))
  return alike ? assignAlike(members, owned, all) : assignUnlike(members, owned, all)
}

/**
 * What each member may keep: partitions that exist, that it still wants, and that nobody claims with a later generation. A
 * partition that two claim with the same generation is kept by neither.
 */
function rightfullyOwned(members: readonly GroupMember[], existing: ReadonlySet<string>): Map<string, TopicPartition[]> {
  const claims = new Map<string, { generation: number; memberId: string | undefined }>()
  for (const { memberId, topics, owned, generation } of members) {
    for (const partition of owned) {
      const key = keyOf(partition)
      if (!existing.has(key) || !topics.includes(partition.topic)) continue
      const claim = claims.get(key)
      if (!claim || generation > claim.generation) claims.set(key, { generation, memberId })
      else if (generation === claim.generation && claim.memberId !== memberId) claim.memberId = undefined
    }
  }
  return new Map(
    members.map(({ memberId, owned }) => [memberId, owned.filter((each) => claims.get(keyOf(each))?.memberId === memberId)]),
  )
}

type Kept = Map<string, TopicPartition[]>

/** All want the same: everybody gets the quota, and as many as there are partitions over get one more. */
function assignAlike(members: readonly GroupMember[], owned: Kept, all: readonly TopicPartition[]): GroupAssignment {
  const least = Math.floor(all.length / members.length)
  const most = Math.ceil(all.length / members.length)
  let above = all.length % members.length // members that still may have one more than the least
  const assignment: Kept = new Map()
  const short: string[] = []
  const even: string[] = []
  for (const { memberId } of members) {
    const mine = owned.get(memberId) ?? []
    const kept = mine.length >= most && (above > 0 || most === least) ? mine.slice(0, most) : mine.slice(0, least)
    if (kept.length > least) above--
    if (kept.length < least) short.push(memberId)
    else if (kept.length === least) even.push(memberId)
    assignment.set(memberId, kept)
  }
  const taken = new Set([...assignment.values()].flat().map(keyOf))
  deal(
    all.filter((each) => !taken.has(keyOf(each))),
    assignment,
    short.sort(compare),
    even.sort(compare),
    least,
  )
  return assignment
}

/** Deals `free` in turn to those who are short of the least, and what is then over to those who have just that. */
function deal(free: readonly TopicPartition[], assignment: Kept, short: string[], even: string[], least: number): void {
  let turn = 0
  for (const partition of free) {
    if (turn >= short.length) turn = 0
    const memberId = short[turn] ?? even.shift()
    if (memberId === undefined) throw new RangeError('more partitions than quotas')
    const mine = assignment.get(memberId) as TopicPartition[] // every member has an entry
    mine.push(partition)
    if (short.length === 0) continue
    if (mine.length < least) turn++
    else {
      short.splice(turn, 1)
      even.push(memberId)
    }
  }
}

/** They want different things: keep, give the rest to whoever has least, then move until nobody has two more than a taker. */
function assignUnlike(members: readonly GroupMember[], owned: Kept, all: readonly TopicPartition[]): GroupAssignment {
  const assignment: Kept = new Map(members.map(({ memberId }) => [memberId, [...(owned.get(memberId) ?? [])]]))
  const load = (member: GroupMember) => assignment.get(member.memberId)?.length ?? 0
  const takers = new Map<string, GroupMember[]>()
  for (const member of [...members].sort((a, b) => compare(a.memberId, b.memberId))) {
    for (const topic of member.topics) takers.set(topic, [...(takers.get(topic) ?? []), member])
  }
  const lightest = (topic: string) => (takers.get(topic) as GroupMember[]).reduce((a, b) => (load(b) < load(a) ? b : a))
  const taken = new Set([...assignment.values()].flat().map(keyOf))
  const free = all.filter((each) => !taken.has(keyOf(each)))
  // Partitions that few can take go first.
  free.sort((a, b) => (takers.get(a.topic)?.length ?? 0) - (takers.get(b.topic)?.length ?? 0) || comparePartitions(a, b))
  for (const partition of free) assignment.get(lightest(partition.topic).memberId)?.push(partition)

  // Each move makes the sum of squared loads smaller, so this ends.
  for (let moved = true; moved; ) {
    moved = false
    for (const member of members) {
      const mine = assignment.get(member.memberId) as TopicPartition[] // every member has an entry
      for (let place = mine.length - 1; place >= 0; place--) {
        const partition = mine[place] as TopicPartition
        const taker = lightest(partition.topic)
        if (load(taker) + 1 >= load(member)) continue
        mine.splice(place, 1)
        assignment.get(taker.memberId)?.push(partition)
        moved = true
      }
    }
  }
  return assignment
}
