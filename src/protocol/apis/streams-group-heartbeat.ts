import { api, array, bool, int8, int16, int32, int64, string, struct, uint16 } from '../types'

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
  sourceTopicRegex: array(string),
  stateChangelogTopics: array(TopicInfo),
  repartitionSinkTopics: array(string),
  repartitionSourceTopics: array(TopicInfo),
  copartitionGroups: array(
    struct({
      sourceTopics: array(int16),
      sourceTopicRegex: array(int16),
      repartitionSourceTopics: array(int16),
    }),
  ),
})

const Topology = struct({ epoch: int32, subtopologies: array(Subtopology) })

const TaskIds = struct({ subtopologyId: string, partitions: array(int32) })

const Endpoint = struct({ host: string, port: uint16 })

const TaskOffset = struct({ subtopologyId: string, partition: int32, offset: int64 })

const TopicPartition = struct({ topic: string, partitions: array(int32) })

/** Joins, stays in and leaves a streams group; the reply carries the tasks. KIP-1071. */
export const StreamsGroupHeartbeat = api({
  key: 88,
  name: 'StreamsGroupHeartbeat',
  versions: [0, 0],
  flexible: 0,
  route: 'group',
  listeners: ['broker'],
  request: {
    groupId: string,
    memberId: string,
    memberEpoch: int32, // 0 joins, -1 leaves, -2 a static member leaves for now
    endpointInformationEpoch: int32,
    instanceId: string.orNull().default(null),
    rackId: string.orNull().default(null),
    rebalanceTimeoutMs: int32.default(-1),
    topology: Topology.orNull().default(null),
    activeTasks: array(TaskIds).orNull().default(null),
    standbyTasks: array(TaskIds).orNull().default(null),
    warmupTasks: array(TaskIds).orNull().default(null),
    processId: string.orNull().default(null),
    userEndpoint: Endpoint.orNull().default(null),
    clientTags: array(KeyValue).orNull().default(null),
    taskOffsets: array(TaskOffset).orNull().default(null),
    taskEndOffsets: array(TaskOffset).orNull().default(null),
    shutdownApplication: bool.default(false),
  },
  response: {
    throttleTimeMs: int32.default(0),
    errorCode: int16,
    errorMessage: string.orNull().default(null),
    memberId: string,
    memberEpoch: int32,
    heartbeatIntervalMs: int32,
    acceptableRecoveryLag: int32,
    taskOffsetIntervalMs: int32,
    status: array(
      struct({
        // 0 stale topology, 1 missing sources, 2 badly partitioned, 3 missing internal topics, 4 shutdown, 5 delayed
        statusCode: int8,
        statusDetail: string,
      }),
    ).orNull(),
    activeTasks: array(TaskIds).orNull().default(null),
    standbyTasks: array(TaskIds).orNull().default(null),
    warmupTasks: array(TaskIds).orNull().default(null),
    endpointInformationEpoch: int32,
    partitionsByUserEndpoint: array(
      struct({
        userEndpoint: Endpoint,
        activePartitions: array(TopicPartition),
        standbyPartitions: array(TopicPartition),
      }),
    )
      .orNull()
      .default(null),
  },
})
