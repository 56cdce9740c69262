import { api, array, int16, int32, int64, records, string, struct, uuid } from '../types'

const TopicProduceResponse = struct({
  name: string.until(12).ignorable(),
  topicId: uuid.since(13).ignorable(),
  partitionResponses: array(
    struct({
      index: int32,
      errorCode: int16,
      baseOffset: int64,
      logAppendTimeMs: int64.default(-1),
      logStartOffset: int64.since(5).default(-1).ignorable(),
      recordErrors: array(struct({ batchIndex: int32, batchIndexErrorMessage: string.orNull().default(null) }))
        .since(8)
        .ignorable(),
      errorMessage: string.orNull().since(8).default(null).ignorable(),
      currentLeader: struct({ leaderId: int32.default(-1), leaderEpoch: int32.default(-1) }).tag(0, 10),
    }),
  ),
})

/**
 * Appends record batches to partitions. KIP-98 (transactions, record format v2).
 * v5 logStartOffset; v7 zstd allowed, KIP-110; v8 says which records were at fault, KIP-467; v10 names the new leader, KIP-951;
 * v11 TRANSACTION_ABORTABLE and v12 adds the partition to the transaction by itself, KIP-890; v13 topics by id, KIP-516.
 * Advertised from 0 all the same, for librdkafka reads the range (KAFKA-18659); acks=0 has no reply.
 */
export const Produce = api({
  key: 0,
  name: 'Produce',
  versions: [3, 13],
  flexible: 9,
  route: 'leader',
  listeners: ['broker'],
  request: {
    transactionalId: string.orNull().default(null),
    acks: int16, // 0 none, 1 the leader, -1 all in sync
    timeoutMs: int32,
    topicData: array(
      struct({
        name: string.until(12).ignorable(),
        topicId: uuid.since(13).ignorable(),
        partitionData: array(struct({ index: int32, records: records.orNull() })),
      }),
    ),
  },
  response: {
    responses: array(TopicProduceResponse),
    throttleTimeMs: int32.default(0),
    nodeEndpoints: array(
      struct({
        nodeId: int32,
        host: string,
        port: int32,
        rack: string.orNull().default(null),
      }),
    ).tag(0, 10),
  },
})
