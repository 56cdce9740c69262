import { api, bool, int16, int32, int64, string } from '../types'

/** Commits or aborts a transaction. KIP-98; v4 TRANSACTION_ABORTABLE, v5 every end raises the epoch, KIP-890. */
export const EndTxn = api({
  key: 26,
  name: 'EndTxn',
  versions: [0, 5],
  flexible: 3,
  route: 'transaction',
  listeners: ['broker'],
  request: {
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    committed: bool, // false: abort
  },
  response: {
    throttleTimeMs: int32.default(0),
    errorCode: int16,
    producerId: int64.since(5).default(-1).ignorable(),
    producerEpoch: int16.since(5).default(-1).ignorable(),
  },
})
