/**
 * ConsumerGroupHeartbeat (KIP-848): one request with which a member joins, says what it wants and has, and hears what it is to
 * have. Whatever changes who wants what begins a new epoch of the group; the target for it is computed at once; and the member
 * who asks is taken one step further towards its target.
 */
import type { ConsumerGroupHeartbeat } from '../../../protocol/apis/consumer-group-heartbeat'
import { errors } from '../../../protocol/errors'
import type { ReplyIn } from '../../../protocol/types'
import { type Caller, type Plan, type Refusal, refuse } from '../plan'
import { advance } from './advance'
import { sameAssignment, toTopicPartitions } from './assignment'
import { memberRecord } from './records'
import { changeRegex } from './regex'
import { findSeat } from './seat'
import type { ConsumerGroup, ConsumerMember } from './state'
import { heartbeatIntervalMs, renewSession } from './timers'
import type { HeartbeatRequest } from './validate'

export type HeartbeatReply = ReplyIn<typeof ConsumerGroupHeartbeat>

/** `newId` is what the member is called when it has no name (version 0). */
export function heartbeat(
  plan: Plan,
  group: ConsumerGroup,
  request: HeartbeatRequest,
  caller: Caller,
  newId: string,
): HeartbeatReply | Refusal {
  const maxSize = plan.settings.consumerMaxSize
  if (group.members.size >= maxSize && !group.members.has(request.memberId)) {
    return refuse(errors.GROUP_MAX_SIZE_REACHED, `The consumer group has reached its maximum capacity of ${maxSize} members.`)
  }
  const memberId = request.memberId === '' ? newId : request.memberId
  const { instanceId, memberEpoch: epoch, topicPartitions: owned } = request
  const seat = findSeat(plan, group, { memberId, instanceId, epoch, owned })
  if ('errorCode' in seat) return seat
  const before = seat.member
  const said = whatItSays(before, request, caller)
  const namesChanged = recordMember(plan, before, said)
  const regexChange = changeRegex(plan, group, before, said)
  if (typeof regexChange !== 'string') return regexChange

  const mustBegin = group.epoch === 0 || namesChanged || regexChange === 'changed and known'
  const subscriptionChanged = namesChanged || regexChange !== 'none'
  const after = advance(plan, group, { before, said, target: seat.target, subscriptionChanged, owned }, mustBegin)
  if ('errorCode' in after) return after
  renewSession(plan, after)
  return reply(plan, request, before, after)
}

/** Null means that nothing changed. */
function whatItSays(member: ConsumerMember, request: HeartbeatRequest, caller: Caller): ConsumerMember {
  return {
    ...member,
    instanceId: request.instanceId ?? member.instanceId,
    rackId: request.rackId ?? member.rackId,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs === -1 ? member.rebalanceTimeoutMs : request.rebalanceTimeoutMs,
    serverAssignor: request.serverAssignor ?? member.serverAssignor,
    topics: request.subscribedTopicNames === null ? member.topics : [...new Set(request.subscribedTopicNames)].sort(),
    regex: request.subscribedTopicRegex ?? member.regex,
    clientId: caller.clientId,
    clientHost: caller.clientHost,
    classic: null,
  }
}

/** Records what the member says, if it is new; whether it names other topics. */
export function recordMember(plan: Plan, before: ConsumerMember, after: ConsumerMember): boolean {
  const sameTopics = before.topics.join('\n') === after.topics.join('\n')
  const same =
    sameTopics &&
    before.regex === after.regex &&
    before.instanceId === after.instanceId &&
    before.rackId === after.rackId &&
    before.rebalanceTimeoutMs === after.rebalanceTimeoutMs &&
    before.serverAssignor === after.serverAssignor &&
    before.clientId === after.clientId &&
    before.clientHost === after.clientHost &&
    before.classic === after.classic
  if (!same) plan.records.push(memberRecord(plan.groupId, after))
  return !sameTopics
}

/** The assignment is only sent to who may not know it: one who joins, who says all that it knows, or whose assignment changed. */
function reply(plan: Plan, request: HeartbeatRequest, before: ConsumerMember, after: ConsumerMember): HeartbeatReply {
  const saysAll =
    request.rebalanceTimeoutMs !== -1 &&
    (request.subscribedTopicNames !== null || request.subscribedTopicRegex !== null) &&
    request.topicPartitions !== null
  const tell = request.memberEpoch === 0 || saysAll || !sameAssignment(before.assigned, after.assigned)
  return {
    errorCode: errors.NONE,
    memberId: after.memberId,
    memberEpoch: after.memberEpoch,
    heartbeatIntervalMs: heartbeatIntervalMs(plan.settings, plan.groupId),
    assignment: tell ? { topicPartitions: toTopicPartitions(after.assigned) } : null,
  }
}
