/**
 * A member of a group of the classic protocol: it joins with what it wants, one member, the leader, shares the partitions out, all
 * hear what they got, and heartbeats say when to begin again (KIP-62, KIP-345, KIP-394, KIP-429;
 * org.apache.kafka.clients.consumer.internals.ConsumerCoordinator). Joining goes on in the background; partitions are given up and
 * taken over only within poll.
 */
import { Heartbeat } from '../../protocol/apis/heartbeat'
import { JoinGroup } from '../../protocol/apis/join-group'
import { LeaveGroup } from '../../protocol/apis/leave-group'
import { SyncGroup } from '../../protocol/apis/sync-group'
import { Disconnected } from '../../protocol/call'
import { errors } from '../../protocol/errors'
import { decodeAssignment } from '../../protocol/records/consumer-protocol'
import type { Reply } from '../../protocol/types'
import type { Timer } from '../../system/system'
import { orAsBefore } from '../admin/result'
import { backoffMs, pause } from '../backoff'
import type { Cluster } from '../cluster'
import type { ConsumerConfig } from '../config/consumer'
import { isRetriable, KafkaError, kafkaError, kafkaException } from '../kafka-error'
import { keyOf, type TopicPartition } from '../topic-partition'
import { type Assignor, assignorsOf } from './assignors'
import type { Committer } from './commits'
import { leaderAssignments, subscriptionFor } from './group-blobs'
import { type Membership, type Owner, POLL_TIMEOUT } from './membership'

type Joined = Reply<typeof JoinGroup>

/** What a finished round of joining brought. */
interface Outcome {
  readonly assigned: readonly TopicPartition[]
}

/** The member is none any more, and must begin as a new one. */
const NOT_MEMBER: ReadonlySet<number> = new Set([errors.UNKNOWN_MEMBER_ID, errors.ILLEGAL_GENERATION])
const COORDINATOR: ReadonlySet<number> = new Set([
  errors.COORDINATOR_NOT_AVAILABLE,
  errors.NOT_COORDINATOR,
  errors.COORDINATOR_LOAD_IN_PROGRESS,
])

export class ClassicGroup implements Membership {
  memberId = ''
  private generation = -1
  private readonly assignors: readonly Assignor[]
  private readonly isCooperative: boolean
  private phase: 'out' | 'joining' | 'in' | 'left' = 'out'
  private needsJoin = true
  /** What it had is given up or lost since the last time it was in. */
  private isPrepared = false
  private isLost = false
  private outcome: Outcome | undefined
  /** Wanted at the last join. */
  private joinedTopics = ''
  /** As leader: what the partitions were shared out by. */
  private sharedBy: ReadonlyMap<string, number> | undefined
  private timer: Timer | undefined
  private polledAt = 0

  /** Throws KafkaError for an assignor that there is none of. */
  constructor(
    private readonly cluster: Cluster,
    private readonly config: ConsumerConfig,
    private readonly groupId: string,
    private readonly owner: Owner,
  ) {
    this.assignors = assignorsOf(config['partition.assignment.strategy'])
    if (this.assignors.length === 0) {
      const text =
        'Must configure at least one partition assigner class name to partition.assignment.strategy configuration property'
      throw new KafkaError(-1, 'java.lang.IllegalStateException', text)
    }
    // All must be able to: the leader may choose any.
    this.isCooperative = this.assignors.every(({ protocol }) => protocol === 'cooperative')
  }

  private get instanceId(): string | null {
    return this.config['group.instance.id']
  }
  get committer(): Committer | 'rebalancing' | undefined {
    if (this.phase === 'joining') return 'rebalancing'
    if (this.generation < 0) return undefined
    return { memberId: this.memberId, generation: this.generation, instanceId: this.instanceId, protocol: 'classic' }
  }
  moreTopics(): Iterable<string> {
    return this.sharedBy?.keys() ?? []
  }

  async advance(): Promise<void> {
    if (this.phase === 'left') return
    this.polledAt = this.owner.clock.monotonic()
    if (this.isLost) {
      this.isLost = false
      await this.owner.lose(this.owner.owned())
    }
    if (this.outcome) {
      const { assigned } = this.outcome
      this.outcome = undefined
      this.phase = 'in'
      await this.take(assigned)
    }
    if (this.phase === 'in' && this.hasChanged()) this.needsJoin = true
    if (this.phase === 'joining' || !this.needsJoin) return
    if (!this.isPrepared) {
      this.isPrepared = true
      await this.prepare()
    }
    this.phase = 'joining'
    this.needsJoin = false
    this.stopBeating()
    void this.join()
  }

