/**
 * The group coordinator of one broker: finds the partition that a group lives in, has a decision made, and lets the partition
 * carry it out (shard.ts). One method per API; what differs between versions on the wire is the handlers' business, and which
 * topics exist is checked there too.
 */
import type { JoinGroup } from '../../protocol/apis/join-group'
import type { LeaveGroup } from '../../protocol/apis/leave-group'
import type { SyncGroup } from '../../protocol/apis/sync-group'
import { errors } from '../../protocol/errors'
import type { Request } from '../../protocol/types'
import type { Steps } from '../../storage/gradual'
import { randomUuid, type System } from '../../system/system'
import { deleteGroup, groupTombstones } from './admin/delete'
import { type DescribedGroup, describeClassic, noGroup } from './admin/describe'
import { type ListedGroup, type ListFilter, listGroups } from './admin/list'
import { beat } from './classic/heartbeat'
import { joinGroup } from './classic/join-group'
import { type Left, leave } from './classic/leave'
import type { ClassicGroup } from './classic/state'
import { joinError, settle, step, syncError } from './classic/step'
import { sync } from './classic/sync'
import { answerHeartbeat, refused } from './consumer/answer'
import { beatConsumer, leaveConsumerAsClassic, syncConsumer } from './consumer/classic-members'
import { type DescribedConsumerGroup, describeConsumer, noConsumerGroup } from './consumer/describe'
import type { HeartbeatReply } from './consumer/heartbeat'
import { loadRegex } from './consumer/regex'
import { checkRequest, type HeartbeatRequest } from './consumer/validate'
import { isEmpty } from './group'
import type { CoordinatorLog, CoordinatorRecord, ReplayedRecord } from './log'
import { newMemberId } from './member-id'
import { type CommitAnswer, type CommitTopic, commitOffsets, offsetTombstone } from './offsets/commit'
import { type DeleteAnswer, type DeleteTopic, deleteOffsets } from './offsets/delete'
import { expireOffsets } from './offsets/expire'
import { type FetchAnswer, type FetchTopic, fetchAllOffsets, fetchOffsets } from './offsets/fetch'
import { type Committer, mayFetch } from './offsets/may-commit'
import { type Caller, type JoinReply, Plan, refuse, type SyncReply } from './plan'
import { encodeRecord, type GroupRecord } from './records'
import type { GroupSettings } from './settings'
import type { Shard, World } from './shard'
import { Shards } from './shards'
import type { Topics } from './topics'
import { Waiters } from './waiters'

type Later<R> = R | Promise<R>

/** Records of one batch when many are written at once. */
const BATCH = 500

/** Who leaves, and from which group. */
export interface Leaving {
  readonly groupId: string
  readonly members: Request<typeof LeaveGroup>['members']
}
export interface Beat {
  readonly groupId: string
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly generationId: number
}
export interface Fetching {
  readonly groupId: string
  /** Null, with a negative epoch: asked from outside. */
  readonly memberId: string | null
  readonly memberEpoch: number
  /** Null: all that there is. */
  readonly topics: readonly FetchTopic[] | null
  readonly requireStable: boolean
}

export class GroupCoordinator {
  readonly topics: Topics
  private readonly world: World
  private readonly shards: Shards
  private expiry: { cancel(): void } | undefined

  constructor(parts: {
    readonly system: Pick<System, 'clock' | 'random'>
    readonly settings: GroupSettings
    readonly log: CoordinatorLog
    readonly topics: Topics
  }) {
    this.topics = parts.topics
    this.world = { ...parts, joins: new Waiters<JoinReply>(), syncs: new Waiters<SyncReply>() }
    this.shards = new Shards(this.world)
  }

  // ---- classic members ----

