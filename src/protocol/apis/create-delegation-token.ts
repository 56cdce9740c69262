import { api, array, bytes, int16, int32, int64, string, struct } from '../types'

/** Makes a delegation token. KIP-48; v3 on behalf of another owner, KIP-373. */
export const CreateDelegationToken = api({
  key: 38,
  name: 'CreateDelegationToken',
  versions: [1, 3],
  flexible: 2,
  route: 'any',
  listeners: ['broker', 'controller'],
  request: {
    ownerPrincipalType: string.orNull().since(3),
    ownerPrincipalName: string.orNull().since(3),
    renewers: array(struct({ principalType: string, principalName: string })),
    maxLifetimeMs: int64,
  },
  response: {
    errorCode: int16,
    principalType: string,
    principalName: string,
    tokenRequesterPrincipalType: string.since(3),
    tokenRequesterPrincipalName: string.since(3),
    issueTimestampMs: int64,
    expiryTimestampMs: int64,
    maxTimestampMs: int64,
    tokenId: string,
    hmac: bytes,
    throttleTimeMs: int32.default(0),
  },
})
