import { api, array, bool, int16, int32, string, struct, uuid } from '../types'

const DescribedGroup = struct({
  errorCode: int16,
  errorMessage: string.orNull().default(null),
  groupId: string,
  groupState: string,
  groupEpoch: int32,
  assignmentEpoch: int32,
  assignorName: string,
  members: array(
    struct({
      memberId: string,
      rackId: string.orNull().default(null),
      memberEpoch: int32,
      clientId: string,
      clientHost: string,
      subscribedTopicNames: array(string),
      assignment: struct({
        topicPartitions: array(struct({ topicId: uuid, topicName: string, partitions: array(int32) })),
      }),
    }),
  ),
  authorizedOperations: int32.default(-2147483648), // bits by AclOperation; the default: not asked for
})

/** State and members of share groups. KIP-932. */
export const ShareGroupDescribe = api({
  key: 77,
  name: 'ShareGroupDescribe',
  versions: [1, 1],
  flexible: 0,
  route: 'group',
  listeners: ['broker'],
  request: { groupIds: array(string), includeAuthorizedOperations: bool },
  response: { throttleTimeMs: int32.default(0), groups: array(DescribedGroup) },
})
