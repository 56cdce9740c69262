import { api, array, int16, int32, string, struct, uuid } from '../types'

/** Joins, stays in and leaves a share group. KIP-932. */
export const ShareGroupHeartbeat = api({
  key: 76,
  name: 'ShareGroupHeartbeat',
  versions: [1, 1],
  flexible: 0,
  route: 'group',
  listeners: ['broker'],
  request: {
    groupId: string,
    memberId: string,
    memberEpoch: int32, // 0 joins, -1 leaves
    rackId: string.orNull().default(null),
    subscribedTopicNames: array(string).orNull().default(null),
  },
  response: {
    throttleTimeMs: int32.default(0),
    errorCode: int16,
    errorMessage: string.orNull().default(null),
    memberId: string.orNull().default(null),
    memberEpoch: int32,
    heartbeatIntervalMs: int32,
    assignment: struct({ topicPartitions: array(struct({ topicId: uuid, partitions: array(int32) })) })
      .orNull()
      .default(null),
  },
})
