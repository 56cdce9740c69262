import { api, array, bool, int16, int32, string, struct, uint16, uuid } from '../types'

/** Adds a voter to the metadata log. KIP-853; v1 can answer before the change is committed, KIP-1186. */
export const AddRaftVoter = api({
  key: 80,
  name: 'AddRaftVoter',
  versions: [0, 1],
  flexible: 0,
  route: 'any',
  listeners: ['broker', 'controller'],
  request: {
    clusterId: string.orNull(),
    timeoutMs: int32,
    voterId: int32,
    voterDirectoryId: uuid,
    listeners: array(struct({ name: string, host: string, port: uint16 })),
    ackWhenCommitted: bool.since(1).default(true),
  },
  response: {
    throttleTimeMs: int32.default(0),
    errorCode: int16,
    errorMessage: string.orNull(),
  },
})
