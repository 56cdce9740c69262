import { api, array, bool, int16, int32, string, struct, uuid } from '../types'

/**
 * Brokers, controller, and the topics asked for with their partitions and leaders.
 * `topics` null means all (in v0: empty); an empty list means none. v4 says whether to create what is missing; v8 authorized
 * operations, KIP-430; v10 topic ids in the reply and v12 in the request, KIP-516; v11 leaves the cluster's operations to
 * DescribeCluster, KIP-700; v13 REBOOTSTRAP_REQUIRED, KIP-1102.
 */
export const Metadata = api({
  key: 3,
  name: 'Metadata',
  versions: [0, 13],
  flexible: 9,
  route: 'any',
  listeners: ['broker'],
  request: {
    topics: array(struct({ topicId: uuid.since(10).ignorable(), name: string.orNull(10) })).orNull(1),
    allowAutoTopicCreation: bool.since(4).default(true),
    includeClusterAuthorizedOperations: bool.since(8).until(10),
    includeTopicAuthorizedOperations: bool.since(8),
  },
  response: {
    throttleTimeMs: int32.since(3).ignorable(),
    brokers: array(
      struct({
        nodeId: int32,
        host: string,
        port: int32,
        rack: string.orNull().since(1).default(null).ignorable(),
      }),
    ),
    clusterId: string.orNull().since(2).default(null).ignorable(),
    controllerId: int32.since(1).default(-1).ignorable(),
    topics: array(
      struct({
        errorCode: int16,
        name: string.orNull(12),
        topicId: uuid.since(10).ignorable(),
        isInternal: bool.since(1).ignorable(),
        partitions: array(
          struct({
            errorCode: int16,
            partitionIndex: int32,
            leaderId: int32,
            leaderEpoch: int32.since(7).default(-1).ignorable(),
            replicaNodes: array(int32),
            isrNodes: array(int32),
            offlineReplicas: array(int32).since(5).ignorable(),
          }),
        ),
        topicAuthorizedOperations: int32.since(8).default(-2147483648), // bits by AclOperation; the default: not asked for
      }),
    ),
    clusterAuthorizedOperations: int32.since(8).until(10).default(-2147483648),
    errorCode: int16.since(13).ignorable(),
  },
})