  join(request: Request<typeof JoinGroup>, caller: Caller): Later<JoinReply> {
    const { groupId, memberId, sessionTimeoutMs } = request
    const { settings, system, joins } = this.world
    if (groupId === '') return joinError(memberId, errors.INVALID_GROUP_ID)
    if (sessionTimeoutMs < settings.minSessionTimeoutMs || sessionTimeoutMs > settings.maxSessionTimeoutMs) {
      return joinError(memberId, errors.INVALID_SESSION_TIMEOUT)
    }
    if (this.shards.isAway(groupId)) return joinError(memberId, errors.NOT_COORDINATOR)
    const shard = this.shards.of(groupId)
    const plan = shard.plan(groupId, caller.now)
    const group = shard.state.groups.get(groupId)
    const isConsumer = group?.kind === 'consumer' && !isEmpty(group)
    const newId = isConsumer ? randomUuid(system.random) : newMemberId(system.random, request.groupInstanceId ?? caller.clientId)
    const { waiter, reply } = joins.open()
    joinGroup(plan, group, { request, caller, waiter, newId })
    shard.run(plan, undefined, () => joins.answer(waiter, joinError(memberId, errors.NOT_COORDINATOR)))
    return reply
  }

  sync(request: Request<typeof SyncGroup>, caller: Caller): Later<SyncReply> {
    const { groupId } = request
    if (groupId === '') return syncError(errors.INVALID_GROUP_ID)
    if (this.shards.isAway(groupId)) return syncError(errors.NOT_COORDINATOR)
    const shard = this.shards.peek(groupId)
    const group = shard?.state.groups.get(groupId)
    if (!shard || !group || isEmpty(group)) return syncError(errors.UNKNOWN_MEMBER_ID)
    const plan = shard.plan(groupId, caller.now)
    if (group.kind === 'consumer') {
      return shard.run(plan, syncConsumer(plan, group, request), () => syncError(errors.NOT_COORDINATOR))
    }
    if (group.kind !== 'classic') return syncError(errors.UNKNOWN_MEMBER_ID)
    const { waiter, reply } = this.world.syncs.open()
    const asked = step(group, plan)
    sync(asked, request, waiter)
    settle(asked)
    shard.run(plan, undefined, () => this.world.syncs.answer(waiter, syncError(errors.NOT_COORDINATOR)))
    return reply
  }

  /** An error code. */
  heartbeat(request: Beat, caller: Caller): Later<number> {
    const { groupId } = request
    if (groupId === '') return errors.INVALID_GROUP_ID
    if (this.shards.isAway(groupId)) return errors.NOT_COORDINATOR
    const shard = this.shards.peek(groupId)
    const group = shard?.state.groups.get(groupId)
    if (!shard || !group) return errors.UNKNOWN_MEMBER_ID
    const plan = shard.plan(groupId, caller.now)
    if (group.kind === 'consumer') {
      return shard.run(plan, beatConsumer(plan, group, request, request.generationId), notCoordinator)
    }
    if (group.kind !== 'classic') return errors.UNKNOWN_MEMBER_ID
    const code = beat(step(group, plan), request.memberId, request.groupInstanceId, request.generationId)
    return shard.run(plan, code, notCoordinator)
  }

  /** An error code, and what became of each member. */
  leave({ groupId, members }: Leaving, caller: Caller): Later<{ errorCode: number; members: readonly Left[] }> {
    if (groupId === '') return { errorCode: errors.INVALID_GROUP_ID, members: [] }
    if (this.shards.isAway(groupId)) return { errorCode: errors.NOT_COORDINATOR, members: [] }
    const shard = this.shards.peek(groupId)
    const group = shard?.state.groups.get(groupId)
    const isServed = group?.kind === 'classic' || group?.kind === 'consumer'
    if (!shard || !isServed) {
      const unknown = members.map((member) => ({ ...member, errorCode: errors.UNKNOWN_MEMBER_ID }))
      return { errorCode: errors.NONE, members: unknown }
    }
    const plan = shard.plan(groupId, caller.now)
    const left = group.kind === 'consumer' ? leaveConsumerAsClassic(plan, group, members) : leaveClassic(plan, group, members)
    const failed = () => ({ errorCode: errors.NOT_COORDINATOR, members: [] })
    return shard.run(plan, { errorCode: errors.NONE, members: left }, failed)
  }

  // ---- members of the consumer protocol ----

