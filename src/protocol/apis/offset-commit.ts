import { api, array, int16, int32, int64, string, struct, uuid } from '../types'

/**
 * Stores a group's offsets.
 * v5 leaves retention to the broker, KIP-211; v6 leader epoch, KIP-320; v7 static members, KIP-345; v9 the consumer protocol,
 * whose member epoch goes in the field of the generation, and v10 topics by id, KIP-848.
 */
export const OffsetCommit = api({
  key: 8,
  name: 'OffsetCommit',
  versions: [2, 10],
  flexible: 8,
  route: 'group',
  listeners: ['broker'],
  request: {
    groupId: string,
    generationIdOrMemberEpoch: int32.default(-1), // -1: no group membership
    memberId: string,
    groupInstanceId: string.orNull().since(7).default(null),
    retentionTimeMs: int64.until(4).default(-1).ignorable(),
    topics: array(
      struct({
        name: string.until(9).ignorable(),
        topicId: uuid.since(10).ignorable(),
        partitions: array(
          struct({
            partitionIndex: int32,
            committedOffset: int64,
            committedLeaderEpoch: int32.since(6).default(-1).ignorable(),
            committedMetadata: string.orNull(),
          }),
        ),
      }),
    ),
  },
  response: {
    throttleTimeMs: int32.since(3).ignorable(),
    topics: array(
      struct({
        name: string.until(9).ignorable(),
        topicId: uuid.since(10).ignorable(),
        partitions: array(struct({ partitionIndex: int32, errorCode: int16 })),
      }),
    ),
  },
})
