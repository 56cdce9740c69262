/**
 * SyncGroup of a classic group: the leader hands in who gets what; that is made durable, and every member's SyncGroup is answered
 * with its part. Members that the leader forgot get nothing.
 */
import type { SyncGroup } from '../../../protocol/apis/sync-group'
import { errors } from '../../../protocol/errors'
import type { Request } from '../../../protocol/types'
import type { SyncReply } from '../plan'
import type { Waiter } from '../waiters'
import { newGroupMetadata } from './metadata-record'
import { prepareRebalance } from './rebalance'
import { type ClassicGroup, type ClassicMember, NO_BYTES } from './state'
import { changeState, putMember, removeMember, renewSession, type Step, SYNC_TIMER, syncError } from './step'
import { validateMember } from './validate'

type SyncRequest = Request<typeof SyncGroup>

export function sync(step: Step, request: SyncRequest, waiter: Waiter): void {
  const { group, plan } = step
  const error = validateSync(group, request)
  const member = group.members.get(request.memberId)
  if (error !== errors.NONE || !member) {
    plan.sync(waiter, syncError(error))
    return
  }
  switch (group.state) {
    case 'Empty':
      plan.sync(waiter, syncError(errors.UNKNOWN_MEMBER_ID))
      return
    case 'PreparingRebalance':
      plan.sync(waiter, syncError(errors.REBALANCE_IN_PROGRESS))
      return
    case 'CompletingRebalance':
      plan.sync(member.syncing, syncError(errors.REBALANCE_IN_PROGRESS)) // overtaken by this one
      putMember(step, { ...member, syncing: waiter })
      hasSynced(step, member.memberId)
      if (group.leader === member.memberId) assign(step, request)
      return
    case 'Stable':
      hasSynced(step, member.memberId)
      plan.sync(waiter, syncReply(group, member.assignment))
      return
  }
}

const differs = (said: string | null, known: string | null) => said !== null && known !== null && said !== known

function validateSync(group: ClassicGroup, request: SyncRequest): number {
  const error = validateMember(group, request.memberId, request.groupInstanceId)
  if (error !== errors.NONE) return error
  if (request.generationId !== group.generation) return errors.ILLEGAL_GENERATION
  if (differs(request.protocolType, group.protocolType) || differs(request.protocolName, group.protocol)) {
    return errors.INCONSISTENT_GROUP_PROTOCOL
  }
  return errors.NONE
}

const syncReply = (group: ClassicGroup, assignment: Uint8Array): SyncReply => ({
  errorCode: errors.NONE,
  protocolType: group.protocolType,
  protocolName: group.protocol,
  assignment,
})

function hasSynced(step: Step, memberId: string): void {
  const unsynced = new Set(step.group.unsynced)
  unsynced.delete(memberId)
  step.group = { ...step.group, unsynced }
  if (unsynced.size === 0) step.plan.callOff(SYNC_TIMER)
}

/** The leader's word: recorded as of the moment that it came, then told to all who wait. */
function assign(step: Step, request: SyncRequest): void {
  const parts = new Map(request.assignments.map(({ memberId, assignment }) => [memberId, assignment]))
  const assigned = new Map<string, ClassicMember>()
  for (const member of step.group.members.values()) {
    const part = parts.get(member.memberId)
    assigned.set(member.memberId, { ...member, assignment: part ? Buffer.from(part) : NO_BYTES })
  }
  step.group = { ...step.group, members: assigned }
  step.plan.records.push(newGroupMetadata(step.group))
  const told = new Map<string, ClassicMember>()
  for (const member of assigned.values()) {
    if (member.syncing !== null) {
      step.plan.sync(member.syncing, syncReply(step.group, member.assignment))
      renewSession(step, member)
    }
    told.set(member.memberId, { ...member, syncing: null })
  }
  step.group = { ...step.group, members: told }
  changeState(step, 'Stable')
}

/** The time for SyncGroup is over: members that did not send theirs are out, and the rest rebalances without them. */
export function syncTimeUp(step: Step): void {
  const { state, unsynced } = step.group
  if ((state !== 'CompletingRebalance' && state !== 'Stable') || unsynced.size === 0) return
  for (const memberId of unsynced) removeMember(step, memberId)
  prepareRebalance(step)
}
