/**
 * A classic group with members becomes a consumer group when the first member of the new protocol comes (KIP-848): everybody
 * keeps what it was assigned, and the classic members go on in their own protocol (classic-members.ts) until they are replaced
 * in their turn.
 */
import { errors } from '../../../protocol/errors'
import { apply, GroupState } from '../apply'
import { groupMetadataTombstone } from '../classic/metadata-record'
import { metadataOf } from '../classic/protocols'
import type { ClassicGroup, ClassicMember } from '../classic/state'
import { JOIN_TIMER, joinError, MEMBER_TIMER, SYNC_TIMER, syncError } from '../classic/step'
import { type Plan, type Refusal, refuse } from '../plan'
import type { GroupRecord } from '../records'
import { readAssignment, readSubscription } from './embedded'
import { metadataHash } from './metadata-hash'
import { currentAssignmentRecord, epochRecord, memberRecord, targetEpochRecord, targetRecord } from './records'
import { type ConsumerGroup, type ConsumerMember, newMember } from './state'
import { beginTimers } from './timers'

/** The group in its new shape; its records and what becomes of the old one are in the plan. */
export function upgrade(plan: Plan, group: ClassicGroup): ConsumerGroup | Refusal {
  const { consumerMigrationPolicy: policy, consumerMaxSize } = plan.settings
  const no = (why: string) =>
    refuse(errors.GROUP_ID_NOT_FOUND, `Cannot upgrade classic group ${plan.groupId} to consumer group because ${why}.`)
  if (policy !== 'bidirectional' && policy !== 'upgrade') return no('online upgrade is disabled')
  if (group.protocolType !== 'consumer') return no('the group does not use the consumer embedded protocol')
  if (group.members.size > consumerMaxSize) return no('the group size exceeds the consumer group maximum size')

  const members: ConsumerMember[] = []
  for (const member of group.members.values()) {
    const converted = convert(plan, group, member)
    if (converted === 'malformed') return no('the embedded consumer protocol is malformed')
    if (converted === 'custom') {
      return no(
        'an unsupported custom assignor is in use. Please refer to the documentation or switch to a default assignor before ' +
          're-attempting the upgrade',
      )
    }
    members.push(converted)
  }
  dismiss(plan, group)
  const records = recordsOf(plan, group.generation, members)
  plan.records.push(groupMetadataTombstone(plan.groupId), ...records)
  const state = new GroupState()
  for (const record of records) apply(state, record)
  const upgraded = state.groups.get(plan.groupId) as ConsumerGroup // the records say so
  beginTimers(plan, upgraded)
  return upgraded
}

function convert(plan: Plan, group: ClassicGroup, member: ClassicMember): ConsumerMember | 'malformed' | 'custom' {
  const { topics } = plan.around
  const metadata = metadataOf(member, group.protocol) ?? member.protocols[0]?.metadata
  const subscription = metadata && readSubscription(metadata, topics)
  const assigned = readAssignment(member.assignment, topics)
  if (!subscription || !assigned) return 'malformed'
  if (assigned === 'custom') return 'custom'
  return {
    ...newMember(member.memberId),
    memberEpoch: group.generation,
    previousMemberEpoch: group.generation,
    instanceId: member.instanceId,
    rackId: subscription.rackId,
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    clientId: member.clientId,
    clientHost: member.clientHost,
    topics: [...new Set(subscription.topics)].sort(),
    assigned,
    classic: { sessionTimeoutMs: member.sessionTimeoutMs, supportedProtocols: member.protocols },
  }
}

/** Whoever waits is sent to join again, and the timers of the old group are called off. */
function dismiss(plan: Plan, group: ClassicGroup): void {
  for (const { memberId, joining, syncing } of group.members.values()) {
    plan.join(joining, joinError(memberId, errors.REBALANCE_IN_PROGRESS))
    plan.sync(syncing, syncError(errors.REBALANCE_IN_PROGRESS))
    plan.callOff(MEMBER_TIMER + memberId)
  }
  for (const memberId of group.pending) plan.callOff(MEMBER_TIMER + memberId)
  plan.callOff(JOIN_TIMER)
  plan.callOff(SYNC_TIMER)
}

function recordsOf(plan: Plan, epoch: number, members: readonly ConsumerMember[]): GroupRecord[] {
  const { groupId } = plan
  const hash = metadataHash(plan.around.topics, new Set(members.flatMap(({ topics }) => topics)))
  return [
    ...members.map((member) => memberRecord(groupId, member)),
    epochRecord(groupId, epoch, hash),
    ...members.map(({ memberId, assigned }) => targetRecord(groupId, memberId, assigned)),
    targetEpochRecord(groupId, epoch),
    ...members.map((member) => currentAssignmentRecord(groupId, member)),
  ]
}
