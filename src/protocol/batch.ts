/**
 * A record batch (magic 2, KIP-98) is a view over bytes. A broker reads its header and stamps it in place; its records stay as
 * the producer made them. All integers big-endian; everything here takes the buffer and the byte where the batch begins, of
 * which the 61 header bytes must be there.
 *
 *   0  baseOffset            i64   rewritten on append, outside the crc
 *   8  batchLength           i32   bytes after this field
 *  12  partitionLeaderEpoch  i32   rewritten on append, outside the crc
 *  16  magic                 i8    2; at this byte in magic 0 and 1 too
 *  17  crc                   u32   CRC-32C of everything from byte 21 on
 *  21  attributes            i16   0-2 codec, 3 timestamp type, 4 transactional, 5 control, 6 delete horizon
 *  23  lastOffsetDelta       i32   survives compaction of the last record
 *  27  baseTimestamp         i64   the delete horizon if bit 6 is set
 *  35  maxTimestamp          i64
 *  43  producerId            i64   -1: none
 *  51  producerEpoch         i16   -1: none
 *  53  baseSequence          i32   -1: none
 *  57  recordCount           i32
 *  61  records                     one compressed block if there is a codec
 *
 * Source: org.apache.kafka.common.record.DefaultRecordBatch.
 */
import { crc32c } from './crc32c'
import { Malformed } from './reader'

export const HEADER_SIZE = 61
/** Bytes up to and with batchLength: what a batch is longer than its batchLength says. */
export const LOG_OVERHEAD = 12
/** Bytes up to and with magic: enough to know what follows. */
export const HEADER_TO_MAGIC = 17
/** The least batchLength of any magic. */
export const LEAST_BATCH_LENGTH = 14

const LENGTH_AT = 8
const EPOCH_AT = 12
const MAGIC_AT = 16
const CRC_AT = 17
const ATTRIBUTES_AT = 21
const LAST_DELTA_AT = 23
const BASE_TIMESTAMP_AT = 27
const MAX_TIMESTAMP_AT = 35
const PRODUCER_ID_AT = 43
const PRODUCER_EPOCH_AT = 51
const SEQUENCE_AT = 53
const COUNT_AT = 57

export const CODEC_MASK = 0x07
export const LOG_APPEND_TIME_BIT = 0x08
export const TRANSACTIONAL_BIT = 0x10
export const CONTROL_BIT = 0x20
export const DELETE_HORIZON_BIT = 0x40

