/**
 * LeaveGroup 0-5.
 * v3 several members, each with an error of its own, static ones by their instance id alone if they like (KIP-345); before, the
 * one member's error is the reply's.
 */
import { LeaveGroup } from '../../protocol/apis/leave-group'
import { callerOf } from '../groups/caller'
import { handle } from '../handler'

export const leaveGroup = handle(LeaveGroup, async (request, ask) => {
  const { groupId, memberId } = request
  const single = ask.version < 3
  const members = single ? [{ memberId, groupInstanceId: null, reason: null }] : request.members
  const { errorCode, members: left } = await ask.engine.groups.leave({ groupId, members }, callerOf(ask))
  if (single) return { errorCode: errorCode || (left[0]?.errorCode ?? errorCode), members: [] }
  return {
    errorCode,
    members: left.map(({ memberId, groupInstanceId, errorCode }) => ({ memberId, groupInstanceId, errorCode })),
  }
})
