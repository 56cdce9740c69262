/** OffsetFetch: what a group committed; -1 where there is nothing, or nothing for the topic that has this id now. */
import { errors } from '../../../protocol/errors'
import { ZERO_UUID } from '../../../protocol/types'
import type { CommittedOffset, Offsets } from './store'

export interface FetchTopic {
  readonly name: string
  /** The zero uuid: any topic of that name. */
  readonly topicId: string
  readonly partitionIndexes: readonly number[]
}
export interface FetchAnswer {
  readonly name: string
  readonly topicId: string
  readonly partitions: FetchedPartition[]
}
export interface FetchedPartition {
  readonly partitionIndex: number
  readonly committedOffset: number
  readonly committedLeaderEpoch: number
  readonly metadata: string
  readonly errorCode: number
}

export const noOffset = (partitionIndex: number, errorCode = errors.NONE): FetchedPartition => ({
  partitionIndex,
  committedOffset: -1,
  committedLeaderEpoch: -1,
  metadata: '',
  errorCode,
})

function answer(partitionIndex: number, known: CommittedOffset | undefined, topicId: string): FetchedPartition {
  if (!known || (known.topicId !== ZERO_UUID && topicId !== ZERO_UUID && known.topicId !== topicId))
    return noOffset(partitionIndex)
  return {
    partitionIndex,
    committedOffset: known.offset,
    committedLeaderEpoch: known.leaderEpoch,
    metadata: known.metadata,
    errorCode: errors.NONE,
  }
}

/** `stable`: where a transaction may still change the offset, say so instead of giving the old one (KIP-447). */
export function fetchOffsets(offsets: Offsets, groupId: string, topics: readonly FetchTopic[], stable: boolean): FetchAnswer[] {
  return topics.map(({ name, topicId, partitionIndexes }) => ({
    name,
    topicId,
    partitions: partitionIndexes.map((partition) =>
      stable && offsets.isUnstable(groupId, name, partition)
        ? noOffset(partition, errors.UNSTABLE_OFFSET_COMMIT)
        : answer(partition, offsets.get(groupId, name, partition), topicId),
    ),
  }))
}

/** All that the group committed; ids are the caller's to fill in. */
export function fetchAllOffsets(offsets: Offsets, groupId: string, stable: boolean): FetchAnswer[] {
  const topics = [...offsets.of(groupId)].map(([name, partitions]) => ({
    name,
    topicId: ZERO_UUID,
    partitionIndexes: [...partitions.keys()],
  }))
  return fetchOffsets(offsets, groupId, topics, stable)
}
