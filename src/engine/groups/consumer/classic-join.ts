/**
 * JoinGroup of a member that speaks the classic protocol to a group of the consumer protocol (KIP-848). To the group it is a
 * member like the others: what it subscribes to and owns is read from its metadata, and it is reconciled step by step; to
 * itself it is a follower in a rebalance, whose generation is its epoch and who asks for its assignment with SyncGroup.
 */
import { errors } from '../../../protocol/errors'
import { type Joining, rebalanceTimeoutOf } from '../classic/joining'
import { keepProtocols } from '../classic/protocols'
import { joinError } from '../classic/step'
import type { JoinReply, Plan } from '../plan'
import { advance, stepTowards } from './advance'
import { downgrade, mayDowngradeBySeat } from './downgrade'
import { readSubscription, type Subscription } from './embedded'
import { beginEpoch } from './epoch'
import { recordMember } from './heartbeat'
import { changeRegex } from './regex'
import { type Seat, takeSeat } from './seat'
import { type ConsumerGroup, type ConsumerMember, newMember } from './state'
import { REJOIN_TIMER, RESYNC_TIMER, renewSession } from './timers'

export function joinConsumer(plan: Plan, group: ConsumerGroup, joining: Joining): void {
  const reply = decide(plan, group, joining)
  if (reply.errorCode !== errors.NONE) plan.abandon()
  plan.join(joining.waiter, reply)
}

function decide(plan: Plan, group: ConsumerGroup, joining: Joining): JoinReply {
  const { request, caller, newId } = joining
  const memberId = request.memberId === '' ? newId : request.memberId
  const isFull = group.members.size >= plan.settings.consumerMaxSize && !group.members.has(memberId)
  if (isFull) return joinError('', errors.GROUP_MAX_SIZE_REACHED)
  const subscription = readSubscription(request.protocols[0]?.metadata ?? Buffer.alloc(0), plan.around.topics)
  if (!subscription || !supportsClassic(group, joining)) return joinError('', errors.INCONSISTENT_GROUP_PROTOCOL)
  if (request.groupInstanceId === null && request.memberId === '' && caller.version >= 4) {
    return joinError(memberId, errors.MEMBER_ID_REQUIRED)
  }
  const seat = findClassicSeat(plan, group, joining, memberId)
  if (typeof seat === 'number') return joinError('', seat)
  const after = takePart(plan, group, joining, subscription, seat)
  if (typeof after === 'number') return joinError('', after)
  return {
    errorCode: errors.NONE,
    memberId,
    generationId: after.memberEpoch,
    protocolType: 'consumer',
    protocolName: request.protocols[0]?.name ?? '',
    leader: '',
    members: [],
  }
}

/** One of the protocols must be common to all classic members. */
function supportsClassic(group: ConsumerGroup, { request }: Joining): boolean {
  if (request.protocolType !== 'consumer') return false
  const classic = [...group.members.values()].flatMap(({ classic }) => classic ?? [])
  return request.protocols.some(({ name }) =>
    classic.every(({ supportedProtocols }) => supportedProtocols.some((one) => one.name === name)),
  )
}

/** A static member without an id takes its seat from whoever has it; one with an id must have it. A number is an error code. */
function findClassicSeat(plan: Plan, group: ConsumerGroup, { request }: Joining, memberId: string): Seat | number {
  const { groupInstanceId: instanceId } = request
  const seated = group.memberOfInstance(instanceId)
  if (instanceId !== null && request.memberId !== '') {
    if (!seated) return errors.UNKNOWN_MEMBER_ID
    if (seated.memberId !== memberId) return errors.FENCED_INSTANCE_ID
  } else if (seated) return takeSeat(plan, group, seated, memberId)
  return { member: group.members.get(memberId) ?? newMember(memberId), target: group.target(memberId) }
}

function takePart(
  plan: Plan,
  group: ConsumerGroup,
  { request, caller }: Joining,
  subscription: Subscription,
  { member: before, target }: Seat,
): ConsumerMember | number {
  const said: ConsumerMember = {
    ...before,
    instanceId: request.groupInstanceId ?? before.instanceId,
    rackId: subscription.rackId ?? before.rackId,
    rebalanceTimeoutMs: rebalanceTimeoutOf(request),
    topics: [...new Set(subscription.topics)].sort(),
    regex: '',
    clientId: caller.clientId,
    clientHost: caller.clientHost,
    classic: { sessionTimeoutMs: request.sessionTimeoutMs, supportedProtocols: keepProtocols(request.protocols) },
  }
  const namesChanged = recordMember(plan, before, said)
  const regexChange = changeRegex(plan, group, before, said)
  if (typeof regexChange !== 'string') return regexChange.errorCode
  const changed = namesChanged || regexChange !== 'none'
  const advancing = { before, said, target, subscriptionChanged: changed, owned: subscription.owned }

  const from = group.memberOfInstance(request.groupInstanceId)
  if (from && mayDowngradeBySeat(plan, group, from)) {
    beginEpoch(plan, group, before, said, changed)
    const taken = changed ? said : stepTowards(plan, group, advancing, group.assignmentEpoch)
    if ('errorCode' in taken) return taken.errorCode
    downgrade(plan, group, { leaving: new Set(), seat: { taken, from }, rebalances: changed })
    return taken
  }
  const after = advance(plan, group, advancing, changed)
  if ('errorCode' in after) return after.errorCode
  plan.callOff(REJOIN_TIMER + after.memberId)
  renewSession(plan, after)
  plan.wakeAfter(RESYNC_TIMER + after.memberId, after.rebalanceTimeoutMs)
  return after
}
