/** What is known of a cluster at one moment: its brokers, and the topics that were asked for. Never changed, only replaced. */
import type { Metadata } from '../../protocol/apis/metadata'
import { errors } from '../../protocol/errors'
import { type Reply, ZERO_UUID } from '../../protocol/types'

export interface Node {
  readonly id: number
  readonly host: string
  readonly port: number
  readonly rack: string | null
}

export interface Partition {
  readonly partition: number
  /** Node id; -1: there is none now. */
  readonly leader: number
  /** -1: unknown. */
  readonly leaderEpoch: number
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  readonly offline: readonly number[]
}

export interface Topic {
  readonly name: string
  /** All zeros from brokers before 2.8. */
  readonly id: string
  readonly isInternal: boolean
  /** In order, the n-th is partition n. */
  readonly partitions: readonly Partition[]
  /** On the monotonic clock. */
  readonly fetchedAt: number
}

export interface Snapshot {
  readonly clusterId: string | null
  /** -1: unknown. */
  readonly controllerId: number
  readonly nodes: ReadonlyMap<number, Node>
  readonly topics: ReadonlyMap<string, Topic>
  /** Why a topic that was asked for is not in `topics`, by name: an error code. */
  readonly failures: ReadonlyMap<string, number>
  readonly namesById: ReadonlyMap<string, string>
}

export const nothingKnown: Snapshot = {
  clusterId: null,
  controllerId: -1,
  nodes: new Map(),
  topics: new Map(),
  failures: new Map(),
  namesById: new Map(),
}

/** The snapshot after `reply`; `all`: it lists every topic there is. */
export function withReply(before: Snapshot, reply: Reply<typeof Metadata>, all: boolean, now: number): Snapshot {
  const topics = new Map(all ? [] : before.topics)
  const failures = new Map(all ? [] : before.failures)
  for (const row of reply.topics) {
    const name = row.name ?? before.namesById.get(row.topicId)
    if (name === undefined) continue // an id that nobody has a name for
    // A topic without a leader for some partition is a topic all the same; one that is just being made has no partitions yet.
    const isTopic = row.errorCode === errors.NONE || row.errorCode === errors.LEADER_NOT_AVAILABLE
    if (!isTopic || row.partitions.length === 0) {
      failures.set(name, row.errorCode || errors.LEADER_NOT_AVAILABLE)
      topics.delete(name)
      continue
    }
    const known = before.topics.get(name)
    failures.delete(name)
    topics.set(name, {
      name,
      id: row.topicId,
      isInternal: row.isInternal,
      partitions: partitionsOf(row.partitions, known?.id === row.topicId ? known : undefined),
      fetchedAt: now,
    })
  }
  const ids = [...topics.values()].filter(({ id }) => id !== ZERO_UUID).map(({ id, name }) => [id, name] as const)
  return {
    clusterId: reply.clusterId,
    controllerId: reply.controllerId,
    nodes: new Map(reply.brokers.map(({ nodeId, ...address }) => [nodeId, { id: nodeId, ...address }])),
    topics,
    failures,
    namesById: new Map(ids),
  }
}

/** A broker that has not heard of the newest election yet must not make us forget it (KIP-320). */
function partitionsOf(rows: Reply<typeof Metadata>['topics'][number]['partitions'], known: Topic | undefined): Partition[] {
  return rows
    .map((row) => {
      const fresh: Partition = {
        partition: row.partitionIndex,
        leader: row.leaderId,
        leaderEpoch: row.leaderEpoch,
        replicas: row.replicaNodes,
        isr: row.isrNodes,
        offline: row.offlineReplicas,
      }
      const old = known?.partitions[row.partitionIndex]
      return old && row.leaderEpoch >= 0 && old.leaderEpoch > row.leaderEpoch ? old : fresh
    })
    .sort((a, b) => a.partition - b.partition)
}
