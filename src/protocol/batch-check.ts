/**
 * What a broker checks before it takes a producer's batch, and the errors it answers, those of Kafka 4.2.1 case by case.
 *
 * Three steps, as their cost is very different: `inspectProduce` looks at the header and the checksum, `checkRecords` walks over
 * the records and has to decompress them first, `checkProduced` does both and adds the rules of the topic.
 *
 * Sources: ProduceRequest.validateRecords, ByteBufferLogInputStream, UnifiedLog.analyzeAndValidateRecords, LogValidator.
 */
import {
  attributes,
  baseSequence,
  baseTimestamp,
  batchLength,
  batchSize,
  checkCrc,
  codecOf,
  HEADER_SIZE,
  HEADER_TO_MAGIC,
  isControl,
  isLogAppendTime,
  LEAST_BATCH_LENGTH,
  LOG_OVERHEAD,
  lastOffsetDelta,
  magic,
  maxTimestamp,
  producerEpoch,
  producerId,
  recordCount,
} from './batch'
import { MOST_UNCOMPRESSED, type Record, readRecords } from './batch-reader'
import { type Walk, walkRecords } from './batch-walk'
import { codecs, decompress } from './compression/codec'
import { errors } from './errors'
import { Malformed, TooLarge } from './reader'

/** Why a broker does not take a batch. */
export interface Refusal {
  readonly error: number
  readonly message: string | null
  readonly recordErrors?: { batchIndex: number; batchIndexErrorMessage: string | null }[]
  /** Kafka finds it in the request, before it looks for the partition's log. */
  readonly ofRequest?: true
}

/** The header of a batch that may be taken. */
export interface BatchView {
  readonly error: 0
  /** Bytes of the batch; what lies behind it in the field is dropped. */
  readonly size: number
  readonly attributes: number
  readonly codec: number
  readonly recordCount: number
  readonly lastOffsetDelta: number
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
}

/** What checkRecords finds in sound records. */
export interface CheckedRecords extends Walk {
  readonly error: 0
}

/** Tells the results of the checks apart. */
export const isRefusal = (result: { readonly error: number }): result is Refusal => result.error !== 0

const refuse = (error: number, message: string | null = null): Refusal => ({ error, message })
const refuseRequest = (refusal: Refusal): Refusal => ({ ...refusal, ofRequest: true })

/** Size of the batch at `at`; undefined: none begins there, or only a part of it is there. */
function nextBatch(records: Buffer, at: number): number | Refusal | undefined {
  const left = records.length - at
  if (left < LOG_OVERHEAD) return undefined
  const length = batchLength(records, at)
  if (length < LEAST_BATCH_LENGTH) {
    const message = `Record size ${length} is less than the minimum record overhead (${LEAST_BATCH_LENGTH})`
    return refuse(errors.CORRUPT_MESSAGE, message)
  }
  if (left < HEADER_TO_MAGIC) return undefined
  const found = magic(records, at)
  if (found < 0 || found > 2) return refuse(errors.CORRUPT_MESSAGE, `Invalid magic found in record: ${found}`)
  const size = LOG_OVERHEAD + length
  if (size > 0x7fffffff) return refuse(errors.UNKNOWN_SERVER_ERROR) // Java's int overflows, and it stumbles
  return size <= left ? size : undefined
}

/**
 * The one batch, of at most `maxBytes`, that a Produce request of `version` may have for a partition, or why it may not. Where there
 * is a message, Kafka fails the whole request with it, since it looks at all first
 * batches before it looks at any partition.
 */
export function inspectProduce(records: Buffer, version = 7, maxBytes = MOST_UNCOMPRESSED): BatchView | Refusal {
  const size = nextBatch(records, 0)
  if (size === undefined) return refuseRequest(refuse(errors.INVALID_RECORD))
  if (typeof size !== 'number') return refuseRequest(size)
  if (magic(records, 0) !== 2) return refuseRequest(refuse(errors.INVALID_RECORD))
  const second = nextBatch(records, size)
  if (second !== undefined) return refuseRequest(refuse(typeof second === 'number' ? errors.INVALID_RECORD : second.error))
  if (records.readInt32BE(0) !== 0 || records.readInt32BE(4) !== 0) return refuse(errors.INVALID_RECORD)
  if (size > maxBytes) return refuse(errors.MESSAGE_TOO_LARGE)
  if (!checkCrc(records, 0)) return refuse(errors.CORRUPT_MESSAGE)
  return inspectHeader(records, size, version)
}

