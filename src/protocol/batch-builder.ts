/**
 * Builds a batch of magic 2, record by record, in one growing buffer with room for the header in front: an uncompressed batch is
 * never copied. Layout of the header: batch.ts; of a record: batch-walk.ts. Source: org.apache.kafka.common.record.MemoryRecordsBuilder.
 */
import { CONTROL_BIT, DELETE_HORIZON_BIT, HEADER_SIZE, LOG_APPEND_TIME_BIT, TRANSACTIONAL_BIT, writeHeader } from './batch'
import { codecs, compress } from './compression/codec'

/** What a record is made of. */
export interface NewRecord {
  /** Milliseconds; -1: none. */
  readonly timestamp: number
  readonly key?: Uint8Array | null
  readonly value?: Uint8Array | null
  readonly headers?: readonly { readonly key: string; readonly value: Uint8Array | null }[]
}

/** What stands in the header. Everything has the default that a plain producer sends. */
export interface BatchOptions {
  readonly baseOffset?: number
  readonly producerId?: number
  readonly producerEpoch?: number
  readonly baseSequence?: number
  /** 0-4. */
  readonly codec?: number
  /** See compress. */
  readonly codecLevel?: number | undefined
  readonly transactional?: boolean
  readonly control?: boolean
  readonly partitionLeaderEpoch?: number
  /** Where it is not the last record's: after compaction. */
  readonly lastOffsetDelta?: number
  /** Makes the batch one of LogAppendTime, with this as all records' timestamp. */
  readonly logAppendTime?: number
  /** The batch's baseTimestamp, which the builder was made with, is a delete horizon (KIP-534). */
  readonly hasDeleteHorizon?: boolean
  /** Where it is not the greatest of the records': a batch that compaction has emptied. */
  readonly maxTimestamp?: number
}

/** Bytes of a zigzag varint of 32 bits. */
function sizeOfVarint(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0
  return zigzag < 0x80 ? 1 : zigzag < 0x4000 ? 2 : zigzag < 0x200000 ? 3 : zigzag < 0x10000000 ? 4 : 5
}
const zigzag53 = (value: number): number => (value < 0 ? -value * 2 - 1 : value * 2)
/** Bytes of a zigzag varint of 64 bits, of a whole number within 2^53. */
function sizeOfVarlong(value: number): number {
  let size = 1
  for (let rest = zigzag53(value); rest >= 0x80; rest /= 128) size++
  return size
}
const sizeOfBytes = (bytes: Uint8Array | null | undefined): number => (bytes ? sizeOfVarint(bytes.length) + bytes.length : 1)

/** Bytes of key, value and headers with the lengths in front of them. */
function sizeOfContent({ key, value, headers }: Omit<NewRecord, 'timestamp'>): number {
  let size = sizeOfBytes(key) + sizeOfBytes(value) + sizeOfVarint(headers?.length ?? 0)
  if (headers) {
    for (const header of headers) {
      const length = Buffer.byteLength(header.key)
      size += sizeOfVarint(length) + length + sizeOfBytes(header.value)
    }
  }
  return size
}

/** Most bytes of a record besides its content: 5 length, 10 timestamp, 5 offset, 1 attributes. */
const MAX_RECORD_OVERHEAD = 21

/**
 * No fewer bytes than a batch of this one record takes uncompressed: what a producer holds against max.request.size.
 * AbstractRecords.estimateSizeInBytesUpperBound.
 */
export function estimateSize(record: Omit<NewRecord, 'timestamp'>): number {
  return HEADER_SIZE + MAX_RECORD_OVERHEAD + sizeOfContent(record)
}

/** Gathers records; `build` ends it, and a builder builds once. */
export class BatchBuilder {
  private buffer: Buffer
  private position = HEADER_SIZE
  private records = 0
  private lastDelta = -1
  private first: number | undefined
  private greatest = -1

  /**
   * `room`: bytes to begin with, or a buffer to build in, with room for a header at least. `baseTimestamp`: what timestamps count from, if
   * not the first record's.
   */
  constructor(room: number | Buffer = 1024, baseTimestamp?: number) {
    this.buffer = typeof room === 'number' ? Buffer.allocUnsafe(Math.max(room, HEADER_SIZE)) : room
    this.first = baseTimestamp
  }

  /** Records so far. */
  get count(): number {
    return this.records
  }
  /** Bytes that the batch would take now, uncompressed. */
  get size(): number {
    return this.position
  }
  /** Bytes that the batch would take with `record` as its next, uncompressed. */
  sizeWith(record: NewRecord): number {
    const body = this.sizeOfBody(record, this.lastDelta + 1)
    return this.position + sizeOfVarint(body) + body
  }

  private sizeOfBody(record: NewRecord, offsetDelta: number): number {
    const timestampDelta = record.timestamp - (this.first ?? record.timestamp)
    return 1 + sizeOfVarlong(timestampDelta) + sizeOfVarint(offsetDelta) + sizeOfContent(record)
  }

