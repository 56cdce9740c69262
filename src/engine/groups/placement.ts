/**
 * Which partition of `__consumer_offsets` a group lives in: everything about one group is in one log, so that a replay of it
 * restores the group. Every broker and every version of Kafka agrees on this number (GroupCoordinatorService.partitionFor).
 */

export const GROUP_TOPIC = '__consumer_offsets'

/** Java's String.hashCode: 31-multiplier over UTF-16 units, as a signed 32-bit number. */
export function javaHash(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0
  return hash
}

/** Kafka's Utils.abs drops the sign bit's special case: the least number counts as 0. */
export function partitionFor(groupId: string, partitionCount: number): number {
  const hash = javaHash(groupId)
  return (hash === -2147483648 ? 0 : Math.abs(hash)) % partitionCount
}
