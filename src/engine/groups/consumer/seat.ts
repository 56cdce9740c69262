/**
 * Whom a heartbeat is from: a member that is known, a new one, or a static one that takes the seat of its instance under a new id
 * (KIP-848). A seat is free for that once its holder said that it leaves for now, or when the holder speaks the classic protocol,
 * in which a new holder fences the old one (KIP-345).
 */
import type { Plan, Refusal } from '../plan'
import { type Assignment, NO_PARTITIONS, type TopicPartitions } from './assignment'
import { currentAssignmentRecord, memberRecord, memberTombstones, targetRecord } from './records'
import { type ConsumerGroup, type ConsumerMember, LEAVE_FOR_NOW, newMember } from './state'
import { callOffAll } from './timers'
import { checkEpoch, fencedInstance, unknownInstance, unknownMember, unreleasedInstance } from './validate'

export interface Seeking {
  readonly memberId: string
  readonly instanceId: string | null
  /** 0 joins. */
  readonly epoch: number
  readonly owned: readonly TopicPartitions[] | null
}

/** The member as it was known until now, and its target so far. */
export interface Seat {
  readonly member: ConsumerMember
  readonly target: Assignment
}

export function findSeat(plan: Plan, group: ConsumerGroup, seeking: Seeking): Seat | Refusal {
  const { memberId, instanceId, epoch, owned } = seeking
  const seated = group.memberOfInstance(instanceId)
  if (instanceId !== null && epoch !== 0) {
    if (!seated) return unknownInstance(instanceId)
    if (seated.memberId !== memberId) return fencedInstance(memberId, instanceId, seated)
  }
  if (instanceId !== null && epoch === 0 && seated) {
    if (seated.memberEpoch !== LEAVE_FOR_NOW && !seated.classic) return unreleasedInstance(memberId, instanceId, seated)
    return takeSeat(plan, group, seated, memberId)
  }
  const member = group.members.get(memberId)
  if (!member)
    return epoch === 0 ? { member: newMember(memberId), target: NO_PARTITIONS } : unknownMember(group.groupId, memberId)
  return checkEpoch(member, epoch, owned) ?? { member, target: group.target(memberId) }
}

/** What the former holder had is the new one's, from the beginning. */
export function takeSeat(plan: Plan, group: ConsumerGroup, seated: ConsumerMember, memberId: string): Seat {
  const member: ConsumerMember = { ...seated, memberId, memberEpoch: 0, previousMemberEpoch: 0 }
  const target = group.target(seated.memberId)
  plan.records.push(
    ...memberTombstones(plan.groupId, seated.memberId),
    memberRecord(plan.groupId, member),
    targetRecord(plan.groupId, memberId, target),
    currentAssignmentRecord(plan.groupId, member),
  )
  callOffAll(plan, seated.memberId)
  return { member, target }
}
