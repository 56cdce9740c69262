/** The target assignment of a consumer group: who is to have what at an epoch, as the assignor that most members ask for says. */
import type { AssignorMember } from '../assignors/assignor'
import { assignors } from '../assignors/index'
import { uniform } from '../assignors/uniform'
import type { Plan } from '../plan'
import { type Assignment, NO_PARTITIONS, sameAssignment } from './assignment'
import { targetEpochRecord, targetRecord } from './records'
import type { ConsumerGroup, ConsumerMember } from './state'
import { subscribedTopics } from './subscriptions'

/** The members as they would be with `updated`, which may take the seat of its instance. */
export function membersWith(group: ConsumerGroup, updated: ConsumerMember): Map<string, ConsumerMember> {
  const members = new Map(group.members)
  const seated = group.memberOfInstance(updated.instanceId)
  if (seated) members.delete(seated.memberId)
  return members.set(updated.memberId, updated)
}

/** The name that most members gave; the broker's first where nobody gave one. */
export function preferredAssignor(members: Iterable<ConsumerMember>, offered: readonly string[]): string {
  const votes = new Map<string, number>()
  let best: string | undefined
  for (const { serverAssignor } of members) {
    if (serverAssignor === null) continue
    const count = (votes.get(serverAssignor) ?? 0) + 1
    votes.set(serverAssignor, count)
    if (best === undefined || count > (votes.get(best) as number)) best = serverAssignor
  }
  return best ?? offered[0] ?? 'uniform'
}

/** Computes the target for `epoch`, has it recorded as far as it changed, and gives `updated` its part. */
export function assign(plan: Plan, group: ConsumerGroup, epoch: number, updated: ConsumerMember): Assignment {
  const { topics, settings } = plan.around
  const members = membersWith(group, updated)
  const seated = group.memberOfInstance(updated.instanceId)
  const before = (memberId: string) =>
    group.targets.get(memberId === updated.memberId ? (seated?.memberId ?? memberId) : memberId)
  const inputs: AssignorMember[] = [...members.values()].map((member) => ({
    memberId: member.memberId,
    instanceId: member.instanceId,
    topics: idsOf(subscribedTopics(group, member), plan),
    assigned: before(member.memberId) ?? NO_PARTITIONS,
  }))
  const assignor = assignors.get(preferredAssignor(members.values(), settings.consumerAssignors)) ?? uniform
  const partitionCount = (topicId: string) => topics.partitionCount(topics.nameOf(topicId) ?? '')
  const targets = assignor({ members: inputs, partitionCount })
  for (const memberId of members.keys()) {
    const known = group.targets.get(memberId)
    const target = targets.get(memberId) ?? NO_PARTITIONS
    if (!known || !sameAssignment(known, target)) plan.records.push(targetRecord(plan.groupId, memberId, target))
  }
  plan.records.push(targetEpochRecord(plan.groupId, epoch))
  return targets.get(updated.memberId) ?? NO_PARTITIONS
}

/** Ids of those of the topics that exist. */
export function idsOf(names: Iterable<string>, { around }: Plan): ReadonlySet<string> {
  const ids = new Set<string>()
  for (const name of names) {
    const id = around.topics.idOf(name)
    if (id !== undefined) ids.add(id)
  }
  return ids
}
