/**
 * Who may commit offsets of a group, and who may ask for them: its members in their present generation or epoch, and anybody
 * while the group has no members (a "simple consumer", or an admin tool).
 */
import { errors } from '../../../protocol/errors'
import type { ClassicGroup } from '../classic/state'
import { validateMember } from '../classic/validate'
import type { ConsumerGroup } from '../consumer/state'
import { type ForeignGroup, type Group, isEmpty } from '../group'

export interface Committer {
  readonly memberId: string
  readonly instanceId: string | null
  /** Generation of a classic group, member epoch of a consumer group; negative: no member. */
  readonly generation: number
  /** Of OffsetCommit; for a transactional commit it does not matter. */
  readonly version: number
  readonly transactional: boolean
}

/** An error code. */
export function mayCommit(group: Group | undefined, committer: Committer): number {
  if (!group) {
    if (committer.generation < 0) return errors.NONE // the group begins with this commit
    return committer.version >= 9 && !committer.transactional ? errors.GROUP_ID_NOT_FOUND : errors.ILLEGAL_GENERATION
  }
  if (group.kind === 'classic') return toClassic(group, committer)
  if (group.kind === 'consumer') return toConsumer(group, committer)
  return toForeign(group, committer)
}

function toClassic(group: ClassicGroup, { memberId, instanceId, generation, transactional }: Committer): number {
  if (generation < 0 && group.state === 'Empty') return errors.NONE
  if (generation >= 0 || memberId !== '' || instanceId !== null) {
    const error = validateMember(group, memberId, instanceId)
    if (error !== errors.NONE) return error
    if (generation !== group.generation) return errors.ILLEGAL_GENERATION
  } else if (!transactional && group.state !== 'Empty') return errors.UNKNOWN_MEMBER_ID
  return !transactional && group.state === 'CompletingRebalance' ? errors.REBALANCE_IN_PROGRESS : errors.NONE
}

function toConsumer(group: ConsumerGroup, { memberId, instanceId, generation, version, transactional }: Committer): number {
  if (generation < 0 && group.members.size === 0) return errors.NONE
  // An old transactional producer does not say who it is (TxnOffsetCommit below version 3).
  if (transactional && generation === -1 && memberId === '' && instanceId === null) return errors.NONE
  const member = group.members.get(memberId)
  if (!member) return errors.UNKNOWN_MEMBER_ID
  if (!transactional && !member.classic && version < 9) return errors.UNSUPPORTED_VERSION
  if (generation === member.memberEpoch) return errors.NONE
  return member.classic || transactional ? errors.ILLEGAL_GENERATION : errors.STALE_MEMBER_EPOCH
}

/** Only offsets of a group without members can be set from outside: kt does not know the others' epochs. */
function toForeign(group: ForeignGroup, { generation }: Committer): number {
  return generation < 0 && isEmpty(group) ? errors.NONE : errors.UNKNOWN_MEMBER_ID
}

/** An error code. `memberId` null and a negative epoch: asked from outside, which is always allowed. */
export function mayFetch(group: Group | undefined, memberId: string | null, memberEpoch: number): number {
  if (group?.kind !== 'consumer' || (memberId === null && memberEpoch < 0)) return errors.NONE
  const member = group.members.get(memberId ?? '')
  if (!member) return errors.UNKNOWN_MEMBER_ID
  if (memberEpoch === member.memberEpoch) return errors.NONE
  return member.classic ? errors.ILLEGAL_GENERATION : errors.STALE_MEMBER_EPOCH
}
