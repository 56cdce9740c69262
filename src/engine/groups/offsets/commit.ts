/**
 * OffsetCommit: one record per partition, and as the answer an error per partition. Also what TxnOffsetCommit writes, whose
 * records differ only in the batch that carries them.
 */
import { errors } from '../../../protocol/errors'
import { MEMBER_TIMER } from '../classic/step'
import type { Group } from '../group'
import type { Plan } from '../plan'
import { type GroupRecord, record, tombstone } from '../records'
import { type Committer, mayCommit } from './may-commit'

export interface CommitTopic {
  readonly name: string
  /** The zero uuid: the client said no id. */
  readonly topicId: string
  readonly partitions: readonly CommitPartition[]
}
export interface CommitPartition {
  readonly partitionIndex: number
  readonly committedOffset: number
  readonly committedLeaderEpoch: number
  readonly committedMetadata: string | null
}
export interface CommitAnswer {
  readonly name: string
  readonly topicId: string
  readonly partitions: { readonly partitionIndex: number; readonly errorCode: number }[]
}

/** `retentionTimeMs` is the client's own (versions 2 to 4), -1 the broker's. Topics are known to exist. */
export function commitOffsets(
  plan: Plan,
  group: Group | undefined,
  committer: Committer,
  topics: readonly CommitTopic[],
  retentionTimeMs = -1,
): CommitAnswer[] {
  const refused = mayCommit(group, committer)
  if (refused === errors.NONE && !committer.transactional) keepAlive(plan, group, committer.memberId)
  const expireTimestamp = retentionTimeMs === -1 ? -1 : plan.now + retentionTimeMs
  return topics.map(({ name, topicId, partitions }) => ({
    name,
    topicId,
    partitions: partitions.map((partition) => {
      const errorCode = refused !== errors.NONE ? refused : checkMetadata(plan, partition)
      if (errorCode === errors.NONE) plan.records.push(offsetRecord(plan, name, topicId, partition, expireTimestamp))
      return { partitionIndex: partition.partitionIndex, errorCode }
    }),
  }))
}

/** A commit is as good a sign of life as a heartbeat. */
function keepAlive(plan: Plan, group: Group | undefined, memberId: string): void {
  if (group?.kind !== 'classic' || (group.state !== 'Stable' && group.state !== 'PreparingRebalance')) return
  const member = group.members.get(memberId)
  if (member) plan.wakeAfter(MEMBER_TIMER + memberId, member.sessionTimeoutMs)
}

function checkMetadata({ settings }: Plan, { committedMetadata }: CommitPartition): number {
  const tooLarge = committedMetadata !== null && committedMetadata.length > settings.offsetMetadataMaxBytes
  return tooLarge ? errors.OFFSET_METADATA_TOO_LARGE : errors.NONE
}

function offsetRecord(
  plan: Plan,
  topic: string,
  topicId: string,
  partition: CommitPartition,
  expireTimestamp: number,
): GroupRecord {
  const value = {
    offset: partition.committedOffset,
    leaderEpoch: partition.committedLeaderEpoch,
    metadata: partition.committedMetadata ?? '',
    commitTimestamp: plan.now,
    expireTimestamp,
    topicId,
  }
  const key = { group: plan.groupId, topic, partition: partition.partitionIndex }
  return record('OffsetCommit', key, value, expireTimestamp === -1 ? 4 : 1)
}

export const offsetTombstone = (group: string, topic: string, partition: number): GroupRecord =>
  tombstone('OffsetCommit', { group, topic, partition })
