import { api, array, int16, int32, int64, string, struct } from '../types'

/**
 * Stores a group's offsets as part of a transaction. KIP-98.
 * v2 leader epoch, KIP-320; v3 fences members, KIP-447; v4 TRANSACTION_ABORTABLE, v5 adds the group to the transaction by itself,
 * KIP-890.
 */
export const TxnOffsetCommit = api({
  key: 28,
  name: 'TxnOffsetCommit',
  versions: [0, 5],
  flexible: 3,
  route: 'group',
  listeners: ['broker'],
  request: {
    transactionalId: string,
    groupId: string,
    producerId: int64,
    producerEpoch: int16,
    generationId: int32.since(3).default(-1),
    memberId: string.since(3),
    groupInstanceId: string.orNull().since(3).default(null),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            committedOffset: int64,
            committedLeaderEpoch: int32.since(2).default(-1).ignorable(),
            committedMetadata: string.orNull(),
          }),
        ),
      }),
    ),
  },
  response: {
    throttleTimeMs: int32.default(0),
    topics: array(
      struct({
        name: string,
        partitions: array(struct({ partitionIndex: int32, errorCode: int16 })),
      }),
    ),
  },
})
