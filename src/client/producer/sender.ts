/**
 * Sends batches to the leaders of their partitions: several partitions in one request, several requests under way to one broker,
 * each partition in order. Whatever happens wakes it, it does what can be done now, and sets one timer for what comes next
 * (org.apache.kafka.clients.producer.internals.Sender).
 */
import { InitProducerId } from '../../protocol/apis/init-producer-id'
import { Produce } from '../../protocol/apis/produce'
import { Disconnected } from '../../protocol/call'
import { errorOf, errors } from '../../protocol/errors'
import { Malformed } from '../../protocol/reader'
import type { Reply } from '../../protocol/types'
import type { Clock, Random, Timer } from '../../system/system'
import { backoffMs } from '../backoff'
import type { Cluster } from '../cluster'
import type { Topic } from '../cluster/snapshot'
import type { ProducerConfig } from '../config/producer'
import { KafkaError, kafkaError, kafkaException, TimeoutException } from '../kafka-error'
import type { Link } from '../link'
import { TopicWatch } from '../topic-watch'
import type { Accumulator } from './accumulator'
import type { Compression, ProducerBatch } from './batch'
import type { PartitionQueue } from './queue'
import { Sequences } from './sequences'

type PartitionAnswer = Reply<typeof Produce>['responses'][number]['partitionResponses'][number]

interface Broker {
  link: Link | undefined
  isConnecting: boolean
  underWay: number
  /** On the monotonic clock: not to be dialled before. */
  notBefore: number
}

/** Errors that say that the leader should be looked up anew. */
const REFRESHES = (code: number): boolean => errorOf(code).refresh

export class Sender {
  private readonly brokers = new Map<number, Broker>()
  private readonly sequences: Sequences | undefined
  private readonly compression: Compression
  private readonly acks: number
  private timer: Timer | undefined
  private timerAt = Number.POSITIVE_INFINITY
  private isAwake = false
  private isIdentifying = false
  private flushing = 0
  private isStopped = false
  private readonly topics: TopicWatch

  constructor(
    private readonly cluster: Cluster,
    private readonly config: ProducerConfig,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly accumulator: () => Accumulator,
  ) {
    this.topics = new TopicWatch({
      cluster,
      config,
      clock,
      random,
      create: true,
      learnt: () => {
        this.accumulator().refresh()
        this.wake()
      },
    })
    this.sequences = config['enable.idempotence'] ? new Sequences() : undefined
    this.acks = config.acks === 'all' ? -1 : Number(config.acks)
    const codec = config['compression.type']
    const levels = {
      none: undefined,
      snappy: undefined,
      gzip: 'compression.gzip.level',
      lz4: 'compression.lz4.level',
      zstd: 'compression.zstd.level',
    } as const
    const level = levels[codec] === undefined ? undefined : config[levels[codec]]
    this.compression = { codec, level: codec === 'gzip' && level === -1 ? undefined : level }
  }

  /** Looks, after what happens now, for what can be done. */
  wake(): void {
    if (this.isAwake || this.isStopped) return
    this.isAwake = true
    this.clock.soon(() => {
      this.isAwake = false
      this.run()
    })
  }
  wantTopic(name: string): void {
    this.topics.want(name)
    this.wake()
  }
  /** While something is flushed, nothing lingers. */
  beginFlush(): void {
    this.flushing++
    this.wake()
  }
  endFlush(): void {
    this.flushing--
  }
  stop(): void {
    this.isStopped = true
    this.timer?.cancel()
  }

  private run(): void {
    if (this.isStopped) return
    const now = this.clock.monotonic()
    const accumulator = this.accumulator()
    this.expire(now)
    accumulator.unpark()
    this.wakeAt(accumulator.parkedUntil, now)
    if (this.sequences) {
      this.sequences.settle()
      if (!this.sequences.identity && accumulator.active.size > 0) this.identify()
    }
    for (let requests = this.collect(now); requests.size > 0; requests = this.collect(now)) {
      for (const [id, batches] of requests) this.send(id, batches)
    }
    this.wakeAt(
      this.topics.ask(now, () => accumulator.topicNames()),
      now,
    )
  }

  // ---- what to send ----

  /** Takes the batches that may be sent now out of their queues, by broker: one a partition, and no more than max.request.size. */
  private collect(now: number): Map<number, ProducerBatch[]> {
    const requests = new Map<number, ProducerBatch[]>()
    const sizes = new Map<number, number>()
    const { active } = this.accumulator()
    for (const queue of [...active]) {
      const batch = this.next(queue, now)
      if (!batch) continue
      const leader = this.leaderOf(queue)
      if (leader === undefined || !this.hasRoom(leader, now)) continue
      const size = (sizes.get(leader) ?? 0) + batch.size
      const sent = requests.get(leader)
      if (sent && size > this.config['max.request.size']) continue
      if (batch === queue.open) queue.closeOpen()
      queue.ready.shift()
      sizes.set(leader, size)
      if (sent) sent.push(batch)
      else requests.set(leader, [batch])
      // Who was served goes to the end.
      active.delete(queue)
      active.add(queue)
    }
    return requests
  }

