/**
 * Gathers records into batches, one open batch a partition, within the bounds of buffer.memory. What cannot be taken at once, for
 * its topic is not known yet or memory is short, is parked in order, for max.block.ms at the most; whoever appends is given a
 * promise then, and nothing otherwise (org.apache.kafka.clients.producer.internals.RecordAccumulator).
 */
import { estimateSize } from '../../protocol/batch-builder'
import { errors } from '../../protocol/errors'
import type { Clock, Random } from '../../system/system'
import type { Topic } from '../cluster/snapshot'
import type { ProducerConfig } from '../config/producer'
import { type KafkaError, kafkaError, kafkaException, TimeoutException } from '../kafka-error'
import { type OnError, ProducerBatch, type Send } from './batch'
import { partitionOfKey } from './murmur2'
import { PartitionQueue } from './queue'
import { StickyPartition } from './sticky'

export type Headers = readonly { readonly key: string; readonly value: Uint8Array | null }[]

/** A record as it is passed on; the fast path uses one such object for all. */
export interface Given {
  topic: string
  /** -1: to be chosen. */
  partition: number
  timestamp: number
  key: Uint8Array | null
  value: Uint8Array | null
  headers: Headers
}
interface Parked {
  readonly given: Given
  readonly watcher: OnError | undefined
  readonly send: Send | undefined
  readonly until: number
  readonly taken: () => void
}

interface TopicState {
  readonly name: string
  readonly queues: PartitionQueue[]
  readonly sticky: StickyPartition
}

export interface AccumulatorEvents {
  /** There is something to do: a batch is full, or a first record waits for linger.ms. */
  wake(): void
  /** Nothing is known of the topic, or not enough. */
  wantTopic(name: string): void
  /** A record was refused before it came into a batch. */
  refused(error: KafkaError): void
}

/** What is known of a topic: it, an error code, or nothing. */
export type Lookup = (name: string) => Topic | number | undefined

/** No fewer bytes than a batch of one record takes besides key, value and headers. */
const OVERHEAD = 96
/** About what a record takes besides key and value. */
const RECORD_OVERHEAD = 12

export class Accumulator {
  private readonly topics = new Map<string, TopicState>()
  private readonly parked: Parked[] = []
  private lastTopic: TopicState | undefined
  private free: number
  private readonly batchSize: number
  private readonly ignoresKeys: boolean
  /** Queues that have something. */
  readonly active = new Set<PartitionQueue>()
  /** Batches without a final answer. */
  readonly incomplete = new Set<ProducerBatch>()
  isClosed = false

  constructor(
    private readonly config: ProducerConfig,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly lookup: Lookup,
    private readonly events: AccumulatorEvents,
  ) {
    this.free = config['buffer.memory']
    this.batchSize = Math.max(config['batch.size'], 1)
    this.ignoresKeys = config['partitioner.ignore.keys']
  }

  /** Topics that somebody sends to or wants to. */
  topicNames(): Set<string> {
    return new Set([...this.topics.keys(), ...this.parked.map(({ given }) => given.topic)])
  }
  get isWaiting(): boolean {
    return this.parked.length > 0
  }
  /** When the first parked record is to be given up. */
  get parkedUntil(): number {
    return this.parked[0]?.until ?? Number.POSITIVE_INFINITY
  }

  /** Takes the record at once (undefined), or gives a promise that it is taken or given up. `given` is not kept. */
  append(given: Given, watcher: OnError | undefined, send: Send | undefined): Promise<void> | undefined {
    if (this.parked.length === 0 && this.take(given, watcher, send)) return undefined
    if (this.isClosed) throw kafkaException('Cannot perform operation after producer has been closed')
    const until = this.clock.monotonic() + this.config['max.block.ms']
    return new Promise((taken) => {
      this.parked.push({ given: { ...given }, watcher, send, until, taken })
      this.events.wake()
    })
  }

