import { api, array, bool, int8, int16, int32, string, struct } from '../types'

/** Cluster id, controller and brokers. KIP-700; v1 can ask for controllers, KIP-919; v2 fenced brokers, KIP-1073. */
export const DescribeCluster = api({
  key: 60,
  name: 'DescribeCluster',
  versions: [0, 2],
  flexible: 0,
  route: 'any',
  listeners: ['broker', 'controller'],
  request: {
    includeClusterAuthorizedOperations: bool,
    endpointType: int8.since(1).default(1), // 1 brokers, 2 controllers
    includeFencedBrokers: bool.since(2),
  },
  response: {
    throttleTimeMs: int32.default(0),
    errorCode: int16,
    errorMessage: string.orNull().default(null),
    endpointType: int8.since(1).default(1),
    clusterId: string,
    controllerId: int32.default(-1),
    brokers: array(
      struct({
        brokerId: int32,
        host: string,
        port: int32,
        rack: string.orNull().default(null),
        isFenced: bool.since(2),
      }),
    ),
    clusterAuthorizedOperations: int32.default(-2147483648), // bits by AclOperation; the default: not asked for
  },
})