  /** The batch of this queue to send now, if there is one. */
  private next(queue: PartitionQueue, now: number): ProducerBatch | undefined {
    const { open } = queue
    if (queue.ready.length === 0) {
      if (!open) return undefined
      const lingersUntil = open.createdAt + this.config['linger.ms']
      if (lingersUntil > now && this.flushing === 0 && !this.accumulator().isWaiting) {
        this.wakeAt(lingersUntil, now)
        return undefined
      }
    }
    if (queue.retryAt > now) {
      this.wakeAt(queue.retryAt, now)
      return undefined
    }
    if (this.sequences && !this.sequences.identity) return undefined
    const batch = queue.ready[0] ?? open // which goes on taking records until it is really sent
    return batch && (!this.sequences || this.sequences.maySend(queue, batch)) ? batch : undefined
  }

  private topicOf(queue: PartitionQueue): Topic | undefined {
    if (!this.cluster.known(queue.topic)) this.topics.want(queue.topic)
    return this.cluster.metadata.topics.get(queue.topic)
  }
  private leaderOf(queue: PartitionQueue): number | undefined {
    const leader = this.topicOf(queue)?.partitions[queue.partition]?.leader
    if (leader !== undefined && leader >= 0) return leader
    this.topics.want(queue.topic)
    return undefined
  }

  /** Whether another request may go to the broker; dials it if need be. */
  private hasRoom(id: number, now: number): boolean {
    let broker = this.brokers.get(id)
    if (!broker) {
      broker = { link: undefined, isConnecting: false, underWay: 0, notBefore: 0 }
      this.brokers.set(id, broker)
    }
    if (broker.link) return broker.underWay < this.config['max.in.flight.requests.per.connection']
    if (broker.notBefore > now) this.wakeAt(broker.notBefore, now)
    else if (!broker.isConnecting) void this.connect(id, broker)
    return false
  }
  private async connect(id: number, broker: Broker): Promise<void> {
    broker.isConnecting = true
    try {
      const link = await this.cluster.linkOf(id)
      broker.link = link
      void link.closed.then(() => {
        broker.link = undefined
        this.wake()
      })
    } catch {
      // Where the broker is now, if anywhere, the metadata will tell.
      broker.notBefore = this.clock.monotonic() + this.config['retry.backoff.ms']
      for (const { topic } of this.accumulator().active) this.topics.want(topic)
    }
    broker.isConnecting = false
    this.wake()
  }

  private send(id: number, batches: readonly ProducerBatch[]): void {
    const broker = this.brokers.get(id)
    if (!broker?.link) throw new RangeError(`nothing can be sent to broker ${id}`)
    const topics = new Map<string, { index: number; records: Buffer }[]>()
    for (const batch of batches) {
      const { queue } = batch
      this.sequences?.number(queue, batch)
      batch.attempts++
      batch.underWay = true
      const data = { index: queue.partition, records: batch.encode(this.compression, false) }
      const rows = topics.get(queue.topic)
      if (rows) rows.push(data)
      else topics.set(queue.topic, [data])
    }
    const request = {
      acks: this.acks,
      timeoutMs: this.config['request.timeout.ms'],
      topicData: [...topics].map(([name, partitionData]) => ({ name, topicId: this.idOf(name), partitionData })),
    }
    broker.underWay++
    broker.link.call(Produce, request).then(
      (reply) => this.answered(broker, batches, reply),
      (error) => this.lost(broker, batches, error),
    )
  }
  private idOf(topic: string): string {
    return this.cluster.metadata.topics.get(topic)?.id ?? ''
  }

  // ---- what came of it ----

  private answered(broker: Broker, batches: readonly ProducerBatch[], reply: Reply<typeof Produce>): void {
    broker.underWay--
    const answers = new Map<string, PartitionAnswer>()
    for (const { name, topicId, partitionResponses } of reply.responses) {
      const topic = name || this.cluster.metadata.namesById.get(topicId)
      for (const answer of partitionResponses) answers.set(`${topic ?? topicId} ${answer.index}`, answer)
    }
    for (const batch of batches) {
      const { topic, partition } = batch.queue
      const answer = answers.get(`${topic} ${partition}`) ?? answers.get(`${this.idOf(topic)} ${partition}`)
      batch.underWay = false
      if (batch.finished) {
        // Given up already; but if it is there, no number is missing.
        if (answer?.errorCode === errors.NONE) this.sequences?.acknowledged(batch.queue, batch, answer.baseOffset)
      } else if (this.acks === 0) this.succeeded(batch, -1, -1)
      else if (!answer) this.failed(batch, kafkaError(errors.UNKNOWN_SERVER_ERROR), -1)
      else if (answer.errorCode === errors.NONE) this.succeeded(batch, answer.baseOffset, answer.logAppendTimeMs)
      else if (answer.errorCode === errors.DUPLICATE_SEQUENCE_NUMBER) this.succeeded(batch, -1, -1)
      else this.refused(batch, answer)
    }
    this.wake()
  }

