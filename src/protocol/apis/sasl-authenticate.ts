import { api, bytes, int16, int64, string } from '../types'

/** One step of a SASL exchange. KIP-152; v1 says how long the session lives, KIP-368. */
export const SaslAuthenticate = api({
  key: 36,
  name: 'SaslAuthenticate',
  versions: [0, 2],
  flexible: 2,
  route: 'any',
  listeners: ['broker', 'controller'],
  request: { authBytes: bytes },
  response: {
    errorCode: int16,
    errorMessage: string.orNull(),
    authBytes: bytes,
    sessionLifetimeMs: int64.since(1).ignorable(),
  },
})
