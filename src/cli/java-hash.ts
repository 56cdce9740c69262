/** The order in which Java's HashMap gives its keys: several of Kafka's tools print in it, so it is part of their output. */

/** java.lang.String.hashCode. */
export function hashCode(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return hash
}

/**
 * `keys`, put in this order into a `new HashMap<>(capacity)`, as iterating it gives them. (Buckets that Java turns into trees,
 * from eight keys on, come out in the same order as its lists.)
 */
export function hashOrder<T>(keys: readonly T[], hash: (key: T) => number, capacity = 16): T[] {
  let size = 1
  while (size < capacity) size *= 2
  while (keys.length > size * 0.75) size *= 2
  const spread = (key: T) => (hash(key) ^ (hash(key) >>> 16)) & (size - 1)
  return [...keys].sort((a, b) => spread(a) - spread(b))
}

/** Partitions as a hash map of Java's gives them, which was made for `capacity` keys (TopicPartition.hashCode). */
export function partitionOrder<T extends { readonly topic: string; readonly partition: number }>(
  partitions: readonly T[],
  capacity?: number,
): T[] {
  return hashOrder(partitions, ({ topic, partition }) => (Math.imul(31, 31 + partition) + hashCode(topic)) | 0, capacity)
}

/**
 * The order in which Kafka's admin client gives what was asked about `names`: they go through three maps, made for their number,
 * as a copy, and for their number again (KafkaAdminClient.describeTopics, DescribeTopicsResult.all).
 */
export function describedOrder(names: readonly string[]): string[] {
  const copied = Math.floor(names.length / 0.75 + 1)
  return [names.length, copied, names.length].reduce<string[]>(
    (order, capacity) => hashOrder(order, hashCode, capacity),
    [...names],
  )
}
