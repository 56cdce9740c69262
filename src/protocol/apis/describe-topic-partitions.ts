import { api, array, bool, int16, int32, string, struct, uuid } from '../types'

const Cursor = struct({ topicName: string, partitionIndex: int32 })

const DescribeTopicPartitionsResponseTopic = struct({
  errorCode: int16,
  name: string.orNull(),
  topicId: uuid,
  isInternal: bool.default(false),
  partitions: array(
    struct({
      errorCode: int16,
      partitionIndex: int32,
      leaderId: int32,
      leaderEpoch: int32.default(-1),
      replicaNodes: array(int32),
      isrNodes: array(int32),
      eligibleLeaderReplicas: array(int32).orNull().default(null),
      lastKnownElr: array(int32).orNull().default(null),
      offlineReplicas: array(int32),
    }),
  ),
  topicAuthorizedOperations: int32.default(-2147483648), // bits by AclOperation; the default: not asked for
})

/** Partitions of topics, page by page, with their eligible leaders. KIP-966. */
export const DescribeTopicPartitions = api({
  key: 75,
  name: 'DescribeTopicPartitions',
  versions: [0, 0],
  flexible: 0,
  route: 'any',
  listeners: ['broker'],
  request: {
    topics: array(struct({ name: string })),
    responsePartitionLimit: int32.default(2000),
    cursor: Cursor.orNull().default(null),
  },
  response: {
    throttleTimeMs: int32.default(0),
    topics: array(DescribeTopicPartitionsResponseTopic),
    nextCursor: Cursor.orNull().default(null),
  },
})
