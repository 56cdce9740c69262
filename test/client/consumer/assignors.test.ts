/**
 * The assignors against Kafka's own: assignments.json.gz holds what the Java classes of 4.2.1 gave for random groups, the
 * cooperative one over several rebalances in which members came and went.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assignorsOf } from '../../../src/client/consumer/assignors'
import { type GroupMember, keyOf, type TopicPartition } from '../../../src/client/consumer/assignors/assignor'
import { cooperativeSticky } from '../../../src/client/consumer/assignors/cooperative-sticky'
import { sticky } from '../../../src/client/consumer/assignors/sticky'

interface Case {
  assignor: string
  alike: boolean
  partitionCounts: Record<string, number>
  members: (Omit<GroupMember, 'owned'> & { owned: string[] })[]
  assignment: Record<string, string[]>
}
const cases: Case[] = JSON.parse(
  gunzipSync(readFileSync(new URL('../../golden/client/assignments.json.gz', import.meta.url))).toString(),
)
const partition = (key: string): TopicPartition => {
  const dash = key.lastIndexOf('-')
  return { topic: key.slice(0, dash), partition: Number(key.slice(dash + 1)) }
}
const membersOf = (each: Case): GroupMember[] => each.members.map((member) => ({ ...member, owned: member.owned.map(partition) }))
const run = (each: Case) =>
  Object.fromEntries(
    [...(assignorsOf([each.assignor])[0]?.assign(membersOf(each), new Map(Object.entries(each.partitionCounts))) ?? [])].map(
      ([memberId, partitions]) => [memberId, partitions.map(keyOf).sort()],
    ),
  )
const sorted = (assignment: Record<string, string[]>) =>
  Object.fromEntries(Object.entries(assignment).map(([memberId, keys]) => [memberId, [...keys].sort()]))

test.each(['range', 'roundrobin'])('%s assigns exactly as the Java class does', (name) => {
  const mine = cases.filter(({ assignor }) => assignor === name)
  expect(mine.length).toBeGreaterThan(50)
  for (const each of mine) expect(run(each), JSON.stringify(each)).toEqual(sorted(each.assignment))
})

test('cooperative-sticky assigns exactly as the Java class does where all want the same topics', () => {
  const mine = cases.filter(({ assignor, alike }) => assignor === 'cooperative-sticky' && alike)
  expect(mine.length).toBeGreaterThan(100)
  for (const each of mine) expect(run(each), JSON.stringify(each)).toEqual(sorted(each.assignment))
})

test('cooperative-sticky comes out as even as the Java class where they want different topics', () => {
  const mine = cases.filter(({ assignor, alike }) => assignor === 'cooperative-sticky' && !alike)
  const unevenness = (assignment: Record<string, string[]>) =>
    Object.values(assignment).reduce((sum, { length }) => sum + length * length, 0)
  for (const each of mine.filter(({ members }) => members.every(({ owned }) => owned.length === 0))) {
    expect(unevenness(run(each)), JSON.stringify(each)).toBeLessThanOrEqual(unevenness(each.assignment))
  }
})

const TOPICS = ['a', 'b', 'c', 'd']
const group = fc.record({
  counts: fc.array(fc.nat(9), { minLength: 4, maxLength: 4 }),
  wants: fc.array(fc.subarray(TOPICS, { minLength: 1 }), { minLength: 1, maxLength: 7 }),
  // Who owned which partition before: an index of a member, some beyond the group.
  owners: fc.array(fc.nat(9), { minLength: 36, maxLength: 36 }),
})
type Group = typeof group extends fc.Arbitrary<infer G> ? G : never
function build({ counts, wants, owners }: Group): { members: GroupMember[]; partitionCounts: Map<string, number> } {
  const partitionCounts = new Map(TOPICS.map((topic, place) => [topic, counts[place] ?? 0]))
  const all = TOPICS.flatMap((topic) =>
    Array.from({ length: partitionCounts.get(topic) ?? 0 }, (_, partition) => ({ topic, partition })),
  )
  const members = wants.map((topics, place) => ({
    memberId: `m${place}`,
    instanceId: null,
    topics,
    owned: all.filter((_, index) => owners[index] === place),
    generation: 3,
  }))
  return { members, partitionCounts }
}

test('sticky gives every wanted partition to exactly one member that wants it, and nobody could take from somebody with two more', () => {
  fc.assert(
    fc.property(group, (given) => {
      const { members, partitionCounts } = build(given)
      const assignment = sticky.assign(members, partitionCounts)
      const dealt = [...assignment.values()].flat().map(keyOf)
      const wanted = new Set(members.flatMap(({ topics }) => topics))
      const expected = [...wanted].reduce((sum, topic) => sum + (partitionCounts.get(topic) ?? 0), 0)
      expect(new Set(dealt).size).toBe(dealt.length)
      expect(dealt.length).toBe(expected)
      for (const { memberId, topics } of members) {
        const mine = assignment.get(memberId) ?? []
        for (const { topic } of mine) {
          expect(topics).toContain(topic)
          for (const other of members.filter((each) => each.topics.includes(topic))) {
            expect(assignment.get(other.memberId)?.length).toBeGreaterThanOrEqual(mine.length - 1)
          }
        }
      }
    }),
  )
})

test('sticky changes nothing when nothing changed', () => {
  fc.assert(
    fc.property(group, (given) => {
      const { members, partitionCounts } = build(given)
      const before = sticky.assign(members, partitionCounts)
      const again = members.map((member) => ({ ...member, owned: before.get(member.memberId) ?? [], generation: 4 }))
      const after = sticky.assign(again, partitionCounts)
      for (const { memberId } of members) {
        expect(after.get(memberId)?.map(keyOf).sort()).toEqual(before.get(memberId)?.map(keyOf).sort())
      }
    }),
  )
})

test('cooperative-sticky never gives a partition to one member while another owns it', () => {
  fc.assert(
    fc.property(group, (given) => {
      const { members, partitionCounts } = build(given)
      for (const [memberId, partitions] of cooperativeSticky.assign(members, partitionCounts)) {
        for (const other of members.filter((member) => member.memberId !== memberId)) {
          for (const each of partitions) expect(other.owned.map(keyOf)).not.toContain(keyOf(each))
        }
      }
    }),
  )
})

test('a strategy that does not exist is refused with its name', () => {
  const cause = expect.objectContaining({ message: 'com.example.Mine ClassNotFoundException exception occurred' })
  expect(() => assignorsOf(['com.example.Mine'])).toThrow(
    expect.objectContaining({ message: 'Failed to construct kafka consumer', cause }),
  )
})
