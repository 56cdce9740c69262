/**
 * What a partition remembers of the producers that write to it (ProducerStateManager, KIP-98, KIP-360): the last five batches of
 * each idempotent producer, so that a retry is recognised, and the transactions that are open. A function of the log: after
 * a restart it is read from the newest snapshot and the batches behind it.
 */
import * as batch from '../protocol/batch'
import { errors } from '../protocol/errors'
import type { ProducerEntry } from './snapshot'

/** One appended batch, as a retry would show it again. */
export interface AppendedBatch {
  readonly firstSequence: number
  readonly lastSequence: number
  readonly firstOffset: number
  readonly lastOffset: number
  readonly timestamp: number
}

export interface Producer {
  readonly producerId: number
  epoch: number
  /** Oldest first, at most five. */
  batches: AppendedBatch[]
  timestamp: number
  coordinatorEpoch: number
  /** First offset of the open transaction, or -1. */
  transactionStart: number
}

export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
  readonly lastOffset: number
  /** Last stable offset when the marker was written. */
  readonly lastStableOffset: number
}

const KEPT_BATCHES = 5
const SEQUENCES = 0x80000000

const next = (sequence: number) => (sequence + 1) % SEQUENCES
const lastSequenceOf = (buffer: Buffer, at: number) =>
  (batch.baseSequence(buffer, at) + batch.lastOffsetDelta(buffer, at)) % SEQUENCES

/** What the check of a batch came to: append it, answer with what was appended before, or refuse. */
export type Verdict = { readonly duplicate?: AppendedBatch; readonly error: number }

export class Producers {
  private readonly known = new Map<number, Producer>()
  /** Producers with an open transaction. */
  private readonly open = new Set<Producer>()
  /** Offset up to which (exclusive) batches have been taken in. */
  endOffset = 0

  get size(): number {
    return this.known.size
  }
  all(): Iterable<Producer> {
    return this.known.values()
  }
  get(producerId: number): Producer | undefined {
    return this.known.get(producerId)
  }
  /** First offset of the oldest open transaction, or undefined. */
  firstOpenOffset(): number | undefined {
    let first: number | undefined
    for (const { transactionStart } of this.open) {
      if (first === undefined || transactionStart < first) first = transactionStart
    }
    return first
  }

  /** Checks a batch that a producer with an id wants to append (facts: Producer state on the partition leader). */
  check(buffer: Buffer, at: number): Verdict {
    const producer = this.known.get(batch.producerId(buffer, at))
    const first = batch.baseSequence(buffer, at)
    const transactional = batch.isTransactional(buffer, at)
    if (!producer) return { error: errors.NONE }
    const epoch = batch.producerEpoch(buffer, at)
    if (epoch < producer.epoch) return { error: errors.INVALID_PRODUCER_EPOCH }
    if (epoch > producer.epoch) return { error: first === 0 ? errors.NONE : errors.OUT_OF_ORDER_SEQUENCE_NUMBER }
    const last = lastSequenceOf(buffer, at)
    const duplicate = producer.batches.find((b) => b.firstSequence === first && b.lastSequence === last)
    if (duplicate) return { error: errors.NONE, duplicate }
    if (!transactional && producer.transactionStart >= 0) return { error: errors.INVALID_TXN_STATE }
    const newest = producer.batches.at(-1)
    if (newest && first !== next(newest.lastSequence)) return { error: errors.OUT_OF_ORDER_SEQUENCE_NUMBER }
    return { error: errors.NONE }
  }

