/** What a consumer knows of one partition that it reads. */
import type { OffsetReset } from '../config/consumer'
import type { KafkaError } from '../kafka-error'
import { keyOf } from '../topic-partition'
import type { FetchedBatch } from './fetched-batch'

export class PartitionState {
  /** Next offset to be consumed; -1: not known yet. */
  position = -1
  /** Leader epoch of the record before it; -1: unknown. */
  positionEpoch = -1
  /** Next offset to be fetched. */
  fetchOffset = -1
  /** What lies from here to there holds nothing to be seen; the position passes it when it comes there. */
  private gap = { from: -1, to: -1 }
  /** Rises with every jump: batches from before it no longer move the position. */
  era = 0
  isPaused = false
  /** How to find the position, when it is not known: by the stored offset first, or by this. */
  reset: OffsetReset | 'stored' | undefined
  /** Somebody is finding the position. */
  isBeingPositioned = false
  /** On the monotonic clock: after an error it is not fetched or positioned before. */
  retryAt = 0
  failures = 0
  /** Fetched and not yet handed out. */
  buffered: FetchedBatch[] = []
  /** What is wrong at `fetchOffset`, to be said when everything before it was handed out. */
  error: KafkaError | undefined
  /** The position was checked against the leader of this epoch (KIP-320). */
  validatedEpoch = -1
  isBeingValidated = false
  /** A replica nearer than the leader (KIP-392), until a time on the monotonic clock. */
  preferredReplica = -1
  preferredUntil = 0
  /** -1: unknown. */
  highWatermark = -1
  lastStableOffset = -1
  logStartOffset = -1

  constructor(
    readonly topic: string,
    readonly partition: number,
  ) {}

  get key(): string {
    return keyOf(this)
  }
  /** Goes on at `offset`, wherever it was. */
  seek(offset: number, epoch = -1): void {
    this.jump()
    this.position = offset
    this.fetchOffset = offset
    this.positionEpoch = epoch
    this.reset = undefined
  }
  /** Has its position found anew. */
  lose(reset: OffsetReset | 'stored'): void {
    this.jump()
    this.position = -1
    this.fetchOffset = -1
    this.positionEpoch = -1
    this.reset = reset
  }
  /** Everything before `next` is consumed. */
  consumed(next: number): void {
    this.position = next === this.gap.from ? this.gap.to : next
  }
  /** There is nothing to be seen from `from`, which was fetched, to `to`. */
  pass(from: number, to: number): void {
    if (this.position === from) this.position = to
    else this.gap = { from: this.gap.to === from ? this.gap.from : from, to }
  }
  private jump(): void {
    this.era++
    this.gap = { from: -1, to: -1 }
    this.buffered = []
    this.error = undefined
    this.failures = 0
    this.retryAt = 0
    this.validatedEpoch = -1
  }
}
