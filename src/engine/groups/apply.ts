/**
 * The only place where durable state changes: what each record means. It is called for every record in the order of the log, at
 * once when it was appended and again when the log is replayed, so that a restart finds what there was. Kafka's own logs are
 * read too: kinds of group that kt does not serve are remembered by name only.
 */
import { ZERO_UUID } from '../../protocol/types'
import { classicFromRecord } from './classic/metadata-record'
import { emptyClassic, isSimple } from './classic/state'
import { applyCurrentAssignment, applyMember, applyRegex, applyTarget } from './consumer/apply'
import { ConsumerGroup } from './consumer/state'
import type { ForeignGroup, Group } from './group'
import { Offsets } from './offsets/store'
import type { GroupRecord, ValueOf } from './records'

/** All that one partition of `__consumer_offsets` knows. */
export class GroupState {
  readonly groups = new Map<string, Group>()
  readonly offsets = new Offsets()
  /** Records that were applied so far. */
  applied = 0
}

export function apply(state: GroupState, record: GroupRecord, producerId?: number): void {
  state.applied++
  switch (record.name) {
    case 'LegacyOffsetCommit': {
      const value = record.value && { ...record.value, leaderEpoch: -1, expireTimestamp: -1, topicId: ZERO_UUID }
      applyOffset(state, record.key, value, producerId)
      return
    }
    case 'OffsetCommit':
      applyOffset(state, record.key, record.value, producerId)
      return
    case 'GroupMetadata': {
      const { group } = record.key
      if (record.value === null) state.groups.delete(group)
      else state.groups.set(group, classicFromRecord(group, record.value))
      return
    }
    case 'ConsumerGroupMetadata':
    case 'ConsumerGroupPartitionMetadata':
    case 'ConsumerGroupMemberMetadata':
    case 'ConsumerGroupTargetAssignmentMetadata':
    case 'ConsumerGroupTargetAssignmentMember':
    case 'ConsumerGroupCurrentMemberAssignment':
    case 'ConsumerGroupRegularExpression':
      applyToConsumer(state, record)
      return
    case 'ShareGroupMetadata':
      applyForeign(state, 'share', record.key.groupId, record.value !== null)
      return
    case 'ShareGroupStatePartitionMetadata': // all that there is of a group that had nothing but its offsets set
      if (record.value !== null) applyForeign(state, 'share', record.key.groupId, true)
      return
    case 'ShareGroupMemberMetadata':
      applyForeignMember(state, 'share', record.key, record.value !== null)
      return
    case 'StreamsGroupMetadata':
      applyForeign(state, 'streams', record.key.groupId, record.value !== null)
      return
    case 'StreamsGroupMemberMetadata':
      applyForeignMember(state, 'streams', record.key, record.value !== null)
      return
    default: // the rest of what share and streams groups know
      return
  }
}

/** A transaction marker: what its producer committed counts, or does not. */
export function applyMarker(state: GroupState, producerId: number, outcome: 'commit' | 'abort'): void {
  state.applied++
  state.offsets.end(producerId, outcome)
}

function applyOffset(
  { groups, offsets, applied }: GroupState,
  { group, topic, partition }: { group: string; topic: string; partition: number },
  value: ValueOf<'OffsetCommit'> | null,
  producerId: number | undefined,
): void {
  if (value === null) {
    offsets.remove(group, topic, partition)
    return
  }
  if (!groups.has(group)) groups.set(group, emptyClassic(group, value.commitTimestamp))
  const committed = { ...value, order: applied }
  if (producerId === undefined) offsets.commit(group, topic, partition, committed)
  else offsets.commitLater(producerId, group, topic, partition, committed)
}

type ConsumerRecord = Extract<GroupRecord, { readonly name: `ConsumerGroup${string}` }>

function applyToConsumer({ groups }: GroupState, record: ConsumerRecord): void {
  const { groupId } = record.key
  const group = consumerFor(groups, groupId, record.value !== null)
  if (!group) return
  switch (record.name) {
    case 'ConsumerGroupMetadata':
      if (record.value === null) groups.delete(groupId)
      else {
        group.epoch = record.value.epoch
        group.metadataHash = record.value.metadataHash
      }
      return
    case 'ConsumerGroupPartitionMetadata':
      group.hasPartitionMetadata = record.value !== null
      return
    case 'ConsumerGroupMemberMetadata':
      applyMember(group, record.key.memberId, record.value)
      return
    case 'ConsumerGroupTargetAssignmentMetadata':
      group.assignmentEpoch = record.value === null ? -1 : record.value.assignmentEpoch
      return
    case 'ConsumerGroupTargetAssignmentMember':
      applyTarget(group, record.key.memberId, record.value)
      return
    case 'ConsumerGroupCurrentMemberAssignment':
      applyCurrentAssignment(group, record.key.memberId, record.value)
      return
    case 'ConsumerGroupRegularExpression':
      applyRegex(group, record.key.regularExpression, record.value)
      return
  }
}

/** The group that a record is about; a group that only stored offsets turns into one of its kind. */
function consumerFor(groups: Map<string, Group>, groupId: string, makes: boolean): ConsumerGroup | undefined {
  const known = groups.get(groupId)
  if (known?.kind === 'consumer') return known
  if (!makes || (known && !(known.kind === 'classic' && isSimple(known)))) return undefined
  const group = new ConsumerGroup(groupId)
  groups.set(groupId, group)
  return group
}

function applyForeign({ groups }: GroupState, kind: ForeignGroup['kind'], groupId: string, exists: boolean): void {
  const known = groups.get(groupId)
  if (!exists) {
    if (known?.kind === kind) groups.delete(groupId)
  } else if (known?.kind !== kind) groups.set(groupId, { kind, groupId, members: new Set() })
}

function applyForeignMember(
  state: GroupState,
  kind: ForeignGroup['kind'],
  { groupId, memberId }: { groupId: string; memberId: string },
  exists: boolean,
): void {
  if (exists) applyForeign(state, kind, groupId, true)
  const known = state.groups.get(groupId)
  if (known?.kind !== kind) return
  const members = new Set(known.members)
  if (exists) members.add(memberId)
  else members.delete(memberId)
  state.groups.set(groupId, { ...known, members })
}
