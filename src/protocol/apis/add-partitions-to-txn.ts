import { api, array, bool, int16, int32, int64, string, struct } from '../types'

const AddPartitionsToTxnTopic = struct({ name: string, partitions: array(int32) })

const AddPartitionsToTxnTopicResult = struct({
  name: string,
  resultsByPartition: array(struct({ partitionIndex: int32, partitionErrorCode: int16 })),
})

/**
 * Adds partitions to a transaction. KIP-98; v0-3 are the clients', v4 and up the brokers', which ask for several
 * transactions at once and may only verify, KIP-890.
 */
export const AddPartitionsToTxn = api({
  key: 24,
  name: 'AddPartitionsToTxn',
  versions: [0, 5],
  flexible: 3,
  route: 'transaction',
  listeners: ['broker'],
  request: {
    transactions: array(
      struct({
        transactionalId: string,
        producerId: int64,
        producerEpoch: int16,
        verifyOnly: bool.default(false),
        topics: array(AddPartitionsToTxnTopic),
      }),
    ).since(4),
    v3AndBelowTransactionalId: string.until(3),
    v3AndBelowProducerId: int64.until(3),
    v3AndBelowProducerEpoch: int16.until(3),
    v3AndBelowTopics: array(AddPartitionsToTxnTopic).until(3),
  },
  response: {
    throttleTimeMs: int32.default(0),
    errorCode: int16.since(4).ignorable(),
    resultsByTransaction: array(struct({ transactionalId: string, topicResults: array(AddPartitionsToTxnTopicResult) })).since(4),
    resultsByTopicV3AndBelow: array(AddPartitionsToTxnTopicResult).until(3),
  },
})
