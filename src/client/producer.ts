/**
 * A producer: records in, batches out, Kafka's guarantees between (org.apache.kafka.clients.producer.KafkaProducer). `append` is
 * the fast way, with no object a record; `send` gives every record an answer of its own.
 */
import type { Clock, Random } from '../system/system'
import type { Cluster } from './cluster'
import type { ProducerConfig } from './config/producer'
import { KafkaError, kafkaException } from './kafka-error'
import { Accumulator, type Given, type Headers } from './producer/accumulator'
import type { OnError, Sent } from './producer/batch'
import { Sender } from './producer/sender'
import type { GroupMetadata, Transactions } from './producer/transactions'

export type { Headers } from './producer/accumulator'
export type { OnError, Sent } from './producer/batch'
export type { GroupMetadata } from './producer/transactions'

export interface ProducerRecord {
  readonly topic: string
  /** Without it the key decides, and without a key the producer. */
  readonly partition?: number
  /** Milliseconds; without it the time now. */
  readonly timestamp?: number
  readonly key?: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers?: Headers
}

export interface ProducerOptions {
  /** Closed by whoever made it. */
  readonly cluster: Cluster
  readonly config: ProducerConfig
  readonly clock: Clock
  readonly random: Random
}

const NO_HEADERS: Headers = []

export class Producer {
  private readonly accumulator: Accumulator
  private readonly sender: Sender
  private readonly clock: Clock
  /** What `append` passes on: the same object every time. */
  private readonly given: Given = { topic: '', partition: -1, timestamp: 0, key: null, value: null, headers: NO_HEADERS }

  constructor({ cluster, config, clock, random }: ProducerOptions) {
    this.clock = clock
    const sender = new Sender(cluster, config, clock, random, () => this.accumulator)
    this.sender = sender
    const lookup = (name: string) => cluster.metadata.topics.get(name) ?? cluster.metadata.failures.get(name)
    this.accumulator = new Accumulator(config, clock, random, lookup, {
      wake: () => sender.wake(),
      wantTopic: (name) => sender.wantTopic(name),
      refused: (error) => sender.transactions?.failed(error),
    })
  }

  /**
   * Takes a record. Gives undefined when it could be taken at once, else a promise that should be awaited before the next append:
   * the topic is not known yet, or buffer.memory is full. A record that cannot be sent, now or later, is told to `onError`; it
   * costs nothing to pass the same function every time. Throws KafkaError after `close`.
   */
  append(
    topic: string,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers: Headers = NO_HEADERS,
    onError?: OnError,
    partition = -1,
    timestamp = -1,
  ): Promise<void> | undefined {
    if (this.accumulator.isClosed) throw kafkaException('Cannot perform operation after producer has been closed')
    this.sender.transactions?.check(`${topic}-${partition}`)
    const { given } = this
    given.topic = topic
    given.key = key
    given.value = value
    given.headers = headers
    given.partition = partition
    given.timestamp = timestamp >= 0 ? timestamp : this.clock.now()
    return this.accumulator.append(given, onError, undefined)
  }

  /** Sends a record and tells where it is. Rejects with KafkaError. */
  send(record: ProducerRecord): Promise<Sent> {
    return new Promise((resolve, reject) => {
      const { topic, partition, key = null, value, headers = NO_HEADERS } = record
      if (partition !== undefined && !(partition >= 0)) {
        const text = `Invalid partition: ${partition}. Partition number should always be non-negative or null.`
        throw new KafkaError(-1, 'java.lang.IllegalArgumentException', text)
      }
      if (this.accumulator.isClosed) throw kafkaException('Cannot perform operation after producer has been closed')
      this.sender.transactions?.check(`${topic}-${partition ?? -1}`)
      const timestamp = record.timestamp ?? this.clock.now()
      const given = { topic, partition: partition ?? -1, timestamp, key, value, headers }
      void this.accumulator.append(given, undefined, { timestamp, resolve, reject })
    })
  }

  /** The same, told to `callback`, which does not throw. */
  sendThen(record: ProducerRecord, callback: (error: KafkaError | undefined, sent: Sent | undefined) => void): void {
    this.send(record).then(
      (sent) => callback(undefined, sent),
      (error) => callback(error, undefined),
    )
  }

  /** Resolves when everything that was given before is sent or given up. */
  async flush(): Promise<void> {
    this.sender.beginFlush()
    try {
      await this.accumulator.whenUnparked()
      // A batch that was split goes on in its parts.
      const last = [...this.accumulator.incomplete].at(-1)?.createdAt ?? Number.NEGATIVE_INFINITY
      for (;;) {
        const batches = [...this.accumulator.incomplete].filter(({ createdAt }) => createdAt <= last)
        if (batches.length === 0) return
        await Promise.all(batches.map((batch) => batch.whenFinished()))
      }
    } finally {
      this.sender.endFlush()
    }
  }

  // ---- transactions ----

  private get transactions(): Transactions {
    const { transactions } = this.sender
    if (transactions) return transactions
    const text =
      'Cannot use transactional methods without enabling transactions by setting the transactional.id configuration property'
    throw new KafkaError(-1, 'java.lang.IllegalStateException', text)
  }
  /** Takes the transactional id over, fencing whoever had it. Before anything else; rejects with KafkaError. */
  async initTransactions(): Promise<void> {
    await this.transactions.init()
  }
  /** Throws KafkaError. */
  beginTransaction(): void {
    this.transactions.begin()
  }
  /** Stores a group's offsets with the transaction (KIP-98). Rejects with KafkaError. */
  async sendOffsetsToTransaction(offsets: Parameters<Transactions['sendOffsets']>[0], group: GroupMetadata): Promise<void> {
    await this.transactions.sendOffsets(offsets, group)
  }
  /** Sends what is left and makes it visible as a whole. Rejects with KafkaError: then it is to be aborted. */
  async commitTransaction(): Promise<void> {
    this.transactions.beginEnd(true)
    await this.flush()
    await this.transactions.end(true)
  }
  /** Drops what was not sent and makes what was invisible. Rejects with KafkaError. */
  async abortTransaction(): Promise<void> {
    this.transactions.beginEnd(false)
    this.sender.abortUnsent()
    await this.flush()
    await this.transactions.end(false)
  }

  // ---- the end ----

  /** Sends what is left, for `timeoutMs` at most (without: as long as delivery.timeout.ms lets it), gives up the rest, and ends. */
  async close(timeoutMs = Number.POSITIVE_INFINITY): Promise<void> {
    if (this.accumulator.isClosed) return
    const flushed = this.flush()
    this.accumulator.isClosed = true
    if (timeoutMs === Number.POSITIVE_INFINITY) {
      await flushed
    } else {
      let ring = () => {}
      const timer = this.clock.after(timeoutMs, () => ring())
      await Promise.race([
        flushed,
        new Promise<void>((resolve) => {
          ring = resolve
        }),
      ])
      timer.cancel()
    }
    this.accumulator.abort(kafkaException('Producer is closed forcefully.'))
    this.sender.stop()
  }
}
