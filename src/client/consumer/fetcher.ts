/**
 * Fetches ahead: one request is under way to each broker for all partitions that have nothing buffered, so that the next bytes
 * travel while the last are being looked at (org.apache.kafka.clients.consumer.internals.Fetcher).
 */
import { Fetch } from '../../protocol/apis/fetch'
import { Disconnected } from '../../protocol/call'
import { errors } from '../../protocol/errors'
import { Malformed } from '../../protocol/reader'
import { type Reply, ZERO_UUID } from '../../protocol/types'
import { backoffMs } from '../backoff'
import type { Cluster } from '../cluster'
import type { ConsumerConfig } from '../config/consumer'
import { KafkaError, kafkaError, kafkaException } from '../kafka-error'
import type { Surroundings } from './events'
import { FetchSession, type Wanted } from './fetch-session'
import { FetchedBatch } from './fetched-batch'
import { fetchedRanges } from './fetched-records'
import type { PartitionState } from './partition-state'

type PartitionAnswer = Reply<typeof Fetch>['responses'][number]['partitions'][number]

interface Broker {
  readonly session: FetchSession
  isAsked: boolean
  /** On the monotonic clock. */
  notBefore: number
  failures: number
}

export interface FetcherEvents extends Surroundings {
  /** The position of the partition is not in its log. */
  outOfRange(state: PartitionState): void
}

/** The partition is somewhere else, or not ready; the metadata will tell. */
const ELSEWHERE: ReadonlySet<number> = new Set([
  errors.NOT_LEADER_OR_FOLLOWER,
  errors.REPLICA_NOT_AVAILABLE,
  errors.KAFKA_STORAGE_ERROR,
  errors.FENCED_LEADER_EPOCH,
  errors.OFFSET_NOT_AVAILABLE,
  errors.UNKNOWN_TOPIC_OR_PARTITION,
  errors.UNKNOWN_TOPIC_ID,
  errors.INCONSISTENT_TOPIC_ID,
  errors.LEADER_NOT_AVAILABLE,
])
/** Asking again is all there is to do. */
const PASSING: ReadonlySet<number> = new Set([errors.UNKNOWN_LEADER_EPOCH, errors.UNKNOWN_SERVER_ERROR])

export class Fetcher {
  private readonly brokers = new Map<number, Broker>()

  constructor(
    private readonly cluster: Cluster,
    private readonly config: ConsumerConfig,
    private readonly states: ReadonlyMap<string, PartitionState>,
    private readonly events: FetcherEvents,
  ) {}

  /** What has come since the last time, in the order in which partitions are read. Throws what is wrong with what comes next. */
  take(): FetchedBatch[] {
    const taken: FetchedBatch[] = []
    let wrong: PartitionState | undefined
    for (const state of this.states.values()) {
      if (state.isPaused) continue
      if (state.buffered.length > 0) taken.push(...state.buffered)
      else if (state.error) wrong ??= state
      state.buffered = []
    }
    if (taken.length === 0 && wrong) this.complain(wrong)
    return taken
  }
  /** It is asked for anew: the bytes may have gone wrong on their way. */
  private complain(state: PartitionState): never {
    const { error } = state
    state.error = undefined
    this.pause(state)
    throw error
  }

  /** Asks every broker that is not being asked for what is wanted of it. Gives when to come again at the latest. */
  send(): number {
    const now = this.events.clock.monotonic()
    let next = Number.POSITIVE_INFINITY
    for (const [id, states] of this.byBroker(now, (at) => (next = Math.min(next, at)))) {
      let broker = this.brokers.get(id)
      if (!broker) {
        broker = { session: new FetchSession(), isAsked: false, notBefore: 0, failures: 0 }
        this.brokers.set(id, broker)
      }
      if (broker.isAsked) continue
      if (broker.notBefore > now) next = Math.min(next, broker.notBefore)
      else void this.ask(id, broker, states)
    }
    return next
  }

  private byBroker(now: number, later: (at: number) => void): Map<number, PartitionState[]> {
    const groups = new Map<number, PartitionState[]>()
    for (const state of this.states.values()) {
      if (state.fetchOffset < 0 || state.isPaused || state.buffered.length > 0 || state.error || state.isBeingValidated) continue
      if (state.retryAt > now) {
        later(state.retryAt)
        continue
      }
      const leader = this.brokerFor(state, now)
      if (leader === undefined) continue
      const group = groups.get(leader)
      if (group) group.push(state)
      else groups.set(leader, [state])
    }
    return groups
  }
  private brokerFor(state: PartitionState, now: number): number | undefined {
    const { nodes, topics } = this.cluster.metadata
    if (state.preferredReplica >= 0 && state.preferredUntil > now && nodes.has(state.preferredReplica))
      return state.preferredReplica
    const leader = topics.get(state.topic)?.partitions[state.partition]?.leader
    if (leader !== undefined && leader >= 0) return leader
    this.events.wantTopic(state.topic)
    return undefined
  }

