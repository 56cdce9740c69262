import { api, array, int16, int32, string, struct } from '../types'

/** Leaves a classic group. v3 several members at once, static ones by instance id, KIP-345; v5 reason, KIP-800. */
export const LeaveGroup = api({
  key: 13,
  name: 'LeaveGroup',
  versions: [0, 5],
  flexible: 4,
  route: 'group',
  listeners: ['broker'],
  request: {
    groupId: string,
    memberId: string.until(2),
    members: array(
      struct({
        memberId: string,
        groupInstanceId: string.orNull().default(null),
        reason: string.orNull().since(5).default(null).ignorable(),
      }),
    ).since(3),
  },
  response: {
    throttleTimeMs: int32.since(1).ignorable(),
    errorCode: int16,
    members: array(struct({ memberId: string, groupInstanceId: string.orNull(), errorCode: int16 })).since(3),
  },
})
