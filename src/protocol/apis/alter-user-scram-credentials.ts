import { api, array, bytes, int8, int16, int32, string, struct } from '../types'

/** Sets and deletes SCRAM credentials; the password was salted by the client. KIP-554. */
export const AlterUserScramCredentials = api({
  key: 51,
  name: 'AlterUserScramCredentials',
  versions: [0, 0],
  flexible: 0,
  route: 'controller',
  listeners: ['broker', 'controller'],
  request: {
    deletions: array(
      struct({
        name: string,
        mechanism: int8, // 1 SCRAM-SHA-256, 2 SCRAM-SHA-512
      }),
    ),
    upsertions: array(
      struct({
        name: string,
        mechanism: int8,
        iterations: int32,
        salt: bytes,
        saltedPassword: bytes,
      }),
    ),
  },
  response: {
    throttleTimeMs: int32.default(0),
    results: array(struct({ user: string, errorCode: int16, errorMessage: string.orNull() })),
  },
})
