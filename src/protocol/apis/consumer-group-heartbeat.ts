import { api, array, int16, int32, string, struct, uuid } from '../types'

const TopicPartitions = struct({ topicId: uuid, partitions: array(int32) })

/**
 * Joins, stays in and leaves a group of the consumer protocol; the reply carries the assignment. KIP-848.
 * What did not change is null or at its default. v1 subscription by pattern; the client makes up its member id, KIP-1082.
 */
export const ConsumerGroupHeartbeat = api({
  key: 68,
  name: 'ConsumerGroupHeartbeat',
  versions: [0, 1],
  flexible: 0,
  route: 'group',
  listeners: ['broker'],
  request: {
    groupId: string,
    memberId: string,
    memberEpoch: int32, // 0 joins, -1 leaves, -2 a static member leaves for now
    instanceId: string.orNull().default(null),
    rackId: string.orNull().default(null),
    rebalanceTimeoutMs: int32.default(-1),
    subscribedTopicNames: array(string).orNull().default(null),
    subscribedTopicRegex: string.orNull().since(1).default(null),
    serverAssignor: string.orNull().default(null),
    topicPartitions: array(TopicPartitions).orNull().default(null), // what the member holds
  },
  response: {
    throttleTimeMs: int32.default(0),
    errorCode: int16,
    errorMessage: string.orNull().default(null),
    memberId: string.orNull().default(null),
    memberEpoch: int32,
    heartbeatIntervalMs: int32,
    assignment: struct({ topicPartitions: array(TopicPartitions) })
      .orNull()
      .default(null),
  },
})
