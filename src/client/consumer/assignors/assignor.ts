/**
 * How the leader of a classic group shares the partitions out. An assignor is a pure function: what the members want and own
 * and how many partitions there are, and out comes who gets what (org.apache.kafka.clients.consumer.ConsumerPartitionAssignor).
 */
import type { TopicPartition } from '../../topic-partition'

export { keyOf, type TopicPartition } from '../../topic-partition'

export interface GroupMember {
  readonly memberId: string
  /** group.instance.id of a static member (KIP-345). */
  readonly instanceId: string | null
  readonly topics: readonly string[]
  /** What it had, by its own account. */
  readonly owned: readonly TopicPartition[]
  /** The generation that account is from; -1: unknown. */
  readonly generation: number
}

/** Member id to partitions; every member has an entry. */
export type GroupAssignment = ReadonlyMap<string, readonly TopicPartition[]>

export interface Assignor {
  /** The name members vote with. */
  readonly name: string
  /**
   * cooperative: members keep what they have while a rebalance goes on, and give up a partition one rebalance before another
   * gets it (KIP-429). eager: they give everything up first.
   */
  readonly protocol: 'eager' | 'cooperative'
  /** The Java class that partition.assignment.strategy names. */
  readonly javaClass: string
  /** `partitionCounts` has the topics that exist. */
  assign(members: readonly GroupMember[], partitionCounts: ReadonlyMap<string, number>): GroupAssignment
}

/** Static members first, by instance id, then the others by member id: stable over restarts of static members. */
export function inOrder(members: readonly GroupMember[]): GroupMember[] {
  return [...members].sort((a, b) => {
    if (a.instanceId !== null && b.instanceId !== null) return compare(a.instanceId, b.instanceId)
    if (a.instanceId !== null) return -1
    if (b.instanceId !== null) return 1
    return compare(a.memberId, b.memberId)
  })
}

export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
export const comparePartitions = (a: TopicPartition, b: TopicPartition): number =>
  compare(a.topic, b.topic) || a.partition - b.partition

/** All topics that somebody wants and that exist, sorted. */
export function wantedTopics(members: readonly GroupMember[], partitionCounts: ReadonlyMap<string, number>): string[] {
  const topics = new Set(members.flatMap(({ topics }) => topics))
  return [...topics].filter((topic) => (partitionCounts.get(topic) ?? 0) > 0).sort(compare)
}

export const partitionsOf = (topic: string, count: number): TopicPartition[] =>
  Array.from({ length: count }, (_, partition) => ({ topic, partition }))
