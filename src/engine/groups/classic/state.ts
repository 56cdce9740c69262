/**
 * A group of the classic protocol as a value: what its members said, and how far its rebalance is. Values are never changed;
 * a decision makes the next one. Of all this only a generation with its assignment is durable (record GroupMetadata): after a
 * restart a group is Empty or Stable, and whoever was waiting asks again. (ClassicGroup, KIP-62, KIP-345.)
 *
 *                     a member joins                   all joined, or time is up              the leader's assignment came
 *     Empty ------------------------> PreparingRebalance -------------------> CompletingRebalance ------------------> Stable
 *       ^                               |    ^      ^                                  |                                 |
 *       +---- nobody is left -----------+    |      +------- somebody comes or goes ---+                                 |
 *                                            +---------------- somebody comes or goes -----------------------------------+
 */
import type { Waiter } from '../waiters'

export type ClassicState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable'

/** From which state to which a group may go; Kafka's Dead is a group that is not there. */
export const moves = {
  Empty: ['PreparingRebalance'],
  PreparingRebalance: ['CompletingRebalance', 'Empty'],
  CompletingRebalance: ['PreparingRebalance', 'Stable'],
  Stable: ['PreparingRebalance'],
} satisfies Record<ClassicState, readonly ClassicState[]>

/** A way of assigning that a member offers, and what it has to say to the leader about it. */
export interface Protocol {
  readonly name: string
  readonly metadata: Uint8Array
}

export interface ClassicMember {
  readonly memberId: string
  /** Null: a dynamic member. */
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly rebalanceTimeoutMs: number
  readonly sessionTimeoutMs: number
  readonly protocols: readonly Protocol[]
  readonly assignment: Uint8Array
  /** Never yet got a reply to JoinGroup: being in the middle of one is no sign of life. */
  readonly isNew: boolean
  /** Its JoinGroup that waits for the join phase to end. */
  readonly joining: Waiter | null
  /** Its SyncGroup that waits for the leader's assignment. */
  readonly syncing: Waiter | null
}

/** The wait of a group's first rebalance for more members. */
export interface InitialDelay {
  /** The delay that is running. */
  readonly delayMs: number
  /** What may follow it. */
  readonly remainingMs: number
  readonly newMemberAdded: boolean
}

export interface ClassicGroup {
  readonly kind: 'classic'
  readonly groupId: string
  readonly state: ClassicState
  /** When it came to this state, milliseconds since 1970; -1: not known. */
  readonly since: number
  readonly generation: number
  /** 'consumer', 'connect' ...; null: never joined by anybody. */
  readonly protocolType: string | null
  /** The protocol that was chosen for this generation. */
  readonly protocol: string | null
  readonly leader: string | null
  readonly members: ReadonlyMap<string, ClassicMember>
  /** Ids that were given out and not used yet (KIP-394). */
  readonly pending: ReadonlySet<string>
  /** Members of this generation that have not sent SyncGroup. */
  readonly unsynced: ReadonlySet<string>
  /** Set while the first rebalance since the group was Empty is prepared. */
  readonly initial: InitialDelay | null
  /** What the members of a consumer group subscribe to; null: not known. */
  readonly topics: ReadonlySet<string> | null
}

export const NO_BYTES: Uint8Array = new Uint8Array(0)

export function emptyClassic(groupId: string, since: number): ClassicGroup {
  return {
    kind: 'classic',
    groupId,
    state: 'Empty',
    since,
    generation: 0,
    protocolType: null,
    protocol: null,
    leader: null,
    members: new Map(),
    pending: new Set(),
    unsynced: new Set(),
    initial: null,
    topics: null,
  }
}

/** A group that only ever stored offsets. */
export const isSimple = (group: ClassicGroup): boolean =>
  group.protocolType === null && group.members.size === 0 && group.pending.size === 0

export function memberOfInstance(group: ClassicGroup, instanceId: string): ClassicMember | undefined {
  for (const member of group.members.values()) if (member.instanceId === instanceId) return member
  return undefined
}

export function joiningCount(group: ClassicGroup): number {
  let count = 0
  for (const member of group.members.values()) if (member.joining !== null) count++
  return count
}

export const allJoined = (group: ClassicGroup): boolean => group.pending.size === 0 && joiningCount(group) === group.members.size

/** The longest that any member may take to rejoin. */
export function rebalanceTimeoutMs(group: ClassicGroup): number {
  let longest = 0
  for (const member of group.members.values()) longest = Math.max(longest, member.rebalanceTimeoutMs)
  return longest
}
