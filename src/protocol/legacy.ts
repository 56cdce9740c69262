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
import { CODEC_MASK, LEAST_BATCH_LENGTH, LOG_APPEND_TIME_BIT, LOG_OVERHEAD } from './batch'
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
  readonly magic: number
  readonly attributes: number
  /** Milliseconds; -1 with magic 0. */
  readonly timestamp: number
  /** Key and value: read when somebody asks, since Kafka's iterators do not look at them. Throws Malformed. */
  readonly content: () => Content
}
interface Content {
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
export interface LegacyBatch extends LegacyHeader {
  readonly records: readonly LegacyRecord[]
}
export interface OpenLegacyBatch extends LegacyHeader {
  readonly records: () => Iterable<LegacyRecord>
}
interface LegacyHeader {
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
}

/** What magic a message inside another has is nobody's business, as in Kafka: all but 0 are read as 1. */
function readMessage(reader: Reader): Message {
  const start = reader.position
  const offset = reader.int64()
  const end = start + LOG_OVERHEAD + reader.int32()
  if (end > reader.end || end < reader.position) reader.fail('a message that ends early')
  const crc = reader.uint32()
  const magic = reader.int8()
  const attributes = reader.int8()
  const timestamp = magic === 0 ? -1 : reader.int64()
  if (reader.position > end) reader.fail('a message longer than its size')
  const { buffer, position } = reader
  reader.position = end
  const sound = crc === legacyCrc(reader.buffer, start, end - start)
  const content = () => readContent(new Reader(buffer, position, end))
  return { offset, size: end - start, crc, sound, magic, attributes, timestamp, content }
}
const readContent = (reader: Reader): Content => ({ key: reader.bytesOrNull(), value: reader.bytesOrNull() })

/** Less than a whole message at the end of a set is passed over, as in AbstractLegacyRecordBatch.DataLogInputStream. */
function hasMessage(reader: Reader): boolean {
  if (reader.left < LOG_OVERHEAD) return false
  const length = reader.buffer.readInt32BE(reader.position + 8)
  return length < LEAST_BATCH_LENGTH || length <= reader.left - LOG_OVERHEAD
}
/** What inner offsets count from. Some versions of librdkafka leave the wrapper's at 0. */
function shiftOf(wrapperOffset: number, lastOffset: number): number {
  if (wrapperOffset === 0) return 0
  if (wrapperOffset < lastOffset)
    throw new Malformed(0, `a compressed message set of offset ${wrapperOffset} with a message of offset ${lastOffset} inside`)
  return wrapperOffset - lastOffset
}

/**
 * A wrapper's messages, with absolute offsets and their right timestamps. What is inside may be of the other magic; that it is no
 * wrapper itself is looked at when its turn comes, as in Kafka.
 */
function* unwrap(wrapper: Message, limit: number): Generator<LegacyRecord, void, undefined> {
  const { value } = wrapper.content()
  if (value === null) throw new Malformed(0, 'a compressed message without a value')
  const reader = new Reader(decompress(wrapper.attributes & CODEC_MASK, value, limit))
  const inner: Message[] = []
  while (hasMessage(reader)) inner.push(readMessage(reader))
  const last = inner.at(-1)
  if (!last) throw new Malformed(0, 'a compressed message set without messages')
  const shift = wrapper.magic === 1 ? shiftOf(wrapper.offset, last.offset) : 0
  const appendTime = (wrapper.attributes & LOG_APPEND_TIME_BIT) !== 0 && wrapper.magic === 1 ? wrapper.timestamp : undefined
  for (const message of inner) {
    if ((message.attributes & CODEC_MASK) !== 0) throw new Malformed(0, 'a compressed message inside another')
    yield toRecord(message, shift, message.magic === 1 ? appendTime : undefined)
  }
}

function toRecord(message: Message, shift: number, appendTime: number | undefined): LegacyRecord {
  const { offset, timestamp, content, crc, sound } = message
  return {
    offset: offset + shift,
    timestamp: appendTime ?? timestamp,
    get key() {
      return content().key
    },
    get value() {
      return content().value
    },
    headers: [],
    sequence: -1,
    crc,
    sound,
  }
}

/**
 * The batch of magic 0 or 1 that begins at `at`. A wrong checksum is reported, not refused, as Kafka's iterators do. Throws
 * Malformed; also if more than `limit` bytes come out of a codec.
 */
export function readLegacyBatch(buffer: Buffer, at: number, limit = MOST_UNCOMPRESSED): LegacyBatch {
  const { records, ...header } = openLegacyBatch(buffer, at, limit)
  return { ...header, records: Array.from(records(), (record) => ({ ...record })) }
}

/**
 * The same, whose records can be read one by one up to the first that is no good, and whose keys and values are looked at when they
 * are asked for. Throws Malformed where the first is no good.
 */
export function openLegacyBatch(buffer: Buffer, at: number, limit = MOST_UNCOMPRESSED): OpenLegacyBatch {
  const message = readMessage(new Reader(buffer, at))
  const { offset, size, magic, crc, sound, attributes } = message
  if (magic !== 0 && magic !== 1) throw new Malformed(at, `a message of magic ${magic}`)
  const codec = attributes & CODEC_MASK
  const isWrapper = codec !== codecs.none
  const records = () => (isWrapper ? unwrap(message, limit) : [toRecord(message, 0, undefined)].values())
  const first = isWrapper ? records().next().value : undefined
  return {
    baseOffset: first ? first.offset : offset,
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
