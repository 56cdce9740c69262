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
 * Source: org.apache.kafka.common.record.DefaultRecord.
 */
import { Cursor } from './batch-cursor'

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

/** Walks over the headers of a record, which must end at `end`. */
function soundHeaders(cursor: Cursor, end: number): boolean {
  const count = cursor.varint()
  if (count < 0 || count > end - cursor.at) return false
  for (let i = 0; i < count; i++) {
    const keyLength = cursor.varint()
    if (keyLength < 0 || keyLength > end - cursor.at) return false
    cursor.at += keyLength
    const valueLength = cursor.varint()
    if (valueLength > end - cursor.at) return false
    if (valueLength > 0) cursor.at += valueLength
  }
  return cursor.at === end && !cursor.overlong
}

/** Walks over the `count` records that must fill `bytes[start..end)` exactly. */
export function walkRecords(bytes: Buffer, start: number, end: number, count: number, baseTimestamp: number): Walk | Flaw {
  let consecutive = true
  let firstKeyless = -1
  let minTimestamp = Number.POSITIVE_INFINITY
  let maxTimestamp = -1
  const cursor = new Cursor(bytes, start, end)
  for (let index = 0; index < count; index++) {
    const length = cursor.varint()
    const recordEnd = cursor.at + length
    if (length < 1 || recordEnd > end) return cursor.overlong && cursor.at <= end ? 'length' : 'structure'
    cursor.at++ // attributes
    const timestamp = baseTimestamp + cursor.varlong()
    if (cursor.varint() !== index) consecutive = false
    const keyLength = cursor.varint()
    if (keyLength > recordEnd - cursor.at) return 'structure'
    if (keyLength >= 0) cursor.at += keyLength
    else if (firstKeyless < 0) firstKeyless = index
    const valueLength = cursor.varint()
    if (valueLength > recordEnd - cursor.at) return 'structure'
    if (valueLength > 0) cursor.at += valueLength
    if (!soundHeaders(cursor, recordEnd)) return 'structure'
    if (!Number.isSafeInteger(timestamp)) return 'timestamp'
    if (timestamp !== -1) {
      if (timestamp < minTimestamp) minTimestamp = timestamp
      if (timestamp > maxTimestamp) maxTimestamp = timestamp
    }
  }
  if (cursor.at !== end) return 'structure'
  return { consecutive, firstKeyless, minTimestamp: minTimestamp === Number.POSITIVE_INFINITY ? -1 : minTimestamp, maxTimestamp }
}