/** The rest of inspectProduce, once the header is known to be there and as it was sent. */
function inspectHeader(batch: Buffer, size: number, version: number): BatchView | Refusal {
  const codec = codecOf(batch, 0)
  if (codec > codecs.zstd) return refuse(errors.UNKNOWN_SERVER_ERROR)
  if (codec === codecs.zstd && version < 7) return refuseRequest(refuse(errors.UNSUPPORTED_COMPRESSION_TYPE)) // KIP-110
  const count = recordCount(batch, 0)
  if (count <= 0 || count !== lastOffsetDelta(batch, 0) + 1) return refuse(errors.INVALID_RECORD)
  if (isControl(batch, 0)) return refuse(errors.INVALID_RECORD)
  try {
    const id = producerId(batch, 0)
    if (id >= 0 && baseSequence(batch, 0) < 0) return refuse(errors.INVALID_RECORD)
    return {
      error: 0,
      size,
      attributes: attributes(batch, 0),
      codec,
      recordCount: count,
      lastOffsetDelta: count - 1,
      baseTimestamp: baseTimestamp(batch, 0),
      maxTimestamp: maxTimestamp(batch, 0),
      producerId: id,
      producerEpoch: producerEpoch(batch, 0),
      baseSequence: baseSequence(batch, 0),
    }
  } catch (error) {
    // Kafka would take a timestamp or producer id beyond 2^53; kt cannot keep it.
    if (error instanceof Malformed) return refuse(errors.INVALID_TIMESTAMP)
    throw error
  }
}

/**
 * Walks over the records of a whole batch whose header is sound. Costs a decompression, bounded by `limit` bytes, where there is
 * a codec; a few tens of nanoseconds a record where not.
 */
export function checkRecords(buffer: Buffer, at: number, limit = MOST_UNCOMPRESSED): CheckedRecords | Refusal {
  const codec = codecOf(buffer, at)
  let bytes = buffer
  let start = at + HEADER_SIZE
  let end = at + batchSize(buffer, at)
  try {
    if (codec !== codecs.none) {
      bytes = decompress(codec, buffer.subarray(start, end), limit)
      start = 0
      end = bytes.length
    }
    const found = walkRecords(bytes, start, end, recordCount(buffer, at), baseTimestamp(buffer, at))
    if (typeof found !== 'string') return { error: 0, ...found, ...(isLogAppendTime(buffer, at) && appendTime(buffer, at)) }
    if (found === 'timestamp') return refuse(errors.INVALID_TIMESTAMP)
    // Java's two ways of reading throw different things at a length that does not end.
    return refuse(found === 'length' && codec === codecs.none ? errors.UNKNOWN_SERVER_ERROR : errors.INVALID_RECORD)
  } catch (error) {
    if (error instanceof TooLarge) return refuse(errors.MESSAGE_TOO_LARGE)
    if (error instanceof Malformed) return refuse(errors.UNKNOWN_SERVER_ERROR)
    throw error
  }
}

/** The timestamps of a batch that has one for all its records. */
function appendTime(buffer: Buffer, at: number): Pick<Walk, 'minTimestamp' | 'maxTimestamp'> {
  const timestamp = maxTimestamp(buffer, at)
  return { minTimestamp: timestamp, maxTimestamp: timestamp }
}

/** What a topic asks of the records that it is given. */
export interface ProduceRules {
  /** As in `topic-0`: for the words of an error. */
  readonly topicPartition: string
  /** The topic is compacted, so that every record must have a key. */
  readonly compacted?: boolean
  /** How far the producers' timestamps may be from `now`, in milliseconds, Infinity: any; not where it stamps its own (LogAppendTime). */
  readonly timestamps?: { readonly now: number; readonly beforeMs: number; readonly afterMs: number }
  /** Of the Produce request. */
  readonly version?: number
  /** max.message.bytes. */
  readonly maxBytes?: number
}

/**
 * The most that a compressed batch may hold, of what the batch itself may have. Unpacking takes twice as much memory as comes out, so
 * that four times max.message.bytes are never exceeded. Kafka has no bound; its producers answer MESSAGE_TOO_LARGE with smaller batches.
 */
const MOST_UNPACKED_FACTOR = 2
export const unpackedBytes = (maxBytes = MOST_UNCOMPRESSED): number => maxBytes * MOST_UNPACKED_FACTOR

/**
 * All of the checks above, and the rules of the topic: what its records are like if the batch may be taken. Offset deltas other than 0, 1, 2, ...
 * are refused; Kafka stumbles over them in a compressed batch, and in another keeps offsets that overlap with its neighbours'.
 */