  /** Whether what it wants, or as leader what it shared out, is not what it was. */
  private hasChanged(): boolean {
    if (this.owner.topics().join() !== this.joinedTopics) return true
    if (!this.sharedBy) return false
    const { topics } = this.cluster.metadata
    return [...this.sharedBy].some(([topic, count]) => (topics.get(topic)?.partitions.length ?? 0) !== count)
  }

  private async prepare(): Promise<void> {
    const owned = this.owner.owned()
    if (!this.isCooperative) {
      if (owned.length > 0) await this.owner.revoke(owned)
      return
    }
    const wanted = new Set(this.owner.topics())
    const unwanted = owned.filter(({ topic }) => !wanted.has(topic))
    if (unwanted.length > 0) await this.owner.revoke(unwanted)
  }

  private async take(assigned: readonly TopicPartition[]): Promise<void> {
    const owned = this.owner.owned()
    const mine = new Set(assigned.map(keyOf))
    const had = new Set(owned.map(keyOf))
    const revoked = owned.filter((each) => !mine.has(keyOf(each)))
    if (revoked.length > 0) {
      await this.owner.revoke(revoked)
      this.needsJoin = true // so that who gets them hears of it
    }
    this.isPrepared = false
    await this.owner.assign(assigned.filter((each) => !had.has(keyOf(each))))
  }

  // ---- joining ----

  private async join(): Promise<void> {
    for (let failures = 0; this.phase === 'joining'; ) {
      try {
        const outcome = await this.joinOnce()
        if (this.phase !== 'joining') return
        if (outcome) {
          this.outcome = outcome
          this.beat()
          this.owner.notify()
          return
        }
        failures = 0
      } catch (error) {
        if (this.phase !== 'joining') return
        if (error instanceof Disconnected) this.cluster.forgetCoordinator('group', this.groupId)
        else if (!isRetriable(error)) return this.giveUp(error)
        const { 'retry.backoff.ms': first, 'retry.backoff.max.ms': most } = this.config
        await pause(this.owner.clock, backoffMs(++failures, first, most, this.owner.random))
      }
    }
  }
  private giveUp(error: unknown): void {
    this.phase = 'out'
    this.needsJoin = true
    this.owner.fail(error instanceof KafkaError ? error : kafkaException(String(error), error))
  }

