/**
 * A member of a group of the new protocol (KIP-848): it says in heartbeats what it wants and has, and hears there what it should
 * have. It gives up what is not in that, takes over what is, and says so in the next heartbeat; the broker does the rest.
 * Heartbeats go on in the background; partitions are given up and taken over only within poll.
 */
import { ConsumerGroupHeartbeat } from '../../protocol/apis/consumer-group-heartbeat'
import { Disconnected } from '../../protocol/call'
import { errors } from '../../protocol/errors'
import type { Reply, RequestIn } from '../../protocol/types'
import { randomUuid, type Timer } from '../../system/system'
import { backoffMs } from '../backoff'
import type { Cluster } from '../cluster'
import type { ConsumerConfig } from '../config/consumer'
import { isRetriable, KafkaError, kafkaError, kafkaException } from '../kafka-error'
import { byTopic, keyOf, type TopicPartition } from '../topic-partition'
import type { Committer } from './commits'
import { type Membership, type Owner, POLL_TIMEOUT } from './membership'

type Beat = RequestIn<typeof ConsumerGroupHeartbeat>
type Target = NonNullable<Reply<typeof ConsumerGroupHeartbeat>['assignment']>['topicPartitions']

const JOIN = 0
const LEAVE = -1
/** A static member leaves, and will come back. */
const LEAVE_FOR_NOW = -2

const FENCED: ReadonlySet<number> = new Set([errors.FENCED_MEMBER_EPOCH, errors.UNKNOWN_MEMBER_ID])
const COORDINATOR: ReadonlySet<number> = new Set([
  errors.COORDINATOR_NOT_AVAILABLE,
  errors.NOT_COORDINATOR,
  errors.COORDINATOR_LOAD_IN_PROGRESS,
])

export class ConsumerGroup implements Membership {
  readonly memberId: string
  private epoch = JOIN
  private phase: 'out' | 'in' | 'left' = 'out'
  private isLost = false
  /** What it should have, by topic id; undefined: nothing new. */
  private target: Target | undefined
  /** What the broker was told last; what is the same is not told again. */
  private told: { topics: string; owned: string } | undefined
  private timer: Timer | undefined
  private isBeating = false
  private beatAgain = false
  private failures = 0
  private intervalMs = 0
  /** On the monotonic clock: after having been thrown out it does not join before. */
  private joinsAt = 0
  private polledAt = 0

  constructor(
    private readonly cluster: Cluster,
    private readonly config: ConsumerConfig,
    private readonly groupId: string,
    private readonly owner: Owner,
  ) {
    this.memberId = randomUuid(owner.random)
  }

  get committer(): Committer | undefined {
    if (this.phase === 'out' || this.epoch <= JOIN) return undefined
    return { memberId: this.memberId, generation: this.epoch, instanceId: this.config['group.instance.id'], protocol: 'consumer' }
  }
  moreTopics(): Iterable<string> {
    return []
  }

  async advance(): Promise<void> {
    if (this.phase === 'left') return
    this.polledAt = this.owner.clock.monotonic()
    if (this.isLost) {
      this.isLost = false
      await this.owner.lose(this.owner.owned())
    }
    if (this.phase === 'out') {
      if (this.owner.topics().length === 0) return // a pattern whose topics are not known yet, or none
      if (this.polledAt < this.joinsAt) return
      this.phase = 'in'
      this.epoch = JOIN
      this.told = undefined
      this.beat(0)
      return
    }
    if (this.target) await this.reconcile(this.target)
    if (this.told && this.told.topics !== this.owner.topics().join()) this.beat(0)
  }

  /** Gives up and takes over what differs. Topics whose names are not known yet wait. */
  private async reconcile(target: Target): Promise<void> {
    const { namesById } = this.cluster.metadata
    const named = target.flatMap(({ topicId, partitions }) => {
      const topic = namesById.get(topicId)
      return topic === undefined ? [] : partitions.map((partition) => ({ topic, partition }))
    })
    const isWhole = target.every(({ topicId }) => namesById.has(topicId))
    if (isWhole) this.target = undefined
    else for (const topic of this.owner.topics()) this.owner.wantTopic(topic)
    const owned = this.owner.owned()
    const wanted = new Set(named.map(keyOf))
    const had = new Set(owned.map(keyOf))
    const revoked = isWhole ? owned.filter((each) => !wanted.has(keyOf(each))) : []
    const added = named.filter((each) => !had.has(keyOf(each)))
    const { epoch } = this
    if (revoked.length > 0) await this.owner.revoke(revoked)
    if (this.epoch !== epoch && this.isLost) return // fenced meanwhile
    await this.owner.assign(added)
    if (revoked.length > 0 || added.length > 0 || isWhole) this.beat(0)
  }

  // ---- heartbeats ----

  private beat(afterMs: number): void {
    this.timer?.cancel()
    this.timer = this.owner.clock.after(afterMs, () => void this.beatNow(), 'idle')
  }

