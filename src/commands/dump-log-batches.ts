/**
 * The batches of a .log or .checkpoint file, one after the other as org.apache.kafka.common.record.FileRecords walks them: checksums are not looked
 * at, a partial batch at the end ends the walk quietly, and a size that cannot be is an error.
 */
import { Failure } from '../cli/errors'
import * as batch from '../protocol/batch'
import { type Record as BatchRecord, readRecords } from '../protocol/batch-reader'
import { legacyCrc, readLegacyBatch } from '../protocol/legacy'
import { Malformed } from '../protocol/reader'
import type { FileSystem } from '../system'

/** A batch of any magic, as far as it is printed. */
export interface FoundBatch {
  readonly magic: number
  readonly position: number
  readonly sizeInBytes: number
  readonly lastOffset: number
  readonly timestampType: 'CreateTime' | 'LogAppendTime' | 'NoTimestampType'
  readonly maxTimestamp: number
  readonly codec: string
  readonly crc: number
  readonly isValid: boolean
  /** Of magic 2. */
  readonly header: BatchDetails | undefined
  /** Throws Failure where they cannot be read. */
  records(): Iterable<FoundRecord>
}
export interface BatchDetails {
  readonly baseOffset: number
  readonly count: number
  readonly baseSequence: number
  readonly lastSequence: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly partitionLeaderEpoch: number
  readonly isTransactional: boolean
  readonly isControl: boolean
  readonly deleteHorizonMs: number | undefined
}
export interface FoundRecord extends BatchRecord {
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
  try {
    return batch.magic(bytes, 0) < 2 ? readOld(bytes, position) : readNew(bytes, position, name)
  } catch (error) {
    throw unreadable(error, position, name)
  }
}

function unreadable(error: unknown, position: number, name: string): Error {
  if (!(error instanceof Malformed)) return error as Error
  return new Failure(`The batch at byte ${position} of ${name} cannot be read: ${error.message}`, {
    javaClass: 'org.apache.kafka.common.KafkaException',
  })
}

function readNew(bytes: Buffer, position: number, name: string): FoundBatch {
  if (bytes.length < batch.HEADER_SIZE) throw new Malformed(0, `a batch of ${bytes.length} bytes`)
  return {
    magic: batch.magic(bytes, 0),
    position,
    sizeInBytes: bytes.length,
    lastOffset: batch.lastOffset(bytes, 0),
    timestampType: batch.isLogAppendTime(bytes, 0) ? 'LogAppendTime' : 'CreateTime',
    maxTimestamp: batch.maxTimestamp(bytes, 0),
    codec: CODECS[batch.codecOf(bytes, 0)] ?? String(batch.codecOf(bytes, 0)),
    crc: batch.batchCrc(bytes, 0),
    isValid: batch.checkCrc(bytes, 0),
    header: {
      baseOffset: batch.baseOffset(bytes, 0),
      count: batch.recordCount(bytes, 0),
      baseSequence: batch.baseSequence(bytes, 0),
      lastSequence: batch.lastSequence(bytes, 0),
      producerId: batch.producerId(bytes, 0),
      producerEpoch: batch.producerEpoch(bytes, 0),
      partitionLeaderEpoch: batch.partitionLeaderEpoch(bytes, 0),
      isTransactional: batch.isTransactional(bytes, 0),
      isControl: batch.isControl(bytes, 0),
      deleteHorizonMs: batch.hasDeleteHorizon(bytes, 0) ? batch.baseTimestamp(bytes, 0) : undefined,
    },
    *records() {
      try {
        yield* readRecords(bytes, 0)
      } catch (error) {
        throw unreadable(error, position, name)
      }
    },
  }
}

function readOld(bytes: Buffer, position: number): FoundBatch {
  const { magic, lastOffset, timestampType = 'NoTimestampType', maxTimestamp, codec, crc, records } = readLegacyBatch(bytes, 0)
  const isValid = crc === legacyCrc(bytes, 0, bytes.length)
  return {
    magic,
    lastOffset,
    timestampType,
    maxTimestamp,
    crc,
    isValid,
    codec: CODECS[codec] ?? String(codec),
    position,
    sizeInBytes: bytes.length,
    header: undefined,
    records: () => records,
  }
}
