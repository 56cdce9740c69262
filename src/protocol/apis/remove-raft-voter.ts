import { api, int16, int32, string, uuid } from '../types'

/** Removes a voter from the metadata log. KIP-853. */
export const RemoveRaftVoter = api({
  key: 81,
  name: 'RemoveRaftVoter',
  versions: [0, 0],
  flexible: 0,
  route: 'any',
  listeners: ['broker', 'controller'],
  request: { clusterId: string.orNull(), voterId: int32, voterDirectoryId: uuid },
  response: {
    throttleTimeMs: int32.default(0),
    errorCode: int16,
    errorMessage: string.orNull(),
  },
})
