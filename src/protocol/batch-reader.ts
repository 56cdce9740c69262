/**
 * Reads the records of one batch of magic 2, any codec. Layout of the header: batch.ts; of a record: batch-walk.ts.
 */
import {
  baseOffset,
  baseSequence,
  baseTimestamp,
  batchSize,
  codecOf,
  HEADER_SIZE,
  incrementSequence,
  isLogAppendTime,
  magic,
  maxTimestamp,
  recordCount,
} from './batch'
import { Cursor } from './batch-cursor'
import { codecs, decompress } from './compression/codec'
import { Malformed } from './reader'

/** The most that a batch may hold when it is decompressed, unless the caller has a bound of its own. */
export const MOST_UNCOMPRESSED = 128 << 20

export interface Header {
  readonly key: string
  readonly value: Buffer | null
}

/** One record. Key and values are views: of the bytes given, or of what they were decompressed to. */
export interface Record {
  readonly offset: number
  /** Milliseconds; -1: none. */
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly Header[]
  /** -1: none. */
  readonly sequence: number
}

const NO_HEADERS: readonly Header[] = []

/**
 * The records of the batch that begins at `at` and lies whole in `buffer`. Its checksum is not looked at, as Kafka's iterators do
 * not either. Throws Malformed, at the record where it is found; also if more than `limit` bytes come out of a codec.
 */
export function* readRecords(buffer: Buffer, at: number, limit = MOST_UNCOMPRESSED): Generator<Record, void, undefined> {
  const cursor = openRecords(buffer, at, limit)
  const count = recordCount(buffer, at)
  if (count < 0) throw new Malformed(at, `a record count of ${count}`)
  const header: Bases = {
    offset: baseOffset(buffer, at),
    timestamp: baseTimestamp(buffer, at),
    sequence: baseSequence(buffer, at),
    appendTime: isLogAppendTime(buffer, at) ? maxTimestamp(buffer, at) : undefined,
  }
  for (let i = 1; i <= count; i++) {
    const record = readRecord(cursor, header)
    if (i === count && cursor.at < cursor.end) fail(cursor, 'more bytes than records') // before the last, as in Kafka
    yield record
  }
}

/** What a record's own numbers count from. */
interface Bases {
  readonly offset: number
  readonly timestamp: number
  readonly sequence: number
  readonly appendTime: number | undefined
}

function fail(cursor: Cursor, reason: string): never {
  throw new Malformed(cursor.at, reason)
}

/** Decompresses what has to be. */
function openRecords(buffer: Buffer, at: number, limit: number): Cursor {
  if (buffer.length - at < HEADER_SIZE) throw new Malformed(at, 'a batch that ends in its header')
  const found = magic(buffer, at)
  if (found !== 2) throw new Malformed(at, `a batch of magic ${found}`)
  const start = at + HEADER_SIZE
  const end = at + batchSize(buffer, at)
  if (end < start || end > buffer.length) throw new Malformed(at, `a batch of ${end - at} bytes`)
  const codec = codecOf(buffer, at)
  if (codec === codecs.none || recordCount(buffer, at) === 0) return new Cursor(buffer, start, end)
  return new Cursor(decompress(codec, buffer.subarray(start, end), limit), 0)
}

function readRecord(cursor: Cursor, bases: Bases): Record {
  const length = cursor.varint()
  const end = cursor.at + length
  if (length < 1 || end > cursor.end) fail(cursor, `a record of ${length} bytes`)
  cursor.at++ // attributes: none are in use
  const timestamp = bases.timestamp + cursor.varlong()
  const delta = cursor.varint()
  const key = readBytes(cursor, end)
  const value = readBytes(cursor, end)
  const headers = readHeaders(cursor, end)
  if (cursor.at !== end || cursor.overlong) fail(cursor, `a record that should end at byte ${end}`)
  if (!Number.isSafeInteger(timestamp)) fail(cursor, 'a timestamp beyond 2^53')
  const sequence = bases.sequence < 0 ? -1 : incrementSequence(bases.sequence, delta)
  return { offset: bases.offset + delta, timestamp: bases.appendTime ?? timestamp, key, value, headers, sequence }
}

/** A length less than 0 means null, as in Java. */
function readBytes(cursor: Cursor, end: number): Buffer | null {
  const size = cursor.varint()
  if (size < 0) return null
  const { at } = cursor
  if (size > end - at) fail(cursor, `${size} bytes in a record with ${end - at} left`)
  cursor.at = at + size
  return cursor.view(at, size)
}

function readHeaders(cursor: Cursor, end: number): readonly Header[] {
  const count = cursor.varint()
  if (count === 0) return NO_HEADERS
  if (count < 0 || count > end - cursor.at) fail(cursor, `${count} headers`)
  const headers: Header[] = []
  for (let i = 0; i < count; i++) {
    const key = readBytes(cursor, end)
    if (key === null) fail(cursor, 'a header without a key')
    // Java decodes wrong UTF-8 with replacement characters, it does not refuse it.
    headers.push({ key: key.toString('utf8'), value: readBytes(cursor, end) })
  }
  return headers
}
