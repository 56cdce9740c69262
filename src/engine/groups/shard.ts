/**
 * One partition of `__consumer_offsets` at work: the state that its records make, the timers of its groups, and the runner that
 * carries out what decisions want. All is done at once and in order; only the answers wait, until what they say is durable.
 * When the log cannot be written, nothing is changed and whoever waits is sent to look for the coordinator anew. When what was
 * written may not be on disk, memory is ahead of it: the shard is given up, and the log is read again.
 */
import { errors } from '../../protocol/errors'
import type { Steps } from '../../storage/gradual'
import type { System } from '../../system/system'
import { apply, applyMarker, GroupState } from './apply'
import { unfinishedMetadata } from './classic/metadata-record'
import { prepareRebalance } from './classic/rebalance'
import { joinError, MEMBER_TIMER, settle, step, syncError } from './classic/step'
import { loadRegex, resolveRegexes, takeResolved } from './consumer/regex'
import type { ConsumerGroup } from './consumer/state'
import { beginTimers } from './consumer/timers'
import type { CoordinatorLog, ReplayedRecord } from './log'
import { type JoinReply, Plan, type Surroundings, type SyncReply } from './plan'
import { decodeRecord, encodeRecord } from './records'
import type { GroupSettings } from './settings'
import { timeUp } from './time-up'
import { Timers } from './timers'
import type { Topics } from './topics'
import type { Waiters } from './waiters'

/** When a timer's decision is made again that could not be written. */
const RETRY_MS = 1000

/** What a coordinator lives in. */
export interface World {
  readonly system: Pick<System, 'clock' | 'random'>
  readonly settings: GroupSettings
  readonly log: CoordinatorLog
  readonly topics: Topics
  readonly joins: Waiters<JoinReply>
  readonly syncs: Waiters<SyncReply>
}

export class Shard {
  readonly state = new GroupState()
  private readonly timers: Timers
  /** Settles when everything that was appended is durable; undefined: it is. */
  private durable: Promise<void> | undefined
  private givenUp = false

  /** Replays the partition's log, in steps. */
  static *load(partition: number, world: World, onGivenUp: (shard: Shard) => void): Steps<Shard> {
    const shard = new Shard(partition, world, onGivenUp)
    yield* world.log.replay(partition, (record) => shard.replay(record))
    shard.begin()
    return shard
  }
  private constructor(
    readonly partition: number,
    private readonly world: World,
    private readonly onGivenUp: (shard: Shard) => void,
  ) {
    this.timers = new Timers(world.system.clock, (name) => this.ring(name))
  }

  /** A partition that is not there: it has no groups, and refuses what would have to be written. */
  static ofNothing(world: World): Shard {
    const append = () => Promise.reject(new Error('there is no such partition'))
    const shard = new Shard(-1, { ...world, log: { ...world.log, append } }, () => {})
    shard.close()
    return shard
  }

  /** Takes a record that stands in the log: from a replay, or appended by others (a transaction's offsets and markers). */
  replay(record: ReplayedRecord): void {
    if (record.marker !== undefined) {
      if (record.producerId !== undefined) applyMarker(this.state, record.producerId, record.marker)
      return
    }
    const decoded = decodeRecord(record)
    if (decoded) apply(this.state, decoded, record.producerId)
  }

  plan(groupId: string, now = this.world.system.clock.now()): Plan {
    const { settings, topics } = this.world
    return new Plan(groupId, { now, settings, topics } satisfies Surroundings)
  }

  /**
   * Carries out `plan` and gives `reply` when everything that it may tell about is durable. `failed` says what to reply when
   * that cannot be.
   */
  run<R>(plan: Plan, reply: R, failed: () => R): R | Promise<R> {
    if (!this.append(plan)) return failed()
    if (plan.classic) this.state.groups.set(plan.groupId, plan.classic)
    const group = this.state.groups.get(plan.groupId)
    if (group?.kind === 'consumer') {
      if (plan.looked) group.looked = plan.looked
      if (plan.resolve) this.resolveLater(group, plan.resolve)
    }
    for (const [timer, due] of plan.timers) {
      const name = nameOf(plan.groupId, timer)
      if (due === null) this.timers.cancel(name)
      else this.timers.set(name, due)
    }
    for (const [timer, due] of plan.newTimers) {
      const name = nameOf(plan.groupId, timer)
      if (!this.timers.has(name)) this.timers.set(name, due)
    }
    const { durable } = this
    if (!durable) {
      this.answer(plan)
      return reply
    }
    return durable.then(
      () => {
        this.answer(plan)
        return reply
      },
      () => {
        this.answer(plan, errors.NOT_COORDINATOR)
        return failed()
      },
    )
  }

