/**
 * The uniform assignor, which is the default: everybody gets equally many partitions, give or take one, and keeps of what it had
 * as many as it may. Where members want different topics see uniform-mixed.ts. (UniformHomogeneousAssignmentBuilder)
 */
import type { Assignment } from '../consumer/assignment'
import { type Assignor, type AssignorInput, isHomogeneous } from './assignor'
import { uniformMixed } from './uniform-mixed'

export const uniform: Assignor = (input) => (isHomogeneous(input) ? uniformSame(input) : uniformMixed(input))

interface Spot {
  readonly topic: string
  readonly partition: number
}

function uniformSame({ members, partitionCount }: AssignorInput): ReadonlyMap<string, Assignment> {
  const topics = members[0]?.topics ?? new Set<string>()
  let total = 0
  for (const topic of topics) total += partitionCount(topic)
  const least = Math.floor(total / Math.max(members.length, 1))
  let extras = total % Math.max(members.length, 1)

  const result = new Map<string, Map<string, Set<number>>>()
  const taken = new Map<string, Set<number>>()
  const room: { readonly memberId: string; readonly count: number }[] = []
  members.forEach(({ memberId, assigned }, index) => {
    // An extra partition is for those who have one already, unless there are as many left as members.
    const mayHave = least + (extras > 0 ? 1 : 0)
    const kept = keep(assigned, mayHave, topics, partitionCount, taken)
    let free = mayHave - kept.count
    const takesExtra = extras > 0 && (free === 0 || members.length - index <= extras)
    if (extras > 0 && !takesExtra) free--
    if (takesExtra) extras--
    if (free > 0) room.push({ memberId, count: free })
    result.set(memberId, kept.partitions)
  })
  const rest = untaken(topics, partitionCount, taken)
  for (const { memberId, count } of room) {
    const mine = result.get(memberId) as Map<string, Set<number>>
    for (const { topic, partition } of rest.splice(0, count)) mine.set(topic, (mine.get(topic) ?? new Set()).add(partition))
  }
  return result
}

/** The first `most` of what a member has, of topics that are still wanted. */
function keep(
  assigned: Assignment,
  most: number,
  topics: ReadonlySet<string>,
  partitionCount: (topic: string) => number,
  taken: Map<string, Set<number>>,
): { readonly partitions: Map<string, Set<number>>; readonly count: number } {
  const partitions = new Map<string, Set<number>>()
  let count = 0
  for (const [topic, had] of assigned) {
    if (!topics.has(topic)) continue
    const everybody = taken.get(topic) ?? new Set()
    taken.set(topic, everybody)
    for (const partition of had) {
      if (count === most || partition >= partitionCount(topic) || everybody.has(partition)) continue
      everybody.add(partition)
      partitions.set(topic, (partitions.get(topic) ?? new Set()).add(partition))
      count++
    }
  }
  return { partitions, count }
}

function untaken(
  topics: ReadonlySet<string>,
  partitionCount: (topic: string) => number,
  taken: ReadonlyMap<string, ReadonlySet<number>>,
): Spot[] {
  const rest: Spot[] = []
  for (const topic of topics) {
    for (let partition = 0; partition < partitionCount(topic); partition++) {
      if (!taken.get(topic)?.has(partition)) rest.push({ topic, partition })
    }
  }
  return rest
}
