/**
 * A batch on its way: the records gathered for one partition, what is known of sending them, and who wants to hear of it. There is
 * one object per batch and none per record, but for records whose sender asked for an answer of its own.
 */
import {
  attributes,
  baseTimestamp,
  incrementSequence,
  lastOffsetDelta,
  maxTimestamp,
  recordCount,
  stampBatch,
  writeHeader,
} from '../../protocol/batch'
import { BatchBuilder, type NewRecord } from '../../protocol/batch-builder'
import { type Record, readRecords } from '../../protocol/batch-reader'
import { type CodecName, codecs } from '../../protocol/compression/codec'
import type { ProducerConfig } from '../config/producer'
import type { KafkaError } from '../kafka-error'
import type { PartitionQueue } from './queue'

/** Where a record is. Offset -1: it was not told (acks=0, or a repetition of what was written before). */
export interface Sent {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Milliseconds: the broker's where it stamps records, else the record's own. */
  readonly timestamp: number
}
/** Told of a record that could not be sent. The record is as it was given. */
export type OnError = (error: KafkaError, record: Record) => void

/** One record's own answer. */
export interface Send {
  readonly timestamp: number
  resolve(sent: Sent): void
  reject(error: KafkaError): void
}

export interface Compression {
  readonly codec: CodecName
  readonly level: number | undefined
}

export function compressionOf(config: ProducerConfig): Compression {
  const codec = config['compression.type']
  if (codec === 'none' || codec === 'snappy') return { codec, level: undefined }
  const level = config[`compression.${codec}.level`]
  return { codec, level: codec === 'gzip' && level === -1 ? undefined : level }
}

const FIRST_ROOM = 16_448
/** A producer's identity, or -1s. */
export interface ProducerIdentity {
  readonly producerId: number
  readonly epoch: number
}
export const NOBODY: ProducerIdentity = { producerId: -1, epoch: -1 }

export class ProducerBatch {
  private readonly builder: BatchBuilder
  private bytes: Buffer | undefined
  /** Whose sequence number it carries; NOBODY until it is first sent. */
  identity: ProducerIdentity = NOBODY
  sequence = -1
  /** Its sequence number was changed after it was sent: an answer about the old one says nothing. */
  resequenced = false
  attempts = 0
  /** It was sent, and no answer said that it is not in the log. */
  mayBeWritten = false
  /** Requests under way with it. */
  underWay = false
  finished = false
  private sends: { readonly place: number; readonly send: Send }[] | undefined
  /** Who watches which records: each up to, not with, `end`; `watcher` those from there on. */
  private readonly watched: { readonly watcher: OnError | undefined; readonly end: number }[] = []
  private watcher: OnError | undefined
  private waiters: (() => void)[] | undefined

  constructor(
    readonly queue: PartitionQueue,
    /** On the monotonic clock. */
    readonly createdAt: number,
    /** Bytes of buffer.memory that it holds. */
    readonly reserved: number,
  ) {
    this.builder = new BatchBuilder(Math.min(reserved, FIRST_ROOM))
  }

  get count(): number {
    return this.builder.count
  }
  /** Uncompressed, in bytes. */
  get size(): number {
    return this.builder.size
  }
  sizeWith(record: NewRecord): number {
    return this.builder.sizeWith(record)
  }
  /** The sequence number after its last. */
  get nextSequence(): number {
    return incrementSequence(this.sequence, this.count)
  }

  append(record: NewRecord, watcher: OnError | undefined, send: Send | undefined): void {
    if (watcher !== this.watcher) {
      this.watched.push({ watcher: this.watcher, end: this.builder.count })
      this.watcher = watcher
    }
    if (send) {
      this.sends ??= []
      this.sends.push({ place: this.builder.count, send })
    }
    this.builder.append(record)
  }

  /** The bytes to send now. What was sent before is not touched: a broker in this process may have kept it. */
  encode(compression: Compression, transactional: boolean): Buffer {
    const { identity, sequence } = this
    if (!this.bytes) {
      this.bytes = this.builder.build({
        codec: codecs[compression.codec],
        codecLevel: compression.level,
        producerId: identity.producerId,
        producerEpoch: identity.epoch,
        baseSequence: sequence,
        transactional,
      })
      return this.bytes
    }
    const bytes = Buffer.from(this.bytes)
    writeHeader(bytes, 0, bytes.length, {
      baseOffset: 0,
      lastOffsetDelta: lastOffsetDelta(bytes, 0),
      partitionLeaderEpoch: -1,
      attributes: attributes(bytes, 0),
      baseTimestamp: baseTimestamp(bytes, 0),
      maxTimestamp: maxTimestamp(bytes, 0),
      producerId: identity.producerId,
      producerEpoch: identity.epoch,
      baseSequence: sequence,
      recordCount: recordCount(bytes, 0),
    })
    this.bytes = bytes
    return bytes
  }

  /** Its records with their watchers and answers, for another batch or for the bad news. */
  *contents(): Generator<{ record: Record; watcher: OnError | undefined; send: Send | undefined }> {
    const sends = new Map(this.sends?.map(({ place, send }) => [place, send]))
    const bytes = this.bytes ?? this.builder.build()
    stampBatch(bytes, 0, 0, -1)
    let place = 0
    let run = 0
    for (const record of readRecords(bytes, 0)) {
      while (run < this.watched.length && place >= (this.watched[run]?.end ?? 0)) run++
      yield { record, watcher: run < this.watched.length ? this.watched[run]?.watcher : this.watcher, send: sends.get(place) }
      place++
    }
  }

  /** `baseOffset` -1: not told. `logAppendTime` -1: the broker does not stamp records. */
  succeed(baseOffset: number, logAppendTime: number): void {
    const { queue } = this
    for (const { place, send } of this.sends ?? []) {
      send.resolve({
        topic: queue.topic,
        partition: queue.partition,
        offset: baseOffset < 0 ? -1 : baseOffset + place,
        timestamp: logAppendTime >= 0 ? logAppendTime : send.timestamp,
      })
    }
    this.finish()
  }
  fail(error: KafkaError): void {
    const isWatched = this.watcher !== undefined || this.watched.some(({ watcher }) => watcher !== undefined)
    if (isWatched) for (const { record, watcher } of this.contents()) watcher?.(error, record)
    for (const { send } of this.sends ?? []) send.reject(error)
    this.finish()
  }
  /** Nothing more will be heard of it: its records are told of, or went into other batches. */
  finish(): void {
    this.finished = true
    for (const done of this.waiters?.splice(0) ?? []) done()
  }
  whenFinished(): Promise<void> {
    if (this.finished) return Promise.resolve()
    return new Promise((resolve) => {
      this.waiters ??= []
      this.waiters.push(resolve)
    })
  }
}
