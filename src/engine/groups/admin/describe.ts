/** DescribeGroups: a classic group's state and members. */
import type { DescribeGroups } from '../../../protocol/apis/describe-groups'
import { errors } from '../../../protocol/errors'
import type { ReplyIn } from '../../../protocol/types'
import { metadataOf } from '../classic/protocols'
import { NO_BYTES } from '../classic/state'
import type { Group } from '../group'

export type DescribedGroup = ReplyIn<typeof DescribeGroups>['groups'][number]

export const noGroup = (groupId: string) => ({ groupId, groupState: 'Dead', protocolType: '', protocolData: '', members: [] })

/** What is said about a group that is not there: an error from version 6 on (KIP-1043), before that the state Dead. */
function dead(groupId: string, group: Group | undefined, version: number): DescribedGroup {
  const nothing = noGroup(groupId)
  if (version < 6) return { ...nothing, errorCode: errors.NONE }
  const errorMessage = group ? `Group ${groupId} is not a classic group.` : `Group ${groupId} not found.`
  return { ...nothing, errorCode: errors.GROUP_ID_NOT_FOUND, errorMessage }
}

/** Protocol and metadata are shown only of a Stable group: before, they are not what the group will use. */
export function describeClassic(groupId: string, group: Group | undefined, version: number): DescribedGroup {
  if (group?.kind !== 'classic') return dead(groupId, group, version)
  const isStable = group.state === 'Stable'
  return {
    errorCode: errors.NONE,
    groupId,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: isStable ? (group.protocol ?? '') : '',
    members: [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: (isStable ? metadataOf(member, group.protocol) : undefined) ?? NO_BYTES,
      memberAssignment: member.assignment,
    })),
  }
}
