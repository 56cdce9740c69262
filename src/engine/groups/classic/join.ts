/**
 * JoinGroup of a classic group. A dynamic member without an id first gets one and must come back with it (KIP-394, from
 * version 4), so that a client that repeats itself does not leave a ghost behind. A static member takes the seat of its instance
 * id (static-join.ts). Everybody's reply waits for the join phase to end, but for a follower that merely lost its reply.
 */
import { errors } from '../../../protocol/errors'
import { NEW_MEMBER_JOIN_TIMEOUT_MS } from '../settings'
import { type Joining, rebalanceTimeoutOf, updateMember } from './joining'
import { keepProtocols, sameProtocols, supports } from './protocols'
import { membersForLeader, rebalanceOrComplete } from './rebalance'
import { type ClassicGroup, type ClassicMember, joiningCount, memberOfInstance, NO_BYTES } from './state'
import { replaceStatic } from './static-join'
import { addMember, joinError, joinReply, MEMBER_TIMER, removeMember, type Step } from './step'
import { validateMember } from './validate'

export function join(step: Step, joining: Joining): void {
  const { request, waiter } = joining
  if (!hasRoom(step, request.memberId)) {
    removeMember(step, request.memberId)
    step.plan.join(waiter, joinError('', errors.GROUP_MAX_SIZE_REACHED))
  } else if (!supports(step.group, request.protocolType, request.protocols)) {
    step.plan.join(waiter, joinError(request.memberId, errors.INCONSISTENT_GROUP_PROTOCOL))
  } else if (request.memberId === '') joinUnknown(step, joining)
  else joinKnown(step, joining)
}

/** While a group rebalances its size is counted by who has joined again, so that those who do not come back make room. */
function hasRoom({ group, plan }: Step, memberId: string): boolean {
  const { maxSize } = plan.settings
  const member = group.members.get(memberId)
  switch (group.state) {
    case 'Empty':
      return true
    case 'PreparingRebalance':
      return (member !== undefined && member.joining !== null) || joiningCount(group) < maxSize
    case 'CompletingRebalance':
    case 'Stable':
      return member !== undefined || group.members.size < maxSize
  }
}

function joinUnknown(step: Step, joining: Joining): void {
  const { request, caller, waiter, newId } = joining
  const { group, plan } = step
  if (request.groupInstanceId !== null) {
    const seated = memberOfInstance(group, request.groupInstanceId)
    if (seated) replaceStatic(step, seated, joining)
    else joinAsNew(step, newId, joining)
  } else if (caller.version < 4) joinAsNew(step, newId, joining)
  else {
    step.group = { ...group, pending: new Set(group.pending).add(newId) }
    plan.wakeAfter(MEMBER_TIMER + newId, request.sessionTimeoutMs)
    plan.join(waiter, joinError(newId, errors.MEMBER_ID_REQUIRED))
  }
}

function joinAsNew(step: Step, memberId: string, { request, caller, waiter }: Joining): void {
  const { initial } = step.group
  if (initial) step.group = { ...step.group, initial: { ...initial, newMemberAdded: true } }
  const member: ClassicMember = {
    memberId,
    instanceId: request.groupInstanceId,
    clientId: caller.clientId,
    clientHost: caller.clientHost,
    rebalanceTimeoutMs: rebalanceTimeoutOf(request),
    sessionTimeoutMs: request.sessionTimeoutMs,
    protocols: keepProtocols(request.protocols),
    assignment: NO_BYTES,
    isNew: true,
    joining: waiter,
    syncing: null,
  }
  addMember(step, member, request.protocolType)
  step.plan.wakeAfter(MEMBER_TIMER + memberId, NEW_MEMBER_JOIN_TIMEOUT_MS)
  rebalanceOrComplete(step)
}

function joinKnown(step: Step, joining: Joining): void {
  const { request, waiter } = joining
  const { group, plan } = step
  const { memberId } = request
  if (group.pending.has(memberId) && request.groupInstanceId === null) {
    joinAsNew(step, memberId, joining)
    return
  }
  const error = validateMember(group, memberId, request.groupInstanceId)
  const member = group.members.get(memberId)
  if (error !== errors.NONE || !member) plan.join(waiter, joinError(memberId, error))
  else if (hasMissedReply(group, member, joining)) {
    const seen = group.state === 'CompletingRebalance' && group.leader === memberId ? membersForLeader(group) : []
    plan.join(waiter, joinReply(group, memberId, seen))
  } else {
    updateMember(step, member, joining)
    rebalanceOrComplete(step)
  }
}

/**
 * The member says nothing new and only needs to hear again what it is in. The leader of a Stable group never repeats itself:
 * it joins to have the group rebalanced.
 */
function hasMissedReply(group: ClassicGroup, member: ClassicMember, { request }: Joining): boolean {
  switch (group.state) {
    case 'Empty':
    case 'PreparingRebalance':
      return false
    case 'CompletingRebalance':
      return sameProtocols(member.protocols, request.protocols)
    case 'Stable':
      return group.leader !== member.memberId && sameProtocols(member.protocols, request.protocols)
  }
}
