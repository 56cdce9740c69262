import { api, bytes, int16, int32, int64 } from '../types'

/** Shortens the life of a delegation token, or ends it. KIP-48. */
export const ExpireDelegationToken = api({
  key: 40,
  name: 'ExpireDelegationToken',
  versions: [1, 2],
  flexible: 2,
  route: 'any',
  listeners: ['broker', 'controller'],
  request: { hmac: bytes, expiryTimePeriodMs: int64 },
  response: { errorCode: int16, expiryTimestampMs: int64, throttleTimeMs: int32.default(0) },
})
