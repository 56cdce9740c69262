/** Whether a request comes from the member that it names (ClassicGroup.validateMember). */
import { errors } from '../../../protocol/errors'
import { type ClassicGroup, memberOfInstance } from './state'

/** An error code: NONE, UNKNOWN_MEMBER_ID, or FENCED_INSTANCE_ID where another member has the seat of the instance (KIP-345). */
export function validateMember(group: ClassicGroup, memberId: string, instanceId: string | null): number {
  if (instanceId !== null) {
    const seated = memberOfInstance(group, instanceId)
    if (!seated) return errors.UNKNOWN_MEMBER_ID
    if (seated.memberId !== memberId) return errors.FENCED_INSTANCE_ID
  }
  return group.members.has(memberId) ? errors.NONE : errors.UNKNOWN_MEMBER_ID
}
