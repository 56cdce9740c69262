/** Timers of a consumer group's members, and what happens when one of them rings: the member is fenced. */
import type { Plan } from '../plan'
import type { GroupSettings } from '../settings'
import { fence } from './fence'
import { type ConsumerGroup, type ConsumerMember, LEAVE_FOR_NOW, UNREVOKED } from './state'

/** Nothing was heard of the member. */
export const SESSION_TIMER = 'session:'
/** It was told to give partitions up, and does not. */
export const REVOKE_TIMER = 'revoke:'
/** It speaks the classic protocol and was told to join again. */
export const REJOIN_TIMER = 'rejoin:'
/** It speaks the classic protocol and has joined, but not asked for its assignment. */
export const RESYNC_TIMER = 'resync:'

export const sessionTimeoutMs = (settings: GroupSettings, groupId: string): number =>
  settings.ofGroup?.(groupId)?.consumerSessionTimeoutMs ?? settings.consumerSessionTimeoutMs
export const heartbeatIntervalMs = (settings: GroupSettings, groupId: string): number =>
  settings.ofGroup?.(groupId)?.consumerHeartbeatIntervalMs ?? settings.consumerHeartbeatIntervalMs

/** The member was heard of. One that speaks the classic protocol says itself how long its session is. */
export function renewSession(plan: Plan, member: ConsumerMember): void {
  const ms = member.classic?.sessionTimeoutMs ?? sessionTimeoutMs(plan.settings, plan.groupId)
  plan.wakeAfter(SESSION_TIMER + member.memberId, ms)
}

/** A member that has to give partitions up has its rebalance time-out for it. */
export function watchRevocation(plan: Plan, member: ConsumerMember): void {
  if (member.classic) return // its turn is watched by the other two
  if (member.state === UNREVOKED) plan.wakeAfter(REVOKE_TIMER + member.memberId, member.rebalanceTimeoutMs)
  else plan.callOff(REVOKE_TIMER + member.memberId)
}

export function callOffAll(plan: Plan, memberId: string): void {
  for (const timer of [SESSION_TIMER, REVOKE_TIMER, REJOIN_TIMER, RESYNC_TIMER]) plan.callOff(timer + memberId)
}

/** After a replay every member has a whole session to be heard of. */
export function beginTimers(plan: Plan, group: ConsumerGroup): void {
  for (const member of group.members.values()) {
    renewSession(plan, member)
    if (member.state === UNREVOKED) watchRevocation(plan, member)
  }
}

export function consumerTimeUp(plan: Plan, group: ConsumerGroup, timer: string): void {
  const colon = timer.indexOf(':') + 1
  const member = group.members.get(timer.slice(colon))
  if (!member) return
  if (timer.startsWith(REVOKE_TIMER) && (member.state !== UNREVOKED || member.memberEpoch === LEAVE_FOR_NOW)) return
  fence(plan, group, [member])
}
