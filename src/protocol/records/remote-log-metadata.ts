/**
 * The records of __remote_log_metadata: which segments are in the remote tier. They are framed as those of __cluster_metadata are. KIP-405.
 */
import { array, bool, bytes, int8, int32, int64, string, struct, uuid } from '../types'
import { metadataTable, metadataType } from './metadata-record'

const topicIdPartition = struct({ name: string, id: uuid, partition: int32 })
const remoteLogSegmentId = struct({ topicIdPartition, id: uuid })
const segmentLeaderEpochs = array(struct({ leaderEpoch: int32, offset: int64 }))

/** A segment is on its way to the remote tier. */
export const RemoteLogSegmentMetadata = metadataType({
  type: 0,
  name: 'RemoteLogSegmentMetadata',
  versions: [0, 0],
  flexible: 0,
  fields: {
    remoteLogSegmentId,
    startOffset: int64,
    endOffset: int64,
    brokerId: int32,
    maxTimestampMs: int64,
    eventTimestampMs: int64,
    segmentLeaderEpochs,
    segmentSizeInBytes: int32,
    customMetadata: bytes.orNull().default(null),
    remoteLogSegmentState: int8, // 0 copy started, 1 copied, 2 deletion started, 3 deleted
    txnIndexEmpty: bool.tag(0, 0).default(false),
  },
})

/** It is there, or is being deleted. */
export const RemoteLogSegmentMetadataUpdate = metadataType({
  type: 1,
  name: 'RemoteLogSegmentMetadataUpdate',
  versions: [0, 0],
  flexible: 0,
  fields: {
    remoteLogSegmentId,
    brokerId: int32,
    eventTimestampMs: int64,
    customMetadata: bytes.orNull().default(null),
    remoteLogSegmentState: int8,
  },
})

/** A whole partition is being deleted from the remote tier. */
export const RemotePartitionDeleteMetadata = metadataType({
  type: 2,
  name: 'RemotePartitionDeleteMetadata',
  versions: [0, 0],
  flexible: 0,
  fields: {
    topicIdPartition,
    brokerId: int32,
    eventTimestampMs: int64,
    remotePartitionDeleteState: int8, // 0 marked, 1 started, 2 finished
  },
})

/** A segment in a snapshot of one partition's. */
export const RemoteLogSegmentMetadataSnapshot = metadataType({
  type: 3,
  name: 'RemoteLogSegmentMetadataSnapshot',
  versions: [0, 0],
  flexible: 0,
  fields: {
    segmentId: uuid,
    startOffset: int64,
    endOffset: int64,
    brokerId: int32,
    maxTimestampMs: int64,
    eventTimestampMs: int64,
    segmentLeaderEpochs,
    segmentSizeInBytes: int32,
    customMetadata: bytes.orNull().default(null),
    remoteLogSegmentState: int8,
    txnIndexEmpty: bool.tag(0, 0).default(false),
  },
})

/** Every record of __remote_log_metadata. */
export const remoteLogMetadata = metadataTable([
  RemoteLogSegmentMetadata,
  RemoteLogSegmentMetadataUpdate,
  RemotePartitionDeleteMetadata,
  RemoteLogSegmentMetadataSnapshot,
])
