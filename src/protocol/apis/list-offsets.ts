import { api, array, int8, int16, int32, int64, string, struct } from '../types'

/**
 * Finds offsets by time or by name (earliest, latest, ...). KIP-79.
 * v2 isolation level, KIP-98; v4 leader epoch, KIP-320; v5 OFFSET_NOT_AVAILABLE, KIP-207; v7 greatest timestamp, KIP-734;
 * v8 earliest local, KIP-405; v9 latest tiered, KIP-1005; v10 timeout, KIP-1075; v11 earliest not yet tiered, KIP-1023.
 */
export const ListOffsets = api({
  key: 2,
  name: 'ListOffsets',
  versions: [1, 11],
  flexible: 6,
  route: 'leader',
  listeners: ['broker'],
  request: {
    replicaId: int32, // -1: a consumer
    isolationLevel: int8.since(2), // 0 read uncommitted, 1 read committed
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            currentLeaderEpoch: int32.since(4).default(-1).ignorable(),
            timestamp: int64, // -1 latest, -2 earliest, -3 greatest time, -4 earliest local, -5 latest tiered, -6 not yet tiered
          }),
        ),
      }),
    ),
    timeoutMs: int32.since(10).ignorable(),
  },
  response: {
    throttleTimeMs: int32.since(2).ignorable(),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
            timestamp: int64.default(-1),
            offset: int64.default(-1),
            leaderEpoch: int32.since(4).default(-1),
          }),
        ),
      }),
    ),
  },
})
