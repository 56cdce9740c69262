import { api, array, int16, int32, int64, string, struct } from '../types'

/** Where a leader epoch ended, so that logs that diverged can be cut. KIP-101, KIP-279; fencing KIP-320. */
export const OffsetForLeaderEpoch = api({
  key: 23,
  name: 'OffsetForLeaderEpoch',
  versions: [2, 4],
  flexible: 4,
  route: 'leader',
  listeners: ['broker'],
  request: {
    replicaId: int32.since(3).default(-2).ignorable(), // -1 a consumer, -2 a debugging one
    topics: array(
      struct({
        topic: string,
        partitions: array(
          struct({
            partition: int32,
            currentLeaderEpoch: int32.default(-1),
            leaderEpoch: int32,
          }),
        ),
      }),
    ),
  },
  response: {
    throttleTimeMs: int32.default(0),
    topics: array(
      struct({
        topic: string,
        partitions: array(
          struct({
            errorCode: int16,
            partition: int32,
            leaderEpoch: int32.default(-1),
            endOffset: int64.default(-1),
          }),
        ),
      }),
    ),
  },
})