  /** Takes what is parked as far as that goes now, and gives up what has waited too long. */
  unpark(): void {
    const now = this.clock.monotonic()
    while (this.parked.length > 0) {
      const first = this.parked[0] as Parked
      const { given, watcher, send } = first
      if (!this.take(given, watcher, send)) {
        const failure = this.refusal(given) ?? (first.until <= now ? this.lateness(given) : undefined)
        if (!failure) return
        this.refuse(given, failure, watcher, send)
      }
      this.parked.shift()
      first.taken()
    }
  }
  /** A topic that will never do. */
  private refusal({ topic }: Given): KafkaError | undefined {
    const known = this.lookup(topic)
    if (known === errors.INVALID_TOPIC_EXCEPTION) return kafkaError(known, `Invalid topics: [${topic}]`)
    if (known === errors.TOPIC_AUTHORIZATION_FAILED) return kafkaError(known, `Not authorized to access topics: [${topic}]`)
    return undefined
  }
  private lateness(given: Given): KafkaError {
    const ms = this.config['max.block.ms']
    const state = this.stateOf(given.topic)
    if (!state) return new TimeoutException(`Topic ${given.topic} not present in metadata after ${ms} ms.`)
    if (given.partition >= state.queues.length) {
      return new TimeoutException(
        `Partition ${given.partition} of topic ${given.topic} with partition count ${state.queues.length} is not present in metadata after ${ms} ms.`,
      )
    }
    const size = Math.max(this.batchSize, estimateSize(given))
    return new TimeoutException(
      `Failed to allocate ${size} bytes within the configured max blocking time ${ms} ms. Total memory: ` +
        `${this.config['buffer.memory']} bytes. Available memory: ${this.free} bytes. Poolable size: ${this.batchSize} bytes`,
      [],
      'BufferExhaustedException',
    )
  }

  /** false: not now. */
  private take(given: Given, watcher: OnError | undefined, send: Send | undefined): boolean {
    const topic = this.lastTopic?.name === given.topic ? this.lastTopic : this.stateOf(given.topic)
    if (!topic) {
      this.events.wantTopic(given.topic)
      return false
    }
    this.lastTopic = topic
    const room = roomFor(given)
    if (room > this.config['max.request.size'] || room > this.config['buffer.memory']) {
      const failure = this.tooLarge(estimateSize(given))
      if (failure) {
        this.refuse(given, failure, watcher, send)
        return true
      }
    }
    const queue = topic.queues[this.partitionFor(topic, given)]
    if (!queue) {
      this.events.wantTopic(given.topic)
      return false
    }
    if (!this.put(queue, given, room, watcher, send)) return false
    if (given.partition < 0) {
      const size = RECORD_OVERHEAD + (given.key?.length ?? 0) + (given.value?.length ?? 0)
      topic.sticky.note(size, queue.open === undefined || queue.open.size >= this.batchSize)
    }
    return true
  }

  private partitionFor(topic: TopicState, { partition, key }: Given): number {
    if (partition >= 0) return partition
    if (key !== null && !this.ignoresKeys) return partitionOfKey(key, topic.queues.length)
    return topic.sticky.choose(() => this.candidates(topic))
  }
  /** Partitions with a leader; all, if none has one. */
  private candidates({ name, queues }: TopicState) {
    const known = this.lookup(name)
    const all = queues.map(({ partition, ready }) => ({ partition, queued: ready.length }))
    if (typeof known !== 'object') return all
    const led = all.filter(({ partition }) => (known.partitions[partition]?.leader ?? -1) >= 0)
    return led.length > 0 ? led : all
  }

  private put(queue: PartitionQueue, given: Given, room: number, watcher: OnError | undefined, send: Send | undefined): boolean {
    let batch = queue.open
    if (batch && batch.size + room > this.batchSize && batch.sizeWith(given) > this.batchSize) {
      queue.closeOpen()
      this.events.wake()
      batch = undefined
    }
    if (!batch) {
      const reserved = Math.max(this.batchSize, room)
      if (reserved > this.free) return false
      batch = this.open(queue, reserved)
    }
    batch.append(given, watcher, send)
    return true
  }
  private open(queue: PartitionQueue, reserved: number): ProducerBatch {
    this.free -= reserved
    const batch = new ProducerBatch(queue, this.clock.monotonic(), reserved)
    queue.open = batch
    this.active.add(queue)
    this.incomplete.add(batch)
    this.events.wake()
    return batch
  }

