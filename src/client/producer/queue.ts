/** What waits to be sent to one partition, in order, and what is known of its sequence numbers. */
import { NOBODY, type ProducerBatch, type ProducerIdentity } from './batch'

export class PartitionQueue {
  /** Still taking records. */
  open: ProducerBatch | undefined
  /** To be sent, the first first. Batches that are to be sent again stand in front, in the order of their sequence numbers. */
  readonly ready: ProducerBatch[] = []
  /** With sequence numbers and without a final answer, in their order: under way, or in `ready` again. */
  readonly unacknowledged: ProducerBatch[] = []
  /** On the monotonic clock: after a failure nothing is sent before. */
  retryAt = 0

  /** Whose sequence numbers are counted here. */
  identity: ProducerIdentity = NOBODY
  nextSequence = 0
  /** -1: nothing was acknowledged yet. */
  lastAckedSequence = -1
  lastAckedOffset = -1
  /** A batch was given up of which nobody knows whether it was written. */
  unresolved = false

  constructor(
    readonly topic: string,
    readonly partition: number,
  ) {}

  get isEmpty(): boolean {
    return this.open === undefined && this.ready.length === 0
  }
  /** Ends the batch that takes records, so that it is sent. */
  closeOpen(): void {
    if (!this.open) return
    this.ready.push(this.open)
    this.open = undefined
  }
  /** Takes a batch out, wherever it waits. */
  drop(batch: ProducerBatch): void {
    const place = this.ready.indexOf(batch)
    if (place >= 0) this.ready.splice(place, 1)
    if (this.open === batch) this.open = undefined
  }
  /** Puts a batch that was sent back to where it belongs. */
  putBack(batch: ProducerBatch): void {
    const place = batch.sequence < 0 ? 0 : this.ready.findIndex((each) => !comesBefore(each, batch, this.unacknowledged))
    this.ready.splice(place < 0 ? this.ready.length : place, 0, batch)
  }
}

/** Whether `a` was numbered before `b`; a batch without number comes after all that have one. */
function comesBefore(a: ProducerBatch, b: ProducerBatch, order: readonly ProducerBatch[]): boolean {
  const place = order.indexOf(a)
  return place >= 0 && place < order.indexOf(b)
}
