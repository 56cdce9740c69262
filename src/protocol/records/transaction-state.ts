/** The records of __transaction_state: one key per transactional id. KIP-98. */
import { array, int8, int16, int32, int64, string, struct } from '../types'
import { recordTable, recordType } from './coordinator-record'

/** A transactional id: its producer and how its transaction stands. v1 clients of transaction version 2 (KIP-890). */
export const TransactionLog = recordType({
  type: 0,
  name: 'TransactionLog',
  key: { transactionalId: string },
  versions: [0, 1],
  flexible: 1,
  value: {
    producerId: int64,
    previousProducerId: int64.tag(0, 1).default(-1), // of the transaction before, whose end may be asked for again
    nextProducerId: int64.tag(1, 1).default(-1), // already told to the producer, when the epochs of the old one ran out
    producerEpoch: int16,
    nextProducerEpoch: int16.tag(3, 1).default(-1),
    transactionTimeoutMs: int32,
    transactionStatus: int8, // 0 empty, 1 ongoing, 2 prepare commit, 3 prepare abort, 4 committed, 5 aborted, 6 dead, 7 fencing
    transactionPartitions: array(struct({ topic: string, partitionIds: array(int32) })).orNull(), // null: none
    transactionLastUpdateTimestampMs: int64,
    transactionStartTimestampMs: int64, // -1: not begun
    clientTransactionVersion: int16.tag(2, 1),
  },
})

/** Every record of __transaction_state. */
export const transactionState = recordTable([TransactionLog])
