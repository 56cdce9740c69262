import { api, array, int8, int16, int32, string, struct } from '../types'

/** Which SCRAM credentials users have, never the secrets. KIP-554. */
export const DescribeUserScramCredentials = api({
  key: 50,
  name: 'DescribeUserScramCredentials',
  versions: [0, 0],
  flexible: 0,
  route: 'any',
  listeners: ['broker', 'controller'],
  request: { users: array(struct({ name: string })).orNull() },
  response: {
    throttleTimeMs: int32.default(0),
    errorCode: int16,
    errorMessage: string.orNull(),
    results: array(
      struct({
        user: string,
        errorCode: int16,
        errorMessage: string.orNull(),
        credentialInfos: array(
          struct({
            mechanism: int8, // 1 SCRAM-SHA-256, 2 SCRAM-SHA-512
            iterations: int32,
          }),
        ),
      }),
    ),
  },
})
