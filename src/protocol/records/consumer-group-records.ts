/** What a group of the consumer protocol (KIP-848) leaves in __consumer_offsets. */
import { array, bytes, exact64, int8, int32, int64, string, struct, uuid } from '../types'
import { recordType } from './coordinator-record'

/** The epoch of a group of the consumer protocol (KIP-848), and a hash of the topics it was computed from. */
export const ConsumerGroupMetadata = recordType({
  type: 3,
  name: 'ConsumerGroupMetadata',
  key: { groupId: string },
  versions: [0, 0],
  flexible: 0,
  value: {
    epoch: int32,
    metadataHash: exact64.tag(0, 0), // all 64 bits count
  },
})

/** The topics of a group and their partitions; Kafka 4.1 and later only delete it. */
export const ConsumerGroupPartitionMetadata = recordType({
  type: 4,
  name: 'ConsumerGroupPartitionMetadata',
  key: { groupId: string },
  versions: [0, 0],
  flexible: 0,
  value: {
    topics: array(
      struct({
        topicId: uuid,
        topicName: string,
        numPartitions: int32,
        partitionMetadata: array(struct({ partition: int32, racks: array(string) })),
      }),
    ),
  },
})

/** A member and what it subscribes to. */
export const ConsumerGroupMemberMetadata = recordType({
  type: 5,
  name: 'ConsumerGroupMemberMetadata',
  key: { groupId: string, memberId: string },
  versions: [0, 0],
  flexible: 0,
  value: {
    instanceId: string.orNull(),
    rackId: string.orNull(),
    clientId: string,
    clientHost: string,
    subscribedTopicNames: array(string),
    subscribedTopicRegex: string.orNull(),
    rebalanceTimeoutMs: int32.default(-1),
    serverAssignor: string.orNull(),
    // null must be said: left out, it is that of a classic member with nothing in it
    classicMemberMetadata: struct({
      sessionTimeoutMs: int32,
      supportedProtocols: array(struct({ name: string, metadata: bytes })),
    })
      .orNull()
      .tag(0, 0),
  },
})

/** The epoch of the target assignment. */
export const ConsumerGroupTargetAssignmentMetadata = recordType({
  type: 6,
  name: 'ConsumerGroupTargetAssignmentMetadata',
  key: { groupId: string },
  versions: [0, 0],
  flexible: 0,
  value: { assignmentEpoch: int32 },
})

/** What a member shall have. */
export const ConsumerGroupTargetAssignmentMember = recordType({
  type: 7,
  name: 'ConsumerGroupTargetAssignmentMember',
  key: { groupId: string, memberId: string },
  versions: [0, 0],
  flexible: 0,
  value: { topicPartitions: array(struct({ topicId: uuid, partitions: array(int32) })) },
})

const TopicPartitions = struct({ topicId: uuid, partitions: array(int32) })

/** What a member has, and how far it is on the way to what it shall have. */
export const ConsumerGroupCurrentMemberAssignment = recordType({
  type: 8,
  name: 'ConsumerGroupCurrentMemberAssignment',
  key: { groupId: string, memberId: string },
  versions: [0, 0],
  flexible: 0,
  value: {
    memberEpoch: int32,
    previousMemberEpoch: int32,
    state: int8, // 0 stable, 1 partitions to revoke, 2 partitions not yet released
    assignedPartitions: array(TopicPartitions),
    partitionsPendingRevocation: array(TopicPartitions),
  },
})

/** The topics that a pattern stood for when it was last resolved. */
export const ConsumerGroupRegularExpression = recordType({
  type: 16,
  name: 'ConsumerGroupRegularExpression',
  key: { groupId: string, regularExpression: string },
  versions: [0, 0],
  flexible: 0,
  value: {
    topics: array(string),
    version: int64, // offset of the metadata that it was resolved with
    timestamp: int64, // in ms
  },
})
