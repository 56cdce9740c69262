/**
 * Heartbeat, SyncGroup and LeaveGroup of members that speak the classic protocol to a group of the consumer protocol (KIP-848).
 * Where a member of the consumer protocol would be told what to do next, a classic one is told REBALANCE_IN_PROGRESS: it joins
 * again, which takes it one step further.
 */
import { errors } from '../../../protocol/errors'
import type { Leaving, Left } from '../classic/leave'
import { syncError } from '../classic/step'
import type { Plan, SyncReply } from '../plan'
import { partitionsOf } from './assignment'
import { writeAssignment } from './embedded'
import { fence } from './fence'
import { type ClassicSide, type ConsumerGroup, type ConsumerMember, UNRELEASED, UNREVOKED } from './state'
import { REJOIN_TIMER, RESYNC_TIMER, renewSession } from './timers'

interface Named {
  readonly memberId: string
  readonly groupInstanceId: string | null
}
type ClassicConsumer = ConsumerMember & { readonly classic: ClassicSide }

/** The member of that name; a number is an error code. */
function find(group: ConsumerGroup, { memberId, groupInstanceId }: Named): ConsumerMember | number {
  const member = groupInstanceId === null ? group.members.get(memberId) : group.memberOfInstance(groupInstanceId)
  if (!member) return errors.UNKNOWN_MEMBER_ID
  return member.memberId === memberId ? member : errors.FENCED_INSTANCE_ID
}

/** The same, if it speaks the classic protocol and is in its generation. */
function findInGeneration(group: ConsumerGroup, named: Named, generation: number): ClassicConsumer | number {
  const member = find(group, named)
  if (typeof member === 'number') return member
  const { classic } = member
  if (!classic) return errors.UNKNOWN_MEMBER_ID
  return generation === member.memberEpoch ? { ...member, classic } : errors.ILLEGAL_GENERATION
}

/** An error code. */
export function beatConsumer(plan: Plan, group: ConsumerGroup, named: Named, generation: number): number {
  const member = findInGeneration(group, named, generation)
  if (typeof member === 'number') return member
  renewSession(plan, member)
  const mustJoin =
    member.memberEpoch < group.epoch ||
    member.state === UNREVOKED ||
    (member.state === UNRELEASED && !waitsForOthers(group, member))
  if (!mustJoin) return errors.NONE
  plan.wakeAfterUnlessSet(REJOIN_TIMER + member.memberId, member.rebalanceTimeoutMs)
  return errors.REBALANCE_IN_PROGRESS
}

/** Whether something that the member is to get is still with somebody. */
function waitsForOthers(group: ConsumerGroup, member: ConsumerMember): boolean {
  for (const [topicId, partitions] of group.target(member.memberId)) {
    const mine = partitionsOf(member.assigned, topicId)
    for (const partition of partitions) if (!mine.has(partition) && group.partitionEpoch(topicId, partition) !== -1) return true
  }
  return false
}

interface Syncing extends Named {
  readonly generationId: number
  readonly protocolType: string | null
  readonly protocolName: string | null
}

export function syncConsumer(plan: Plan, group: ConsumerGroup, request: Syncing): SyncReply {
  const member = findInGeneration(group, request, request.generationId)
  if (typeof member === 'number') return syncError(member)
  const [protocol] = member.classic.supportedProtocols
  const { protocolType, protocolName } = request
  const wrongType = protocolType !== null && protocolType !== 'consumer'
  if (wrongType || (protocolName !== null && protocolName !== protocol?.name))
    return syncError(errors.INCONSISTENT_GROUP_PROTOCOL)
  if (group.epoch > member.memberEpoch && member.state !== UNREVOKED) {
    plan.wakeAfterUnlessSet(REJOIN_TIMER + member.memberId, member.rebalanceTimeoutMs)
    return syncError(errors.REBALANCE_IN_PROGRESS)
  }
  plan.callOff(RESYNC_TIMER + member.memberId)
  renewSession(plan, member)
  const metadata = protocol?.metadata ?? Buffer.alloc(0)
  const assignment = writeAssignment(member.assigned, metadata, plan.around.topics)
  return { errorCode: errors.NONE, protocolType, protocolName, assignment }
}

/** What became of each. */
export function leaveConsumerAsClassic(plan: Plan, group: ConsumerGroup, leaving: readonly Leaving[]): Left[] {
  const gone = new Set<ConsumerMember>()
  const left = leaving.map(({ memberId, groupInstanceId }) => {
    // A static member may be named by its instance alone.
    const seated = memberId === '' ? group.memberOfInstance(groupInstanceId) : undefined
    const member = seated ?? find(group, { memberId, groupInstanceId })
    const errorCode = typeof member === 'number' ? member : errors.NONE
    if (typeof member !== 'number') gone.add(member)
    return { memberId, groupInstanceId, errorCode }
  })
  fence(plan, group, [...gone])
  return left
}
