import { api, array, int16, int32, int64, string, struct } from '../types'

/** Transactional ids that this broker coordinates. KIP-664; v1 by duration, KIP-994; v2 by pattern, KIP-1152. */
export const ListTransactions = api({
  key: 66,
  name: 'ListTransactions',
  versions: [0, 2],
  flexible: 0,
  route: 'any',
  listeners: ['broker'],
  request: {
    stateFilters: array(string),
    producerIdFilters: array(int64),
    durationFilter: int64.since(1).default(-1), // -1: any
    transactionalIdPattern: string.orNull().since(2).default(null),
  },
  response: {
    throttleTimeMs: int32.default(0),
    errorCode: int16,
    unknownStateFilters: array(string),
    transactionStates: array(struct({ transactionalId: string, producerId: int64, transactionState: string })),
  },
})