  consumerHeartbeat(request: HeartbeatRequest, caller: Caller): Later<HeartbeatReply> {
    const wrong = checkRequest(request, caller.version, this.world.settings)
    if (wrong) return refused(wrong)
    const loading = request.subscribedTopicRegex ? loadRegex() : undefined
    if (loading) return loading.then(() => this.consumerHeartbeat(request, caller))
    const { groupId } = request
    if (this.shards.isAway(groupId)) return refused(refuse(errors.NOT_COORDINATOR))
    // Only a first heartbeat makes a group.
    const shard = request.memberEpoch === 0 ? this.shards.of(groupId) : this.shards.peek(groupId)
    const plan = shard?.plan(groupId, caller.now) ?? new Plan(groupId, { ...this.world, now: caller.now })
    const group = shard?.state.groups.get(groupId)
    const reply = answerHeartbeat(plan, group, request, caller, randomUuid(this.world.system.random))
    if (!('memberEpoch' in reply)) return refused(reply)
    if (!shard) throw new Error(`a member of group ${groupId}, which is nowhere`)
    return shard.run(plan, reply, () => refused(refuse(errors.NOT_COORDINATOR)))
  }

  describeConsumer(groupId: string): DescribedConsumerGroup {
    if (this.shards.isAway(groupId)) return noConsumerGroup(groupId, errors.NOT_COORDINATOR, null)
    return describeConsumer(groupId, this.shards.stateOf(groupId).groups.get(groupId), this.world.settings, this.topics)
  }

  // ---- offsets ----

  /** `topics` are known to exist. */
  commitOffsets(
    groupId: string,
    committer: Committer,
    topics: readonly CommitTopic[],
    retentionTimeMs: number,
    caller: Caller,
  ): Later<readonly CommitAnswer[]> {
    if (this.shards.isAway(groupId)) return withError(topics, errors.NOT_COORDINATOR)
    const shard = this.shards.of(groupId)
    const plan = shard.plan(groupId, caller.now)
    const answers = commitOffsets(plan, shard.state.groups.get(groupId), committer, topics, retentionTimeMs)
    return shard.run(plan, answers, () => withError(answers, errors.NOT_COORDINATOR))
  }

  /**
   * What a transaction commits for a group (TxnOffsetCommit, KIP-98): the answer, and the records that are to be appended to
   * `partition` in a batch of the producer. They count when its marker comes (`take` both). `topics` are known to exist.
   */
  transactionalOffsets(
    groupId: string,
    committer: Omit<Committer, 'transactional'>,
    topics: readonly CommitTopic[],
    caller: Caller,
  ): { readonly answers: readonly CommitAnswer[]; readonly partition: number; readonly records: readonly CoordinatorRecord[] } {
    const shard = this.shards.of(groupId)
    const plan = shard.plan(groupId, caller.now)
    const group = shard.state.groups.get(groupId)
    const answers = commitOffsets(plan, group, { ...committer, transactional: true }, topics)
    return { answers, partition: shard.partition, records: plan.records.map(encodeRecord) }
  }

  /** An error code, and offsets where it is NONE. */
  fetchOffsets(request: Fetching): Later<{ errorCode: number; topics: readonly FetchAnswer[] }> {
    const { groupId, topics, requireStable } = request
    if (this.shards.isAway(groupId)) return { errorCode: errors.NOT_COORDINATOR, topics: [] }
    const shard = this.shards.peek(groupId)
    const { groups, offsets } = this.shards.stateOf(groupId)
    const errorCode = mayFetch(groups.get(groupId), request.memberId, request.memberEpoch)
    const found =
      errorCode !== errors.NONE
        ? []
        : topics === null
          ? fetchAllOffsets(offsets, groupId, requireStable)
          : fetchOffsets(offsets, groupId, topics, requireStable)
    const reply = { errorCode, topics: found }
    // What is not durable yet must not be told: the group would go on from an offset that a crash takes back.
    if (!shard) return reply
    return shard.run(shard.plan(groupId), reply, () => ({ errorCode: errors.NOT_COORDINATOR, topics: [] }))
  }

  /** `topics` are known to exist. */
  deleteOffsets(groupId: string, topics: readonly DeleteTopic[], caller: Caller): Later<DeleteAnswer> {
    if (groupId === '') return { errorCode: errors.INVALID_GROUP_ID, topics: [] }
    if (this.shards.isAway(groupId)) return { errorCode: errors.NOT_COORDINATOR, topics: [] }
    const shard = this.shards.peek(groupId)
    if (!shard) return { errorCode: errors.GROUP_ID_NOT_FOUND, topics: [] }
    const plan = shard.plan(groupId, caller.now)
    const reply = deleteOffsets(plan, shard.state.groups.get(groupId), shard.state.offsets, topics)
    return shard.run(plan, reply, () => ({ errorCode: errors.NOT_COORDINATOR, topics: [] }))
  }