  /** Takes in a batch that is in the log. Gives the aborted transaction that an abort marker ends. */
  take(
    buffer: Buffer,
    at: number,
    marker?: { readonly commit: boolean; readonly coordinatorEpoch: number },
  ): AbortedTransaction | undefined {
    const lastOffset = batch.lastOffset(buffer, at)
    this.endOffset = lastOffset + 1
    const producerId = batch.producerId(buffer, at)
    if (producerId < 0) return undefined
    // a marker that compaction has emptied, the last of its transaction, says nothing: ProducerAppendInfo.append
    if (batch.isControl(buffer, at) && batch.recordCount(buffer, at) === 0) return undefined
    const producer = this.ensure(producerId, batch.producerEpoch(buffer, at))
    producer.timestamp = batch.maxTimestamp(buffer, at)
    if (batch.isControl(buffer, at)) return marker && this.endTransaction(producer, lastOffset, marker)
    if (batch.baseSequence(buffer, at) >= 0) {
      producer.batches.push({
        firstSequence: batch.baseSequence(buffer, at),
        lastSequence: lastSequenceOf(buffer, at),
        firstOffset: batch.baseOffset(buffer, at),
        lastOffset,
        timestamp: producer.timestamp,
      })
      if (producer.batches.length > KEPT_BATCHES) producer.batches.shift()
    }
    if (batch.isTransactional(buffer, at) && producer.transactionStart < 0) {
      producer.transactionStart = batch.baseOffset(buffer, at)
      this.open.add(producer)
    }
    return undefined
  }

  private ensure(producerId: number, epoch: number): Producer {
    let producer = this.known.get(producerId)
    if (!producer) {
      producer = { producerId, epoch, batches: [], timestamp: -1, coordinatorEpoch: -1, transactionStart: -1 }
      this.known.set(producerId, producer)
    }
    if (producer.epoch !== epoch) {
      producer.epoch = epoch
      producer.batches = []
    }
    return producer
  }

  private endTransaction(
    producer: Producer,
    lastOffset: number,
    marker: { readonly commit: boolean; readonly coordinatorEpoch: number },
  ): AbortedTransaction | undefined {
    const firstOffset = producer.transactionStart
    producer.coordinatorEpoch = marker.coordinatorEpoch
    producer.transactionStart = -1
    this.open.delete(producer)
    if (marker.commit || firstOffset < 0) return undefined
    const lastStableOffset = this.firstOpenOffset() ?? lastOffset + 1
    return { producerId: producer.producerId, firstOffset, lastOffset, lastStableOffset }
  }

  /** Forgets producers that wrote last before `before`, unless a transaction of theirs is open. */
  expire(before: number): void {
    for (const producer of this.known.values()) {
      if (producer.timestamp < before && producer.transactionStart < 0) this.known.delete(producer.producerId)
    }
  }
  clear(): void {
    this.known.clear()
    this.open.clear()
    this.endOffset = 0
  }

  toEntries(): ProducerEntry[] {
    return [...this.known.values()].map((producer) => {
      const newest = producer.batches.at(-1)
      return {
        producerId: producer.producerId,
        epoch: producer.epoch,
        lastSequence: newest?.lastSequence ?? -1,
        lastOffset: newest?.lastOffset ?? -1,
        offsetDelta: newest ? newest.lastOffset - newest.firstOffset : 0,
        timestamp: producer.timestamp,
        coordinatorEpoch: producer.coordinatorEpoch,
        transactionStart: producer.transactionStart,
      }
    })
  }
  /** Starts from a snapshot taken at `offset`. */
  load(entries: readonly ProducerEntry[], offset: number): void {
    this.clear()
    this.endOffset = offset
    for (const entry of entries) {
      const { producerId, epoch, timestamp, coordinatorEpoch, transactionStart, lastSequence, offsetDelta, lastOffset } = entry
      const firstSequence = (lastSequence - offsetDelta + SEQUENCES) % SEQUENCES
      const kept = { firstSequence, lastSequence, firstOffset: lastOffset - offsetDelta, lastOffset, timestamp }
      const batches = lastSequence < 0 ? [] : [kept]
      const producer: Producer = { producerId, epoch, batches, timestamp, coordinatorEpoch, transactionStart }
      this.known.set(producerId, producer)
      if (transactionStart >= 0) this.open.add(producer)
    }
  }
}