  /** Batches of half its size with what is in `batch`, in order: a broker would not take it whole. They need no memory of their own. */
  split(batch: ProducerBatch): ProducerBatch[] {
    const greatest = Math.min(this.batchSize, batch.size / 2)
    const parts: ProducerBatch[] = []
    for (const { record, watcher, send } of batch.contents()) {
      let part = parts.at(-1)
      if (!part || part.sizeWith(record) > greatest) {
        part = new ProducerBatch(batch.queue, batch.createdAt, 0)
        parts.push(part)
        this.incomplete.add(part)
      }
      part.append(record, watcher, send)
    }
    return parts
  }

  /** The batch has its final answer. */
  release(batch: ProducerBatch): void {
    if (!this.incomplete.delete(batch)) return
    this.free += batch.reserved
    if (batch.queue.isEmpty) this.active.delete(batch.queue)
  }

  private tooLarge(size: number): KafkaError | undefined {
    const most = this.config['max.request.size']
    if (size > most) {
      return kafkaError(
        errors.MESSAGE_TOO_LARGE,
        `The message is ${size} bytes when serialized which is larger than ${most}, which is the value of the max.request.size configuration.`,
      )
    }
    if (size <= this.config['buffer.memory']) return undefined
    return kafkaError(
      errors.MESSAGE_TOO_LARGE,
      `The message is ${size} bytes when serialized which is larger than the total memory buffer you have configured with the buffer.memory configuration.`,
    )
  }

  private refuse(given: Given, failure: KafkaError, watcher: OnError | undefined, send: Send | undefined): void {
    this.events.refused(failure)
    send?.reject(failure)
    watcher?.(failure, {
      ...given,
      offset: -1,
      sequence: -1,
      headers: bufferHeaders(given.headers),
      key: asBuffer(given.key),
      value: asBuffer(given.value),
    })
  }

  /** The topic's queues, as many as it has partitions. */
  private stateOf(name: string): TopicState | undefined {
    const known = this.lookup(name)
    if (typeof known !== 'object') return undefined
    let state = this.topics.get(name)
    if (!state) {
      const sticky = new StickyPartition(this.batchSize, this.random, this.config['partitioner.adaptive.partitioning.enable'])
      state = { name, queues: [], sticky }
      this.topics.set(name, state)
    }
    while (state.queues.length < known.partitions.length) state.queues.push(new PartitionQueue(name, state.queues.length))
    return state
  }
  /** Topics may have grown: they are looked at again. */
  refresh(): void {
    this.lastTopic = undefined
    for (const name of this.topics.keys()) this.stateOf(name)
  }

  /** Resolves when everything that is parked now is taken or given up. */
  whenUnparked(): Promise<void> {
    const last = this.parked.at(-1)
    if (!last) return Promise.resolve()
    return new Promise((resolve) => {
      const place = this.parked.length - 1
      this.parked[place] = {
        ...last,
        taken: () => {
          last.taken()
          resolve()
        },
      }
    })
  }

  /** Gives up everything. */
  abort(failure: KafkaError): void {
    for (const { given, watcher, send, taken } of this.parked.splice(0)) {
      this.refuse(given, failure, watcher, send)
      taken()
    }
    for (const batch of [...this.incomplete]) {
      batch.fail(failure)
      this.release(batch)
    }
    this.active.clear()
  }
}

const asBuffer = (bytes: Uint8Array | null): Buffer | null =>
  bytes === null || Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const bufferHeaders = (headers: Headers) => headers.map(({ key, value }) => ({ key, value: asBuffer(value) }))

/** No fewer bytes than the record takes; quick where there are no headers. */
function roomFor(given: Given): number {
  if (given.headers.length > 0) return estimateSize(given)
  return OVERHEAD + (given.key?.length ?? 0) + (given.value?.length ?? 0)
}
