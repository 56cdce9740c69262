/** A partition of a topic, alone and in crowds. */

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** A text that stands for a partition in sets, maps and messages: `topic-0`. */
export const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`

/** Rows by topic, in the order in which topics first appear: what most requests are made of. */
export function byTopic<T extends { readonly topic: string }>(rows: Iterable<T>): [string, T[]][] {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const group = groups.get(row.topic)
    if (group) group.push(row)
    else groups.set(row.topic, [row])
  }
  return [...groups]
}
