/** DeleteGroups (KIP-229): what is left of a group that has no members. */
import { errors } from '../../../protocol/errors'
import { groupMetadataTombstone } from '../classic/metadata-record'
import { consumerTombstones } from '../consumer/records'
import { type Group, isEmpty } from '../group'
import { allOffsetTombstones } from '../offsets/delete'
import type { Offsets } from '../offsets/store'
import type { Plan } from '../plan'
import type { GroupRecord } from '../records'

/** An error code. */
export function deleteGroup(plan: Plan, group: Group | undefined, offsets: Offsets): number {
  if (!group) return errors.GROUP_ID_NOT_FOUND
  if (!isEmpty(group)) return errors.NON_EMPTY_GROUP
  if (group.kind !== 'classic' && group.kind !== 'consumer') return errors.UNSUPPORTED_VERSION // a group that kt does not serve
  plan.records.push(...allOffsetTombstones(offsets, plan.groupId), ...groupTombstones(group))
  return errors.NONE
}

export function groupTombstones(group: Group): GroupRecord[] {
  if (group.kind === 'classic') return [groupMetadataTombstone(group.groupId)]
  return group.kind === 'consumer' ? consumerTombstones(group) : []
}
