import { api, array, exact64, int8, int16, int32, int64, records, string, struct, uuid } from '../types'

const PartitionData = struct({
  partitionIndex: int32,
  errorCode: int16,
  highWatermark: int64,
  lastStableOffset: int64.default(-1),
  logStartOffset: int64.since(5).default(-1).ignorable(),
  divergingEpoch: struct({ epoch: int32.default(-1), endOffset: int64.default(-1) }).tag(0, 12),
  currentLeader: struct({ leaderId: int32.default(-1), leaderEpoch: int32.default(-1) }).tag(1, 12),
  snapshotId: struct({ endOffset: int64.default(-1), epoch: int32.default(-1) }).tag(2, 12),
  abortedTransactions: array(struct({ producerId: int64, firstOffset: int64 })).orNull(),
  preferredReadReplica: int32.since(11).default(-1),
  records: records.orNull(),
})

const FetchableTopicResponse = struct({
  topic: string.until(12).ignorable(),
  topicId: uuid.since(13).ignorable(),
  partitions: array(PartitionData),
})

/**
 * Reads record batches, for consumers and for followers. KIP-74 (the first batch comes whole, however large).
 * v4 isolation level, KIP-98; v7 sessions, KIP-227; v9 fencing by leader epoch, KIP-320; v10 zstd, KIP-110; v11 reading from the
 * nearest replica, KIP-392; v12 divergence of logs, KIP-595; v13 topics by id, KIP-516; v14 OFFSET_MOVED_TO_TIERED_STORAGE,
 * KIP-405; v15 replica epoch, KIP-903; v16 names the new leader, KIP-951; v17 directory id, KIP-853; v18 the follower's high
 * watermark.
 */
export const Fetch = api({
  key: 1,
  name: 'Fetch',
  versions: [4, 18],
  flexible: 12,
  route: 'leader',
  listeners: ['broker', 'controller'],
  request: {
    clusterId: string.orNull().tag(0, 12).default(null).ignorable(),
    replicaId: int32.until(14).default(-1), // -1: a consumer
    replicaState: struct({ replicaId: int32.default(-1), replicaEpoch: int64.default(-1) }).tag(1, 15),
    maxWaitMs: int32,
    minBytes: int32,
    maxBytes: int32.default(0x7fffffff),
    isolationLevel: int8.default(0), // 0 read uncommitted, 1 read committed
    sessionId: int32.since(7).ignorable(),
    sessionEpoch: int32.since(7).default(-1).ignorable(), // -1: no session; 0: begin one
    topics: array(
      struct({
        topic: string.until(12).ignorable(),
        topicId: uuid.since(13).ignorable(),
        partitions: array(
          struct({
            partition: int32,
            currentLeaderEpoch: int32.since(9).default(-1).ignorable(),
            fetchOffset: int64,
            lastFetchedEpoch: int32.since(12).default(-1), // -1: unknown
            logStartOffset: int64.since(5).default(-1).ignorable(),
            partitionMaxBytes: int32,
            replicaDirectoryId: uuid.tag(0, 17).ignorable(),
            highWatermark: exact64.tag(1, 18).default(9223372036854775807n).ignorable(), // the default says: unknown
          }),
        ),
      }),
    ),
    forgottenTopicsData: array(
      struct({
        topic: string.until(12).ignorable(),
        topicId: uuid.since(13).ignorable(),
        partitions: array(int32),
      }),
    ).since(7),
    rackId: string.since(11).ignorable(),
  },
  response: {
    throttleTimeMs: int32.default(0),
    errorCode: int16.since(7).ignorable(),
    sessionId: int32.since(7),
    responses: array(FetchableTopicResponse),
    nodeEndpoints: array(
      struct({
        nodeId: int32,
        host: string,
        port: int32,
        rack: string.orNull().default(null),
      }),
    ).tag(0, 16),
  },
})
