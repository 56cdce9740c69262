import { api, array, bool, int16, int32, string, struct } from '../types'

/**
 * Starts or cancels the moving of partitions to other brokers. KIP-455; v1 can forbid another replication factor, KIP-860.
 */
export const AlterPartitionReassignments = api({
  key: 45,
  name: 'AlterPartitionReassignments',
  versions: [0, 1],
  flexible: 0,
  route: 'controller',
  listeners: ['broker', 'controller'],
  request: {
    timeoutMs: int32.default(60000),
    allowReplicationFactorChange: bool.since(1).default(true),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            replicas: array(int32).orNull().default(null), // null: cancel
          }),
        ),
      }),
    ),
  },
  response: {
    throttleTimeMs: int32.default(0),
    allowReplicationFactorChange: bool.since(1).default(true).ignorable(),
    errorCode: int16,
    errorMessage: string.orNull(),
    responses: array(
      struct({
        name: string,
        partitions: array(struct({ partitionIndex: int32, errorCode: int16, errorMessage: string.orNull() })),
      }),
    ),
  },
})