  /** Adds a record. `offsetDelta`: to the batch's base offset, greater than the last; without it one more than the last. */
  append(record: NewRecord, offsetDelta = this.lastDelta + 1): void {
    const { timestamp, key, value, headers } = record
    this.first ??= timestamp
    if (!Number.isSafeInteger(timestamp) || !Number.isSafeInteger(timestamp - this.first)) {
      throw new RangeError(`${timestamp} is not a timestamp within 2^53`)
    }
    const body = this.sizeOfBody(record, offsetDelta)
    this.need(body + 5)
    this.varint(body)
    this.buffer[this.position++] = 0 // attributes
    this.varlong(timestamp - this.first)
    this.varint(offsetDelta)
    this.bytes(key)
    this.bytes(value)
    this.varint(headers?.length ?? 0)
    if (headers) {
      for (const header of headers) {
        this.varint(Buffer.byteLength(header.key))
        this.position += this.buffer.write(header.key, this.position)
        this.bytes(header.value)
      }
    }
    if (timestamp > this.greatest) this.greatest = timestamp
    this.lastDelta = offsetDelta
    this.records++
  }

  /**
   * Adds a record whose key, value and headers stand in `bytes[start..end)` as they stand in a record. `offsetDelta` and `timestamp`
   * as for `append`.
   */
  appendContent(timestamp: number, offsetDelta: number, bytes: Buffer, start: number, end: number): void {
    this.first ??= timestamp
    const body = 1 + sizeOfVarlong(timestamp - this.first) + sizeOfVarint(offsetDelta) + end - start
    this.need(body + 5)
    this.varint(body)
    this.buffer[this.position++] = 0 // attributes
    this.varlong(timestamp - this.first)
    this.varint(offsetDelta)
    bytes.copy(this.buffer, this.position, start, end)
    this.position += end - start
    if (timestamp > this.greatest) this.greatest = timestamp
    this.lastDelta = offsetDelta
    this.records++
  }

  private need(size: number): void {
    if (this.position + size <= this.buffer.length) return
    const grown = Buffer.allocUnsafe((this.position + size) * 2)
    this.buffer.copy(grown, 0, 0, this.position)
    this.buffer = grown
  }
  private varint(value: number): void {
    let rest = ((value << 1) ^ (value >> 31)) >>> 0
    while (rest >= 0x80) {
      this.buffer[this.position++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.buffer[this.position++] = rest
  }
  private varlong(value: number): void {
    if (value >= -0x40000000 && value < 0x40000000) this.varint(value)
    else if (Math.abs(value) < 2 ** 52) this.longVarlong(zigzag53(value))
    else this.hugeVarlong(value)
  }
  private longVarlong(zigzag: number): void {
    let rest = zigzag
    while (rest >= 0x80) {
      this.buffer[this.position++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    this.buffer[this.position++] = rest
  }
  private hugeVarlong(value: number): void {
    let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n))
    for (; rest >= 0x80n; rest >>= 7n) this.buffer[this.position++] = Number(rest & 0x7fn) | 0x80
    this.buffer[this.position++] = Number(rest)
  }
  private bytes(value: Uint8Array | null | undefined): void {
    if (!value) {
      this.buffer[this.position++] = 1 // -1 in zigzag
      return
    }
    this.varint(value.length)
    this.buffer.set(value, this.position)
    this.position += value.length
  }

  /** The finished batch. Uncompressed it is the builder's own buffer, up to its end. */
  build(options: BatchOptions = {}): Buffer {
    const { codec = codecs.none, logAppendTime } = options
    let batch = this.buffer.subarray(0, this.position)
    if (codec !== codecs.none && this.records > 0) {
      const block = compress(codec, batch.subarray(HEADER_SIZE), options.codecLevel)
      batch = Buffer.allocUnsafe(HEADER_SIZE + block.length)
      batch.set(block, HEADER_SIZE)
    }
    writeHeader(batch, 0, batch.length, {
      baseOffset: options.baseOffset ?? 0,
      lastOffsetDelta: options.lastOffsetDelta ?? this.lastDelta,
      partitionLeaderEpoch: options.partitionLeaderEpoch ?? -1,
      attributes: this.attributes(options, this.records > 0 ? codec : codecs.none),
      baseTimestamp: this.first ?? -1,
      maxTimestamp: logAppendTime ?? options.maxTimestamp ?? this.greatest,
      producerId: options.producerId ?? -1,
      producerEpoch: options.producerEpoch ?? -1,
      baseSequence: options.baseSequence ?? -1,
      recordCount: this.records,
    })
    return batch
  }

  private attributes(options: BatchOptions, codec: number): number {
    return (
      codec |
      (options.logAppendTime === undefined ? 0 : LOG_APPEND_TIME_BIT) |
      (options.transactional ? TRANSACTIONAL_BIT : 0) |
      (options.control ? CONTROL_BIT : 0) |
      (options.hasDeleteHorizon ? DELETE_HORIZON_BIT : 0)
    )
  }
}
