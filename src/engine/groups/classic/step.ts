/**
 * A decision about a classic group while it is being made: the group as it would be so far, and the plan. The changes that
 * several decisions share are here; each leaves the value that it was given alone.
 */
import { errors } from '../../../protocol/errors'
import type { JoinReply, Plan, SyncReply } from '../plan'
import { type ClassicGroup, type ClassicMember, type ClassicState, moves } from './state'

/** Timers of a classic group. */
export const JOIN_TIMER = 'join'
export const SYNC_TIMER = 'sync'
export const MEMBER_TIMER = 'member:'

export interface Step {
  group: ClassicGroup
  readonly plan: Plan
}

export const step = (group: ClassicGroup, plan: Plan): Step => ({ group, plan })

/** Hands the group to the plan. */
export function settle({ group, plan }: Step): void {
  plan.classic = group
}

export const joinError = (memberId: string, errorCode: number): JoinReply => ({
  memberId,
  errorCode,
  protocolName: null,
  leader: '',
  members: [],
})
export const syncError = (errorCode: number): SyncReply => ({ errorCode, assignment: Buffer.alloc(0) })

export function changeState(step: Step, to: ClassicState): void {
  const allowed: readonly ClassicState[] = moves[step.group.state]
  if (!allowed.includes(to)) throw new Error(`group ${step.group.groupId} cannot go from ${step.group.state} to ${to}`)
  step.group = { ...step.group, state: to, since: step.plan.now }
}

export function putMember(step: Step, member: ClassicMember): void {
  step.group = { ...step.group, members: new Map(step.group.members).set(member.memberId, member) }
}

/** Adds a member, or a pending one that comes back with its id. */
export function addMember(step: Step, member: ClassicMember, protocolType: string): void {
  const { group } = step
  const pending = new Set(group.pending)
  pending.delete(member.memberId)
  step.group = {
    ...group,
    pending,
    protocolType: group.members.size === 0 ? protocolType : group.protocolType,
    leader: group.leader ?? member.memberId,
  }
  putMember(step, member)
}

/**
 * Takes a member or a pending id out, with its timer. Requests of it that wait are told UNKNOWN_MEMBER_ID. When it led the
 * group, the longest-standing member does.
 */
export function removeMember(step: Step, memberId: string): void {
  const { group, plan } = step
  const member = group.members.get(memberId)
  if (member) {
    plan.join(member.joining, joinError('', errors.UNKNOWN_MEMBER_ID))
    plan.sync(member.syncing, syncError(errors.UNKNOWN_MEMBER_ID))
  }
  const members = new Map(group.members)
  members.delete(memberId)
  const without = (ids: ReadonlySet<string>) => {
    const rest = new Set(ids)
    rest.delete(memberId)
    return rest
  }
  const leader = group.leader === memberId ? (members.keys().next().value ?? null) : group.leader
  step.group = { ...group, members, leader, pending: without(group.pending), unsynced: without(group.unsynced) }
  plan.callOff(MEMBER_TIMER + memberId)
}

/** The member was heard of: its session begins anew. */
export function renewSession(step: Step, member: ClassicMember): void {
  step.plan.wakeAfter(MEMBER_TIMER + member.memberId, member.sessionTimeoutMs)
}

/** Answers the member's JoinGroup that waits, if there is one. */
export function answerJoin(step: Step, member: ClassicMember, reply: JoinReply): void {
  if (member.joining === null) return
  step.plan.join(member.joining, reply)
  putMember(step, { ...member, joining: null })
}

/** What every member of the generation is told; the leader also who the members are. */
export function joinReply(group: ClassicGroup, memberId: string, members: JoinReply['members']): JoinReply {
  return {
    errorCode: errors.NONE,
    memberId,
    members,
    generationId: group.generation,
    protocolType: group.protocolType,
    protocolName: group.protocol,
    leader: group.leader ?? '',
  }
}