  /** A clean end: the log is told of rebalances that are under way, and keeps the rest already. */
  end(): void {
    for (const group of this.state.groups.values()) {
      const record = group.kind === 'classic' ? unfinishedMetadata(group) : undefined
      if (!record || this.givenUp) continue
      const plan = this.plan(group.groupId)
      plan.records.push(record)
      this.append(plan)
    }
    this.close()
  }
  /** Forgets the timers. */
  close(): void {
    this.givenUp = true
    this.timers.clear()
  }

  private append(plan: Plan): boolean {
    if (this.givenUp) return false
    if (plan.records.length === 0) return true
    let written: Promise<void>
    try {
      written = this.world.log.append(this.partition, plan.records.map(encodeRecord), plan.now)
    } catch {
      this.answer(plan, errors.NOT_COORDINATOR) // memory is where the log is
      return false
    }
    for (const record of plan.records) apply(this.state, record)
    const durable = this.durable ? Promise.all([this.durable, written]).then(() => undefined) : written
    this.durable = durable
    durable.then(
      () => {
        if (this.durable === durable) this.durable = undefined
      },
      () => this.giveUp(),
    )
    return true
  }

  private answer(plan: Plan, error?: number): void {
    const { joins, syncs } = this.world
    for (const { to, reply } of plan.joins) joins.answer(to, error === undefined ? reply : joinError(reply.memberId, error))
    for (const { to, reply } of plan.syncs) syncs.answer(to, error === undefined ? reply : syncError(error))
  }

  /** Matches patterns when there is time; what they matched is a decision of its own. */
  private resolveLater(group: ConsumerGroup, regexes: readonly string[]): void {
    group.resolving = true
    this.world.system.clock.soon(() => {
      void Promise.resolve(loadRegex()).then(() => {
        group.resolving = false
        if (this.givenUp || this.state.groups.get(group.groupId) !== group) return
        const plan = this.plan(group.groupId)
        takeResolved(plan, group, resolveRegexes(plan, regexes))
        this.run(plan, undefined, () => undefined)
      })
    })
  }

  /** Memory is not believed any more; the log is read again when somebody asks. */
  giveUp(): void {
    if (this.givenUp) return
    this.close()
    const { joins, syncs } = this.world
    for (const group of this.state.groups.values()) {
      if (group.kind !== 'classic') continue
      for (const { memberId, joining, syncing } of group.members.values()) {
        if (joining !== null) joins.answer(joining, joinError(memberId, errors.NOT_COORDINATOR))
        if (syncing !== null) syncs.answer(syncing, syncError(errors.NOT_COORDINATOR))
      }
    }
    this.onGivenUp(this)
  }

  /** After a replay every member has a whole session to be heard of. */
  private begin(): void {
    for (const group of this.state.groups.values()) {
      const plan = this.plan(group.groupId)
      if (group.kind === 'classic') {
        for (const member of group.members.values()) plan.wakeAfter(MEMBER_TIMER + member.memberId, member.sessionTimeoutMs)
        if (group.members.size > 1 && group.members.size > this.world.settings.maxSize) {
          const over = step(group, plan)
          prepareRebalance(over)
          settle(over)
        }
      } else if (group.kind === 'consumer') beginTimers(plan, group)
      this.run(plan, undefined, () => undefined)
    }
  }

  private ring(name: string): void {
    const { groupId, timer } = readName(name)
    const group = this.state.groups.get(groupId)
    if (!group) return
    const plan = this.plan(groupId)
    timeUp(plan, group, timer)
    this.run(plan, undefined, () => {
      if (!this.givenUp) this.timers.set(name, this.world.system.clock.now() + RETRY_MS)
    })
  }
}

/** The length in front, for a group may be called anything. */
const nameOf = (groupId: string, timer: string) => `${groupId.length}:${groupId}${timer}`
function readName(name: string): { groupId: string; timer: string } {
  const colon = name.indexOf(':')
  const end = colon + 1 + Number(name.slice(0, colon))
  return { groupId: name.slice(colon + 1, end), timer: name.slice(end) }
}
