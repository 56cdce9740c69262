import { api, array, int16, int32, int64, string, struct, uuid } from '../types'

/** Where share groups start to read. KIP-932; v1 lag, KIP-1226. */
export const DescribeShareGroupOffsets = api({
  key: 90,
  name: 'DescribeShareGroupOffsets',
  versions: [0, 1],
  flexible: 0,
  route: 'group',
  listeners: ['broker'],
  request: {
    groups: array(
      struct({
        groupId: string,
        topics: array(struct({ topicName: string, partitions: array(int32) })).orNull(),
      }),
    ),
  },
  response: {
    throttleTimeMs: int32.default(0),
    groups: array(
      struct({
        groupId: string,
        topics: array(
          struct({
            topicName: string,
            topicId: uuid,
            partitions: array(
              struct({
                partitionIndex: int32,
                startOffset: int64,
                leaderEpoch: int32,
                lag: int64.since(1).default(-1).ignorable(),
                errorCode: int16,
                errorMessage: string.orNull().default(null),
              }),
            ),
          }),
        ),
        errorCode: int16,
        errorMessage: string.orNull().default(null),
      }),
    ),
  },
})
