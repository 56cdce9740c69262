import { api, int16, int32, int64 } from '../types'

/** A broker gets a block of producer ids to give out. KIP-730. */
export const AllocateProducerIds = api({
  key: 67,
  name: 'AllocateProducerIds',
  versions: [0, 0],
  flexible: 0,
  route: 'controller',
  listeners: ['controller'],
  request: { brokerId: int32, brokerEpoch: int64.default(-1) },
  response: {
    throttleTimeMs: int32.default(0),
    errorCode: int16,
    producerIdStart: int64,
    producerIdLen: int32,
  },
})
