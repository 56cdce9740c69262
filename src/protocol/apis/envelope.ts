import { api, bytes, int16 } from '../types'

/** A broker hands a client's request on to the controller. KIP-590. */
export const Envelope = api({
  key: 58,
  name: 'Envelope',
  versions: [0, 0],
  flexible: 0,
  route: 'controller',
  listeners: ['controller'],
  request: {
    requestData: bytes,
    requestPrincipal: bytes.orNull(),
    clientHostAddress: bytes,
  },
  response: { responseData: bytes.orNull().default(null), errorCode: int16 },
})
