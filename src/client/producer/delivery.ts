/**
 * What came of sending a batch: it is written, to be sent again, to be sent in parts, or given up. Every batch ends here, with one
 * answer to everybody who wants to hear of its records.
 */
import type { Produce } from '../../protocol/apis/produce'
import { Disconnected } from '../../protocol/call'
import { errorOf, errors } from '../../protocol/errors'
import { Malformed } from '../../protocol/reader'
import type { Reply } from '../../protocol/types'
import type { Clock, Random } from '../../system/system'
import { backoffMs } from '../backoff'
import type { Cluster } from '../cluster'
import type { ProducerConfig } from '../config/producer'
import { KafkaError, kafkaError, kafkaException, TimeoutException } from '../kafka-error'
import type { Accumulator } from './accumulator'
import type { ProducerBatch } from './batch'
import type { Sequences } from './sequences'
import type { Transactions } from './transactions'

type PartitionAnswer = Reply<typeof Produce>['responses'][number]['partitionResponses'][number]

export interface DeliveryOptions {
  readonly cluster: Cluster
  readonly config: ProducerConfig
  readonly clock: Clock
  readonly random: Random
  readonly accumulator: () => Accumulator
  readonly sequences: Sequences | undefined
  readonly transactions: Transactions | undefined
  /** The leader of a partition of the topic may be another by now. */
  wantTopic(topic: string): void
}

export class Delivery {
  private readonly asksNothing: boolean

  constructor(private readonly options: DeliveryOptions) {
    this.asksNothing = options.config.acks === '0'
  }

  answered(batches: readonly ProducerBatch[], reply: Reply<typeof Produce>): void {
    const { topics, namesById } = this.options.cluster.metadata
    const answers = new Map<string, PartitionAnswer>()
    for (const { name, topicId, partitionResponses } of reply.responses) {
      const topic = name || namesById.get(topicId)
      for (const answer of partitionResponses) answers.set(`${topic ?? topicId} ${answer.index}`, answer)
    }
    for (const batch of batches) {
      const { topic, partition } = batch.queue
      batch.underWay = false
      this.judge(batch, answers.get(`${topic} ${partition}`) ?? answers.get(`${topics.get(topic)?.id} ${partition}`))
    }
  }
  private judge(batch: ProducerBatch, answer: PartitionAnswer | undefined): void {
    if (batch.finished) {
      // Given up already; but if it is there, no number is missing.
      if (answer?.errorCode === errors.NONE) this.options.sequences?.acknowledged(batch.queue, batch, answer.baseOffset)
    } else if (this.asksNothing) this.succeeded(batch, -1, -1)
    else if (!answer) this.failed(batch, kafkaError(errors.UNKNOWN_SERVER_ERROR), -1)
    else if (answer.errorCode === errors.NONE) this.succeeded(batch, answer.baseOffset, answer.logAppendTimeMs)
    else if (answer.errorCode === errors.DUPLICATE_SEQUENCE_NUMBER) this.succeeded(batch, -1, -1)
    else if (answer.errorCode === errors.MESSAGE_TOO_LARGE && batch.count > 1) this.splitUp(batch)
    else this.refused(batch, answer)
  }

  lost(batches: readonly ProducerBatch[], error: unknown): void {
    // What was lost on the way is sent again; what a broker cannot be told stays so.
    const isLost = error instanceof Disconnected || error instanceof Malformed
    const known = error instanceof KafkaError ? error : kafkaException(String(error), error)
    const failure = isLost ? kafkaError(errors.NETWORK_EXCEPTION) : known
    for (const batch of batches) {
      batch.underWay = false
      if (!batch.finished) this.failed(batch, failure, -1)
    }
  }

  private succeeded(batch: ProducerBatch, baseOffset: number, logAppendTime: number): void {
    this.options.sequences?.acknowledged(batch.queue, batch, baseOffset)
    batch.queue.retryAt = 0
    batch.succeed(baseOffset, logAppendTime)
    this.options.accumulator().release(batch)
  }

  private refused(batch: ProducerBatch, answer: PartitionAnswer): void {
    const { topic, partition } = batch.queue
    this.options.cluster.learnLeader(topic, partition, answer.currentLeader.leaderId, answer.currentLeader.leaderEpoch)
    const atFault = answer.recordErrors[0]?.batchIndexErrorMessage
    this.failed(batch, kafkaError(answer.errorCode, atFault ?? answer.errorMessage), answer.logStartOffset)
  }

  private failed(batch: ProducerBatch, error: KafkaError, logStartOffset: number): void {
    const { clock, config, random, sequences, transactions } = this.options
    const { queue } = batch
    const byNumber = sequences?.shouldRetry(queue, batch, error.code, logStartOffset)
    batch.resequenced = false
    const isRetriable = byNumber ?? error.retriable
    if (errorOf(error.code).refresh) this.options.wantTopic(queue.topic)
    const isLate = clock.monotonic() >= this.deadlineOf(batch)
    if (isRetriable && batch.attempts <= config.retries && !isLate && !transactions?.isAborting) {
      queue.putBack(batch)
      this.options.accumulator().active.add(queue)
      const ms = backoffMs(batch.attempts, config['retry.backoff.ms'], config['retry.backoff.max.ms'], random)
      queue.retryAt = clock.monotonic() + (byNumber ? 0 : ms)
      return
    }
    this.giveUp(batch, error, !isRetriable)
  }

  /** `known`: the broker said that it has not written it. */
  private giveUp(batch: ProducerBatch, error: KafkaError, known: boolean): void {
    this.options.sequences?.givenUp(batch.queue, batch, known)
    this.options.transactions?.failed(error)
    batch.fail(error)
    this.options.accumulator().release(batch)
  }

  private splitUp(batch: ProducerBatch): void {
    const accumulator = this.options.accumulator()
    const parts = accumulator.split(batch)
    const { queue } = batch
    this.options.sequences?.replaced(queue, batch, parts)
    for (const part of parts.toReversed()) queue.putBack(part)
    accumulator.active.add(queue)
    batch.finish()
    accumulator.release(batch)
  }

  private deadlineOf(batch: ProducerBatch): number {
    return batch.createdAt + this.options.config['delivery.timeout.ms']
  }
  /** Gives up what was not delivered in time, also what is under way; gives when to look again. */
  expire(now: number): number {
    for (const batch of this.options.accumulator().incomplete) {
      if (this.deadlineOf(batch) > now) return this.deadlineOf(batch) // the others were made later
      const { queue, count } = batch
      queue.drop(batch)
      const ms = Math.round(now - batch.createdAt)
      const text = `Expiring ${count} record(s) for ${queue.topic}-${queue.partition}:${ms} ms has passed since batch creation`
      this.giveUp(batch, new TimeoutException(text), false)
    }
    return Number.POSITIVE_INFINITY
  }

  /** Drops what has not been sent. */
  abort(error: KafkaError): void {
    for (const batch of [...this.options.accumulator().incomplete]) {
      if (batch.underWay) continue
      batch.queue.drop(batch)
      if (batch.sequence >= 0) this.options.transactions?.numbersLost()
      this.giveUp(batch, error, true)
    }
  }
}
