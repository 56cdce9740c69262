/** What kafka-consumer-groups.sh --describe shows, put together from what groups stored and where partitions end. */
import { groupOffsets, type StoredOffset } from '../client/admin/group-offsets'
import { describeGroups, type GroupDescription } from '../client/admin/groups'
import { listOffsets } from '../client/admin/offsets'
import { isError, type TopicPartition } from '../client/admin/result'
import { errorIn } from '../client/kafka-error'
import { type At, ofFuture, unchecked } from './consumer-groups-print'

/** A partition that a member reads, or that the group has an offset for. Undefined: unknown. */
export interface PartitionRow extends TopicPartition {
  readonly currentOffset: number | undefined
  readonly leaderEpoch: number | undefined
  readonly logEndOffset: number | undefined
  readonly consumerId: string | undefined
  readonly host: string | undefined
  readonly clientId: string | undefined
}

export const lagOf = ({ currentOffset, logEndOffset }: PartitionRow): number | undefined =>
  currentOffset === undefined || logEndOffset === undefined ? undefined : logEndOffset - currentOffset

export interface GroupOffsets {
  readonly group: GroupDescription
  readonly rows: readonly PartitionRow[]
}

export const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`

export const byTopicAndPartition = (a: TopicPartition, b: TopicPartition): number =>
  a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition

/** The groups, in the order of their ids. Throws the first error in the order in which they were named. */
export async function describedGroups(at: At, groupIds: readonly string[]): Promise<GroupDescription[]> {
  const outcomes = await describeGroups(at.cluster, [...new Set(groupIds)], at.timeoutMs).catch((error) => {
    throw ofFuture(at, error)
  })
  const groups = [...outcomes.values()].map((outcome) => {
    if (isError(outcome)) throw ofFuture(at, outcome)
    return outcome
  })
  return groups.sort((a, b) => (a.groupId < b.groupId ? -1 : 1))
}

/** Offsets that a group has stored, by `topic-partition`. */
export async function storedOffsets(at: At, groupId: string): Promise<Map<string, StoredOffset>> {
  const failed = (error: unknown) => unchecked(at, ofFuture(at, error))
  const outcome = await groupOffsets(at.cluster, groupId, { timeoutMs: at.timeoutMs }).catch((error) => {
    throw failed(error)
  })
  if (isError(outcome)) throw failed(outcome)
  const stored = outcome.map(({ outcome: one }) => {
    if (isError(one)) throw failed(one)
    return one
  })
  return new Map(stored.filter(({ offset }) => offset >= 0).map((one) => [keyOf(one), one]))
}

/** Where partitions end, by `topic-partition`; those without a leader are left out. */
export async function logEnds(at: At, partitions: readonly TopicPartition[]): Promise<Map<string, number>> {
  const { cluster, timeoutMs } = at
  const failed = (error: unknown) => unchecked(at, ofFuture(at, error))
  const topics = [...new Set(partitions.map(({ topic }) => topic))]
  if (topics.length === 0) return new Map()
  const snapshot = await cluster
    .operation('describeTopics', timeoutMs)
    .persist(() => cluster.refresh(topics))
    .catch((error) => {
      throw failed(error)
    })
  for (const topic of topics) {
    const error = errorIn(snapshot.failures.get(topic) ?? 0)
    if (error) throw failed(error)
  }
  const leaderOf = ({ topic, partition }: TopicPartition) => snapshot.topics.get(topic)?.partitions[partition]?.leader ?? -1
  const led = partitions.filter((one) => leaderOf(one) >= 0)
  const found = await listOffsets(
    cluster,
    led.map((one) => ({ ...one, at: 'latest' as const })),
    { timeoutMs },
  ).catch((error) => {
    throw failed(error)
  })
  const ends = new Map<string, number>()
  for (const [i, outcome] of found.entries()) {
    if (isError(outcome)) throw failed(outcome)
    ends.set(keyOf(led[i] as TopicPartition), outcome.offset)
  }
  return ends
}

/** Offsets and ends of every group; ends are asked for once, for all groups together. */
export async function collectOffsets(at: At, groups: readonly GroupDescription[]): Promise<GroupOffsets[]> {
  const stored = await Promise.all(groups.map(({ groupId }) => storedOffsets(at, groupId)))
  const wanted = new Map<string, TopicPartition>()
  for (const [i, { members }] of groups.entries()) {
    const partitions = [...members.flatMap(({ assignment }) => assignment), ...(stored[i]?.values() ?? [])]
    for (const { topic, partition } of partitions) wanted.set(keyOf({ topic, partition }), { topic, partition })
  }
  const ends = await logEnds(at, [...wanted.values()])
  return groups.map((group, i) => ({ group, rows: rowsOf(group, stored[i] ?? new Map(), ends) }))
}

/** Who reads most comes first; what nobody reads comes last. */
function rowsOf(
  { members }: GroupDescription,
  stored: ReadonlyMap<string, StoredOffset>,
  ends: ReadonlyMap<string, number>,
): PartitionRow[] {
  const row = ({ topic, partition }: TopicPartition, owner?: GroupDescription['members'][number]): PartitionRow => {
    const key = keyOf({ topic, partition })
    const offset = stored.get(key)
    return {
      topic,
      partition,
      currentOffset: offset?.offset,
      leaderEpoch: offset && offset.leaderEpoch >= 0 ? offset.leaderEpoch : undefined,
      logEndOffset: ends.get(key),
      consumerId: owner?.memberId,
      host: owner?.host,
      clientId: owner?.clientId,
    }
  }
  const readers = members
    .filter(({ assignment }) => assignment.length > 0)
    .sort((a, b) => b.assignment.length - a.assignment.length)
  const taken = new Set(readers.flatMap(({ assignment }) => assignment.map(keyOf)))
  const left = [...stored].filter(([key]) => !taken.has(key)).map(([, offset]) => offset)
  return [
    ...readers.flatMap((reader) => [...reader.assignment].sort(byTopicAndPartition).map((one) => row(one, reader))),
    ...left.sort(byTopicAndPartition).map((one) => row(one)),
  ]
}
