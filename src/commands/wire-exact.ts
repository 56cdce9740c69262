/**
 * A batch of magic 2 with all of its 64 bits, in the words of golden/batches: the readers of the program take offsets and
 * timestamps within 2^53 only, and Kafka's greatest are beyond that. Slow, and for checking alone. Layout: protocol/batch.ts.
 */
import * as batch from '../protocol/batch'
import { Cursor } from '../protocol/batch-cursor'
import { codecNames, codecs, decompress } from '../protocol/compression/codec'
import { Malformed } from '../protocol/reader'

/** Header fields as Kafka's accessors give them; 64-bit numbers as texts. */
export interface ExactHeader {
  readonly [name: string]: string | number | boolean | null
  readonly sizeInBytes: number
  readonly control: boolean
}
export type ExactRecord = {
  readonly offset: string
  readonly timestamp: string
  readonly sequence: number
  /** Bytes, with the length in front. */
  readonly size: number
  /** Hexadecimal. */
  readonly key: string | null
  readonly value: string | null
  readonly headers: [key: string, value: string | null][]
}
export interface ExactBatch {
  readonly header: ExactHeader
  readonly records: readonly ExactRecord[]
}

/** The most that a checked batch may unpack to. */
export const MOST_UNPACKED = 64 << 20

const int64 = (buffer: Buffer, at: number): bigint => buffer.readBigInt64BE(at)
const wrapped = (value: bigint): string => String(BigInt.asIntN(64, value)) // as Java's long

/** The header of the batch at `at`, of which 61 bytes are there. */
export function readHeader(buffer: Buffer, at: number): ExactHeader {
  const base = int64(buffer, at)
  const baseTimestamp = String(int64(buffer, at + 27))
  const first = batch.baseSequence(buffer, at)
  const last = (first + batch.lastOffsetDelta(buffer, at)) % 2147483648
  return {
    baseOffset: String(base),
    lastOffset: wrapped(base + BigInt(batch.lastOffsetDelta(buffer, at))),
    sizeInBytes: batch.batchSize(buffer, at),
    magic: batch.magic(buffer, at),
    crc: String(batch.batchCrc(buffer, at)),
    compression: codecNames[batch.codecOf(buffer, at)] ?? String(batch.codecOf(buffer, at)),
    timestampType: batch.isLogAppendTime(buffer, at) ? 'LogAppendTime' : 'CreateTime',
    maxTimestamp: String(int64(buffer, at + 35)),
    partitionLeaderEpoch: batch.partitionLeaderEpoch(buffer, at),
    baseTimestamp,
    transactional: batch.isTransactional(buffer, at),
    control: batch.isControl(buffer, at),
    deleteHorizonMs: batch.hasDeleteHorizon(buffer, at) ? baseTimestamp : null,
    producerId: String(int64(buffer, at + 43)),
    producerEpoch: batch.producerEpoch(buffer, at),
    baseSequence: first,
    lastSequence: first < 0 ? -1 : last,
    count: batch.recordCount(buffer, at),
  }
}

/** The bytes of the records of the whole batch at `at`, unpacked. Throws Malformed. */
export function unpack(buffer: Buffer, at: number): Buffer {
  const packed = buffer.subarray(at + batch.HEADER_SIZE, at + batch.batchSize(buffer, at))
  const codec = batch.codecOf(buffer, at)
  return codec === codecs.none || batch.recordCount(buffer, at) === 0 ? packed : decompress(codec, packed, MOST_UNPACKED)
}

/** Reads the whole batch at `at`. Throws Malformed. */
export function readBatch(buffer: Buffer, at: number): ExactBatch {
  if (buffer.length - at < batch.HEADER_SIZE || batch.batchSize(buffer, at) < batch.HEADER_SIZE)
    throw new Malformed(at, 'a batch that ends in its header')
  return { header: readHeader(buffer, at), records: [...readExact(buffer, at)] }
}

/** The records of the batch at `at`, one by one. Throws Malformed where the first is that cannot be read. */
export function* readExact(buffer: Buffer, at: number): Generator<ExactRecord, void, undefined> {
  const count = batch.recordCount(buffer, at)
  if (count < 0) throw new Malformed(at, `a record count of ${count}`)
  const cursor = new Cursor(unpack(buffer, at), 0)
  for (let i = 0; i < count; i++) {
    const record = readRecord(cursor, buffer, at)
    if (i === count - 1 && cursor.at < cursor.end) throw new Malformed(cursor.at, 'more bytes than records')
    yield record
  }
}

function readRecord(cursor: Cursor, buffer: Buffer, at: number): ExactRecord {
  const start = cursor.at
  const length = cursor.varint()
  const end = cursor.at + length
  if (length < 1 || end > cursor.end) throw new Malformed(start, `a record of ${length} bytes`)
  cursor.at++ // attributes
  const later = varlong(cursor)
  const timestamp = batch.isLogAppendTime(buffer, at) ? int64(buffer, at + 35) : int64(buffer, at + 27) + later
  const delta = cursor.varint()
  const key = readHex(cursor, end)
  const value = readHex(cursor, end)
  const count = cursor.varint()
  if (count < 0 || count > end - cursor.at) throw new Malformed(cursor.at, `${count} headers`)
  const headers: [string, string | null][] = []
  for (let i = 0; i < count; i++) {
    const name = readHex(cursor, end)
    if (name === null) throw new Malformed(cursor.at, 'a header without a key')
    headers.push([Buffer.from(name, 'hex').toString('utf8'), readHex(cursor, end)])
  }
  if (cursor.at !== end || cursor.overlong) throw new Malformed(cursor.at, `a record that should end at byte ${end}`)
  const first = batch.baseSequence(buffer, at)
  return {
    offset: wrapped(int64(buffer, at) + BigInt(delta)),
    timestamp: wrapped(timestamp),
    sequence: first < 0 ? -1 : (first + delta) % 2147483648,
    size: end - start,
    key,
    value,
    headers,
  }
}

function readHex(cursor: Cursor, end: number): string | null {
  const size = cursor.varint()
  if (size < 0) return null
  if (size > end - cursor.at) throw new Malformed(cursor.at, `${size} bytes in a record with ${end - cursor.at} left`)
  cursor.at += size
  return cursor.bytes.toString('hex', cursor.at - size, cursor.at)
}

/** Zigzag LEB128 of 64 bits. */
function varlong(cursor: Cursor): bigint {
  let value = 0n
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = cursor.bytes[cursor.at++] ?? 0
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n))
  }
  throw new Malformed(cursor.at, 'a number of more than 10 bytes')
}
