/** Partitions that are being moved, as far as describing topics needs them (KIP-455). */
import type { Cluster } from '../client/cluster'
import { ListPartitionReassignments } from '../protocol/apis/list-partition-reassignments'

export interface Move {
  readonly replicas: readonly number[]
  readonly adding: readonly number[]
  readonly removing: readonly number[]
}

interface Described {
  readonly name: string
  readonly partitions: readonly { readonly partition: number }[]
}

const TIMEOUT_MS = 60_000

/** Moves that are under way, by `topic-partition`; none where the cluster will not say. */
export async function movesOf(cluster: Cluster, topics: readonly Described[]): Promise<Map<string, Move>> {
  const asked = topics.map(({ name, partitions }) => ({ name, partitionIndexes: partitions.map((one) => one.partition) }))
  const call = cluster.during('listPartitionReassignments')
  const reply = await call(ListPartitionReassignments, { timeoutMs: TIMEOUT_MS, topics: asked })
  const found = new Map<string, Move>()
  if (reply.errorCode !== 0) return found
  for (const { name, partitions } of reply.topics) {
    for (const { partitionIndex, replicas, addingReplicas, removingReplicas } of partitions) {
      found.set(`${name}-${partitionIndex}`, { replicas, adding: addingReplicas, removing: removingReplicas })
    }
  }
  return found
}
