/**
 * A static member comes back without its member id, usually after a restart (KIP-345): it gets a new id, takes the seat of its
 * instance with the assignment that lies there, and whoever still uses the old id is fenced. A Stable group is not rebalanced
 * for it, unless its protocols change the choice; the leader learns from version 9 that it need not assign again (KIP-814).
 */
import { errors } from '../../../protocol/errors'
import { type Joining, updateMember } from './joining'
import { newGroupMetadata } from './metadata-record'
import { selectProtocol } from './protocols'
import { completeIfAllJoined, membersForLeader, prepareRebalance, rebalanceOrComplete } from './rebalance'
import type { ClassicMember } from './state'
import { answerJoin, joinError, joinReply, MEMBER_TIMER, renewSession, type Step, syncError } from './step'

export function replaceStatic(step: Step, seated: ClassicMember, joining: Joining): void {
  const leaderBefore = step.group.leader
  const member = updateMember(step, takeSeat(step, seated, joining.newId), joining)
  step.plan.wakeAfter(MEMBER_TIMER + member.memberId, seated.sessionTimeoutMs)
  switch (step.group.state) {
    case 'Stable':
      if (selectProtocol(step.group) === step.group.protocol) keepGeneration(step, member, joining, leaderBefore)
      else rebalanceOrComplete(step)
      return
    case 'CompletingRebalance':
      prepareRebalance(step)
      return
    case 'PreparingRebalance':
      completeIfAllJoined(step)
      return
    case 'Empty':
      throw new Error(`group ${step.group.groupId} is Empty and yet has the static member ${member.memberId}`)
  }
}

/** The seat under its new name; it stays where it was among the members. */
function takeSeat(step: Step, seated: ClassicMember, memberId: string): ClassicMember {
  const { group, plan } = step
  plan.join(seated.joining, joinError(seated.memberId, errors.FENCED_INSTANCE_ID))
  plan.sync(seated.syncing, syncError(errors.FENCED_INSTANCE_ID))
  plan.callOff(MEMBER_TIMER + seated.memberId)
  const member: ClassicMember = { ...seated, memberId, isNew: false, joining: null, syncing: null }
  const members = new Map(
    [...group.members.values()].map((one) => (one === seated ? member : one)).map((one) => [one.memberId, one]),
  )
  const unsynced = new Set([...group.unsynced].map((id) => (id === seated.memberId ? memberId : id)))
  step.group = { ...group, members, unsynced, leader: group.leader === seated.memberId ? memberId : group.leader }
  return member
}

/** The new id is made durable, then the member hears of the generation that it is in. */
function keepGeneration(step: Step, member: ClassicMember, { caller }: Joining, leaderBefore: string | null): void {
  const { group, plan } = step
  plan.records.push(newGroupMetadata(group))
  const leads = group.leader === member.memberId
  if (caller.version >= 9) {
    const reply = joinReply(group, member.memberId, leads ? membersForLeader(group) : [])
    answerJoin(step, member, { ...reply, skipAssignment: leads })
  } else {
    // The leader's old id tells a client that cannot skip the assignment that it is not the leader, so that it keeps quiet.
    answerJoin(step, member, { ...joinReply(group, member.memberId, []), leader: leaderBefore ?? '' })
  }
  const seat = step.group.members.get(member.memberId)
  if (seat) renewSession(step, seat)
}
