/** One batch whose checksum is right: whether its header and its records say the same. Only a writer's mistake shows here. */
import {
  attributes,
  baseOffset,
  baseSequence,
  batchSize,
  codecOf,
  hasDeleteHorizon,
  isControl,
  isLogAppendTime,
  lastOffsetDelta,
  maxTimestamp,
  producerId,
  recordCount,
} from '../../protocol/batch'
import { checkRecords, isRefusal } from '../../protocol/batch-check'
import { readRecords } from '../../protocol/batch-reader'
import { codecs } from '../../protocol/compression/codec'
import { Malformed } from '../../protocol/reader'

/** Whether the cleaner has been here, which leaves gaps between offsets. */
export const isCleaned = (bytes: Buffer, at: number): boolean =>
  hasDeleteHorizon(bytes, at) || recordCount(bytes, at) !== lastOffsetDelta(bytes, at) + 1

/**
 * What is wrong with the batch at `at`; undefined: nothing. `compacted`: some of its records may be gone. Compressed records are looked
 * at only with `deep`, for that takes a hundred times as long as their checksum.
 */
export function batchFlaw(
  bytes: Buffer,
  at: number,
  { compacted, deep }: { compacted: boolean; deep: boolean },
): string | undefined {
  const count = recordCount(bytes, at)
  const delta = lastOffsetDelta(bytes, at)
  const codec = codecOf(bytes, at)
  if (codec > codecs.zstd) return `its attributes (${attributes(bytes, at)}) name codec ${codec}, which there is not`
  if (delta < 0) return `its last offset is ${-delta} before its first`
  if (count < 0 || count > delta + 1) return `it says that ${count} records have ${delta + 1} offsets`
  if (!compacted && count !== delta + 1) return `it has ${count} records for ${delta + 1} offsets, and its topic is not compacted`
  if (producerId(bytes, at) >= 0 && baseSequence(bytes, at) < 0 && !isControl(bytes, at))
    return 'it has a producer and no sequence'
  if (count === 0 || (codec !== codecs.none && !deep)) return undefined
  return recordsFlaw(bytes, at)
}

function recordsFlaw(bytes: Buffer, at: number): string | undefined {
  const found = checkRecords(bytes, at)
  if (isRefusal(found)) return 'its records cannot be read though its checksum is right'
  const isOwnTime = !isLogAppendTime(bytes, at)
  if (isOwnTime && found.maxTimestamp !== maxTimestamp(bytes, at)) {
    return `its greatest timestamp is ${found.maxTimestamp}, and its header says ${maxTimestamp(bytes, at)}`
  }
  return found.consecutive ? undefined : orderFlaw(bytes, at)
}

/** Offsets of records must ascend and stay within the batch. */
function orderFlaw(bytes: Buffer, at: number): string | undefined {
  const end = baseOffset(bytes, at) + lastOffsetDelta(bytes, at)
  let before = baseOffset(bytes, at) - 1
  try {
    for (const { offset } of readRecords(bytes.subarray(at, at + batchSize(bytes, at)), 0)) {
      if (offset <= before) return `a record with offset ${offset} stands behind one with ${before}`
      if (offset > end) return `a record has offset ${offset}, beyond the batch's last, ${end}`
      before = offset
    }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    return `its records cannot be read though its checksum is right: ${error.message}`
  }
  return undefined
}
