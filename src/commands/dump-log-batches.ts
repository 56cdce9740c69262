/**
 * The batches of a .log or .checkpoint file, one after the other as org.apache.kafka.common.record.FileRecords walks them: checksums are not looked
 * at, a partial batch at the end ends the walk quietly, and a size that cannot be is an error.
 */
import { Failure } from '../cli/errors'
import * as batch from '../protocol/batch'
import { type Record as BatchRecord, readRecords } from '../protocol/batch-reader'
import { codecs } from '../protocol/compression/codec'
import { legacyCrc, readLegacyBatch } from '../protocol/legacy'
import { Malformed } from '../protocol/reader'
import type { FileSystem } from '../system'
import { type Long, plus, readLong } from './dump-log-long'
import { unreadable } from './dump-log-words'

/** A batch of any magic, as far as it is printed. */
export interface FoundBatch {
  readonly magic: number
  readonly position: number
  readonly sizeInBytes: number
  readonly lastOffset: Long
  readonly timestampType: 'CreateTime' | 'LogAppendTime' | 'NoTimestampType'
  readonly maxTimestamp: Long
  readonly codec: string
  readonly crc: number
  readonly isValid: boolean
  /** Of magic 2. */
  readonly header: BatchDetails | undefined
  /** Throws Failure where they cannot be read. */
  records(): Iterable<FoundRecord>
}
export interface BatchDetails {
  readonly baseOffset: Long
  readonly count: number
  readonly baseSequence: number
  readonly lastSequence: number
  readonly producerId: Long
  readonly producerEpoch: number
  readonly partitionLeaderEpoch: number
  readonly isTransactional: boolean
  readonly isControl: boolean
  readonly deleteHorizonMs: Long | undefined
}
export interface FoundRecord extends Omit<BatchRecord, 'offset' | 'timestamp'> {
  readonly offset: Long
  readonly timestamp: Long
  /** Of magic 0 and 1, where every message has its own. */
  readonly crc?: number
  readonly sound?: boolean
}

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

export interface Walked {
  /** Behind the last whole batch. */
  position: number
}

/** Every whole batch within the first `maxBytes`; `name` is the file's in errors. Throws Failure. */
export function* batchesOf(
  fs: FileSystem,
  path: string,
  name: string,
  from = 0,
  maxBytes = 0x7fffffff,
  walked: Walked = { position: 0 },
): Generator<FoundBatch> {
  const fd = fs.open(path, 'read')
  try {
    const end = Math.min(fs.size(fd), from + maxBytes)
    let position = from
    walked.position = position
    const head = Buffer.alloc(batch.HEADER_TO_MAGIC)
    while (position + batch.HEADER_TO_MAGIC <= end) {
      fs.read(fd, head, 0, head.length, position)
      const length = batch.batchLength(head, 0)
      if (length < batch.LEAST_BATCH_LENGTH) throw tooSmall(length, name)
      const size = batch.LOG_OVERHEAD + length
      if (position + size > end) return
      const bytes = Buffer.allocUnsafe(size)
      fs.read(fd, bytes, 0, size, position)
      yield read(bytes, position, name)
      position += size
      walked.position = position
    }
  } finally {
    fs.close(fd)
  }
}

const tooSmall = (length: number, name: string) =>
  new Failure(`Found record size ${length} smaller than minimum record overhead (${batch.LEAST_BATCH_LENGTH}) in file ${name}.`, {
    javaClass: 'org.apache.kafka.common.errors.CorruptRecordException',
  })

function read(bytes: Buffer, position: number, name: string): FoundBatch {
  const magic = batch.magic(bytes, 0)
  if (magic >= 0 && magic < 2) return readOld(bytes, position, name)
  if (bytes.length < batch.HEADER_SIZE) {
    const problem = new Malformed(0, `a batch of ${bytes.length} bytes`)
    throw new Failure(sentenceOf(problem, position, name), { javaClass: 'org.apache.kafka.common.KafkaException' })
  }
  return readNew(bytes, position, name)
}
const sentenceOf = (error: Malformed, position: number, name: string) =>
  `The batch at byte ${position} of ${name} cannot be read: ${error.message}`

const BASE_TIMESTAMP_AT = 27
const MAX_TIMESTAMP_AT = 35
const PRODUCER_ID_AT = 43

