/** Sets of partitions by topic id, the way the consumer protocol speaks of them (KIP-848). Values, never changed. */

export type Assignment = ReadonlyMap<string, ReadonlySet<number>>

export const NO_PARTITIONS: Assignment = new Map()
const NONE: ReadonlySet<number> = new Set()

export interface TopicPartitions {
  readonly topicId: string
  readonly partitions: readonly number[]
}

export const partitionsOf = (assignment: Assignment, topicId: string): ReadonlySet<number> => assignment.get(topicId) ?? NONE

export function toAssignment(list: readonly TopicPartitions[]): Assignment {
  return new Map(list.map(({ topicId, partitions }) => [topicId, new Set(partitions)]))
}
export function toTopicPartitions(assignment: Assignment): { topicId: string; partitions: number[] }[] {
  return [...assignment].map(([topicId, partitions]) => ({ topicId, partitions: [...partitions] }))
}

export function sameAssignment(a: Assignment, b: Assignment): boolean {
  if (a === b) return true
  if (a.size !== b.size) return false
  for (const [topicId, partitions] of a) {
    const others = b.get(topicId)
    if (!others || others.size !== partitions.size) return false
    for (const partition of partitions) if (!others.has(partition)) return false
  }
  return true
}

/** Whether all that is listed is in `assignment`. */
export function isPartOf(list: readonly TopicPartitions[], assignment: Assignment): boolean {
  return list.every(({ topicId, partitions }) => {
    const known = assignment.get(topicId)
    return known !== undefined && partitions.every((partition) => known.has(partition))
  })
}