/** An i64 as a number. Throws Malformed beyond 2^53. */
function int64(buffer: Buffer, at: number): number {
  const value = buffer.readInt32BE(at) * 4294967296 + buffer.readUInt32BE(at + 4)
  if (!Number.isSafeInteger(value)) throw new Malformed(at, 'a 64-bit number beyond 2^53')
  return value
}
function writeInt64(buffer: Buffer, at: number, value: number): void {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a whole number within 2^53`)
  buffer.writeInt32BE(Math.floor(value / 4294967296), at)
  buffer.writeUInt32BE(value >>> 0, at + 4)
}

export const baseOffset = (buffer: Buffer, at: number): number => int64(buffer, at)
/** Bytes after the length field; not checked against anything. */
export const batchLength = (buffer: Buffer, at: number): number => buffer.readInt32BE(at + LENGTH_AT)
/** Bytes of the whole batch. */
export const batchSize = (buffer: Buffer, at: number): number => LOG_OVERHEAD + batchLength(buffer, at)
export const partitionLeaderEpoch = (buffer: Buffer, at: number): number => buffer.readInt32BE(at + EPOCH_AT)
export const magic = (buffer: Buffer, at: number): number => buffer.readInt8(at + MAGIC_AT)
/** The checksum as stored, unsigned. */
export const batchCrc = (buffer: Buffer, at: number): number => buffer.readUInt32BE(at + CRC_AT)
export const attributes = (buffer: Buffer, at: number): number => buffer.readInt16BE(at + ATTRIBUTES_AT)
export const lastOffsetDelta = (buffer: Buffer, at: number): number => buffer.readInt32BE(at + LAST_DELTA_AT)
export const lastOffset = (buffer: Buffer, at: number): number => baseOffset(buffer, at) + lastOffsetDelta(buffer, at)
/** Milliseconds; what the records' timestamp deltas count from. */
export const baseTimestamp = (buffer: Buffer, at: number): number => int64(buffer, at + BASE_TIMESTAMP_AT)
/** Milliseconds; -1: no record has a timestamp. */
export const maxTimestamp = (buffer: Buffer, at: number): number => int64(buffer, at + MAX_TIMESTAMP_AT)
export const producerId = (buffer: Buffer, at: number): number => int64(buffer, at + PRODUCER_ID_AT)
export const producerEpoch = (buffer: Buffer, at: number): number => buffer.readInt16BE(at + PRODUCER_EPOCH_AT)
export const baseSequence = (buffer: Buffer, at: number): number => buffer.readInt32BE(at + SEQUENCE_AT)
export const recordCount = (buffer: Buffer, at: number): number => buffer.readInt32BE(at + COUNT_AT)

/** 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd; 5-7 are not codecs. */
export const codecOf = (buffer: Buffer, at: number): number => attributes(buffer, at) & CODEC_MASK
/** Every record's timestamp is then the batch's maxTimestamp. */
export const isLogAppendTime = (buffer: Buffer, at: number): boolean => (attributes(buffer, at) & LOG_APPEND_TIME_BIT) !== 0
export const isTransactional = (buffer: Buffer, at: number): boolean => (attributes(buffer, at) & TRANSACTIONAL_BIT) !== 0
export const isControl = (buffer: Buffer, at: number): boolean => (attributes(buffer, at) & CONTROL_BIT) !== 0
/** The cleaner has decided when this batch's tombstones or markers go: baseTimestamp says when. KIP-534. */
export const hasDeleteHorizon = (buffer: Buffer, at: number): boolean => (attributes(buffer, at) & DELETE_HORIZON_BIT) !== 0

/** The sequence number `increment` after `sequence`, from 2^31-1 on to 0. DefaultRecordBatch.incrementSequence. */
export const incrementSequence = (sequence: number, increment: number): number => (sequence + increment) % 2147483648
/** The last record's sequence number, -1 if the batch has none. */
export function lastSequence(buffer: Buffer, at: number): number {
  const first = baseSequence(buffer, at)
  return first === -1 ? -1 : incrementSequence(first, lastOffsetDelta(buffer, at))
}

/** The checksum as it should be. */
/** What the checksum ought to be. */
export const computeCrc = (buffer: Buffer, at: number): number => crc32c(buffer, at + ATTRIBUTES_AT, at + batchSize(buffer, at))

/** Whether the batch lies whole in the buffer, is at least a header long, and its checksum is right. */
export function checkCrc(buffer: Buffer, at: number): boolean {
  const size = batchSize(buffer, at)
  return size >= HEADER_SIZE && at + size <= buffer.length && batchCrc(buffer, at) === computeCrc(buffer, at)
}

/** Sets what the partition's leader decides; both fields lie outside the checksum. */
export function stampBatch(buffer: Buffer, at: number, offset: number, leaderEpoch: number): void {
  writeInt64(buffer, at, offset)
  buffer.writeInt32BE(leaderEpoch, at + EPOCH_AT)
}

/** Makes `now` the timestamp of all records (`message.timestamp.type=LogAppendTime`), and the checksum right. */
export function stampLogAppendTime(buffer: Buffer, at: number, now: number): void {
  // As DefaultRecordBatch.setMaxTimestamp: the bits it does not know go.
  const kept = attributes(buffer, at) & (CODEC_MASK | TRANSACTIONAL_BIT | CONTROL_BIT)
  buffer.writeInt16BE(kept | LOG_APPEND_TIME_BIT, at + ATTRIBUTES_AT)
  writeInt64(buffer, at + MAX_TIMESTAMP_AT, now)
  stampCrc(buffer, at)
}

/**
 * Makes `timestamp` the batch's maxTimestamp and its type CreateTime: a broker does not believe the producer, but says what the
 * records say. A header that is right already keeps all its bits.
 */
export function stampCreateTime(buffer: Buffer, at: number, timestamp: number): void {
  if (!isLogAppendTime(buffer, at) && maxTimestamp(buffer, at) === timestamp) return
  buffer.writeInt16BE(attributes(buffer, at) & (CODEC_MASK | TRANSACTIONAL_BIT | CONTROL_BIT), at + ATTRIBUTES_AT)
  writeInt64(buffer, at + MAX_TIMESTAMP_AT, timestamp)
  stampCrc(buffer, at)
}

/** Makes size, attributes and checksum right for a block of records that was compressed anew; `size` is the whole batch's. */
export function stampCompressed(buffer: Buffer, at: number, size: number, attributes: number): void {
  buffer.writeInt32BE(size - LOG_OVERHEAD, at + LENGTH_AT)
  buffer.writeInt16BE(attributes, at + ATTRIBUTES_AT)
  stampCrc(buffer, at)
}

/** Makes the checksum right after any change from byte 21 on. */
export function stampCrc(buffer: Buffer, at: number): void {
  buffer.writeUInt32BE(computeCrc(buffer, at), at + CRC_AT)
}

/** What stands in the header of a batch; see the drawing above. */
export interface BatchHeader {
  readonly baseOffset: number
  readonly lastOffsetDelta: number
  readonly partitionLeaderEpoch: number
  readonly attributes: number
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly recordCount: number
}

/** Writes a header around the `size` - 61 bytes of records that already stand behind it, checksum included. */
export function writeHeader(buffer: Buffer, at: number, size: number, header: BatchHeader): void {
  writeInt64(buffer, at, header.baseOffset)
  buffer.writeInt32BE(size - LOG_OVERHEAD, at + LENGTH_AT)
  buffer.writeInt32BE(header.partitionLeaderEpoch, at + EPOCH_AT)
  buffer.writeInt8(2, at + MAGIC_AT)
  buffer.writeInt16BE(header.attributes, at + ATTRIBUTES_AT)
  buffer.writeInt32BE(header.lastOffsetDelta, at + LAST_DELTA_AT)
  writeInt64(buffer, at + BASE_TIMESTAMP_AT, header.baseTimestamp)
  writeInt64(buffer, at + MAX_TIMESTAMP_AT, header.maxTimestamp)
  writeInt64(buffer, at + PRODUCER_ID_AT, header.producerId)
  buffer.writeInt16BE(header.producerEpoch, at + PRODUCER_EPOCH_AT)
  buffer.writeInt32BE(header.baseSequence, at + SEQUENCE_AT)
  buffer.writeInt32BE(header.recordCount, at + COUNT_AT)
  stampCrc(buffer, at)
}
