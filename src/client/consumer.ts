/**
 * A consumer: reads the partitions it is given, or shares topics with the other members of a group
 * (org.apache.kafka.clients.consumer.KafkaConsumer). `poll` gives batches as they were fetched; what somebody goes through in them
 * counts as consumed, and only that is committed.
 */

import { errorOf, errors } from '../protocol/errors'
import type { Clock, Random } from '../system/system'
import type { Cluster } from './cluster'
import type { ConsumerConfig } from './config/consumer'
import { ClassicGroup } from './consumer/classic-group'
import { Commits, NOBODY, type OffsetToCommit } from './consumer/commits'
import { ConsumerGroup } from './consumer/consumer-group'
import { Bell } from './consumer/events'
import type { FetchedBatch } from './consumer/fetched-batch'
import { Fetcher } from './consumer/fetcher'
import type { Membership, Owner } from './consumer/membership'
import { PartitionState } from './consumer/partition-state'
import { Positions } from './consumer/positions'
import { KafkaError, kafkaError } from './kafka-error'
import { keyOf, type TopicPartition } from './topic-partition'
import { TopicWatch } from './topic-watch'

export type { OffsetToCommit } from './consumer/commits'
export type { FetchedBatch, Record } from './consumer/fetched-batch'
export type { TopicPartition } from './topic-partition'

/** Topics by name, or by a rule that `source` shows. Internal topics match only without exclude.internal.topics. */
export type Subscription = readonly string[] | { readonly source: string; matches(topic: string): boolean }

/** Told of partitions that come and go, within poll and close. */
export interface RebalanceListener {
  onAssigned?(partitions: readonly TopicPartition[]): void | Promise<void>
  /** Before they go: what is consumed can still be committed. */
  onRevoked?(partitions: readonly TopicPartition[]): void | Promise<void>
  /** They are gone already. */
  onLost?(partitions: readonly TopicPartition[]): void | Promise<void>
}

export interface ConsumerOptions {
  /** Closed by whoever made it. */
  readonly cluster: Cluster
  readonly config: ConsumerConfig
  readonly clock: Clock
  readonly random: Random
  readonly onWarning?: (text: string) => void
}

const CLOSE_TIMEOUT_MS = 30_000

export class Consumer {
  private readonly states = new Map<string, PartitionState>()
  private readonly bell: Bell
  private readonly topicWatch: TopicWatch
  private readonly fetcher: Fetcher
  private readonly commits: Commits | undefined
  private readonly positions: Positions
  private membership: Membership | undefined
  private subscription: Subscription | undefined
  private listener: RebalanceListener = {}
  private matched: readonly string[] = []
  private matchedAt = Number.NEGATIVE_INFINITY
  private failure: KafkaError | undefined
  private isPolling = false
  private isWoken = false
  private isClosed = false
  private committedAt = 0
  private isCommitting = false
  private warnings = 0
  private readonly clock: Clock
  private readonly cluster: Cluster
  private readonly config: ConsumerConfig
  private readonly owner: Owner

  constructor(private readonly options: ConsumerOptions) {
    const { cluster, config, clock, random } = options
    this.clock = clock
    this.cluster = cluster
    this.config = config
    this.bell = new Bell(clock)
    this.committedAt = clock.monotonic()
    const create = config['allow.auto.create.topics']
    this.topicWatch = new TopicWatch({ cluster, config, clock, random, create, learnt: (failures) => this.learnt(failures) })
    this.owner = {
      clock,
      random,
      notify: () => this.bell.ring(),
      fail: (error) => this.fail(error),
      wantTopic: (topic) => this.topicWatch.want(topic),
      topics: () => this.topics(),
      owned: () => this.assignment(),
      revoke: (partitions) => this.revoke(partitions),
      lose: (partitions) => this.lose(partitions),
      assign: (partitions) => this.take(partitions),
      isPolling: () => this.isPolling,
      warn: (text) => this.warn(text),
    }
    const groupId = config['group.id']
    const committer = () => (this.membership ? this.membership.committer : NOBODY)
    this.commits = groupId === null ? undefined : new Commits(cluster, groupId, committer, clock)
    this.positions = new Positions(cluster, config, this.states, this.owner, this.commits)
    this.fetcher = new Fetcher(cluster, config, this.states, {
      ...this.owner,
      outOfRange: (state) => this.positions.outOfRange(state),
    })
  }

