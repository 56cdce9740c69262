/**
 * What follows from what a member says: perhaps a new epoch of the group with a new target, and one step of the member towards
 * it. The same for members of either protocol.
 */
import type { Plan, Refusal } from '../plan'
import type { Assignment, TopicPartitions } from './assignment'
import { beginEpoch } from './epoch'
import { reconcile } from './reconcile'
import { currentAssignmentRecord } from './records'
import type { ConsumerGroup, ConsumerMember } from './state'
import { subscribedTopics } from './subscriptions'
import { assign, idsOf } from './target'
import { watchRevocation } from './timers'

export interface Advancing {
  /** The member as it was known until now. */
  readonly before: ConsumerMember
  readonly said: ConsumerMember
  /** Its target so far. */
  readonly target: Assignment
  readonly subscriptionChanged: boolean
  readonly owned: readonly TopicPartitions[] | null
}

/** The member as it is next. */
export function advance(plan: Plan, group: ConsumerGroup, advancing: Advancing, mustBegin: boolean): ConsumerMember | Refusal {
  const { before, said } = advancing
  const epoch = beginEpoch(plan, group, before, said, mustBegin)
  const isNew = epoch > group.assignmentEpoch
  const target = isNew ? assign(plan, group, epoch, said) : advancing.target
  return stepTowards(plan, group, { ...advancing, target }, isNew ? epoch : group.assignmentEpoch)
}

/** One step towards the target as it is. */
export function stepTowards(
  plan: Plan,
  group: ConsumerGroup,
  { said, target, subscriptionChanged, owned }: Advancing,
  targetEpoch: number,
): ConsumerMember | Refusal {
  const after = reconcile({
    member: said,
    target,
    targetEpoch,
    subscriptionChanged,
    wanted: idsOf(subscribedTopics(group, said), plan),
    owned,
    partitionEpoch: (topicId, partition) => group.partitionEpoch(topicId, partition),
  })
  if ('errorCode' in after || after === said) return after
  plan.records.push(currentAssignmentRecord(plan.groupId, after))
  watchRevocation(plan, after)
  return after
}
