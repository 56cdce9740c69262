/**
 * One member's way from what it has to its target (KIP-848, CurrentAssignmentBuilder). Nobody is given a partition before the
 * one who has it has said that it let it go: first a member is told to give up what is no longer its own, and stays in its epoch
 * until it has; then it moves to the target's epoch and gets what is free; what others still have it gets as they let go.
 *
 *     STABLE --- there is something to give up ---> UNREVOKED --- it is given up ---+
 *       |                                                                            |
 *       +--- nothing to give up ---> the target's epoch <----------------------------+
 *                                    | all is free ---------------> STABLE
 *                                    | others still have some ----> UNRELEASED ---> STABLE
 */
import { errors } from '../../../protocol/errors'
import { type Refusal, refuse } from '../plan'
import { type Assignment, NO_PARTITIONS, partitionsOf, sameAssignment, type TopicPartitions } from './assignment'
import { type ConsumerMember, isReconciled, STABLE, UNRELEASED, UNREVOKED } from './state'

export interface Reconciling {
  readonly member: ConsumerMember
  readonly target: Assignment
  readonly targetEpoch: number
  /** The member has just changed what it wants. */
  readonly subscriptionChanged: boolean
  /** Ids of the topics that it wants now. */
  readonly wanted: ReadonlySet<string>
  /** What it says it has; null: it did not say. */
  readonly owned: readonly TopicPartitions[] | null
  /** The epoch at which somebody has the partition; -1: nobody. */
  partitionEpoch(topicId: string, partition: number): number
}

/** The member as it is next; the same value when nothing changes. */
export function reconcile(so: Reconciling): ConsumerMember | Refusal {
  const { member, targetEpoch, subscriptionChanged } = so
  if (!subscriptionChanged && isReconciled(member, targetEpoch)) return member
  switch (member.state) {
    case STABLE:
      if (member.memberEpoch !== targetEpoch) return unlessSame(member, next(so, member.memberEpoch))
      return subscriptionChanged ? dropUnwanted(so) : member
    case UNREVOKED:
      if (!stillHas(so.owned, member.revoking)) return unlessSame(member, next(so, member.memberEpoch))
      return subscriptionChanged ? dropUnwanted(so) : member
    case UNRELEASED:
      return unlessSame(member, next(so, member.memberEpoch))
    default:
      if (so.owned === null || so.owned.length > 0) {
        const sentence = 'The consumer group member is in a unknown state. The member must abandon all its partitions and rejoin.'
        return refuse(errors.FENCED_MEMBER_EPOCH, sentence)
      }
      return next(so, targetEpoch)
  }
}

/** A member that does not say what it has, has it. */
function stillHas(owned: readonly TopicPartitions[] | null, revoking: Assignment): boolean {
  if (owned === null) return true
  return owned.some(({ topicId, partitions }) => partitions.some((partition) => partitionsOf(revoking, topicId).has(partition)))
}

function unlessSame(before: ConsumerMember, after: ConsumerMember): ConsumerMember {
  const same =
    before.state === after.state &&
    before.memberEpoch === after.memberEpoch &&
    before.previousMemberEpoch === after.previousMemberEpoch &&
    sameAssignment(before.assigned, after.assigned) &&
    sameAssignment(before.revoking, after.revoking)
  return same ? before : after
}

/** In its epoch still, the member no longer wants topics that it has: they are taken from it before there is a new target. */
function dropUnwanted({ member, wanted, owned }: Reconciling): ConsumerMember {
  const assigned = new Map([...member.assigned].filter(([topicId]) => wanted.has(topicId)))
  if (assigned.size === member.assigned.size) return member
  const revoking = new Map(member.revoking)
  for (const [topicId, partitions] of member.assigned) {
    if (!wanted.has(topicId)) revoking.set(topicId, new Set([...partitionsOf(revoking, topicId), ...partitions]))
  }
  if (!stillHas(owned, revoking)) return { ...member, assigned }
  return { ...member, state: UNREVOKED, assigned, revoking }
}

function next(so: Reconciling, epoch: number): ConsumerMember {
  const { member, target, targetEpoch, wanted, owned } = so
  const kept = new Map<string, Set<number>>()
  const revoking = new Map<string, Set<number>>()
  const free = new Map<string, Set<number>>()
  let unreleased = false
  const put = (into: Map<string, Set<number>>, topicId: string, partition: number) =>
    into.set(topicId, (into.get(topicId) ?? new Set()).add(partition))

  for (const topicId of new Set([...target.keys(), ...member.assigned.keys()])) {
    const mine = partitionsOf(member.assigned, topicId)
    const wish = wanted.has(topicId) ? partitionsOf(target, topicId) : new Set<number>()
    for (const partition of mine) put(wish.has(partition) ? kept : revoking, topicId, partition)
    for (const partition of wish) {
      if (mine.has(partition)) continue
      const isFree = so.partitionEpoch(topicId, partition) === -1 || partitionsOf(member.revoking, topicId).has(partition)
      if (isFree) put(free, topicId, partition)
      else unreleased = true
    }
  }
  if (revoking.size > 0 && stillHas(owned, revoking)) {
    return { ...toEpoch(member, epoch), state: UNREVOKED, assigned: kept, revoking }
  }
  for (const [topicId, partitions] of free) for (const partition of partitions) put(kept, topicId, partition)
  return { ...toEpoch(member, targetEpoch), state: unreleased ? UNRELEASED : STABLE, assigned: kept, revoking: NO_PARTITIONS }
}

const toEpoch = (member: ConsumerMember, memberEpoch: number): ConsumerMember => ({
  ...member,
  memberEpoch,
  previousMemberEpoch: member.memberEpoch,
})