  // ---- what is read ----

  /** Reads just these partitions, whatever groups do. Partitions that were read before go on where they were. */
  assign(partitions: readonly TopicPartition[]): void {
    this.check(this.subscription === undefined)
    const wanted = new Set(partitions.map(keyOf))
    for (const key of this.states.keys()) if (!wanted.has(key)) this.states.delete(key)
    for (const partition of partitions) this.add(partition)
  }

  /** Shares these topics with the group. Takes effect with the next poll. Throws KafkaError. */
  subscribe(subscription: Subscription, listener: RebalanceListener = {}): void {
    this.check(this.subscription !== undefined || this.states.size === 0)
    const groupId = this.config['group.id']
    if (groupId === null) throw invalidGroup()
    this.subscription = subscription
    this.listener = listener
    this.matchedAt = Number.NEGATIVE_INFINITY
    if (!this.membership) {
      const Group = this.config['group.protocol'] === 'consumer' ? ConsumerGroup : ClassicGroup
      this.membership = new Group(this.cluster, this.config, groupId, this.owner)
    }
  }
  private check(isFree: boolean): void {
    if (isFree) return
    const text = 'Subscription to topics, partitions and pattern are mutually exclusive'
    throw new KafkaError(-1, 'java.lang.IllegalStateException', text)
  }

  /** Partitions that are read now. */
  assignment(): TopicPartition[] {
    return [...this.states.values()].map(({ topic, partition }) => ({ topic, partition }))
  }
  get memberId(): string {
    return this.membership?.memberId ?? ''
  }

  /** Goes on at an offset, or at an end of the log. Throws KafkaError for a partition that is not read. */
  seek(partition: TopicPartition, to: number | 'earliest' | 'latest'): void {
    const state = this.stateOf(partition)
    if (typeof to === 'number') state.seek(to)
    else state.lose(to)
    this.bell.ring()
  }
  /** Next offset to be consumed; undefined while it is being found. Throws KafkaError for a partition that is not read. */
  position(partition: TopicPartition): number | undefined {
    const { position } = this.stateOf(partition)
    return position < 0 ? undefined : position
  }
  /** How far the partition reached with the last fetch; -1: unknown. */
  highWatermark(partition: TopicPartition): number {
    return this.stateOf(partition).highWatermark
  }
  pause(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.stateOf(partition).isPaused = true
  }
  resume(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.stateOf(partition).isPaused = false
    this.bell.ring()
  }
  private stateOf(partition: TopicPartition): PartitionState {
    const state = this.states.get(keyOf(partition))
    if (state) return state
    const text = `No current assignment for partition ${keyOf(partition)}`
    throw new KafkaError(-1, 'java.lang.IllegalStateException', text)
  }

  private add({ topic, partition }: TopicPartition): void {
    const state = new PartitionState(topic, partition)
    if (this.states.has(state.key)) return
    state.reset = this.positions.start
    this.states.set(state.key, state)
  }

  // ---- polling ----

  /**
   * Batches as soon as there are any, or none after `maxWaitMs`, or after `wakeup`. Joins and leaves groups, and commits from time
   * to time. Rejects with KafkaError; polling may go on afterwards.
   */
  async poll(maxWaitMs: number): Promise<readonly FetchedBatch[]> {
    if (this.isClosed) throw new KafkaError(-1, 'java.lang.IllegalStateException', 'This consumer has already been closed.')
    if (this.states.size === 0 && !this.subscription) {
      const text = 'Consumer is not subscribed to any topics or assigned any partitions'
      throw new KafkaError(-1, 'java.lang.IllegalStateException', text)
    }
    const deadline = this.clock.monotonic() + maxWaitMs
    this.isPolling = true
    try {
      for (;;) {
        const next = await this.step()
        const batches = this.fetcher.take()
        // The next bytes travel while these are looked at.
        const later = Math.min(next, this.fetcher.send())
        if (batches.length > 0) return batches
        if (this.isWoken || this.clock.monotonic() >= deadline) return []
        await this.bell.heard(Math.min(deadline, later))
      }
    } finally {
      this.isWoken = false
      this.isPolling = false
    }
  }
  /** Ends the poll that is under way, or the next one. */
  wakeup(): void {
    this.isWoken = true
    this.bell.ring()
  }