  private async ask(id: number, broker: Broker, states: readonly PartitionState[]): Promise<void> {
    broker.isAsked = true
    const eras = new Map(states.map((state) => [state, state.era]))
    const offsets = new Map(states.map((state) => [state, state.fetchOffset]))
    try {
      const link = await this.cluster.linkOf(id)
      const reply = await link.call(Fetch, {
        maxWaitMs: this.config['fetch.max.wait.ms'],
        minBytes: this.config['fetch.min.bytes'],
        maxBytes: this.config['fetch.max.bytes'],
        isolationLevel: this.config['isolation.level'] === 'read_committed' ? 1 : 0,
        rackId: this.config['client.rack'],
        ...broker.session.request(states.map((state) => this.wanted(state))),
      })
      broker.failures = 0
      if (broker.session.answered(reply.errorCode, reply.sessionId)) this.answered(reply, eras, offsets)
    } catch (error) {
      broker.session.lost()
      this.failed(broker, states, error)
    }
    broker.isAsked = false
    this.events.notify()
  }
  private wanted({ topic, partition, fetchOffset }: PartitionState): Wanted {
    const known = this.cluster.metadata.topics.get(topic)
    return {
      topic,
      topicId: known?.id ?? ZERO_UUID,
      partition,
      currentLeaderEpoch: known?.partitions[partition]?.leaderEpoch ?? -1,
      fetchOffset,
      partitionMaxBytes: this.config['max.partition.fetch.bytes'],
    }
  }

  private failed(broker: Broker, states: readonly PartitionState[], error: unknown): void {
    if (!(error instanceof Disconnected) && !(error instanceof Malformed)) {
      this.events.fail(error instanceof KafkaError ? error : kafkaException(String(error), error))
      return
    }
    broker.failures++
    const { clock, random } = this.events
    const { 'retry.backoff.ms': first, 'retry.backoff.max.ms': most } = this.config
    broker.notBefore = clock.monotonic() + backoffMs(broker.failures, first, most, random)
    for (const { topic } of states) this.events.wantTopic(topic)
  }

  private answered(
    reply: Reply<typeof Fetch>,
    eras: ReadonlyMap<PartitionState, number>,
    offsets: ReadonlyMap<PartitionState, number>,
  ): void {
    for (const { topic, topicId, partitions } of reply.responses) {
      const name = topic || this.cluster.metadata.namesById.get(topicId)
      for (const answer of partitions) {
        const state = this.states.get(`${name}-${answer.partitionIndex}`)
        // Not read any more, or from another place by now.
        if (!state || state.era !== eras.get(state) || state.fetchOffset !== offsets.get(state)) continue
        if (answer.errorCode === errors.NONE) this.received(state, answer)
        else this.refused(state, answer)
      }
    }
  }

  private received(state: PartitionState, answer: PartitionAnswer): void {
    state.failures = 0
    state.highWatermark = answer.highWatermark
    state.lastStableOffset = answer.lastStableOffset
    state.logStartOffset = answer.logStartOffset
    if (answer.preferredReadReplica >= 0) {
      state.preferredReplica = answer.preferredReadReplica
      state.preferredUntil = this.events.clock.monotonic() + this.config['metadata.max.age.ms']
    }
    const { records } = answer
    if (!records || records.length === 0) return
    const bytes = Buffer.isBuffer(records) ? records : Buffer.from(records.buffer, records.byteOffset, records.length)
    const committedOnly = this.config['isolation.level'] === 'read_committed'
    const from = state.fetchOffset
    try {
      const aborted = committedOnly ? (answer.abortedTransactions ?? []) : null
      const { batches, next, error } = fetchedRanges(bytes, from, aborted, this.config['check.crcs'], state.key)
      if (batches.length === 0) state.pass(from, next)
      state.buffered = batches.map(({ at, end }) => new FetchedBatch(state, bytes, at, from, end))
      state.fetchOffset = next
      state.error = error
    } catch (error) {
      this.pause(state)
      this.events.fail(error instanceof KafkaError ? error : kafkaException(String(error), error))
    }
  }

  private refused(state: PartitionState, answer: PartitionAnswer): void {
    const { errorCode, currentLeader } = answer
    state.preferredReplica = -1
    if (ELSEWHERE.has(errorCode)) {
      this.pause(state)
      this.cluster.learnLeader(state.topic, state.partition, currentLeader.leaderId, currentLeader.leaderEpoch)
      this.events.wantTopic(state.topic)
    } else if (PASSING.has(errorCode)) {
      this.pause(state)
    } else if (errorCode === errors.OFFSET_OUT_OF_RANGE) {
      this.events.outOfRange(state)
    } else if (errorCode === errors.TOPIC_AUTHORIZATION_FAILED) {
      this.pause(state)
      this.events.fail(kafkaError(errorCode, `Not authorized to access topics: [${state.topic}]`))
    } else if (errorCode === errors.CORRUPT_MESSAGE) {
      this.pause(state)
      this.events.fail(
        kafkaException(`Encountered corrupt message when fetching offset ${state.fetchOffset} for topic-partition ${state.key}`),
      )
    } else {
      this.pause(state)
      const text = `Unexpected error code ${errorCode} while fetching at offset ${state.fetchOffset} from topic-partition ${state.key}`
      this.events.fail(new KafkaError(errorCode, 'java.lang.IllegalStateException', text))
    }
  }
  private pause(state: PartitionState): void {
    state.failures++
    const { clock, random } = this.events
    const { 'retry.backoff.ms': first, 'retry.backoff.max.ms': most } = this.config
    state.retryAt = clock.monotonic() + backoffMs(state.failures, first, most, random)
  }
}
