import { api, bool, int16, int32, int64, string } from '../types'

/**
 * Gives a producer its id and epoch, and fences its predecessors. KIP-98.
 * Without a transactional id any broker answers. v3 resumes with the old id, KIP-360; v4 PRODUCER_FENCED, KIP-588; v5
 * TRANSACTION_ABORTABLE, KIP-890; v6 two-phase commit, not yet stable, KIP-939.
 */
export const InitProducerId = api({
  key: 22,
  name: 'InitProducerId',
  versions: [0, 6],
  stable: 5,
  flexible: 2,
  route: 'transaction',
  listeners: ['broker'],
  request: {
    transactionalId: string.orNull(),
    transactionTimeoutMs: int32,
    producerId: int64.since(3).default(-1), // -1: none yet
    producerEpoch: int16.since(3).default(-1),
    enable2Pc: bool.since(6),
    keepPreparedTxn: bool.since(6),
  },
  response: {
    throttleTimeMs: int32.default(0),
    errorCode: int16,
    producerId: int64.default(-1),
    producerEpoch: int16,
    ongoingTxnProducerId: int64.since(6).default(-1),
    ongoingTxnProducerEpoch: int16.since(6).default(-1),
  },
})