  /** Does what is due. Gives when to come again at the latest, on the monotonic clock. */
  private async step(): Promise<number> {
    this.throwFailure()
    const now = this.clock.monotonic()
    this.keepTopics(now)
    await this.membership?.advance()
    this.throwFailure()
    const committing = this.commitNowAndThen(now)
    this.positions.validate()
    const positioning = this.positions.find()
    const asking = this.topicWatch.ask(now, () => [...this.topicNames()])
    return Math.min(committing, positioning, asking)
  }
  private fail(error: KafkaError): void {
    this.failure ??= error
    this.bell.ring()
  }
  private throwFailure(): void {
    const { failure } = this
    this.failure = undefined
    if (failure) throw failure
  }

  // ---- topics ----

  private topicNames(): Set<string> {
    const more = this.membership?.moreTopics() ?? []
    return new Set([...this.topics(), ...[...this.states.values()].map(({ topic }) => topic), ...more])
  }
  /** Topics that are wanted now, sorted. */
  private topics(): readonly string[] {
    const { subscription } = this
    if (subscription === undefined) return []
    if ('matches' in subscription) return this.matched
    return [...new Set(subscription)].sort()
  }
  private keepTopics(now: number): void {
    if (this.subscription && 'matches' in this.subscription && now - this.matchedAt >= this.config['metadata.max.age.ms']) {
      this.matchedAt = now
      this.topicWatch.wantAll()
    }
    for (const topic of this.topicNames()) if (!this.cluster.known(topic)) this.topicWatch.want(topic)
  }
  private learnt(failures: ReadonlyMap<string, number>): void {
    const { subscription } = this
    if (subscription && 'matches' in subscription) {
      const hidesInternal = this.config['exclude.internal.topics']
      this.matched = [...this.cluster.metadata.topics.values()]
        .filter(({ name, isInternal }) => !(isInternal && hidesInternal) && subscription.matches(name))
        .map(({ name }) => name)
        .sort()
    }
    this.judge(failures)
    this.bell.ring()
  }
  private judge(failures: ReadonlyMap<string, number>): void {
    if (failures.size === 0) return
    const named = (code: number) => [...failures].filter((each) => each[1] === code).map(([topic]) => topic)
    const [invalid, forbidden] = [named(errors.INVALID_TOPIC_EXCEPTION), named(errors.TOPIC_AUTHORIZATION_FAILED)]
    if (invalid.length > 0) this.fail(kafkaError(errors.INVALID_TOPIC_EXCEPTION, `Invalid topics: [${invalid.join(', ')}]`))
    if (forbidden.length > 0) {
      this.fail(kafkaError(errors.TOPIC_AUTHORIZATION_FAILED, `Not authorized to access topics: [${forbidden.join(', ')}]`))
    }
    const passing = [...failures]
      .filter(([, code]) => errorOf(code).retriable)
      .map(([topic, code]) => `${topic}=${errorOf(code).name}`)
    if (passing.length > 0) {
      this.warn(
        `The metadata response from the cluster reported a recoverable issue with correlation id ${++this.warnings} : {${passing.join(', ')}}`,
      )
    }
  }
  private warn(text: string): void {
    this.options.onWarning?.(text)
  }

  // ---- the group's changes ----

