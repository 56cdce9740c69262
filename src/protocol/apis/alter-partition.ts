import { api, array, int8, int16, int32, int64, struct, uuid } from '../types'

/** A leader asks the controller for another ISR. KIP-497; recovery KIP-704; topic ids KIP-841; v3 broker epochs, KIP-903. */
export const AlterPartition = api({
  key: 56,
  name: 'AlterPartition',
  versions: [2, 3],
  flexible: 0,
  route: 'controller',
  listeners: ['controller'],
  request: {
    brokerId: int32,
    brokerEpoch: int64.default(-1),
    topics: array(
      struct({
        topicId: uuid,
        partitions: array(
          struct({
            partitionIndex: int32,
            leaderEpoch: int32,
            newIsr: array(int32).until(2),
            newIsrWithEpochs: array(struct({ brokerId: int32, brokerEpoch: int64.default(-1) })).since(3),
            leaderRecoveryState: int8.default(0), // 0 recovered, 1 recovering
            partitionEpoch: int32,
          }),
        ),
      }),
    ),
  },
  response: {
    throttleTimeMs: int32.default(0),
    errorCode: int16,
    topics: array(
      struct({
        topicId: uuid,
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
            leaderId: int32,
            leaderEpoch: int32,
            isr: array(int32),
            leaderRecoveryState: int8.default(0),
            partitionEpoch: int32,
          }),
        ),
      }),
    ),
  },
})
