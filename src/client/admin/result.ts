/** How the admin functions give what they found: per item, its value or the broker's error about it. */
import { Unsayable } from '../../protocol/unsayable'
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

export { byTopic, type TopicPartition } from '../topic-partition'
