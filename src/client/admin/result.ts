/** How the admin functions give what they found: per item, its value or the broker's error about it. */
import { Unsayable } from '../../protocol/stage'
import { KafkaError } from '../kafka-error'

/** The value, or why there is none. */
export type Outcome<T> = T | KafkaError

export const isError = (outcome: unknown): outcome is KafkaError => outcome instanceof KafkaError

/** Asks in today's shape, and in the old one where the broker's version cannot carry that. */
export async function orAsBefore<T>(today: () => Promise<T>, before: () => Promise<T>): Promise<T> {
  try {
    return await today()
  } catch (error) {
    if (error instanceof Unsayable) return before()
    throw error
  }
}

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** Rows by topic, in the order in which topics first appear: what most requests are made of. */
export function byTopic<T extends { readonly topic: string }>(rows: readonly T[]): [string, T[]][] {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const group = groups.get(row.topic)
    if (group) group.push(row)
    else groups.set(row.topic, [row])
  }
  return [...groups]
}
