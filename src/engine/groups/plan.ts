/**
 * What a decision wants done. A decision reads the group's state, the request and the time, and writes down here what should
 * happen: records for the log, the group's next state, who is answered, and when it wants to be asked again. Nothing has
 * happened yet when it returns; the runner (coordinator.ts) appends, applies, sets the timers and answers, in this order.
 */
import type { JoinGroup } from '../../protocol/apis/join-group'
import type { SyncGroup } from '../../protocol/apis/sync-group'
import type { ReplyIn } from '../../protocol/types'
import type { ClassicGroup } from './classic/state'
import type { GroupRecord } from './records'
import type { GroupSettings } from './settings'
import type { Topics } from './topics'
import type { Waiter } from './waiters'

export type JoinReply = ReplyIn<typeof JoinGroup>
export type SyncReply = ReplyIn<typeof SyncGroup>

/** Who asks, and how. */
export interface Caller {
  readonly clientId: string
  /** '/127.0.0.1'. */
  readonly clientHost: string
  /** Of the API. */
  readonly version: number
  /** Milliseconds since 1970. */
  readonly now: number
}

/** What every decision may look at besides the group. */
export interface Surroundings {
  readonly now: number
  readonly settings: GroupSettings
  readonly topics: Topics
}

/** A Kafka error with the sentence that says what is wrong; null: the error's own sentence. */
export interface Refusal {
  readonly errorCode: number
  readonly errorMessage: string | null
}
export const refuse = (errorCode: number, errorMessage: string | null = null): Refusal => ({ errorCode, errorMessage })

export class Plan {
  readonly records: GroupRecord[] = []
  /** By name within the group: when it is due, or null where it is called off. */
  readonly timers = new Map<string, number | null>()
  /** The same, but one that is set already stays as it is. */
  readonly newTimers = new Map<string, number>()
  readonly joins: { readonly to: Waiter; readonly reply: JoinReply }[] = []
  readonly syncs: { readonly to: Waiter; readonly reply: SyncReply }[] = []
  /** The classic group as it is from now on, where that says more than the records. */
  classic: ClassicGroup | undefined
  /** The consumer group has looked at the topics of this version, for this epoch. */
  looked: { readonly version: number; readonly epoch: number } | undefined
  /** Patterns that should be matched against the topics, away from the request. */
  resolve: readonly string[] | undefined

  constructor(
    readonly groupId: string,
    readonly around: Surroundings,
  ) {}

  /** Nothing of it is to be done. */
  abandon(): void {
    this.records.length = 0
    this.timers.clear()
    this.newTimers.clear()
    this.joins.length = 0
    this.syncs.length = 0
    this.classic = undefined
    this.looked = undefined
    this.resolve = undefined
  }
  get now(): number {
    return this.around.now
  }
  get settings(): GroupSettings {
    return this.around.settings
  }
  wakeAfter(timer: string, ms: number): void {
    this.timers.set(timer, this.now + ms)
  }
  wakeAfterUnlessSet(timer: string, ms: number): void {
    this.newTimers.set(timer, this.now + ms)
  }
  callOff(timer: string): void {
    this.timers.set(timer, null)
  }
  join(to: Waiter | null, reply: JoinReply): void {
    if (to !== null) this.joins.push({ to, reply })
  }
  sync(to: Waiter | null, reply: SyncReply): void {
    if (to !== null) this.syncs.push({ to, reply })
  }
}
