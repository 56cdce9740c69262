import { api, int16, int32, int64, string } from '../types'

/** Adds a group's offsets to a transaction. KIP-98; v4 TRANSACTION_ABORTABLE, KIP-890. */
export const AddOffsetsToTxn = api({
  key: 25,
  name: 'AddOffsetsToTxn',
  versions: [0, 4],
  flexible: 3,
  route: 'transaction',
  listeners: ['broker'],
  request: {
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    groupId: string,
  },
  response: { throttleTimeMs: int32.default(0), errorCode: int16 },
})