  // ---- groups ----

  list(filter: ListFilter): ListedGroup[] {
    return this.shards.all().flatMap((shard) => listGroups(shard.state.groups.values(), filter))
  }

  describe(groupId: string, caller: Caller): DescribedGroup {
    if (this.shards.isAway(groupId)) return { ...noGroup(groupId), errorCode: errors.NOT_COORDINATOR }
    return describeClassic(groupId, this.shards.stateOf(groupId).groups.get(groupId), caller.version)
  }

  /** An error code. */
  delete(groupId: string, caller: Caller): Later<number> {
    if (this.shards.isAway(groupId)) return errors.NOT_COORDINATOR
    const shard = this.shards.peek(groupId)
    if (!shard) return errors.GROUP_ID_NOT_FOUND
    const plan = shard.plan(groupId, caller.now)
    const code = deleteGroup(plan, shard.state.groups.get(groupId), shard.state.offsets)
    return shard.run(plan, code, notCoordinator)
  }

  // ---- what happens around ----

  /** A topic was deleted, and with it go all offsets in it. */
  async topicDeleted(topic: string): Promise<void> {
    for (const shard of this.shards.all()) {
      const gone = [...shard.state.offsets.ofTopics((name) => name === topic)]
      const records = gone.map(([group, name, partition]) => offsetTombstone(group, name, partition))
      if (records.length > 0) await this.write(shard, records)
    }
  }

  /** The data directory of a partition of the log is offline. */
  lose(partition: number): void {
    this.shards.lose(partition)
  }

  /** Takes a record that somebody else appended to the coordinator's log: transactional offsets, markers. */
  take(partition: number, record: ReplayedRecord): void {
    this.shards.ifLoaded(partition)?.replay(record)
  }

  /** Reads the groups of one partition of the log in steps; who needs one of them now has the rest read at once. */
  load(partition: number): Steps<void> {
    return this.shards.load(partition)
  }
  /** Begins to look for what expired, from time to time. */
  start(): void {
    const { clock } = this.world.system
    const again = () => {
      this.expiry = clock.after(this.world.settings.offsetsRetentionCheckIntervalMs, look, 'idle')
    }
    const look = () => {
      void this.expire().finally(() => this.expiry && again())
    }
    again()
  }
  /** A clean end: what is under way is left so that the next coordinator goes on with it. */
  close(): void {
    this.expiry?.cancel()
    this.expiry = undefined
    this.shards.close()
  }
  /** Lets go without a word, as a crash would. */
  abandon(): void {
    this.expiry?.cancel()
    this.expiry = undefined
    this.shards.abandon()
  }

  /** Deletes expired offsets, and groups that have neither members nor offsets. */
  async expire(): Promise<void> {
    const { system, settings } = this.world
    for (const shard of this.shards.all()) {
      const now = system.clock.now()
      const { groups, offsets } = shard.state
      const records = [...groups.values()].flatMap((group) => {
        const found = expireOffsets(offsets, group, now, settings.offsetsRetentionMs)
        return found.groupIsDone ? [...found.records, ...groupTombstones(group)] : found.records
      })
      if (records.length > 0) await this.write(shard, records)
    }
  }

  /** All at once, so that nothing comes between what was decided and what is done. */
  private async write(shard: Shard, records: readonly GroupRecord[]): Promise<void> {
    const written: Later<undefined>[] = []
    for (let i = 0; i < records.length; i += BATCH) {
      const plan = shard.plan('')
      plan.records.push(...records.slice(i, i + BATCH))
      written.push(shard.run(plan, undefined, () => undefined))
    }
    await Promise.all(written)
  }
}

function leaveClassic(plan: Plan, group: ClassicGroup, members: Leaving['members']): Left[] {
  const asked = step(group, plan)
  const left = leave(asked, members)
  settle(asked)
  return left
}

const notCoordinator = () => errors.NOT_COORDINATOR

const withError = (topics: readonly (CommitAnswer | CommitTopic)[], errorCode: number): CommitAnswer[] =>
  topics.map(({ name, topicId, partitions }) => ({
    name,
    topicId,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
  }))