  /** One round; undefined: another is needed at once. Rejects with KafkaError or Disconnected. */
  private async joinOnce(): Promise<Outcome | undefined> {
    const link = await this.cluster.coordinatorLink('group', this.groupId)
    const topics = this.owner.topics()
    const owned = this.isLost ? [] : this.owner.owned()
    const joined = await link.call(JoinGroup, {
      groupId: this.groupId,
      sessionTimeoutMs: this.config['session.timeout.ms'],
      rebalanceTimeoutMs: this.config['max.poll.interval.ms'],
      memberId: this.memberId,
      groupInstanceId: this.instanceId,
      protocolType: 'consumer',
      protocols: this.assignors.map(({ name }) => ({
        name,
        metadata: subscriptionFor(name, topics, owned, this.generation, this.config['client.rack']),
      })),
    })
    if (joined.errorCode === errors.MEMBER_ID_REQUIRED) {
      this.memberId = joined.memberId
      return undefined
    }
    if (joined.errorCode !== errors.NONE) return this.refused(joined.errorCode)
    this.joinedTopics = topics.join()
    this.memberId = joined.memberId
    this.generation = joined.generationId
    const isLeader = joined.leader === joined.memberId
    const synced = await link.call(SyncGroup, {
      groupId: this.groupId,
      generationId: joined.generationId,
      memberId: joined.memberId,
      groupInstanceId: this.instanceId,
      protocolType: 'consumer',
      protocolName: joined.protocolName,
      assignments: isLeader && !joined.skipAssignment ? await this.share(joined) : [],
    })
    if (!isLeader) this.sharedBy = undefined
    if (synced.errorCode !== errors.NONE) return this.refused(synced.errorCode)
    const assignment = Buffer.from(synced.assignment)
    const rows = assignment.length === 0 ? [] : decodeAssignment(assignment).assignedPartitions
    return { assigned: rows.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition }))) }
  }

  /** As leader: who gets what. */
  private async share(joined: Joined) {
    const assignor = this.assignors.find(({ name }) => name === joined.protocolName)
    if (!assignor) {
      const text = `Coordinator selected invalid assignment protocol: ${joined.protocolName}`
      throw new KafkaError(-1, 'java.lang.IllegalStateException', text)
    }
    const { topics, assignments } = await leaderAssignments(assignor, joined.members, async (names) => {
      const snapshot = await this.cluster.refresh(names, this.config['allow.auto.create.topics'])
      return new Map(names.map((name) => [name, snapshot.topics.get(name)?.partitions.length ?? 0]))
    })
    this.sharedBy = topics
    return assignments
  }

  private async refused(code: number): Promise<undefined> {
    if (NOT_MEMBER.has(code)) {
      this.reset()
      await pause(this.owner.clock, this.config['retry.backoff.ms'])
    } else if (COORDINATOR.has(code)) {
      this.cluster.forgetCoordinator('group', this.groupId)
      throw kafkaError(code)
    } else if (code === errors.GROUP_AUTHORIZATION_FAILED) {
      throw kafkaError(code, `Not authorized to access group: ${this.groupId}`)
    } else if (code !== errors.REBALANCE_IN_PROGRESS) {
      throw kafkaError(code)
    } else {
      await pause(this.owner.clock, this.config['retry.backoff.ms'])
    }
    return undefined
  }
  /** Begins as a new member; what it still reads, others may read too. */
  private reset(): void {
    this.memberId = ''
    this.generation = -1
    this.outcome = undefined
    this.sharedBy = undefined
    if (this.owner.owned().length > 0) this.isLost = true
  }

  // ---- heartbeats ----

  private beat(): void {
    this.timer?.cancel()
    this.timer = this.owner.clock.after(this.config['heartbeat.interval.ms'], () => void this.beatNow(), 'idle')
  }
  private stopBeating(): void {
    this.timer?.cancel()
    this.timer = undefined
  }
  private get isIn(): boolean {
    return this.phase === 'in' || (this.phase === 'joining' && this.outcome !== undefined)
  }

  private async beatNow(): Promise<void> {
    if (!this.isIn) return
    if (this.owner.isPolling()) this.polledAt = this.owner.clock.monotonic()
    if (this.owner.clock.monotonic() - this.polledAt > this.config['max.poll.interval.ms']) {
      this.owner.warn(POLL_TIMEOUT)
      await this.sayGoodbye('consumer poll timeout has expired.')
      this.reset()
      this.phase = 'out'
      this.needsJoin = true
      return
    }
    const { generation, memberId } = this
    try {
      const link = await this.cluster.coordinatorLink('group', this.groupId)
      const request = { groupId: this.groupId, generationId: generation, memberId, groupInstanceId: this.instanceId }
      const { errorCode } = await link.call(Heartbeat, request)
      if (this.generation === generation && this.memberId === memberId) this.heard(errorCode)
    } catch (error) {
      if (error instanceof Disconnected) this.cluster.forgetCoordinator('group', this.groupId)
      else if (!isRetriable(error)) this.owner.fail(error instanceof KafkaError ? error : kafkaException(String(error), error))
    }
    if (this.isIn) this.beat()
  }

  private heard(code: number): void {
    if (code === errors.NONE || !this.isIn) return
    if (code === errors.REBALANCE_IN_PROGRESS) {
      this.needsJoin = true
    } else if (NOT_MEMBER.has(code)) {
      this.reset()
      this.phase = 'out'
      this.needsJoin = true
    } else if (COORDINATOR.has(code)) {
      this.cluster.forgetCoordinator('group', this.groupId)
    } else {
      this.owner.fail(kafkaError(code))
    }
    this.owner.notify()
  }

  // ---- leaving ----

  async leave(): Promise<void> {
    const wasJoining = this.phase === 'joining'
    this.phase = 'left'
    this.stopBeating()
    if (this.memberId !== '') await this.sayGoodbye('the consumer is being closed', wasJoining)
    this.generation = -1
  }
  /** `aside`: by another link, for an answer is still due on the group's own. */
  private async sayGoodbye(reason: string, aside = false): Promise<void> {
    const { groupId, memberId } = this
    if (this.instanceId !== null) return // a static member comes back: its place is kept for it
    try {
      const { cluster } = this
      const link = aside
        ? await cluster.linkOf((await cluster.coordinator('group', groupId)).id)
        : await cluster.coordinatorLink('group', groupId)
      await orAsBefore(
        () => link.call(LeaveGroup, { groupId, members: [{ memberId, reason }] }),
        () => link.call(LeaveGroup, { groupId, memberId }),
      )
    } catch {
      // The group will miss it soon enough.
    }
  }
}
