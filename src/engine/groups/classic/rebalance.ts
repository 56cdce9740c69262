/**
 * The join phase of a classic group's rebalance: everybody is asked to join again (by the answers to their heartbeats), and
 * when all did, or the longest rebalance time-out of a member is over, those who did are the next generation. The first
 * rebalance of an empty group waits a little for more members instead (KIP-134), for they tend to come together.
 */
import { errors } from '../../../protocol/errors'
import { newGroupMetadata } from './metadata-record'
import { metadataOf, selectProtocol, subscribedTopics } from './protocols'
import { allJoined, type ClassicGroup, type ClassicMember, NO_BYTES, rebalanceTimeoutMs } from './state'
import { changeState, JOIN_TIMER, joinReply, removeMember, renewSession, type Step, SYNC_TIMER, syncError } from './step'

/** Somebody came, went or changed: a rebalance begins, or the running one may be over. */
export function rebalanceOrComplete(step: Step): void {
  if (step.group.state === 'PreparingRebalance') completeIfAllJoined(step)
  else prepareRebalance(step)
}

/** Ends the join phase when nobody is missing; an initial one lasts its time. */
export function completeIfAllJoined(step: Step): void {
  const { group } = step
  if (group.state === 'PreparingRebalance' && group.initial === null && allJoined(group)) completeJoin(step)
}

export function prepareRebalance(step: Step): void {
  const { plan } = step
  if (step.group.state === 'CompletingRebalance') dropAssignment(step)
  plan.callOff(SYNC_TIMER)
  step.group = { ...step.group, unsynced: new Set() }
  if (step.group.state === 'Empty') {
    const delayMs = plan.settings.initialRebalanceDelayMs
    const remainingMs = Math.max(rebalanceTimeoutMs(step.group) - delayMs, 0)
    step.group = { ...step.group, initial: { delayMs, remainingMs, newMemberAdded: false } }
    changeState(step, 'PreparingRebalance')
    plan.wakeAfter(JOIN_TIMER, delayMs)
    return
  }
  changeState(step, 'PreparingRebalance')
  if (allJoined(step.group)) completeJoin(step)
  else plan.wakeAfter(JOIN_TIMER, rebalanceTimeoutMs(step.group))
}

/** The rebalance starts over: whoever waits for the assignment is told so. */
function dropAssignment(step: Step): void {
  const members = new Map<string, ClassicMember>()
  for (const member of step.group.members.values()) {
    step.plan.sync(member.syncing, syncError(errors.REBALANCE_IN_PROGRESS))
    if (member.syncing !== null) renewSession(step, member)
    members.set(member.memberId, { ...member, syncing: null, assignment: NO_BYTES })
  }
  step.group = { ...step.group, members }
}

/** The join phase's time is up. */
export function joinTimeUp(step: Step): void {
  const { group, plan } = step
  if (group.state !== 'PreparingRebalance') return
  const { initial } = group
  if (!initial?.newMemberAdded || initial.remainingMs === 0) {
    completeJoin(step)
    return
  }
  const delayMs = Math.min(plan.settings.initialRebalanceDelayMs, initial.remainingMs)
  const remainingMs = Math.max(initial.remainingMs - initial.delayMs, 0)
  step.group = { ...group, initial: { delayMs, remainingMs, newMemberAdded: false } }
  plan.wakeAfter(JOIN_TIMER, delayMs)
}

/** Those who joined are the next generation; dynamic members who did not are out, static ones keep their seat. */
export function completeJoin(step: Step): void {
  const { plan } = step
  plan.callOff(JOIN_TIMER)
  for (const member of step.group.members.values()) {
    if (member.joining === null && member.instanceId === null) removeMember(step, member.memberId)
  }
  step.group = { ...step.group, initial: null }
  if (step.group.members.size === 0) {
    becomeEmpty(step)
    return
  }
  if (!electLeader(step)) {
    plan.wakeAfter(JOIN_TIMER, rebalanceTimeoutMs(step.group))
    return
  }
  const chosen = { ...step.group, generation: step.group.generation + 1, protocol: selectProtocol(step.group) }
  step.group = { ...chosen, topics: subscribedTopics(chosen) }
  changeState(step, 'CompletingRebalance')
  answerAll(step)
  plan.wakeAfter(SYNC_TIMER, rebalanceTimeoutMs(step.group))
}

function becomeEmpty(step: Step): void {
  const next = { ...step.group, generation: step.group.generation + 1, protocol: null, unsynced: new Set<string>() }
  step.group = { ...next, topics: subscribedTopics(next) }
  changeState(step, 'Empty')
  step.plan.records.push(newGroupMetadata(step.group))
}

/** Makes sure that the leader has joined. False: nobody has. */
function electLeader(step: Step): boolean {
  const { group } = step
  const leader = group.leader === null ? undefined : group.members.get(group.leader)
  if (leader && leader.joining !== null) return true
  for (const member of group.members.values()) {
    if (member.joining === null) continue
    step.group = { ...group, leader: member.memberId }
    return true
  }
  return false
}

function answerAll(step: Step): void {
  const { group, plan } = step
  const members = new Map<string, ClassicMember>()
  for (const member of group.members.values()) {
    const seen = member.memberId === group.leader ? membersForLeader(group) : []
    plan.join(member.joining, joinReply(group, member.memberId, seen))
    renewSession(step, member)
    members.set(member.memberId, { ...member, joining: null, isNew: false })
  }
  step.group = { ...group, members, unsynced: new Set(members.keys()) }
}

export function membersForLeader(group: ClassicGroup) {
  return [...group.members.values()].map((member) => ({
    memberId: member.memberId,
    groupInstanceId: member.instanceId,
    metadata: metadataOf(member, group.protocol) ?? NO_BYTES,
  }))
}
