/** A member's JoinGroup while it is looked at, and what a member that is already there takes over from it. */
import type { JoinGroup } from '../../../protocol/apis/join-group'
import { errors } from '../../../protocol/errors'
import type { Request } from '../../../protocol/types'
import type { Caller } from '../plan'
import type { Waiter } from '../waiters'
import { keepProtocols } from './protocols'
import type { ClassicMember } from './state'
import { joinError, putMember, type Step } from './step'

/** Who joins, with which words; `newId` is what it is called when it has no name yet. */
export interface Joining {
  readonly request: Request<typeof JoinGroup>
  readonly caller: Caller
  readonly waiter: Waiter
  readonly newId: string
}

/** Version 0 has one time-out for both. */
export const rebalanceTimeoutOf = (request: Request<typeof JoinGroup>) =>
  request.rebalanceTimeoutMs < 0 ? request.sessionTimeoutMs : request.rebalanceTimeoutMs

/** Takes over what the member says now; a JoinGroup of it that waited is overtaken. */
export function updateMember(step: Step, member: ClassicMember, { request, waiter }: Joining): ClassicMember {
  step.plan.join(member.joining, joinError(member.memberId, errors.REBALANCE_IN_PROGRESS))
  const updated: ClassicMember = {
    ...member,
    protocols: keepProtocols(request.protocols),
    rebalanceTimeoutMs: rebalanceTimeoutOf(request),
    sessionTimeoutMs: request.sessionTimeoutMs,
    joining: waiter,
  }
  putMember(step, updated)
  return updated
}
