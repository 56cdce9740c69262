/** The records of __share_group_state: how far share partitions are delivered and acknowledged. KIP-932. */
import { array, int8, int16, int32, int64, string, struct, uuid } from '../types'
import { recordTable, recordType } from './coordinator-record'

/** The whole state of a share partition. */
export const ShareSnapshot = recordType({
  type: 0,
  name: 'ShareSnapshot',
  key: { groupId: string, topicId: uuid, partition: int32 },
  versions: [0, 0],
  flexible: 0,
  value: {
    snapshotEpoch: int32,
    stateEpoch: int32,
    leaderEpoch: int32,
    startOffset: int64,
    deliveryCompleteCount: int32.tag(0, 0).default(-1),
    createTimestamp: int64,
    writeTimestamp: int64,
    stateBatches: array(
      struct({
        firstOffset: int64,
        lastOffset: int64,
        deliveryState: int8, // 0 available, 2 acknowledged, 4 archived
        deliveryCount: int16,
      }),
    ),
  },
})

/** A change to the state of a share partition since its last snapshot. */
export const ShareUpdate = recordType({
  type: 1,
  name: 'ShareUpdate',
  key: { groupId: string, topicId: uuid, partition: int32 },
  versions: [0, 0],
  flexible: 0,
  value: {
    snapshotEpoch: int32,
    leaderEpoch: int32,
    startOffset: int64, // -1: unchanged
    deliveryCompleteCount: int32.tag(0, 0).default(-1),
    stateBatches: array(
      struct({
        firstOffset: int64,
        lastOffset: int64,
        deliveryState: int8, // 0 available, 2 acknowledged, 4 archived
        deliveryCount: int16,
      }),
    ),
  },
})

/** Every record of __share_group_state. */
export const shareGroupState = recordTable([ShareSnapshot, ShareUpdate])
