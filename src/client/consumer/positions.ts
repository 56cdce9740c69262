/**
 * Finds where to read partitions that have no position: the stored offset of the group, else the earliest, the latest, or a time
 * ago. And looks, when a partition got a new leader, whether the log before the position is still the one that was read (KIP-320).
 */
import { OffsetForLeaderEpoch } from '../../protocol/apis/offset-for-leader-epoch'
import { errorOf, errors } from '../../protocol/errors'
import { listOffsets, type OffsetSpec } from '../admin/offsets'
import { isError } from '../admin/result'
import { backoffMs } from '../backoff'
import type { Cluster } from '../cluster'
import type { ConsumerConfig, OffsetReset } from '../config/consumer'
import { isRetriable, KafkaError, kafkaError, TimeoutException } from '../kafka-error'
import { keyOf } from '../topic-partition'
import type { Commits } from './commits'
import type { Surroundings } from './events'
import type { PartitionState } from './partition-state'

/** One attempt's worth of patience; then everything is looked at again. */
const ATTEMPT_MS = 30_000

export class Positions {
  constructor(
    private readonly cluster: Cluster,
    private readonly config: ConsumerConfig,
    private readonly states: ReadonlyMap<string, PartitionState>,
    private readonly events: Surroundings,
    /** undefined: there is no group to have stored anything. */
    private readonly commits: Commits | undefined,
  ) {}

  /** How to begin where nothing says otherwise. */
  get start(): OffsetReset | 'stored' {
    return this.commits ? 'stored' : this.config['auto.offset.reset']
  }

  /** Begins to find what is missing. Gives when to come again at the latest. */
  find(): number {
    const now = this.events.clock.monotonic()
    let next = Number.POSITIVE_INFINITY
    const stored: PartitionState[] = []
    const reset: PartitionState[] = []
    for (const state of this.states.values()) {
      if (state.reset === undefined || state.isBeingPositioned) continue
      if (state.retryAt > now) next = Math.min(next, state.retryAt)
      else if (state.reset === 'stored') stored.push(state)
      else reset.push(state)
    }
    if (stored.length > 0) void this.attempt(stored, () => this.byStored(stored))
    if (reset.length > 0) void this.attempt(reset, () => this.byReset(reset))
    return next
  }

  private async attempt(states: readonly PartitionState[], work: () => Promise<void>): Promise<void> {
    for (const state of states) state.isBeingPositioned = true
    try {
      await work()
    } catch (error) {
      for (const state of states) this.later(state)
      if (!isPassing(error)) {
        this.events.fail(error instanceof KafkaError ? error : kafkaError(errors.UNKNOWN_SERVER_ERROR, String(error)))
      }
    }
    for (const state of states) state.isBeingPositioned = false
    this.events.notify()
  }
  private later(state: PartitionState): void {
    state.failures++
    const { clock, random } = this.events
    const { 'retry.backoff.ms': first, 'retry.backoff.max.ms': most } = this.config
    state.retryAt = clock.monotonic() + backoffMs(state.failures, first, most, random)
  }

  private async byStored(states: readonly PartitionState[]): Promise<void> {
    const eras = new Map(states.map((state) => [state, state.era]))
    const stored = (await this.commits?.stored(states)) ?? new Map()
    for (const state of states) {
      if (state.era !== eras.get(state)) continue // somebody sought meanwhile
      const found = stored.get(state.key)
      if (found && found.offset >= 0) state.seek(found.offset, found.leaderEpoch)
      else state.reset = this.config['auto.offset.reset']
    }
  }

  private async byReset(states: readonly PartitionState[]): Promise<void> {
    const none = states.filter(({ reset }) => reset === 'none')
    if (none.length > 0) {
      for (const state of none) state.reset = undefined
      const text = `Undefined offset with no reset policy for partitions: [${none.map(({ key }) => key).join(', ')}]`
      this.events.fail(new KafkaError(-1, 'org.apache.kafka.clients.consumer.NoOffsetForPartitionException', text))
    }
    const now = this.events.clock.now()
    const wishes = states.flatMap((state) => {
      const at = specOf(state.reset, now)
      return at === undefined ? [] : [{ state, era: state.era, topic: state.topic, partition: state.partition, at }]
    })
    const readCommitted = this.config['isolation.level'] === 'read_committed'
    const found = await listOffsets(this.cluster, wishes, { readCommitted, timeoutMs: ATTEMPT_MS })
    for (const [place, { state, era, topic }] of wishes.entries()) {
      const outcome = found[place]
      if (!outcome || state.era !== era) continue
      if (!isError(outcome)) {
        if (outcome.offset >= 0) state.seek(outcome.offset, outcome.leaderEpoch)
        else state.reset = 'latest' // nothing is that new
        continue
      }
      this.later(state)
      this.events.wantTopic(topic)
      if (outcome.code === errors.TOPIC_AUTHORIZATION_FAILED) {
        this.events.fail(kafkaError(outcome.code, `Not authorized to access topics: [${topic}]`))
      } else if (!outcome.retriable) {
        this.events.fail(outcome)
      }
    }
  }

