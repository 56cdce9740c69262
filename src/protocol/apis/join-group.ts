import { api, array, bool, bytes, int16, int32, string, struct } from '../types'

/**
 * Joins a classic group, or rejoins it for a rebalance; the leader's reply lists the members.
 * v1 rebalance timeout, KIP-62; v4 the first try only gives an id, KIP-394; v5 static members, KIP-345; v7 protocol type in the
 * reply, KIP-559; v8 reason, KIP-800; v9 a static leader may keep the old assignment, KIP-814.
 */
export const JoinGroup = api({
  key: 11,
  name: 'JoinGroup',
  versions: [0, 9],
  flexible: 6,
  route: 'group',
  listeners: ['broker'],
  request: {
    groupId: string,
    sessionTimeoutMs: int32,
    rebalanceTimeoutMs: int32.since(1).default(-1).ignorable(), // -1: as the session
    memberId: string,
    groupInstanceId: string.orNull().since(5).default(null),
    protocolType: string,
    protocols: array(struct({ name: string, metadata: bytes })),
    reason: string.orNull().since(8).default(null).ignorable(),
  },
  response: {
    throttleTimeMs: int32.since(2).ignorable(),
    errorCode: int16,
    generationId: int32.default(-1),
    protocolType: string.orNull().since(7).default(null).ignorable(),
    protocolName: string.orNull(7),
    leader: string,
    skipAssignment: bool.since(9),
    memberId: string,
    members: array(
      struct({
        memberId: string,
        groupInstanceId: string.orNull().since(5).default(null).ignorable(),
        metadata: bytes,
      }),
    ),
  },
})