  private async revoke(partitions: readonly TopicPartition[]): Promise<void> {
    if (this.config['enable.auto.commit']) await this.commitQuietly(partitions)
    await this.listener.onRevoked?.(partitions)
    for (const partition of partitions) this.states.delete(keyOf(partition))
  }
  private async lose(partitions: readonly TopicPartition[]): Promise<void> {
    for (const partition of partitions) this.states.delete(keyOf(partition))
    if (partitions.length === 0) return
    if (this.listener.onLost) await this.listener.onLost(partitions)
    else await this.listener.onRevoked?.(partitions)
  }
  private async take(partitions: readonly TopicPartition[]): Promise<void> {
    for (const partition of partitions) this.add(partition)
    await this.listener.onAssigned?.(partitions)
  }

  // ---- commits ----

  /** What is consumed: the positions that are known, those of `partitions` only. */
  consumed(partitions: readonly TopicPartition[] = this.assignment()): OffsetToCommit[] {
    return partitions.flatMap((each) => {
      const state = this.states.get(keyOf(each))
      if (!state || state.position < 0) return []
      return [{ topic: state.topic, partition: state.partition, offset: state.position, leaderEpoch: state.positionEpoch }]
    })
  }
  /** Commits these offsets, or what is consumed. Rejects with KafkaError. */
  async commit(
    offsets: readonly OffsetToCommit[] = this.consumed(),
    timeoutMs = this.config['default.api.timeout.ms'],
  ): Promise<void> {
    if (!this.commits) throw invalidGroup()
    await this.commits.commit(offsets, timeoutMs)
  }
  /** The group's stored offsets of these partitions; those without one are absent. Rejects with KafkaError. */
  async committed(partitions: readonly TopicPartition[]): Promise<(TopicPartition & { readonly offset: number })[]> {
    if (!this.commits) throw invalidGroup()
    const stored = await this.commits.stored(partitions)
    return partitions.flatMap((each) => {
      const found = stored.get(keyOf(each))
      return found ? [{ ...each, offset: found.offset }] : []
    })
  }

  /** Commits in the background where that is wanted and due; gives when it is due next. */
  private commitNowAndThen(now: number): number {
    if (!this.config['enable.auto.commit'] || !this.commits) return Number.POSITIVE_INFINITY
    const due = this.committedAt + this.config['auto.commit.interval.ms']
    if (this.isCommitting) return Number.POSITIVE_INFINITY
    if (due > now) return due
    this.isCommitting = true
    void this.commitQuietly(this.assignment()).finally(() => {
      this.isCommitting = false
      this.committedAt = this.clock.monotonic()
      this.bell.ring()
    })
    return Number.POSITIVE_INFINITY
  }
  private async commitQuietly(
    partitions: readonly TopicPartition[],
    timeoutMs = this.config['default.api.timeout.ms'],
  ): Promise<void> {
    const offsets = this.consumed(partitions)
    try {
      await this.commits?.commit(offsets, timeoutMs)
    } catch (error) {
      const what = offsets.map((each) => `${keyOf(each)}=${each.offset}`).join(', ')
      this.warn(`Asynchronous auto-commit of offsets {${what}} failed: ${error instanceof Error ? error.message : error}`)
    }
  }

  /** Commits, where that is wanted, leaves the group and ends; takes no longer than `timeoutMs`. Never rejects. */
  async close(timeoutMs = CLOSE_TIMEOUT_MS): Promise<void> {
    if (this.isClosed) return
    this.isClosed = true
    this.wakeup()
    let ring = () => {}
    const timer = this.clock.after(timeoutMs, () => ring())
    const late = new Promise<void>((resolve) => {
      ring = resolve
    })
    await Promise.race([this.end(timeoutMs), late])
    timer.cancel()
    this.states.clear()
  }
  private async end(timeoutMs: number): Promise<void> {
    const partitions = this.assignment()
    if (this.config['enable.auto.commit'] && this.commits) await this.commitQuietly(partitions, timeoutMs)
    try {
      if (this.subscription && partitions.length > 0) await this.listener.onRevoked?.(partitions)
    } finally {
      await this.membership?.leave()
    }
  }
}

const invalidGroup = () =>
  kafkaError(
    errors.INVALID_GROUP_ID,
    'To use the group management or offset commit APIs, you must provide a valid group.id in the consumer configuration.',
  )