  /** Checks positions whose partitions got new leaders; nothing is fetched there meanwhile. */
  validate(): void {
    const now = this.events.clock.monotonic()
    const changed = [...this.states.values()].filter((state) => {
      const epoch = this.epochOf(state)
      if (state.position < 0 || state.positionEpoch < 0 || state.isBeingValidated || state.retryAt > now) return false
      if (epoch <= state.positionEpoch || epoch <= state.validatedEpoch) return false
      return state.position === state.fetchOffset // else wait until what was fetched is consumed
    })
    if (changed.length > 0) void this.validateNow(changed)
  }
  private epochOf({ topic, partition }: PartitionState): number {
    return this.cluster.metadata.topics.get(topic)?.partitions[partition]?.leaderEpoch ?? -1
  }

  private async validateNow(states: readonly PartitionState[]): Promise<void> {
    const asked = states.map((state) => ({ state, era: state.era, epoch: this.epochOf(state) }))
    for (const state of states) state.isBeingValidated = true
    try {
      const reply = await this.cluster.during('offsetsForLeaderEpoch', ATTEMPT_MS)(OffsetForLeaderEpoch, {
        replicaId: -1,
        topics: asked.map(({ state, epoch }) => ({
          topic: state.topic,
          partitions: [{ partition: state.partition, currentLeaderEpoch: epoch, leaderEpoch: state.positionEpoch }],
        })),
      })
      const rows = new Map(
        reply.topics.flatMap(({ topic, partitions }) =>
          partitions.map((row) => [keyOf({ topic, partition: row.partition }), row] as const),
        ),
      )
      for (const { state, era, epoch } of asked) {
        const row = rows.get(state.key)
        if (!row || state.era !== era) continue
        if (row.errorCode === errors.NONE) this.judge(state, epoch, row.endOffset, row.leaderEpoch)
        else if (errorOf(row.errorCode).retriable) this.later(state)
        else state.validatedEpoch = epoch // a broker that cannot say; fetching will tell
      }
    } catch (error) {
      for (const state of states) this.later(state)
      if (error instanceof KafkaError && error.code === errors.UNSUPPORTED_VERSION) {
        for (const { state, epoch } of asked) state.validatedEpoch = epoch
      }
    }
    for (const state of states) state.isBeingValidated = false
    this.events.notify()
  }

  /** `endOffset`: where the log of the epoch before the position ends now; -1: the leader knows nothing of that epoch. */
  private judge(state: PartitionState, epoch: number, endOffset: number, endEpoch: number): void {
    if (endOffset >= state.position) {
      state.validatedEpoch = epoch
      return
    }
    const reset = this.config['auto.offset.reset']
    if (reset !== 'none') {
      if (endOffset < 0 || endEpoch < 0) state.lose(reset)
      else state.seek(endOffset, endEpoch)
      state.validatedEpoch = epoch
      return
    }
    state.validatedEpoch = epoch
    const text = `Detected log truncation with diverging offsets {${state.key}=OffsetAndMetadata{offset=${endOffset}, leaderEpoch=${endEpoch}, metadata=''}}`
    this.events.fail(new KafkaError(-1, 'org.apache.kafka.clients.consumer.LogTruncationException', text))
  }

  /** The position of the partition is not in its log. */
  outOfRange(state: PartitionState): void {
    const reset = this.config['auto.offset.reset']
    if (reset !== 'none') {
      state.lose(reset)
      return
    }
    const offset = state.fetchOffset
    state.fetchOffset = -1 // until somebody seeks
    const text = `Fetch position ${offset} is out of range for partition ${state.key}`
    this.events.fail(
      new KafkaError(errors.OFFSET_OUT_OF_RANGE, 'org.apache.kafka.clients.consumer.OffsetOutOfRangeException', text),
    )
  }
}

/** Membership is being settled elsewhere, or time was short. */
const MEMBERSHIP: ReadonlySet<number> = new Set([errors.STALE_MEMBER_EPOCH, errors.UNKNOWN_MEMBER_ID])
const isPassing = (error: unknown): boolean =>
  isRetriable(error) || error instanceof TimeoutException || (error instanceof KafkaError && MEMBERSHIP.has(error.code))

function specOf(reset: PartitionState['reset'], now: number): OffsetSpec | undefined {
  if (reset === 'earliest' || reset === 'latest') return reset
  return typeof reset === 'object' ? { timestamp: now - reset.agoMs } : undefined
}
