import { api, bytes, int16, int32, int64 } from '../types'

/** Prolongs a delegation token. KIP-48. */
export const RenewDelegationToken = api({
  key: 39,
  name: 'RenewDelegationToken',
  versions: [1, 2],
  flexible: 2,
  route: 'any',
  listeners: ['broker', 'controller'],
  request: { hmac: bytes, renewPeriodMs: int64 },
  response: { errorCode: int16, expiryTimestampMs: int64, throttleTimeMs: int32.default(0) },
})
