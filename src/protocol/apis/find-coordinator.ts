import { api, array, int8, int16, int32, string, struct } from '../types'

/**
 * Which broker coordinates a group, a transactional id or a share partition.
 * v1 the kind of key, KIP-98; v4 several keys at once, KIP-699; v5 TRANSACTION_ABORTABLE, KIP-890; v6 share partitions, whose key
 * is groupId:topicId:partition, KIP-932.
 */
export const FindCoordinator = api({
  key: 10,
  name: 'FindCoordinator',
  versions: [0, 6],
  flexible: 3,
  route: 'any',
  listeners: ['broker'],
  request: {
    key: string.until(3),
    keyType: int8.since(1), // 0 group, 1 transaction, 2 share partition
    coordinatorKeys: array(string).since(4),
  },
  response: {
    throttleTimeMs: int32.since(1).ignorable(),
    errorCode: int16.until(3),
    errorMessage: string.orNull().since(1).until(3).ignorable(),
    nodeId: int32.until(3),
    host: string.until(3),
    port: int32.until(3),
    coordinators: array(
      struct({
        key: string,
        nodeId: int32,
        host: string,
        port: int32,
        errorCode: int16,
        errorMessage: string.orNull(),
      }),
    ).since(4),
  },
})
