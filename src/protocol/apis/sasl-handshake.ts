import { api, array, int16, string } from '../types'

/** Chooses a SASL mechanism. KIP-43; after v1 the exchange goes through SaslAuthenticate, KIP-152. */
export const SaslHandshake = api({
  key: 17,
  name: 'SaslHandshake',
  versions: [0, 1],
  flexible: null,
  route: 'any',
  listeners: ['broker', 'controller'],
  request: { mechanism: string },
  response: { errorCode: int16, mechanisms: array(string) },
})