  private lost(broker: Broker, batches: readonly ProducerBatch[], error: unknown): void {
    broker.underWay--
    // What was lost on the way is sent again; what a broker cannot be told stays so.
    const isLost = error instanceof Disconnected || error instanceof Malformed
    const failure = isLost
      ? kafkaError(errors.NETWORK_EXCEPTION)
      : error instanceof KafkaError
        ? error
        : kafkaException(String(error), error)
    for (const batch of batches) {
      batch.underWay = false
      if (!batch.finished) this.failed(batch, failure, -1)
    }
    this.wake()
  }

  private succeeded(batch: ProducerBatch, baseOffset: number, logAppendTime: number): void {
    this.sequences?.acknowledged(batch.queue, batch, baseOffset)
    batch.queue.retryAt = 0
    batch.succeed(baseOffset, logAppendTime)
    this.accumulator().release(batch)
  }

  private refused(batch: ProducerBatch, answer: PartitionAnswer): void {
    if (answer.errorCode === errors.MESSAGE_TOO_LARGE && batch.count > 1) {
      this.splitUp(batch)
      return
    }
    this.cluster.learnLeader(
      batch.queue.topic,
      batch.queue.partition,
      answer.currentLeader.leaderId,
      answer.currentLeader.leaderEpoch,
    )
    const atFault = answer.recordErrors[0]?.batchIndexErrorMessage
    this.failed(batch, kafkaError(answer.errorCode, atFault ?? answer.errorMessage), answer.logStartOffset)
  }

  private failed(batch: ProducerBatch, error: KafkaError, logStartOffset: number): void {
    const { queue } = batch
    const byNumber = this.sequences?.shouldRetry(queue, batch, error.code, logStartOffset)
    batch.resequenced = false
    const isRetriable = byNumber ?? error.retriable
    if (REFRESHES(error.code)) this.topics.want(queue.topic)
    const isLate = this.clock.monotonic() >= this.deadlineOf(batch)
    if (isRetriable && batch.attempts <= this.config.retries && !isLate) {
      queue.putBack(batch)
      this.accumulator().active.add(queue)
      const { 'retry.backoff.ms': first, 'retry.backoff.max.ms': most } = this.config
      queue.retryAt = this.clock.monotonic() + (byNumber ? 0 : backoffMs(batch.attempts, first, most, this.random))
      return
    }
    this.giveUp(batch, error, !isRetriable)
  }

  /** `known`: the broker said that it has not written it. */
  private giveUp(batch: ProducerBatch, error: KafkaError, known: boolean): void {
    this.sequences?.givenUp(batch.queue, batch, known)
    batch.fail(error)
    this.accumulator().release(batch)
  }

  private splitUp(batch: ProducerBatch): void {
    const parts = this.accumulator().split(batch)
    const { queue } = batch
    this.sequences?.replaced(queue, batch, parts)
    for (const part of parts.toReversed()) queue.putBack(part)
    this.accumulator().active.add(queue)
    batch.finish()
    this.accumulator().release(batch)
  }

  // ---- time ----

  private deadlineOf(batch: ProducerBatch): number {
    return batch.createdAt + this.config['delivery.timeout.ms']
  }
  /** Gives up what has not been delivered in time, also what is under way. Batches are in the order in which they were made. */
  private expire(now: number): void {
    for (const batch of this.accumulator().incomplete) {
      if (this.deadlineOf(batch) > now) {
        this.wakeAt(this.deadlineOf(batch), now)
        break
      }
      const { queue, count } = batch
      const place = queue.ready.indexOf(batch)
      if (place >= 0) queue.ready.splice(place, 1)
      if (queue.open === batch) queue.open = undefined
      const ms = Math.round(now - batch.createdAt)
      const text = `Expiring ${count} record(s) for ${queue.topic}-${queue.partition}:${ms} ms has passed since batch creation`
      this.giveUp(batch, new TimeoutException(text), false)
    }
  }
  private wakeAt(at: number, now: number): void {
    if (at === Number.POSITIVE_INFINITY || (this.timer && this.timerAt <= at && this.timerAt > now)) return
    this.timer?.cancel()
    this.timerAt = at
    this.timer = this.clock.after(Math.max(at - now, 0), () => {
      this.timer = undefined
      this.wake()
    })
  }

  /** Asks for a producer id (KIP-98). */
  private identify(): void {
    if (this.isIdentifying) return
    this.isIdentifying = true
    this.cluster
      .operation('initProducerId', this.config['max.block.ms'])
      .persist(async () => {
        const link = await this.cluster.someLink()
        const reply = await link.call(InitProducerId, { transactionalId: null, transactionTimeoutMs: 0x7fffffff })
        if (reply.errorCode !== errors.NONE) throw kafkaError(reply.errorCode)
        this.sequences?.begin({ producerId: reply.producerId, epoch: reply.producerEpoch })
      })
      .catch((error) => {
        if (error instanceof TimeoutException) return // batches have deadlines of their own
        this.accumulator().abort(error instanceof KafkaError ? error : kafkaException(String(error), error))
      })
      .finally(() => {
        this.isIdentifying = false
        this.wake()
      })
  }
}
