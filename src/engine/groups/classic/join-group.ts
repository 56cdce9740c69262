/**
 * JoinGroup as a whole: which group it is for. A group begins with its first JoinGroup, and an empty group of the consumer
 * protocol becomes a classic one (KIP-848); both leave a record at once, whatever the reply.
 */
import { errors } from '../../../protocol/errors'
import { joinConsumer } from '../consumer/classic-join'
import { consumerTombstones } from '../consumer/records'
import { type Group, isEmpty } from '../group'
import type { Plan } from '../plan'
import { join } from './join'
import type { Joining } from './joining'
import { newEmptyMetadata } from './metadata-record'
import { type ClassicGroup, emptyClassic } from './state'
import { joinError, settle, step } from './step'

export function joinGroup(plan: Plan, group: Group | undefined, joining: Joining): void {
  const { request, waiter } = joining
  if (group?.kind === 'classic') {
    joinClassic(plan, group, joining)
  } else if (group?.kind === 'consumer' && !isEmpty(group)) {
    joinConsumer(plan, group, joining)
  } else if (group && group.kind !== 'consumer') {
    plan.join(waiter, joinError('', errors.INCONSISTENT_GROUP_PROTOCOL))
  } else if (request.memberId !== '') {
    plan.join(waiter, joinError(request.memberId, errors.UNKNOWN_MEMBER_ID))
  } else {
    if (group?.kind === 'consumer') plan.records.push(...consumerTombstones(group))
    plan.records.push(newEmptyMetadata(plan.groupId, plan.now))
    joinClassic(plan, emptyClassic(plan.groupId, plan.now), joining)
  }
}

function joinClassic(plan: Plan, group: ClassicGroup, joining: Joining): void {
  const asked = step(group, plan)
  join(asked, joining)
  settle(asked)
}
