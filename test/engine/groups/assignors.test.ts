import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Assignor, AssignorMember } from '../../../src/engine/groups/assignors/assignor'
import { assignors } from '../../../src/engine/groups/assignors/index'
import type { Assignment } from '../../../src/engine/groups/consumer/assignment'

const [uniform, range] = [assignors.get('uniform') as Assignor, assignors.get('range') as Assignor]

const member = (
  memberId: string,
  topics: readonly string[],
  assigned: Record<string, number[]> = {},
  instanceId: string | null = null,
): AssignorMember => ({
  memberId,
  instanceId,
  topics: new Set(topics),
  assigned: new Map(Object.entries(assigned).map(([topic, partitions]) => [topic, new Set(partitions)])),
})
const assign = (assignor: Assignor, counts: Record<string, number>, members: readonly AssignorMember[]) =>
  assignor({ members, partitionCount: (topic) => counts[topic] ?? 0 })
const plain = (result: ReadonlyMap<string, Assignment>) =>
  Object.fromEntries(
    [...result].map(([id, assigned]) => [id, Object.fromEntries([...assigned].map(([topic, set]) => [topic, [...set]]))]),
  )
const size = (assigned: Assignment | undefined) =>
  [...(assigned?.values() ?? [])].reduce((sum, partitions) => sum + partitions.size, 0)

test('range cuts each topic into ranges, so that topics of equal size are co-partitioned', () => {
  const members = ['b', 'a', 'c'].map((id) => member(id, ['s', 't']))
  expect(plain(assign(range, { s: 4, t: 4 }, members))).toEqual({
    a: { s: [0, 1], t: [0, 1] },
    b: { s: [2], t: [2] },
    c: { s: [3], t: [3] },
  })
})

test('range serves static members first, by their instance ids', () => {
  const members = [member('a', ['t']), member('z', ['t'], {}, 'one'), member('y', ['t'], {}, 'two')]
  expect(plain(assign(range, { t: 3 }, members))).toEqual({ z: { t: [0] }, y: { t: [1] }, a: { t: [2] } })
})

test('range gives nothing to those for whom nothing is left', () => {
  expect(plain(assign(range, { t: 1 }, [member('a', ['t']), member('b', ['t'])]))).toEqual({ a: { t: [0] }, b: {} })
})

test('uniform evens out, and leaves everybody what it had as far as it can', () => {
  const first = assign(uniform, { t: 5 }, [member('a', ['t'])])
  expect(plain(first)).toEqual({ a: { t: [0, 1, 2, 3, 4] } })
  const second = assign(uniform, { t: 5 }, [member('a', ['t'], { t: [0, 1, 2, 3, 4] }), member('b', ['t'])])
  expect(plain(second)).toEqual({ a: { t: [0, 1, 2] }, b: { t: [3, 4] } })
})

test('uniform drops what is no longer wanted or no longer there', () => {
  const result = assign(uniform, { t: 2, u: 2 }, [member('a', ['t'], { t: [0, 1, 2, 3], u: [0] })])
  expect(plain(result)).toEqual({ a: { t: [0, 1] } })
})

const scene = fc
  .record({
    counts: fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 4 }),
    members: fc.integer({ min: 1, max: 6 }),
    same: fc.boolean(),
  })
  .chain(({ counts, members, same }) => {
    const topics = counts.map((_, i) => `t${i}`)
    const wanted = fc.subarray(topics)
    return fc.record({
      counts: fc.constant(Object.fromEntries(counts.map((count, i) => [`t${i}`, count]))),
      wanted: same
        ? wanted.map((one) => Array.from({ length: members }, () => one))
        : fc.array(wanted, { minLength: members, maxLength: members }),
    })
  })

for (const [name, assignor] of assignors) {
  test(`${name}: every wanted partition goes to exactly one who wants it, also again and after members went`, () => {
    fc.assert(
      fc.property(scene, fc.nat(), ({ counts, wanted }, seed) => {
        let members = wanted.map((topics, i) => member(`m${i}`, topics))
        for (let round = 0; round < 3; round++) {
          const result = assign(assignor, counts, members)
          const owners = new Map<string, string>()
          for (const { memberId, topics } of members) {
            for (const [topic, partitions] of result.get(memberId) as Assignment) {
              expect(topics.has(topic)).toBe(true)
              for (const partition of partitions) {
                expect(partition).toBeLessThan(counts[topic] as number)
                expect(owners.has(`${topic}/${partition}`)).toBe(false)
                owners.set(`${topic}/${partition}`, memberId)
              }
            }
          }
          const subscribed = new Set(members.flatMap(({ topics }) => [...topics]))
          expect(owners.size).toBe([...subscribed].reduce((sum, topic) => sum + (counts[topic] as number), 0))
          members = members.map((one) => ({ ...one, assigned: result.get(one.memberId) as Assignment }))
          if (round === 0 && members.length > 1) members.splice(seed % members.length, 1)
        }
      }),
    )
  })
}

test('uniform: no two members who want the same differ by more than one, and nothing moves without need', () => {
  fc.assert(
    fc.property(scene, ({ counts, wanted }) => {
      const members = wanted.map((topics, i) => member(`m${i}`, topics))
      const result = assign(uniform, counts, members)
      for (const one of members) {
        for (const other of members) {
          const shared = [...one.topics].filter((topic) => other.topics.has(topic))
          const movable = shared.some((topic) => result.get(one.memberId)?.has(topic))
          if (movable) expect(size(result.get(one.memberId)) - size(result.get(other.memberId))).toBeLessThanOrEqual(1)
        }
      }
      const again = assign(
        uniform,
        counts,
        members.map((one) => ({ ...one, assigned: result.get(one.memberId) as Assignment })),
      )
      expect(again).toEqual(result)
    }),
  )
})
