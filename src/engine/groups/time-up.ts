/** A moment came at which a group wanted to be asked again. */
import { memberTimeUp } from './classic/heartbeat'
import { joinTimeUp } from './classic/rebalance'
import type { ClassicGroup } from './classic/state'
import { JOIN_TIMER, MEMBER_TIMER, SYNC_TIMER, settle, step } from './classic/step'
import { syncTimeUp } from './classic/sync'
import { consumerTimeUp } from './consumer/timers'
import type { Group } from './group'
import type { Plan } from './plan'

export function timeUp(plan: Plan, group: Group, timer: string): void {
  if (group.kind === 'classic') classicTimeUp(plan, group, timer)
  else if (group.kind === 'consumer') consumerTimeUp(plan, group, timer)
}

function classicTimeUp(plan: Plan, group: ClassicGroup, timer: string): void {
  const asked = step(group, plan)
  if (timer === JOIN_TIMER) joinTimeUp(asked)
  else if (timer === SYNC_TIMER) syncTimeUp(asked)
  else if (timer.startsWith(MEMBER_TIMER)) memberTimeUp(asked, timer.slice(MEMBER_TIMER.length))
  settle(asked)
}
