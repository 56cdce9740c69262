/** Signs of life of a classic group's members, and what happens when they stop coming. */
import { errors } from '../../../protocol/errors'
import { completeJoin, rebalanceOrComplete } from './rebalance'
import { allJoined, type ClassicMember } from './state'
import { removeMember, renewSession, type Step } from './step'
import { validateMember } from './validate'

/** An error code. While members are asked to join again it is REBALANCE_IN_PROGRESS, and the session is renewed all the same. */
export function beat(step: Step, memberId: string, instanceId: string | null, generation: number): number {
  const { group } = step
  const error = validateMember(group, memberId, instanceId)
  if (error !== errors.NONE) return error
  if (generation !== group.generation) return errors.ILLEGAL_GENERATION
  const member = group.members.get(memberId) as ClassicMember // validated
  switch (group.state) {
    case 'Empty':
      return errors.UNKNOWN_MEMBER_ID
    case 'PreparingRebalance':
      renewSession(step, member)
      return errors.REBALANCE_IN_PROGRESS
    case 'CompletingRebalance':
    case 'Stable':
      renewSession(step, member)
      return errors.NONE
  }
}

/** Nothing was heard of the member, or of the pending id, for its session. A request that waits is a sign of life. */
export function memberTimeUp(step: Step, memberId: string): void {
  const { group } = step
  const member = group.members.get(memberId)
  if (member && !member.isNew && (member.joining !== null || member.syncing !== null)) return
  if (!member && !group.pending.has(memberId)) return
  removeMember(step, memberId)
  if (group.state === 'PreparingRebalance') {
    if (allJoined(step.group)) completeJoin(step) // it was the last that the group waited for
  } else if (member) rebalanceOrComplete(step)
}