function readNew(bytes: Buffer, position: number, name: string): FoundBatch {
  const baseOffset = readLong(bytes, 0)
  const isLogAppendTime = batch.isLogAppendTime(bytes, 0)
  return {
    magic: batch.magic(bytes, 0),
    position,
    sizeInBytes: bytes.length,
    lastOffset: plus(baseOffset, batch.lastOffsetDelta(bytes, 0)),
    timestampType: isLogAppendTime ? 'LogAppendTime' : 'CreateTime',
    maxTimestamp: readLong(bytes, MAX_TIMESTAMP_AT),
    codec: CODECS[batch.codecOf(bytes, 0)] ?? String(batch.codecOf(bytes, 0)),
    crc: batch.batchCrc(bytes, 0),
    isValid: batch.checkCrc(bytes, 0),
    header: {
      baseOffset,
      count: batch.recordCount(bytes, 0),
      baseSequence: batch.baseSequence(bytes, 0),
      lastSequence: batch.lastSequence(bytes, 0),
      producerId: readLong(bytes, PRODUCER_ID_AT),
      producerEpoch: batch.producerEpoch(bytes, 0),
      partitionLeaderEpoch: batch.partitionLeaderEpoch(bytes, 0),
      isTransactional: batch.isTransactional(bytes, 0),
      isControl: batch.isControl(bytes, 0),
      deleteHorizonMs: batch.hasDeleteHorizon(bytes, 0) ? readLong(bytes, BASE_TIMESTAMP_AT) : undefined,
    },
    *records() {
      try {
        const records = recordsOf(bytes)
        // what is compressed is read to its end before Kafka shows the first of it
        yield* batch.codecOf(bytes, 0) === codecs.none ? records : [...records]
      } catch (error) {
        if (!(error instanceof Malformed)) throw error
        throw unreadable(bytes, sentenceOf(error, position, name))
      }
    },
  }
}

/** Those of a batch whose numbers no broker would take are read as if they began at 0. */
function* recordsOf(bytes: Buffer): Generator<FoundRecord> {
  const [offset, timestamp, maxTimestamp] = [0, BASE_TIMESTAMP_AT, MAX_TIMESTAMP_AT].map((at) => readLong(bytes, at)) as Numbers
  if (typeof offset === 'number' && typeof timestamp === 'number' && typeof maxTimestamp === 'number') {
    yield* readRecords(bytes, 0)
    return
  }
  const zeroed = Buffer.from(bytes)
  for (const at of [0, BASE_TIMESTAMP_AT, MAX_TIMESTAMP_AT]) zeroed.fill(0, at, at + 8)
  const base = batch.isLogAppendTime(bytes, 0) ? maxTimestamp : timestamp
  for (const record of readRecords(zeroed, 0)) {
    yield { ...record, offset: plus(offset, record.offset), timestamp: plus(base, record.timestamp) }
  }
}
type Numbers = [offset: Long, timestamp: Long, maxTimestamp: Long]

const OLD_CRC_AT = 12
const OLD_ATTRIBUTES_AT = 17
const OLD_TIMESTAMP_AT = 18

/** The header alone: what is inside is looked at when somebody wants the records. */
function readOld(bytes: Buffer, position: number, name: string): FoundBatch {
  const magic = batch.magic(bytes, 0)
  const attributes = bytes.readUInt8(OLD_ATTRIBUTES_AT)
  const crc = bytes.readUInt32BE(OLD_CRC_AT)
  const codec = attributes & batch.CODEC_MASK
  const timed = attributes & batch.LOG_APPEND_TIME_BIT ? 'LogAppendTime' : 'CreateTime'
  return {
    magic,
    position,
    sizeInBytes: bytes.length,
    lastOffset: readLong(bytes, 0),
    timestampType: magic === 0 ? 'NoTimestampType' : timed,
    maxTimestamp: magic === 0 ? -1 : readLong(bytes, OLD_TIMESTAMP_AT),
    codec: CODECS[codec] ?? String(codec),
    crc,
    isValid: crc === legacyCrc(bytes, 0, bytes.length),
    header: undefined,
    *records() {
      try {
        yield* readLegacyBatch(bytes, 0).records
      } catch (error) {
        if (!(error instanceof Malformed)) throw error
        throw new Failure(sentenceOf(error, position, name), { javaClass: 'org.apache.kafka.common.KafkaException' })
      }
    },
  }
}
