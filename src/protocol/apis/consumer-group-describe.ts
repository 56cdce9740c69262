import { api, array, bool, int8, int16, int32, string, struct, uuid } from '../types'

const Assignment = struct({
  topicPartitions: array(struct({ topicId: uuid, topicName: string, partitions: array(int32) })),
})

const Member = struct({
  memberId: string,
  instanceId: string.orNull().default(null),
  rackId: string.orNull().default(null),
  memberEpoch: int32,
  clientId: string,
  clientHost: string,
  subscribedTopicNames: array(string),
  subscribedTopicRegex: string.orNull().default(null),
  assignment: Assignment,
  targetAssignment: Assignment,
  memberType: int8.since(1).default(-1).ignorable(), // 0 classic, 1 consumer, -1 unknown
})

const DescribedGroup = struct({
  errorCode: int16,
  errorMessage: string.orNull().default(null),
  groupId: string,
  groupState: string,
  groupEpoch: int32,
  assignmentEpoch: int32,
  assignorName: string,
  members: array(Member),
  authorizedOperations: int32.default(-2147483648), // bits by AclOperation; the default: not asked for
})

/** State and members of groups of the consumer protocol. KIP-848; v1 the protocol of each member, KIP-1099. */
export const ConsumerGroupDescribe = api({
  key: 69,
  name: 'ConsumerGroupDescribe',
  versions: [0, 1],
  flexible: 0,
  route: 'group',
  listeners: ['broker'],
  request: { groupIds: array(string), includeAuthorizedOperations: bool },
  response: { throttleTimeMs: int32.default(0), groups: array(DescribedGroup) },
})
