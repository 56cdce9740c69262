import { api, array, int16, int32, int64, records, string, struct, uint16, uuid } from '../types'

const SnapshotId = struct({ endOffset: int64, epoch: int32 })

/** Reads a part of a snapshot of the metadata log. KIP-630; v1 directory ids and endpoints, KIP-853. */
export const FetchSnapshot = api({
  key: 59,
  name: 'FetchSnapshot',
  versions: [0, 1],
  flexible: 0,
  route: 'controller',
  listeners: ['controller'],
  request: {
    clusterId: string.orNull().tag(0, 0).default(null),
    replicaId: int32.default(-1),
    maxBytes: int32.default(0x7fffffff),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partition: int32,
            currentLeaderEpoch: int32,
            snapshotId: SnapshotId,
            position: int64,
            replicaDirectoryId: uuid.tag(0, 1).ignorable(),
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
        name: string,
        partitions: array(
          struct({
            index: int32,
            errorCode: int16,
            snapshotId: SnapshotId,
            currentLeader: struct({ leaderId: int32, leaderEpoch: int32 }).tag(0, 0),
            size: int64,
            position: int64,
            unalignedRecords: records,
          }),
        ),
      }),
    ),
    nodeEndpoints: array(struct({ nodeId: int32, host: string, port: uint16 })).tag(0, 1),
  },
})
