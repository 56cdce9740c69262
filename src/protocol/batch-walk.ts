/**
 * Walks over the records of a batch (magic 2) without making anything of them: what a broker asks of the records that it is
 * given, at tens of millions a second.
 *
 *   length          varint   bytes after this field
 *   attributes      i8       unused
 *   timestampDelta  varlong  to the batch's baseTimestamp
 *   offsetDelta     varint   to its baseOffset
 *   keyLength       varint   less than 0: null
 *   key
 *   valueLength     varint   less than 0: null
 *   value
 *   headerCount     varint
 *   headers                  each: keyLength varint, key (UTF-8), valueLength varint (less than 0: null), value
 *
 * Numbers are zigzag LEB128 (org.apache.kafka.common.utils.ByteUtils). Source: org.apache.kafka.common.record.DefaultRecord.
 */

/** What the records of a sound batch are found to be. */
export interface Walk {
  /** Whether the offset deltas are 0, 1, 2, ... */
  readonly consecutive: boolean
  /** Index of the first record without a key; -1: all have one. */
  readonly firstKeyless: number
  /** Milliseconds; least and greatest of the records' timestamps other than -1 (none); -1 if all are. */
  readonly minTimestamp: number
  readonly maxTimestamp: number
}

/** What is wrong with the records: `length` an overlong length of a record, `timestamp` beyond 2^53, all else `structure`. */
export type Flaw = 'structure' | 'length' | 'timestamp'

/** Where the reading goes on. Kept outside, so that reading a number gives just the number. */
let position = 0
/** Set when a number takes more bytes than it may. */
let overlong = false

/** The rest of a varint whose first byte is `first`, before zigzag. As in Java, what is above 32 bits is dropped. */
function longVarint(bytes: Uint8Array, first: number): number {
  let value = first & 0x7f
  for (let shift = 7; shift < 35; shift += 7) {
    const byte = bytes[position++] as number
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) return value
  }
  overlong = true
  return value
}
// A byte beyond the buffer reads as undefined and counts as 0: whoever asked finds out, since `position` is then beyond its end.
function varint(bytes: Uint8Array): number {
  const first = bytes[position++] as number
  const value = first < 0x80 ? first : longVarint(bytes, first)
  return (value >>> 1) ^ -(value & 1)
}
function varlong(bytes: Uint8Array): number {
  const first = bytes[position++] as number
  if (first < 0x80) return (first >>> 1) ^ -(first & 1)
  let value = first & 0x7f
  for (let scale = 128, count = 1; count < 10; count++, scale *= 128) {
    const byte = bytes[position++] as number
    value += (byte & 0x7f) * scale
    // Beyond 2^53 the number is not exact, but it is beyond 2^53 all the same.
    if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
  overlong = true
  return 0
}

/** Walks over the headers, which must end at `end`. */
function soundHeaders(bytes: Uint8Array, end: number): boolean {
  const count = varint(bytes)
  if (count < 0 || count > end - position) return false
  for (let i = 0; i < count; i++) {
    const keyLength = varint(bytes)
    if (keyLength < 0 || keyLength > end - position) return false
    position += keyLength
    const valueLength = varint(bytes)
    if (valueLength > end - position) return false
    if (valueLength > 0) position += valueLength
  }
  return position === end && !overlong
}

/** Walks over the `count` records that must fill `bytes[start..end)` exactly. */
export function walkRecords(bytes: Uint8Array, start: number, end: number, count: number, baseTimestamp: number): Walk | Flaw {
  let consecutive = true
  let firstKeyless = -1
  let minTimestamp = Number.POSITIVE_INFINITY
  let maxTimestamp = -1
  position = start
  overlong = false
  for (let index = 0; index < count; index++) {
    if (position >= end) return 'structure'
    const length = varint(bytes)
    if (overlong) return position <= end ? 'length' : 'structure'
    const recordEnd = position + length
    if (length < 1 || recordEnd > end) return 'structure'
    position++ // attributes
    const timestamp = baseTimestamp + varlong(bytes)
    if (varint(bytes) !== index) consecutive = false
    const keyLength = varint(bytes)
    if (keyLength < 0) {
      if (firstKeyless < 0) firstKeyless = index
    } else if (keyLength > recordEnd - position) return 'structure'
    else position += keyLength
    const valueLength = varint(bytes)
    if (valueLength > recordEnd - position) return 'structure'
    if (valueLength > 0) position += valueLength
    if (!soundHeaders(bytes, recordEnd)) return 'structure'
    if (!Number.isSafeInteger(timestamp)) return 'timestamp'
    if (timestamp !== -1) {
      if (timestamp < minTimestamp) minTimestamp = timestamp
      if (timestamp > maxTimestamp) maxTimestamp = timestamp
    }
  }
  if (position !== end) return 'structure'
  return { consecutive, firstKeyless, minTimestamp: minTimestamp === Number.POSITIVE_INFINITY ? -1 : minTimestamp, maxTimestamp }
}
