/**
 * LeaveGroup of a classic group: several members at once, static ones by their instance id alone if the caller likes (KIP-345).
 */
import type { LeaveGroup } from '../../../protocol/apis/leave-group'
import { errors } from '../../../protocol/errors'
import type { Request } from '../../../protocol/types'
import { rebalanceOrComplete } from './rebalance'
import { memberOfInstance } from './state'
import { removeMember, type Step } from './step'
import { validateMember } from './validate'

export type Leaving = Request<typeof LeaveGroup>['members'][number]

export interface Left {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly errorCode: number
}

/** What became of each. Who leaves takes its partitions along at once: the rest rebalances. */
export function leave(step: Step, leaving: readonly Leaving[]): Left[] {
  const left = leaving.map((one) => ({
    memberId: one.memberId,
    groupInstanceId: one.groupInstanceId,
    errorCode: leaveOne(step, one.memberId, one.groupInstanceId),
  }))
  if (step.group.state !== 'Empty' && left.some(({ errorCode }) => errorCode === errors.NONE)) rebalanceOrComplete(step)
  return left
}

function leaveOne(step: Step, memberId: string, instanceId: string | null): number {
  const { group } = step
  if (memberId === '') {
    const seated = instanceId === null ? undefined : memberOfInstance(group, instanceId)
    if (!seated) return errors.UNKNOWN_MEMBER_ID
    removeMember(step, seated.memberId)
    return errors.NONE
  }
  if (!group.pending.has(memberId)) {
    const error = validateMember(group, memberId, instanceId)
    if (error !== errors.NONE) return error
  }
  removeMember(step, memberId)
  return errors.NONE
}
