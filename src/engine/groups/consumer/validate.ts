/** What can be wrong with a ConsumerGroupHeartbeat: in itself, and against the member that it names (KIP-848). */
import type { ConsumerGroupHeartbeat } from '../../../protocol/apis/consumer-group-heartbeat'
import { errors } from '../../../protocol/errors'
import type { Request } from '../../../protocol/types'
import { assignors } from '../assignors/index'
import { type Refusal, refuse } from '../plan'
import type { GroupSettings } from '../settings'
import { isPartOf, type TopicPartitions } from './assignment'
import { type ConsumerMember, LEAVE, LEAVE_FOR_NOW } from './state'

export type HeartbeatRequest = Request<typeof ConsumerGroupHeartbeat>

const invalid = (sentence: string) => refuse(errors.INVALID_REQUEST, sentence)
const isBlank = (text: string | null) => text !== null && text.trim() === ''

/** Undefined: nothing. */
export function checkRequest(request: HeartbeatRequest, version: number, settings: GroupSettings): Refusal | undefined {
  const { memberEpoch, serverAssignor } = request
  // Version 0 lets the broker make up the id.
  if ((version >= 1 || memberEpoch > 0 || memberEpoch === LEAVE) && isBlank(request.memberId))
    return invalid("MemberId can't be empty.")
  if (isBlank(request.groupId)) return invalid("GroupId can't be empty.")
  if (isBlank(request.instanceId)) return invalid("InstanceId can't be empty.")
  if (isBlank(request.rackId)) return invalid("RackId can't be empty.")
  if (memberEpoch === 0) {
    const wrong = checkJoin(request)
    if (wrong) return wrong
  } else if (memberEpoch === LEAVE_FOR_NOW) {
    if (request.instanceId === null) return invalid("InstanceId can't be null.")
  } else if (memberEpoch < LEAVE_FOR_NOW) return invalid('MemberEpoch is invalid.')
  const offered = settings.consumerAssignors
  if (serverAssignor === null || (offered.includes(serverAssignor) && assignors.has(serverAssignor))) return undefined
  return refuse(
    errors.UNSUPPORTED_ASSIGNOR,
    `ServerAssignor ${serverAssignor} is not supported. Supported assignors: ${offered.join(', ')}.`,
  )
}

function checkJoin(request: HeartbeatRequest): Refusal | undefined {
  if (request.rebalanceTimeoutMs === -1) return invalid('RebalanceTimeoutMs must be provided in first request.')
  if (request.topicPartitions === null || request.topicPartitions.length > 0) {
    return invalid('TopicPartitions must be empty when (re-)joining.')
  }
  if (request.subscribedTopicNames === null && request.subscribedTopicRegex === null) {
    return invalid('Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.')
  }
  return undefined
}

/**
 * A member may be one epoch behind, when it lost the reply that told it of the new one; then it must not hold more than it was
 * told to. Epoch 0 always begins anew.
 */
export function checkEpoch(member: ConsumerMember, epoch: number, owned: readonly TopicPartitions[] | null): Refusal | undefined {
  if (epoch === 0 || epoch === member.memberEpoch) return undefined
  const fenced = (than: string) =>
    refuse(
      errors.FENCED_MEMBER_EPOCH,
      `The consumer group member has a ${than} member epoch (${epoch}) than the one known by the group coordinator ` +
        `(${member.memberEpoch}). The member must abandon all its partitions and rejoin.`,
    )
  if (epoch > member.memberEpoch) return fenced('greater')
  const lostReply = epoch === member.previousMemberEpoch && owned !== null && isPartOf(owned, member.assigned)
  return lostReply ? undefined : fenced('smaller')
}

export const unknownMember = (groupId: string, memberId: string) =>
  refuse(errors.UNKNOWN_MEMBER_ID, `Member ${memberId} is not a member of group ${groupId}.`)
export const unknownInstance = (instanceId: string) => refuse(errors.UNKNOWN_MEMBER_ID, `Instance id ${instanceId} is unknown.`)
export const fencedInstance = (memberId: string, instanceId: string, by: ConsumerMember) =>
  refuse(
    errors.FENCED_INSTANCE_ID,
    `Static member ${memberId} with instance id ${instanceId} was fenced by member ${by.memberId}.`,
  )
export const unreleasedInstance = (memberId: string, instanceId: string, by: ConsumerMember) =>
  refuse(
    errors.UNRELEASED_INSTANCE_ID,
    `Static member ${memberId} with instance id ${instanceId} cannot join the group because the instance id is owned by ` +
      `${by.memberId} member.`,
  )
