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
import { codecs, decompress } from './compression/codec'
import { Malformed, Reader } from './reader'

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
  const reader = openRecords(buffer, at, limit)
  const count = recordCount(buffer, at)
  if (count < 0) throw new Malformed(at, `a record count of ${count}`)
  const first = baseOffset(buffer, at)
  const firstSequence = baseSequence(buffer, at)
  const since = baseTimestamp(buffer, at)
  const appendTime = isLogAppendTime(buffer, at) ? maxTimestamp(buffer, at) : undefined
  for (let i = 0; i < count; i++) {
    const length = reader.varint()
    const end = reader.position + length
    if (length < 0 || end > reader.end) reader.fail(`a record of ${length} bytes`)
    reader.skip(1) // attributes: none are in use
    const timestamp = since + reader.varlong()
    const delta = reader.varint()
    const key = readBytes(reader)
    const value = readBytes(reader)
    const headers = readHeaders(reader)
    if (reader.position !== end) reader.fail(`a record that should end at byte ${end}`)
    if (!Number.isSafeInteger(timestamp)) reader.fail('a timestamp beyond 2^53')
    const sequence = firstSequence < 0 ? -1 : incrementSequence(firstSequence, delta)
    yield { offset: first + delta, timestamp: appendTime ?? timestamp, key, value, headers, sequence }
  }
  if (count > 0 && reader.left > 0) reader.fail('more bytes than records')
}

/** Decompresses what has to be. */
function openRecords(buffer: Buffer, at: number, limit: number): Reader {
  if (buffer.length - at < HEADER_SIZE) throw new Malformed(at, 'a batch that ends in its header')
  const found = magic(buffer, at)
  if (found !== 2) throw new Malformed(at, `a batch of magic ${found}`)
  const start = at + HEADER_SIZE
  const end = at + batchSize(buffer, at)
  if (end < start || end > buffer.length) throw new Malformed(at, `a batch of ${end - at} bytes`)
  const codec = codecOf(buffer, at)
  if (codec === codecs.none || recordCount(buffer, at) === 0) return new Reader(buffer, start, end)
  return new Reader(decompress(codec, buffer.subarray(start, end), limit))
}

/** A length less than 0 means null, as in Java. */
function readBytes(reader: Reader): Buffer | null {
  const size = reader.varint()
  return size < 0 ? null : reader.view(size)
}

function readHeaders(reader: Reader): readonly Header[] {
  const count = reader.varint()
  if (count === 0) return NO_HEADERS
  if (count < 0) reader.fail(`${count} headers`)
  reader.room(count, 2)
  const headers: Header[] = []
  for (let i = 0; i < count; i++) {
    // Java decodes wrong UTF-8 with replacement characters, it does not refuse it.
    const key = reader.view(reader.varint()).toString('utf8')
    headers.push({ key, value: readBytes(reader) })
  }
  return headers
}
