/** What a share group (KIP-932) leaves in __consumer_offsets; the state of its partitions is in __share_group_state. */
import { array, exact64, int8, int32, string, struct, uuid } from '../types'
import { recordType } from './coordinator-record'

/** A member and what it subscribes to. */
export const ShareGroupMemberMetadata = recordType({
  type: 10,
  name: 'ShareGroupMemberMetadata',
  key: { groupId: string, memberId: string },
  versions: [0, 0],
  flexible: 0,
  value: {
    rackId: string.orNull(),
    clientId: string,
    clientHost: string,
    subscribedTopicNames: array(string),
  },
})

/** The epoch of a share group (KIP-932), and a hash of the topics it was computed from. */
export const ShareGroupMetadata = recordType({
  type: 11,
  name: 'ShareGroupMetadata',
  key: { groupId: string },
  versions: [0, 0],
  flexible: 0,
  value: {
    epoch: int32,
    metadataHash: exact64, // all 64 bits count
  },
})

/** The epoch of the target assignment. */
export const ShareGroupTargetAssignmentMetadata = recordType({
  type: 12,
  name: 'ShareGroupTargetAssignmentMetadata',
  key: { groupId: string },
  versions: [0, 0],
  flexible: 0,
  value: { assignmentEpoch: int32 },
})

/** What a member shall have. */
export const ShareGroupTargetAssignmentMember = recordType({
  type: 13,
  name: 'ShareGroupTargetAssignmentMember',
  key: { groupId: string, memberId: string },
  versions: [0, 0],
  flexible: 0,
  value: { topicPartitions: array(struct({ topicId: uuid, partitions: array(int32) })) },
})

/** What a member has. */
export const ShareGroupCurrentMemberAssignment = recordType({
  type: 14,
  name: 'ShareGroupCurrentMemberAssignment',
  key: { groupId: string, memberId: string },
  versions: [0, 0],
  flexible: 0,
  value: {
    memberEpoch: int32,
    previousMemberEpoch: int32,
    state: int8, // 0 stable
    assignedPartitions: array(struct({ topicId: uuid, partitions: array(int32) })),
  },
})

const TopicPartitionsInfo = struct({ topicId: uuid, topicName: string, partitions: array(int32) })

/** Share partitions whose state is being made, is there, or is being deleted. */
export const ShareGroupStatePartitionMetadata = recordType({
  type: 15,
  name: 'ShareGroupStatePartitionMetadata',
  key: { groupId: string },
  versions: [0, 0],
  flexible: 0,
  value: {
    initializingTopics: array(TopicPartitionsInfo),
    initializedTopics: array(TopicPartitionsInfo),
    deletingTopics: array(struct({ topicId: uuid, topicName: string })),
  },
})
