import { api, array, int8, int16, int32, int64, string, struct, uuid } from '../types'

/** A share partition's leader stores its state. KIP-932; v1 how many were delivered, KIP-1226. */
export const WriteShareGroupState = api({
  key: 85,
  name: 'WriteShareGroupState',
  versions: [0, 1],
  flexible: 0,
  route: 'share',
  listeners: ['broker'],
  request: {
    groupId: string,
    topics: array(
      struct({
        topicId: uuid,
        partitions: array(
          struct({
            partition: int32,
            stateEpoch: int32,
            leaderEpoch: int32,
            startOffset: int64, // -1: unchanged
            deliveryCompleteCount: int32.since(1).default(-1).ignorable(),
            stateBatches: array(
              struct({
                firstOffset: int64,
                lastOffset: int64,
                deliveryState: int8, // 0 available, 2 acknowledged, 4 archived
                deliveryCount: int16,
              }),
            ),
          }),
        ),
      }),
    ),
  },
  response: {
    results: array(
      struct({
        topicId: uuid,
        partitions: array(
          struct({
            partition: int32,
            errorCode: int16,
            errorMessage: string.orNull().default(null),
          }),
        ),
      }),
    ),
  },
})
