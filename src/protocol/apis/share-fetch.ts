import { api, array, bool, int8, int16, int32, int64, records, string, struct, uuid } from '../types'

const ShareFetchableTopicResponse = struct({
  topicId: uuid,
  partitions: array(
    struct({
      partitionIndex: int32,
      errorCode: int16,
      errorMessage: string.orNull().default(null),
      acknowledgeErrorCode: int16,
      acknowledgeErrorMessage: string.orNull().default(null),
      currentLeader: struct({ leaderId: int32, leaderEpoch: int32 }),
      records: records,
      acquiredRecords: array(struct({ firstOffset: int64, lastOffset: int64, deliveryCount: int16 })),
    }),
  ),
})

/** Acquires records for a member of a share group and acknowledges earlier ones. KIP-932; v2 KIP-1206 and KIP-1222. */
export const ShareFetch = api({
  key: 78,
  name: 'ShareFetch',
  versions: [1, 2],
  flexible: 0,
  route: 'leader',
  listeners: ['broker'],
  request: {
    groupId: string.orNull().default(null),
    memberId: string.orNull(),
    shareSessionEpoch: int32, // 0 begins a session, -1 ends it
    maxWaitMs: int32,
    minBytes: int32,
    maxBytes: int32.default(0x7fffffff),
    maxRecords: int32,
    batchSize: int32,
    shareAcquireMode: int8.since(2).ignorable(), // 0 whole batches, 1 at most maxRecords
    isRenewAck: bool.since(2),
    topics: array(
      struct({
        topicId: uuid,
        partitions: array(
          struct({
            partitionIndex: int32,
            acknowledgementBatches: array(
              struct({
                firstOffset: int64,
                lastOffset: int64,
                acknowledgeTypes: array(int8), // 0 gap, 1 accept, 2 release, 3 reject, 4 renew
              }),
            ),
          }),
        ),
      }),
    ),
    forgottenTopicsData: array(struct({ topicId: uuid, partitions: array(int32) })),
  },
  response: {
    throttleTimeMs: int32.default(0),
    errorCode: int16,
    errorMessage: string.orNull().default(null),
    acquisitionLockTimeoutMs: int32,
    responses: array(ShareFetchableTopicResponse),
    nodeEndpoints: array(
      struct({
        nodeId: int32,
        host: string,
        port: int32,
        rack: string.orNull().default(null),
      }),
    ),
  },
})