export function checkProduced(records: Buffer, rules: ProduceRules): CheckedRecords | Refusal {
  const view = inspectProduce(records, rules.version, rules.maxBytes)
  if (isRefusal(view)) return view
  const checked = checkRecords(records, 0, unpackedBytes(rules.maxBytes))
  if (isRefusal(checked)) return checked
  const { compacted = false, timestamps } = rules
  const outside =
    timestamps &&
    checked.minTimestamp !== -1 &&
    !(checked.minTimestamp >= timestamps.now - timestamps.beforeMs && checked.maxTimestamp <= timestamps.now + timestamps.afterMs)
  const keyless = compacted && checked.firstKeyless >= 0
  if (keyless || outside || isLogAppendTime(records, 0)) {
    const recordErrors = [...brokenRules(records, rules)]
    if (recordErrors.length > 0) return refuseRecords(recordErrors)
  }
  return checked.consecutive ? checked : refuse(errors.INVALID_RECORD)
}

interface BrokenRule {
  readonly batchIndex: number
  readonly batchIndexErrorMessage: string
  readonly error: number
}

/** Each record that breaks a rule, in Kafka's words. LogValidator.validateRecord. */
function* brokenRules(records: Buffer, rules: ProduceRules): Generator<BrokenRule> {
  const { topicPartition, compacted, timestamps } = rules
  const appendTime = isLogAppendTime(records, 0)
  let batchIndex = -1
  for (const record of readRecords(records, 0, unpackedBytes(rules.maxBytes))) {
    const { key, timestamp, offset } = record
    batchIndex++
    if (compacted && key === null) {
      const batchIndexErrorMessage = `Compacted topic cannot accept message without key in topic partition ${topicPartition}`
      yield { batchIndex, batchIndexErrorMessage, error: errors.INVALID_RECORD }
    } else if (timestamps && timestamp !== -1) {
      const { now, beforeMs, afterMs } = timestamps
      if (timestamp >= now - beforeMs && timestamp <= now + afterMs) continue
      const batchIndexErrorMessage =
        `Timestamp ${timestamp} of message with offset ${offset} is out of range. ` +
        `The timestamp should be within [${bound(now, -beforeMs)}, ${bound(now, afterMs)}]`
      yield { batchIndex, batchIndexErrorMessage, error: errors.INVALID_TIMESTAMP }
    } else if (appendTime) {
      const batchIndexErrorMessage =
        `Invalid timestamp type in message ${describe(record, codecOf(records, 0) !== codecs.none)}. ` +
        'Producer should not set timestamp type to LogAppendTime.'
      yield { batchIndex, batchIndexErrorMessage, error: errors.INVALID_TIMESTAMP }
    }
  }
}

/** A bound as Java prints it: one that is not there is Long.MAX_VALUE away from now. */
function bound(now: number, ms: number): string {
  if (Number.isFinite(ms)) return String(now + ms)
  const far = ms < 0 ? -LONG_MAX : LONG_MAX
  return String(BigInt.asIntN(64, BigInt(now) + far))
}
const LONG_MAX = 2n ** 63n - 1n

/** A record as Java prints it, which depends on how the validator reads it. */
function describe({ offset, timestamp, key, value }: Record, compressed: boolean): string {
  const absent = compressed ? -1 : 0
  const sizes = `key=${key?.length ?? absent} bytes, value=${value?.length ?? absent} bytes`
  return `${compressed ? 'Partial' : ''}DefaultRecord(offset=${offset}, timestamp=${timestamp}, ${sizes})`
}

/** One error for the batch, from those of its records. LogValidator.processRecordErrors. */
function refuseRecords(broken: readonly BrokenRule[]): Refusal {
  const recordErrors = broken.map(({ batchIndex, batchIndexErrorMessage }) => ({ batchIndex, batchIndexErrorMessage }))
  if (broken.some(({ error }) => error === errors.INVALID_TIMESTAMP)) {
    const message = 'One or more records have been rejected due to invalid timestamp'
    return { error: errors.INVALID_TIMESTAMP, message, recordErrors }
  }
  const shown = recordErrors
    .slice(0, 3)
    .map(({ batchIndex, batchIndexErrorMessage }) => `RecordError(batchIndex=${batchIndex}, message='${batchIndexErrorMessage}')`)
  const message =
    `One or more records have been rejected due to ${broken.length} record errors in total, ` +
    `and only showing the first three errors at most: [${shown.join(', ')}]`
  return { error: errors.INVALID_RECORD, message, recordErrors }
}
