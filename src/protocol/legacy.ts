/**
 * Message sets of magic 0 and 1, which Kafka no longer takes from producers but still finds in its oldest logs. Read only.
 *
 *    0  offset        i64
 *    8  messageSize   i32   bytes after this field
 *   12  crc           u32   CRC-32 (not CRC-32C) of everything from byte 16 on
 *   16  magic         i8    0 or 1
 *   17  attributes    i8    0-2 codec, 3 timestamp type (magic 1)
 *   18  timestamp     i64   magic 1 only
 *   ..  key           i32 size (-1: null), bytes
 *   ..  value         i32 size (-1: null), bytes
 *
 * With a codec the value is a compressed message set, and the outer offset that of its last message: with magic 1 the inner
 * offsets count from 0 (KIP-31), with magic 0 they are absolute. Without one every message is a batch of its own.
 * Source: org.apache.kafka.common.record.AbstractLegacyRecordBatch, LegacyRecord.
 */
import { CODEC_MASK, LOG_APPEND_TIME_BIT, LOG_OVERHEAD } from './batch'
import { MOST_UNCOMPRESSED, type Record } from './batch-reader'
import { codecs, decompress } from './compression/codec'
import { Malformed, Reader } from './reader'

/** A message as it stands in the bytes: a batch, or inside one. */
interface Message {
  readonly offset: number
  /** Bytes in all. */
  readonly size: number
  readonly crc: number
  readonly sound: boolean
  readonly magic: 0 | 1
  readonly attributes: number
  /** Milliseconds; -1 with magic 0. */
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
}

/** One of its records, with the checksum that stands in front of it. */
export interface LegacyRecord extends Record {
  readonly crc: number
  /** Whether it is right. */
  readonly sound: boolean
}

/** A batch of magic 0 or 1: one message, or a wrapper around several. */
export interface LegacyBatch {
  readonly baseOffset: number
  readonly lastOffset: number
  /** Bytes in all. */
  readonly size: number
  readonly magic: 0 | 1
  readonly crc: number
  /** Whether the checksum is right. */
  readonly sound: boolean
  readonly codec: number
  /** Undefined with magic 0, which has no timestamps. */
  readonly timestampType: 'CreateTime' | 'LogAppendTime' | undefined
  readonly maxTimestamp: number
  readonly records: readonly LegacyRecord[]
}

function readMessage(reader: Reader): Message {
  const start = reader.position
  const offset = reader.int64()
  const end = start + LOG_OVERHEAD + reader.int32()
  if (end > reader.end || end < reader.position) reader.fail('a message that ends early')
  const crc = reader.uint32()
  const magic = reader.int8()
  if (magic !== 0 && magic !== 1) reader.fail(`a message of magic ${magic}`)
  const attributes = reader.int8()
  const timestamp = magic === 1 ? reader.int64() : -1
  const key = reader.bytesOrNull()
  const value = reader.bytesOrNull()
  if (reader.position > end) reader.fail('a message longer than its size')
  reader.position = end
  const sound = crc === legacyCrc(reader.buffer, start, end - start)
  return { offset, size: end - start, crc, sound, magic: magic as 0 | 1, attributes, timestamp, key, value }
}

/** A wrapper's messages, with absolute offsets and their right timestamps. */
function unwrap(wrapper: Message, limit: number): LegacyRecord[] {
  if (wrapper.value === null) throw new Malformed(0, 'a compressed message without a value')
  const reader = new Reader(decompress(wrapper.attributes & CODEC_MASK, wrapper.value, limit))
  const inner: Message[] = []
  while (reader.left > 0) {
    const message = readMessage(reader)
    if (message.magic !== wrapper.magic) reader.fail(`magic ${message.magic} inside magic ${wrapper.magic}`)
    if ((message.attributes & CODEC_MASK) !== 0) reader.fail('a compressed message inside another')
    inner.push(message)
  }
  const last = inner.at(-1)
  if (!last) throw new Malformed(0, 'a compressed message set without messages')
  const shift = wrapper.magic === 1 ? wrapper.offset - last.offset : 0
  const appendTime = (wrapper.attributes & LOG_APPEND_TIME_BIT) !== 0 && wrapper.magic === 1 ? wrapper.timestamp : undefined
  return inner.map((message) => toRecord(message, shift, appendTime))
}

function toRecord(message: Message, shift: number, appendTime: number | undefined): LegacyRecord {
  const { offset, timestamp, key, value, crc, sound } = message
  return { offset: offset + shift, timestamp: appendTime ?? timestamp, key, value, headers: [], sequence: -1, crc, sound }
}

/**
 * The batch of magic 0 or 1 that begins at `at`. A wrong checksum is reported, not refused, as Kafka's iterators do. Throws
 * Malformed; also if more than `limit` bytes come out of a codec.
 */
export function readLegacyBatch(buffer: Buffer, at: number, limit = MOST_UNCOMPRESSED): LegacyBatch {
  const message = readMessage(new Reader(buffer, at))
  const { offset, size, magic, crc, sound, attributes } = message
  const codec = attributes & CODEC_MASK
  const records = codec === codecs.none ? [toRecord(message, 0, undefined)] : unwrap(message, limit)
  return {
    baseOffset: (records[0] as LegacyRecord).offset,
    lastOffset: offset,
    size,
    magic,
    crc,
    sound,
    codec,
    timestampType: magic === 0 ? undefined : attributes & LOG_APPEND_TIME_BIT ? 'LogAppendTime' : 'CreateTime',
    maxTimestamp: message.timestamp,
    records,
  }
}

/** The checksum that the message of `size` bytes at `at` should have: the CRC-32 of zlib and ethernet. */
export const legacyCrc = (buffer: Buffer, at: number, size: number): number =>
  process.getBuiltinModule('node:zlib').crc32(buffer.subarray(at + 16, at + size))
