import { api, int16, int32, string } from '../types'

/** Removes a broker that is gone for good. KIP-631. */
export const UnregisterBroker = api({
  key: 64,
  name: 'UnregisterBroker',
  versions: [0, 0],
  flexible: 0,
  route: 'any',
  listeners: ['broker', 'controller'],
  request: { brokerId: int32 },
  response: {
    throttleTimeMs: int32.default(0),
    errorCode: int16,
    errorMessage: string.orNull(),
  },
})
