import { api, array, bytes, int16, int32, string, struct } from '../types'

/**
 * Second half of a rebalance: the leader hands in the assignment, every member gets its part.
 * v3 static members, KIP-345; v5 checks protocol type and name, KIP-559.
 */
export const SyncGroup = api({
  key: 14,
  name: 'SyncGroup',
  versions: [0, 5],
  flexible: 4,
  route: 'group',
  listeners: ['broker'],
  request: {
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: string.orNull().since(3).default(null),
    protocolType: string.orNull().since(5).default(null).ignorable(),
    protocolName: string.orNull().since(5).default(null).ignorable(),
    assignments: array(struct({ memberId: string, assignment: bytes })),
  },
  response: {
    throttleTimeMs: int32.since(1).ignorable(),
    errorCode: int16,
    protocolType: string.orNull().since(5).default(null).ignorable(),
    protocolName: string.orNull().since(5).default(null).ignorable(),
    assignment: bytes,
  },
})
