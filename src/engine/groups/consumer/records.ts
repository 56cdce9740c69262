/** The records in which a consumer group's facts lie. */
import { type GroupRecord, record, tombstone } from '../records'
import { type Assignment, toTopicPartitions } from './assignment'
import type { ConsumerGroup, ConsumerMember, ResolvedRegex } from './state'

export const memberRecord = (groupId: string, member: ConsumerMember): GroupRecord =>
  record(
    'ConsumerGroupMemberMetadata',
    { groupId, memberId: member.memberId },
    {
      instanceId: member.instanceId,
      rackId: member.rackId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      subscribedTopicNames: [...member.topics],
      subscribedTopicRegex: member.regex,
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      serverAssignor: member.serverAssignor,
      classicMemberMetadata: member.classic && {
        sessionTimeoutMs: member.classic.sessionTimeoutMs,
        supportedProtocols: member.classic.supportedProtocols.map(({ name, metadata }) => ({ name, metadata })),
      },
    },
  )

export const epochRecord = (groupId: string, epoch: number, metadataHash: bigint): GroupRecord =>
  record('ConsumerGroupMetadata', { groupId }, { epoch, metadataHash })

export const targetEpochRecord = (groupId: string, assignmentEpoch: number): GroupRecord =>
  record('ConsumerGroupTargetAssignmentMetadata', { groupId }, { assignmentEpoch })

export const targetRecord = (groupId: string, memberId: string, target: Assignment): GroupRecord =>
  record('ConsumerGroupTargetAssignmentMember', { groupId, memberId }, { topicPartitions: toTopicPartitions(target) })

export const currentAssignmentRecord = (groupId: string, member: ConsumerMember): GroupRecord =>
  record(
    'ConsumerGroupCurrentMemberAssignment',
    { groupId, memberId: member.memberId },
    {
      memberEpoch: member.memberEpoch,
      previousMemberEpoch: member.previousMemberEpoch,
      state: member.state,
      assignedPartitions: toTopicPartitions(member.assigned),
      partitionsPendingRevocation: toTopicPartitions(member.revoking),
    },
  )

export const regexRecord = (groupId: string, regularExpression: string, resolved: ResolvedRegex): GroupRecord =>
  record(
    'ConsumerGroupRegularExpression',
    { groupId, regularExpression },
    { topics: [...resolved.topics].sort(), version: resolved.version, timestamp: resolved.timestamp },
  )
export const regexTombstone = (groupId: string, regularExpression: string): GroupRecord =>
  tombstone('ConsumerGroupRegularExpression', { groupId, regularExpression })

export const partitionMetadataTombstone = (groupId: string): GroupRecord =>
  tombstone('ConsumerGroupPartitionMetadata', { groupId })

const currentTombstone = (groupId: string, memberId: string) =>
  tombstone('ConsumerGroupCurrentMemberAssignment', { groupId, memberId })
const targetTombstone = (groupId: string, memberId: string) =>
  tombstone('ConsumerGroupTargetAssignmentMember', { groupId, memberId })
const memberTombstone = (groupId: string, memberId: string) => tombstone('ConsumerGroupMemberMetadata', { groupId, memberId })

/** The member is gone. Kafka's replay wants the three in this order. */
export const memberTombstones = (groupId: string, memberId: string): GroupRecord[] => [
  currentTombstone(groupId, memberId),
  targetTombstone(groupId, memberId),
  memberTombstone(groupId, memberId),
]

/** The whole group is gone. `rename` stands in for the id of a member whose seat was just taken over under a new id. */
export function consumerTombstones(group: ConsumerGroup, rename = (memberId: string) => memberId): GroupRecord[] {
  const { groupId } = group
  const ids = [...group.members.keys()].map(rename)
  return [
    ...ids.map((id) => currentTombstone(groupId, id)),
    ...ids.map((id) => targetTombstone(groupId, id)),
    tombstone('ConsumerGroupTargetAssignmentMetadata', { groupId }),
    ...ids.map((id) => memberTombstone(groupId, id)),
    ...[...group.regexes.keys()].map((regex) => regexTombstone(groupId, regex)),
    partitionMetadataTombstone(groupId),
    tombstone('ConsumerGroupMetadata', { groupId }),
  ]
}
