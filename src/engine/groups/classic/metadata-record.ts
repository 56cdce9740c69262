/**
 * What is durable of a classic group: one record that says generation, protocol, members and what each was assigned. It is
 * written when the leader's assignment comes, when a static member's id changes, and when nobody is left.
 */
import { type GroupRecord, record, tombstone, type ValueOf } from '../records'
import { metadataOf, subscribedTopics } from './protocols'
import { type ClassicGroup, type ClassicMember, NO_BYTES } from './state'

export function newGroupMetadata(group: ClassicGroup): GroupRecord {
  return record(
    'GroupMetadata',
    { group: group.groupId },
    {
      protocolType: group.protocolType ?? '',
      generation: group.generation,
      protocol: group.protocol,
      leader: group.leader,
      currentStateTimestamp: group.since,
      members: [...group.members.values()].map((member) => ({
        memberId: member.memberId,
        groupInstanceId: member.instanceId,
        clientId: member.clientId,
        clientHost: member.clientHost,
        rebalanceTimeout: member.rebalanceTimeoutMs,
        sessionTimeout: member.sessionTimeoutMs,
        subscription: metadataOf(member, group.protocol) ?? NO_BYTES,
        assignment: member.assignment,
      })),
    },
  )
}

/** The member that stands for those who left: it belongs to nobody, and is found to be gone at once. */
const GONE = 'gone'

/**
 * What a broker that ends writes of a group in the middle of a rebalance: whoever reads it finds the members that are still there,
 * and one whose session is over, so that the rebalance begins again. Without it the next broker would wait out the session of
 * everybody who left since the last generation. Undefined: the last generation's record says it all.
 */
export function unfinishedMetadata(group: ClassicGroup): GroupRecord | undefined {
  const [somebody] = group.members.values()
  if (group.state === 'Stable' || group.state === 'Empty' || group.protocol === null || !somebody) return undefined
  const gone: ClassicMember = { ...somebody, memberId: GONE, instanceId: null, sessionTimeoutMs: 1, assignment: NO_BYTES }
  const leader = group.leader !== null && group.members.has(group.leader) ? group.leader : somebody.memberId
  return newGroupMetadata({ ...group, leader, members: new Map([...group.members, [GONE, gone]]) })
}

/** The first sign of a group, written before its first generation; nothing is known of it yet. */
export const newEmptyMetadata = (groupId: string, since: number): GroupRecord =>
  record(
    'GroupMetadata',
    { group: groupId },
    { protocolType: '', generation: 0, protocol: null, leader: null, currentStateTimestamp: since, members: [] },
  )

export const groupMetadataTombstone = (groupId: string): GroupRecord => tombstone('GroupMetadata', { group: groupId })

/** The group as a restart finds it: whoever was in the middle of something is not. */
export function classicFromRecord(groupId: string, value: ValueOf<'GroupMetadata'>): ClassicGroup {
  const members = new Map<string, ClassicMember>()
  for (const member of value.members) {
    members.set(member.memberId, {
      memberId: member.memberId,
      instanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeoutMs: member.rebalanceTimeout === -1 ? member.sessionTimeout : member.rebalanceTimeout,
      sessionTimeoutMs: member.sessionTimeout,
      protocols: value.protocol === null ? [] : [{ name: value.protocol, metadata: Buffer.from(member.subscription) }],
      assignment: Buffer.from(member.assignment),
      isNew: false,
      joining: null,
      syncing: null,
    })
  }
  const group: ClassicGroup = {
    kind: 'classic',
    groupId,
    state: members.size === 0 ? 'Empty' : 'Stable',
    since: value.currentStateTimestamp,
    generation: value.generation,
    protocolType: value.protocolType === '' ? null : value.protocolType,
    protocol: value.protocol,
    leader: value.leader,
    members,
    pending: new Set(),
    unsynced: new Set(),
    initial: null,
    topics: null,
  }
  return { ...group, topics: subscribedTopics(group) }
}
