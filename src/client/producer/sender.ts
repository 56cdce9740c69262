/**
 * Sends batches to the leaders of their partitions: several partitions in one request, several requests under way to one broker,
 * each partition in order. Whatever happens wakes it, it does what can be done now, and sets one timer for what comes next
 * (org.apache.kafka.clients.producer.internals.Sender).
 */
import { InitProducerId } from '../../protocol/apis/init-producer-id'
import { Produce } from '../../protocol/apis/produce'
import { errors } from '../../protocol/errors'
import { type RequestIn, ZERO_UUID } from '../../protocol/types'
import type { Clock, Random, Timer } from '../../system/system'
import type { Cluster } from '../cluster'
import type { ProducerConfig } from '../config/producer'
import { KafkaError, kafkaError, kafkaException, TimeoutException } from '../kafka-error'
import { TopicWatch } from '../topic-watch'
import type { Accumulator } from './accumulator'
import { type Compression, compressionOf, type ProducerBatch } from './batch'
import { type Broker, Brokers } from './brokers'
import { Delivery } from './delivery'
import type { PartitionQueue } from './queue'
import { Sequences } from './sequences'
import { Transactions } from './transactions'

/** What a transaction of the old kind is written with: the partition was announced before. */
const ProduceV1 = { ...Produce, versions: [3, 11] } as const

export class Sender {
  private readonly brokers: Brokers
  private readonly sequences: Sequences | undefined
  readonly transactions: Transactions | undefined
  private readonly delivery: Delivery
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
    random: Random,
    private readonly accumulator: () => Accumulator,
  ) {
    const learnt = () => {
      this.accumulator().refresh()
      this.wake()
    }
    this.topics = new TopicWatch({ cluster, config, clock, random, create: true, learnt })
    this.brokers = new Brokers(cluster, config, clock, (isGone) => {
      // Where the broker is now, if anywhere, the metadata will tell.
      if (isGone) for (const { topic } of this.accumulator().active) this.topics.want(topic)
      this.wake()
    })
    const transactionalId = config['transactional.id']
    const sequences = config['enable.idempotence'] ? new Sequences(transactionalId !== null) : undefined
    this.sequences = sequences
    this.transactions =
      sequences && transactionalId !== null
        ? new Transactions(transactionalId, cluster, config, sequences, () => this.wake())
        : undefined
    this.delivery = new Delivery({
      cluster,
      config,
      clock,
      random,
      accumulator,
      sequences,
      transactions: this.transactions,
      wantTopic: (topic) => this.topics.want(topic),
    })
    this.acks = config.acks === 'all' ? -1 : Number(config.acks)
    this.compression = compressionOf(config)
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

  /** Drops what has not been sent: its transaction is to be aborted. */
  abortUnsent(): void {
    this.delivery.abort(transactionAborted())
  }

  private run(): void {
    if (this.isStopped) return
    const now = this.clock.monotonic()
    const accumulator = this.accumulator()
    this.wakeAt(this.delivery.expire(now), now)
    accumulator.unpark()
    this.wakeAt(accumulator.parkedUntil, now)
    if (this.sequences) {
      this.sequences.settle()
      if (!this.sequences.identity && !this.transactions && accumulator.active.size > 0) this.identify()
    }
    for (let requests = this.collect(now); requests.size > 0; requests = this.collect(now)) {
      for (const [broker, batches] of requests) this.send(broker, batches)
    }
    this.wakeAt(
      this.topics.ask(now, () => accumulator.topicNames()),
      now,
    )
  }

  // ---- what to send ----

  /** Takes the batches that may be sent now out of their queues, by broker: one a partition, and no more than max.request.size. */
  private collect(now: number): Map<Broker, ProducerBatch[]> {
    const requests = new Map<Broker, ProducerBatch[]>()
    const sizes = new Map<Broker, number>()
    const { active } = this.accumulator()
    for (const queue of [...active]) {
      const batch = this.next(queue, now)
      const leader = batch && this.leaderOf(queue)
      if (!batch || leader === undefined) continue
      const broker = this.brokers.withRoom(leader, now)
      if (typeof broker === 'number') {
        this.wakeAt(broker, now)
        continue
      }
      const size = (sizes.get(broker) ?? 0) + batch.size
      const sent = requests.get(broker)
      if (sent && size > this.config['max.request.size']) continue
      if (this.transactions && !this.transactions.admits(queue)) continue
      if (batch === queue.open) queue.closeOpen()
      queue.ready.shift()
      sizes.set(broker, size)
      if (sent) sent.push(batch)
      else requests.set(broker, [batch])
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

  private leaderOf({ topic, partition }: PartitionQueue): number | undefined {
    if (!this.cluster.known(topic)) this.topics.want(topic)
    const leader = this.cluster.metadata.topics.get(topic)?.partitions[partition]?.leader
    if (leader !== undefined && leader >= 0) return leader
    this.topics.want(topic)
    return undefined
  }

  private send(broker: Broker, batches: readonly ProducerBatch[]): void {
    const { link } = broker
    if (!link) throw new RangeError('there is no link to send on')
    const topics = new Map<string, { index: number; records: Buffer }[]>()
    for (const batch of batches) {
      const { queue } = batch
      this.sequences?.number(queue, batch)
      batch.attempts++
      batch.mayBeWritten = true
      batch.underWay = true
      const data = { index: queue.partition, records: batch.encode(this.compression, this.transactions !== undefined) }
      const rows = topics.get(queue.topic)
      if (rows) rows.push(data)
      else topics.set(queue.topic, [data])
    }
    const request: RequestIn<typeof Produce> = {
      transactionalId: this.config['transactional.id'],
      acks: this.acks,
      timeoutMs: this.config['request.timeout.ms'],
      topicData: [...topics].map(([name, partitionData]) => ({
        name,
        topicId: this.cluster.metadata.topics.get(name)?.id ?? ZERO_UUID,
        partitionData,
      })),
    }
    broker.underWay++
    link
      .call(this.transactions && !this.transactions.isV2 ? ProduceV1 : Produce, request)
      .then(
        (reply) => this.delivery.answered(batches, reply),
        (error) => this.delivery.lost(batches, error),
      )
      .finally(() => {
        broker.underWay--
        this.wake()
      })
  }

  // ---- time ----

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

const transactionAborted = () =>
  new KafkaError(-1, 'org.apache.kafka.common.errors.TransactionAbortedException', 'Failing batch since transaction was aborted')
