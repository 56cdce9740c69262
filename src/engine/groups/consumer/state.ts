/**
 * A group of the consumer protocol (KIP-848), restored from its records and changed by nothing else (apply.ts). The group
 * counts epochs: whatever changes who subscribes to what begins a new one; for it a target assignment is computed; and each
 * member goes from what it has to its target at its own pace, giving up first what others are to get (ConsumerGroup).
 */
import { type Assignment, NO_PARTITIONS } from './assignment'

/** How far a member is on its way to the target. */
export const STABLE = 0
/** It was told to give partitions up and has not said that it did. */
export const UNREVOKED = 1
/** It waits for partitions that others still have. */
export const UNRELEASED = 2

/** Epochs that a member sends to leave; the second is a static member's, who will come back. */
export const LEAVE = -1
export const LEAVE_FOR_NOW = -2

export interface ClassicSide {
  readonly sessionTimeoutMs: number
  readonly supportedProtocols: readonly { readonly name: string; readonly metadata: Uint8Array }[]
}

export interface ConsumerMember {
  readonly memberId: string
  readonly memberEpoch: number
  readonly previousMemberEpoch: number
  /** STABLE, UNREVOKED, UNRELEASED; anything else was written by a newer Kafka. */
  readonly state: number
  readonly instanceId: string | null
  readonly rackId: string | null
  readonly rebalanceTimeoutMs: number
  readonly clientId: string
  readonly clientHost: string
  /** Sorted, each once. */
  readonly topics: readonly string[]
  /** '': none. */
  readonly regex: string
  readonly serverAssignor: string | null
  readonly assigned: Assignment
  readonly revoking: Assignment
  /** Set for a member that speaks the classic protocol to this group. */
  readonly classic: ClassicSide | null
}

export const newMember = (memberId: string): ConsumerMember => ({
  memberId,
  memberEpoch: 0,
  previousMemberEpoch: -1,
  state: STABLE,
  instanceId: null,
  rackId: null,
  rebalanceTimeoutMs: -1,
  clientId: '',
  clientHost: '',
  topics: [],
  regex: '',
  serverAssignor: null,
  assigned: NO_PARTITIONS,
  revoking: NO_PARTITIONS,
  classic: null,
})

export interface ResolvedRegex {
  readonly topics: readonly string[]
  /** Of the topics (topics.ts) that it was resolved with. */
  readonly version: number
  /** Milliseconds since 1970. */
  readonly timestamp: number
}

/** How often a topic is subscribed to: by members who name it, and by patterns that match it. */
export interface SubscriptionCount {
  readonly byName: number
  readonly byRegex: number
}

export type ConsumerState = 'Empty' | 'Assigning' | 'Reconciling' | 'Stable'

export const isReconciled = (member: ConsumerMember, targetEpoch: number): boolean =>
  member.state === STABLE && member.memberEpoch === targetEpoch

export class ConsumerGroup {
  readonly kind = 'consumer'
  epoch = 0
  /** Of the target assignment. */
  assignmentEpoch = 0
  /** Of the topics that the epoch was begun with (metadata-hash.ts). */
  metadataHash = 0n
  readonly members = new Map<string, ConsumerMember>()
  readonly targets = new Map<string, Assignment>()
  readonly regexes = new Map<string, ResolvedRegex>()
  /** A record that Kafka 4.0 wrote and later ones delete is still there. */
  hasPartitionMetadata = false

  /** Derived from the members; kept, since a heartbeat must not cost more the larger the group. */
  readonly instances = new Map<string, string>()
  readonly topicCounts = new Map<string, SubscriptionCount>()
  readonly regexCounts = new Map<string, number>()
  /** At which epoch a partition is held, by topic id. */
  readonly partitionEpochs = new Map<string, Map<number, number>>()

  /** Not durable: the version of the topics that was looked at last, and for which epoch. */
  looked = { version: -1, epoch: 0 }
  /** Not durable: its patterns are being matched. */
  resolving = false

  constructor(readonly groupId: string) {}

  get state(): ConsumerState {
    if (this.members.size === 0) return 'Empty'
    if (this.epoch > this.assignmentEpoch) return 'Assigning'
    for (const member of this.members.values()) if (!isReconciled(member, this.assignmentEpoch)) return 'Reconciling'
    return 'Stable'
  }
  target(memberId: string): Assignment {
    return this.targets.get(memberId) ?? NO_PARTITIONS
  }
  memberOfInstance(instanceId: string | null): ConsumerMember | undefined {
    const memberId = instanceId === null ? undefined : this.instances.get(instanceId)
    return memberId === undefined ? undefined : this.members.get(memberId)
  }
  /** -1: nobody has it. */
  partitionEpoch(topicId: string, partition: number): number {
    return this.partitionEpochs.get(topicId)?.get(partition) ?? -1
  }
}
