/**
 * Every record of __consumer_offsets, where the group coordinator keeps all that it knows. The type in a record's key says
 * which it is; 9 and 18 are not used.
 */
import { GroupMetadata, LegacyOffsetCommit, OffsetCommit } from './classic-group-records'
import {
  ConsumerGroupCurrentMemberAssignment,
  ConsumerGroupMemberMetadata,
  ConsumerGroupMetadata,
  ConsumerGroupPartitionMetadata,
  ConsumerGroupRegularExpression,
  ConsumerGroupTargetAssignmentMember,
  ConsumerGroupTargetAssignmentMetadata,
} from './consumer-group-records'
import { decodeRecord, recordTable } from './coordinator-record'
import {
  ShareGroupCurrentMemberAssignment,
  ShareGroupMemberMetadata,
  ShareGroupMetadata,
  ShareGroupStatePartitionMetadata,
  ShareGroupTargetAssignmentMember,
  ShareGroupTargetAssignmentMetadata,
} from './share-group-records'
import {
  StreamsGroupCurrentMemberAssignment,
  StreamsGroupMemberMetadata,
  StreamsGroupMetadata,
  StreamsGroupTargetAssignmentMember,
  StreamsGroupTargetAssignmentMetadata,
  StreamsGroupTopology,
} from './streams-group-records'

export * from './classic-group-records'
export * from './consumer-group-records'
export * from './share-group-records'
export * from './streams-group-records'

export const consumerOffsets = recordTable([
  LegacyOffsetCommit,
  OffsetCommit,
  GroupMetadata,
  ConsumerGroupMetadata,
  ConsumerGroupPartitionMetadata,
  ConsumerGroupMemberMetadata,
  ConsumerGroupTargetAssignmentMetadata,
  ConsumerGroupTargetAssignmentMember,
  ConsumerGroupCurrentMemberAssignment,
  ShareGroupMemberMetadata,
  ShareGroupMetadata,
  ShareGroupTargetAssignmentMetadata,
  ShareGroupTargetAssignmentMember,
  ShareGroupCurrentMemberAssignment,
  ShareGroupStatePartitionMetadata,
  ConsumerGroupRegularExpression,
  StreamsGroupMetadata,
  StreamsGroupMemberMetadata,
  StreamsGroupTargetAssignmentMetadata,
  StreamsGroupTargetAssignmentMember,
  StreamsGroupCurrentMemberAssignment,
  StreamsGroupTopology,
])

/** A record of __consumer_offsets; `name` tells which, 'unknown' one that Kafka 4.2.1 does not have. */
export type OffsetsRecord = ReturnType<typeof decodeOffsetsRecord>

/** Reads a record of __consumer_offsets. Throws Malformed. */
export const decodeOffsetsRecord = (key: Buffer, value: Buffer | null) => decodeRecord(consumerOffsets, key, value)
