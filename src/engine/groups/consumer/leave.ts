/**
 * A member of a consumer group leaves; a static one may say that it will be back, and nothing is taken from it meanwhile
 * (KIP-848).
 */
import type { Plan, Refusal } from '../plan'
import { NO_PARTITIONS } from './assignment'
import { fence } from './fence'
import type { HeartbeatReply } from './heartbeat'
import { currentAssignmentRecord } from './records'
import { type ConsumerGroup, LEAVE_FOR_NOW } from './state'
import { fencedInstance, type HeartbeatRequest, unknownInstance, unknownMember } from './validate'

export function leaveConsumer(plan: Plan, group: ConsumerGroup, request: HeartbeatRequest): HeartbeatReply | Refusal {
  const { memberId, instanceId, memberEpoch } = request
  const member = instanceId === null ? group.members.get(memberId) : group.memberOfInstance(instanceId)
  if (!member) return instanceId === null ? unknownMember(group.groupId, memberId) : unknownInstance(instanceId)
  if (instanceId !== null && member.memberId !== memberId) return fencedInstance(memberId, instanceId, member)
  if (memberEpoch === LEAVE_FOR_NOW) {
    const away = { ...member, memberEpoch: LEAVE_FOR_NOW, revoking: NO_PARTITIONS }
    plan.records.push(currentAssignmentRecord(plan.groupId, away))
  } else fence(plan, group, [member])
  return { errorCode: 0, memberId, memberEpoch, heartbeatIntervalMs: 0 }
}