  private async beatNow(): Promise<void> {
    if (this.isBeating) {
      this.beatAgain = true
      return
    }
    if (this.phase !== 'in') return
    if (this.owner.isPolling()) this.polledAt = this.owner.clock.monotonic()
    if (this.owner.clock.monotonic() - this.polledAt > this.config['max.poll.interval.ms']) {
      this.owner.warn(POLL_TIMEOUT)
      await this.sayGoodbye()
      this.fall()
      return
    }
    this.isBeating = true
    this.beatAgain = false
    const next = await this.beatOnce()
    this.isBeating = false
    if (this.phase === 'in') this.beat(this.beatAgain ? 0 : next)
    this.owner.notify()
  }

  /** Gives after how many milliseconds the next is due. */
  private async beatOnce(): Promise<number> {
    const { epoch } = this
    const request = this.request()
    const told = { topics: this.owner.topics().join(), owned: this.ownedText() }
    try {
      const link = await this.cluster.coordinatorLink('group', this.groupId)
      const reply = await link.call(ConsumerGroupHeartbeat, request)
      if (this.epoch !== epoch || this.phase !== 'in') return 0 // an answer to somebody who is no more
      if (reply.errorCode !== errors.NONE) return this.refused(reply)
      this.failures = 0
      this.told = told
      this.epoch = reply.memberEpoch
      this.intervalMs = reply.heartbeatIntervalMs
      if (reply.assignment) this.target = reply.assignment.topicPartitions
      return this.intervalMs
    } catch (error) {
      this.told = undefined // it may not have been heard
      if (error instanceof Disconnected || isRetriable(error)) {
        this.cluster.forgetCoordinator('group', this.groupId)
        return this.later()
      }
      this.owner.fail(error instanceof KafkaError ? error : kafkaException(String(error), error))
      this.fall()
      return 0
    }
  }
  private later(): number {
    const { 'retry.backoff.ms': first, 'retry.backoff.max.ms': most } = this.config
    return backoffMs(++this.failures, first, most, this.owner.random)
  }

  private refused({ errorCode, errorMessage }: Reply<typeof ConsumerGroupHeartbeat>): number {
    this.told = undefined
    if (COORDINATOR.has(errorCode)) {
      this.cluster.forgetCoordinator('group', this.groupId)
      return this.later()
    }
    this.fall()
    if (!FENCED.has(errorCode)) {
      const words =
        errorCode === errors.GROUP_AUTHORIZATION_FAILED ? `Not authorized to access group: ${this.groupId}` : errorMessage
      this.owner.fail(kafkaError(errorCode, words))
    }
    return 0
  }
  /** Out of the group; the next poll joins anew. */
  private fall(): void {
    this.phase = 'out'
    this.epoch = JOIN
    this.target = undefined
    if (this.owner.owned().length > 0) this.isLost = true
    const wait = this.later()
    this.joinsAt = this.owner.clock.monotonic() + wait
    this.timer?.cancel()
    this.timer = this.owner.clock.after(wait, () => this.owner.notify(), 'idle')
  }

  private ownedText(): string {
    return this.owner.owned().map(keyOf).sort().join()
  }
  /** What is new, or to one who does not know us, everything. */
  private request(): Beat {
    const { config, owner, told, epoch } = this
    const base = {
      groupId: this.groupId,
      memberId: this.memberId,
      memberEpoch: epoch,
      instanceId: config['group.instance.id'],
    }
    const isAll = epoch === JOIN || told === undefined
    const topics = owner.topics()
    const owned = owner.owned()
    return {
      ...base,
      ...(isAll
        ? {
            rackId: config['client.rack'] === '' ? null : config['client.rack'],
            rebalanceTimeoutMs: config['max.poll.interval.ms'],
            serverAssignor: config['group.remote.assignor'],
          }
        : {}),
      ...(isAll || told.topics !== topics.join() ? { subscribedTopicNames: topics } : {}),
      ...(isAll || told.owned !== this.ownedText() ? { topicPartitions: epoch === JOIN ? [] : this.idsOf(owned) } : {}),
    }
  }
  private idsOf(owned: readonly TopicPartition[]) {
    return byTopic(owned).flatMap(([topic, rows]) => {
      const topicId = this.cluster.metadata.topics.get(topic)?.id
      return topicId === undefined ? [] : [{ topicId, partitions: rows.map(({ partition }) => partition) }]
    })
  }

  // ---- leaving ----

  async leave(): Promise<void> {
    const wasIn = this.phase === 'in' && this.epoch > JOIN
    this.phase = 'left'
    this.timer?.cancel()
    if (wasIn) await this.sayGoodbye()
  }
  private async sayGoodbye(): Promise<void> {
    const instanceId = this.config['group.instance.id']
    const memberEpoch = instanceId === null || this.phase !== 'left' ? LEAVE : LEAVE_FOR_NOW
    try {
      const link = await this.cluster.coordinatorLink('group', this.groupId)
      await link.call(ConsumerGroupHeartbeat, { groupId: this.groupId, memberId: this.memberId, memberEpoch, instanceId })
    } catch {
      // The group will miss it soon enough.
    }
  }
}
