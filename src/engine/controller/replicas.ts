/**
 * Which brokers hold a partition: placing new ones, and who leads where the image does not say. At rest a directory of Kafka
 * names no leader, for a clean stop takes every broker out; whoever opens the directory leads what lies in it.
 */
import { errors } from '../../protocol/errors'
import type { Random } from '../../system/system'
import type { MetadataImage } from '../metadata/image'
import type { PartitionState } from '../partition'
import type { Refusal } from './view'

export interface Brokers {
  readonly registered: ReadonlySet<number>
  /** Registered and not fenced. */
  readonly active: ReadonlySet<number>
  /** Whether this node's replica of a partition lies in a data directory that is not here. */
  readonly isAway?: ((state: PartitionState) => boolean) | undefined
}

/** This node counts as active whatever the image says of it: it answers. */
export function brokersOf(image: MetadataImage, nodeId: number, isAway?: Brokers['isAway']): Brokers {
  const others = [...image.brokers.values()]
  return {
    registered: new Set([...others.map(({ id }) => id), nodeId]),
    active: new Set([...others.filter(({ fenced }) => !fenced).map(({ id }) => id), nodeId]),
    isAway,
  }
}

/** The broker that leads the partition, -1: none. Where the image has none, this node does, if it holds a replica. */
export function leaderOf(state: PartitionState, { active, isAway }: Brokers, nodeId: number): number {
  const { leader, replicas } = state
  if (leader !== nodeId && active.has(leader)) return leader
  if (isAway?.(state)) return -1
  if (active.has(leader)) return leader
  return replicas.includes(nodeId) ? nodeId : -1
}

/** The replicas in sync; where the image has none, the leader. */
export function inSyncOf(state: PartitionState, leader: number, { isAway }: Brokers, nodeId: number): readonly number[] {
  if (isAway?.(state)) return state.isr.filter((id) => id !== nodeId)
  if (state.isr.length > 0) return state.isr
  return leader < 0 ? [] : [leader]
}

export function offlineOf(state: PartitionState, { active, isAway }: Brokers, nodeId: number): number[] {
  return state.replicas.filter((id) => !active.has(id) || (id === nodeId && isAway?.(state)))
}

/** Replicas for `count` new partitions, or why there are none (StripedReplicaPlacer). Partitions follow each other round the brokers. */
export function place(count: number, factor: number, { registered, active }: Brokers, random: Random): number[][] | Refusal {
  if (factor > registered.size) {
    const why = `The target replication factor of ${factor} cannot be reached because only ${registered.size} broker(s) are registered.`
    return {
      errorCode: errors.INVALID_REPLICATION_FACTOR,
      errorMessage: `Unable to replicate the partition ${factor} time(s): ${why}`,
    }
  }
  const inactive = [...registered].filter((id) => !active.has(id))
  const ring = [...active]
  const first = random.below(ring.length)
  return Array.from({ length: count }, (_, partition) => {
    const turned = ring.map((_id, index) => ring[(first + partition + index) % ring.length] as number)
    return [...turned, ...inactive].slice(0, factor)
  })
}

/** What is wrong with replicas that a client chose, or undefined. `factor`: that of the partitions before. */
export function checkAssignment(
  replicas: readonly number[],
  factor: number | undefined,
  { registered }: Brokers,
): Refusal | undefined {
  const refuse = (errorMessage: string) => ({ errorCode: errors.INVALID_REPLICA_ASSIGNMENT, errorMessage })
  if (replicas.length === 0) return refuse('The manual partition assignment includes an empty replica list.')
  const sorted = [...replicas].sort((a, b) => a - b)
  for (const [index, id] of sorted.entries()) {
    if (!registered.has(id))
      return refuse(`The manual partition assignment includes broker ${id}, but no such broker is registered.`)
    if (id === sorted[index - 1]) return refuse(`The manual partition assignment includes the broker ${id} more than once.`)
  }
  if (factor === undefined || factor === replicas.length) return undefined
  const before = `this is not consistent with previous partitions, which have ${factor} replica(s).`
  return refuse(`The manual partition assignment includes a partition with ${replicas.length} replica(s), but ${before}`)
}
