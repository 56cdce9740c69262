import { api, array, bool, int16, int32, int64, string, struct, uint16 } from '../types'

const KeyValue = struct({ key: string, value: string })

const TopicInfo = struct({
  name: string,
  partitions: int32,
  replicationFactor: int16,
  topicConfigs: array(KeyValue),
})

const Subtopology = struct({
  subtopologyId: string,
  sourceTopics: array(string),
  repartitionSinkTopics: array(string),
  stateChangelogTopics: array(TopicInfo),
  repartitionSourceTopics: array(TopicInfo),
})

const Topology = struct({ epoch: int32, subtopologies: array(Subtopology).orNull().default(null) })

const TaskOffset = struct({ subtopologyId: string, partition: int32, offset: int64 })

const TaskIds = struct({ subtopologyId: string, partitions: array(int32) })

const Assignment = struct({
  activeTasks: array(TaskIds),
  standbyTasks: array(TaskIds),
  warmupTasks: array(TaskIds),
})

const Member = struct({
  memberId: string,
  memberEpoch: int32,
  instanceId: string.orNull().default(null),
  rackId: string.orNull().default(null),
  clientId: string,
  clientHost: string,
  topologyEpoch: int32,
  processId: string,
  userEndpoint: struct({ host: string, port: uint16 }).orNull().default(null),
  clientTags: array(KeyValue),
  taskOffsets: array(TaskOffset),
  taskEndOffsets: array(TaskOffset),
  assignment: Assignment,
  targetAssignment: Assignment,
  isClassic: bool,
})

const DescribedGroup = struct({
  errorCode: int16,
  errorMessage: string.orNull().default(null),
  groupId: string,
  groupState: string,
  groupEpoch: int32,
  assignmentEpoch: int32,
  topology: Topology.orNull().default(null),
  members: array(Member),
  authorizedOperations: int32.default(-2147483648), // bits by AclOperation; the default: not asked for
})

/** State, topology and members of streams groups. KIP-1071. */
export const StreamsGroupDescribe = api({
  key: 89,
  name: 'StreamsGroupDescribe',
  versions: [0, 0],
  flexible: 0,
  route: 'group',
  listeners: ['broker'],
  request: { groupIds: array(string), includeAuthorizedOperations: bool },
  response: { throttleTimeMs: int32.default(0), groups: array(DescribedGroup) },
})
