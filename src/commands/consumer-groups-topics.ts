/** `--topic orders` and `--topic orders:0,1`: which partitions are named (OffsetsUtils.parseTopicsWithPartitions). */
import { UsageError } from '../cli/errors'
import type { TopicPartition } from '../client/admin/result'

export interface Named {
  /** Whole topics. */
  readonly topics: string[]
  readonly partitions: TopicPartition[]
}

/** Throws UsageError. */
export function namedPartitions(words: readonly string[]): Named {
  const topics = [...new Set(words.filter((word) => !word.includes(':')))]
  return { topics, partitions: words.filter((word) => word.includes(':')).flatMap(partitionsOf) }
}

function partitionsOf(word: string): TopicPartition[] {
  const [topic, numbers, more] = word.split(':')
  if (topic === undefined || !numbers || more !== undefined) {
    throw new UsageError(
      `Invalid topic arg '${word}', expected topic name and partitions`,
      `--topic takes a name, or a name and partitions such as orders:0,1; not '${word}'`,
    )
  }
  return numbers.split(',').map((number) => {
    if (/^[+-]?\d+$/.test(number)) return { topic, partition: Number(number) }
    const sentence = `'${number}' is no partition, in --topic ${word}`
    throw new UsageError(`Invalid partition '${number}' specified in topic arg '${word}''`, sentence)
  })
}
