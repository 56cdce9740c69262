import { api, array, bytes, int16, int32, int64, string, struct } from '../types'

/** Delegation tokens of some owners. KIP-48; v3 who asked for them, KIP-373. */
export const DescribeDelegationToken = api({
  key: 41,
  name: 'DescribeDelegationToken',
  versions: [1, 3],
  flexible: 2,
  route: 'any',
  listeners: ['broker', 'controller'],
  request: {
    owners: array(struct({ principalType: string, principalName: string })).orNull(),
  },
  response: {
    errorCode: int16,
    tokens: array(
      struct({
        principalType: string,
        principalName: string,
        tokenRequesterPrincipalType: string.since(3),
        tokenRequesterPrincipalName: string.since(3),
        issueTimestamp: int64,
        expiryTimestamp: int64,
        maxTimestamp: int64,
        tokenId: string,
        hmac: bytes,
        renewers: array(struct({ principalType: string, principalName: string })),
      }),
    ),
    throttleTimeMs: int32.default(0),
  },
})
