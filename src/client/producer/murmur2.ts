/**
 * MurmurHash2 as Kafka's clients hash keys (32 bits, seed 0x9747b28c), so that a key lands on the same partition whoever sends
 * it. Austin Appleby's algorithm; org.apache.kafka.common.utils.Utils.murmur2.
 */
const SEED = 0x9747b28c
const M = 0x5bd1e995

/** The hash as a signed 32-bit number. */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes
  let hash = SEED ^ length
  let at = 0
  for (; at + 4 <= length; at += 4) {
    const word =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)
    let k = Math.imul(word, M)
    k ^= k >>> 24
    hash = Math.imul(hash, M) ^ Math.imul(k, M)
  }
  if (at < length) {
    if (at + 2 < length) hash ^= (bytes[at + 2] as number) << 16
    if (at + 1 < length) hash ^= (bytes[at + 1] as number) << 8
    hash = Math.imul(hash ^ (bytes[at] as number), M)
  }
  hash = Math.imul(hash ^ (hash >>> 13), M)
  return hash ^ (hash >>> 15)
}

/** The partition of a record with this key among `partitionCount`; an empty key is hashed too. */
export const partitionOfKey = (key: Uint8Array, partitionCount: number): number => (murmur2(key) & 0x7fffffff) % partitionCount
