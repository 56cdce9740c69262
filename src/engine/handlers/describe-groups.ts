/**
 * DescribeGroups 0-6, of classic groups.
 * v3 what the caller may do, which without an authorizer is everything; v6 a group that is not there, or of another kind, is
 * GROUP_ID_NOT_FOUND with a sentence (KIP-1043), before it is in the state Dead.
 */
import { DescribeGroups } from '../../protocol/apis/describe-groups'
import { errors } from '../../protocol/errors'
import { GROUP_OPERATIONS } from '../groups/admin/operations'
import { callerOf } from '../groups/caller'
import { handle } from '../handler'

export const describeGroups = handle(DescribeGroups, (request, ask) => ({
  groups: request.groups.map((groupId) => {
    const group = ask.engine.groups.describe(groupId, callerOf(ask))
    const may = request.includeAuthorizedOperations && group.errorCode === errors.NONE
    return may ? { ...group, authorizedOperations: GROUP_OPERATIONS } : group
  }),
}))
