/**
 * Sequence numbers, by which a broker knows what it has already written (KIP-98) and what is missing before it. A producer without
 * transactions heals its numbering by itself: it takes the next epoch, in which every partition begins at 0 again (KIP-360). The
 * rules are those of org.apache.kafka.clients.producer.internals.TransactionManager.
 */
import { errors } from '../../protocol/errors'
import { NOBODY, type ProducerBatch, type ProducerIdentity } from './batch'
import type { PartitionQueue } from './queue'

const LAST_EPOCH = 32_767
/** By these a broker says that it has not written the batch: it would have known it again. */
const ABOUT_NUMBERS: ReadonlySet<number> = new Set([
  errors.OUT_OF_ORDER_SEQUENCE_NUMBER,
  errors.UNKNOWN_PRODUCER_ID,
  errors.INVALID_PRODUCER_EPOCH,
])

export class Sequences {
  /** undefined: to be asked for. */
  identity: ProducerIdentity | undefined
  /** Queues whose numbering has a hole. */
  private readonly bumping = new Set<PartitionQueue>()
  private readonly unresolved = new Set<PartitionQueue>()

  /** `isTransactional`: the epoch is the coordinator's affair, and what fails aborts the transaction. */
  constructor(private readonly isTransactional = false) {}

  /** Whether this batch may be sent now: after all that have earlier numbers and are to be sent again. */
  maySend(queue: PartitionQueue, batch: ProducerBatch): boolean {
    if (batch.sequence >= 0) return queue.unacknowledged[0] === batch
    if (queue.unresolved || this.bumping.has(queue)) return false
    // A broker takes any number from a producer that it does not know. Were the second batch under way too and only the first
    // refused, the second would be written, and the first never.
    if (queue.lastAckedSequence < 0 && queue.unacknowledged.length > 0) return false
    // Numbers of an older epoch that are still out must be settled before the new epoch begins.
    return this.isCurrent(queue.identity) || queue.unacknowledged.length === 0
  }

  /** Gives the batch its number, if it has none. */
  number(queue: PartitionQueue, batch: ProducerBatch): void {
    if (batch.sequence >= 0 || !this.identity) return
    if (!this.isCurrent(queue.identity)) restart(queue, this.identity)
    batch.identity = queue.identity
    batch.sequence = queue.nextSequence
    queue.nextSequence = batch.nextSequence
    queue.unacknowledged.push(batch)
  }

  acknowledged(queue: PartitionQueue, batch: ProducerBatch, baseOffset: number): void {
    remove(queue, batch)
    if (batch.identity !== queue.identity) return
    queue.lastAckedSequence = Math.max(queue.lastAckedSequence, batch.sequence + batch.count - 1)
    if (baseOffset >= 0) queue.lastAckedOffset = Math.max(queue.lastAckedOffset, baseOffset + batch.count - 1)
  }

  /** The batch is given up. `known`: the broker said that it is not written; else it may be. */
  givenUp(queue: PartitionQueue, batch: ProducerBatch, known: boolean): void {
    if (batch.sequence < 0) return
    remove(queue, batch)
    if (this.isTransactional) return
    if (known) this.bumping.add(queue)
    else if (batch.attempts > 0) {
      queue.unresolved = true
      this.unresolved.add(queue)
    }
  }

  /** The batch's records went into other batches, which follow it in number. */
  replaced(queue: PartitionQueue, batch: ProducerBatch, by: readonly ProducerBatch[]): void {
    const place = queue.unacknowledged.indexOf(batch)
    let { sequence } = batch
    for (const part of by) {
      part.identity = batch.identity
      part.sequence = sequence
      sequence = part.nextSequence
    }
    if (place >= 0) queue.unacknowledged.splice(place, 1, ...by)
  }

  /**
   * Whether a batch that was refused for its number is to be sent again, and if the numbering has a hole, has it begin anew.
   * undefined: the error is not about numbers.
   */
  shouldRetry(queue: PartitionQueue, batch: ProducerBatch, code: number, logStartOffset: number): boolean | undefined {
    if (batch.sequence < 0) return undefined
    if (ABOUT_NUMBERS.has(code)) batch.mayBeWritten = false
    switch (code) {
      case errors.OUT_OF_ORDER_SEQUENCE_NUMBER: {
        const isNext = batch.sequence === queue.lastAckedSequence + 1
        // One that was sent before this one failed too, and goes first.
        if (!queue.unresolved && (batch.resequenced || !isNext)) {
          batch.resequenced = false
          return true
        }
        if (this.isTransactional) return false
        if (this.unresolved.size === 0 || isNext) this.bumping.add(queue)
        return true
      }
      case errors.UNKNOWN_PRODUCER_ID:
        // Retention took the last that this producer wrote, and what the broker knew of it.
        if (logStartOffset < 0 || this.isTransactional) return false
        if (!batch.resequenced) this.bumping.add(queue)
        batch.resequenced = false
        return true
      case errors.INVALID_PRODUCER_EPOCH:
        if (this.isTransactional) return false
        this.bumping.add(queue)
        return true
      default:
        return undefined
    }
  }

  /** To be called before anything is sent: settles what is unresolved and begins a new epoch where one is wanted. */
  settle(): void {
    for (const queue of this.unresolved) {
      if (queue.unacknowledged.length > 0) continue // their answers will tell
      this.unresolved.delete(queue)
      if (queue.nextSequence === queue.lastAckedSequence + 1) queue.unresolved = false
      else this.bumping.add(queue)
    }
    if (!this.identity || ![...this.bumping].some(isSettled)) return
    const { producerId, epoch } = this.identity
    if (epoch >= LAST_EPOCH) {
      this.identity = undefined // a new producer id will be asked for; queues begin anew once their batches are settled
      return
    }
    this.identity = { producerId, epoch: epoch + 1 }
    this.renumber()
  }

  /** A new identity came from the broker. */
  begin(identity: ProducerIdentity): void {
    this.identity = identity
    this.renumber()
  }

  private renumber(): void {
    if (!this.identity) return
    for (const queue of this.bumping) {
      if (!isSettled(queue)) continue
      restart(queue, this.identity)
      for (const batch of queue.unacknowledged) {
        batch.identity = queue.identity
        batch.sequence = queue.nextSequence
        batch.resequenced = batch.underWay
        queue.nextSequence = batch.nextSequence
      }
      this.unresolved.delete(queue)
      this.bumping.delete(queue)
    }
  }
  private isCurrent(identity: ProducerIdentity): boolean {
    return identity !== NOBODY && identity === this.identity
  }
}

/**
 * Whether its batches may have new numbers. One before the hole that may be written already has to be answered first: under
 * another number it would be written again. Kafka's producer does not wait for that.
 */
function isSettled({ unacknowledged: [first], identity, lastAckedSequence }: PartitionQueue): boolean {
  return !first?.mayBeWritten || first.identity !== identity || first.sequence !== lastAckedSequence + 1
}
function restart(queue: PartitionQueue, identity: ProducerIdentity): void {
  queue.identity = identity
  queue.nextSequence = 0
  queue.lastAckedSequence = -1
  queue.unresolved = false
}
function remove(queue: PartitionQueue, batch: ProducerBatch): void {
  const place = queue.unacknowledged.indexOf(batch)
  if (place >= 0) queue.unacknowledged.splice(place, 1)
}
