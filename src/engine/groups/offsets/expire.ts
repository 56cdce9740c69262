/**
 * Offsets that nobody needs any more, and groups that have none left. An offset's retention counts from the moment that its
 * group became empty, or, where members or an admin tool may still commit, from its own commit (KIP-211, KIP-496).
 */
import { type Group, isEmpty } from '../group'
import type { GroupRecord } from '../records'
import { offsetTombstone } from './commit'
import { isSubscribed } from './delete'
import type { CommittedOffset, Offsets } from './store'

/** Since when the offset is kept for nobody; undefined: it is not. */
function unusedSince(group: Group, { commitTimestamp }: CommittedOffset): number | undefined {
  if (group.kind !== 'classic') return group.kind === 'consumer' ? commitTimestamp : undefined
  if (group.protocolType === null) return commitTimestamp
  if (group.state === 'Empty') return group.since === -1 ? commitTimestamp : group.since
  return group.protocolType === 'consumer' && group.topics && group.state === 'Stable' ? commitTimestamp : undefined
}

function isExpired(group: Group, offset: CommittedOffset, now: number, retentionMs: number): boolean {
  const since = unusedSince(group, offset)
  if (since === undefined) return false
  return offset.expireTimestamp === -1 ? now - since >= retentionMs : now >= offset.expireTimestamp
}

/** Tombstones of what expired, and whether the group can go: it is empty and nothing of it is left. */
export function expireOffsets(
  offsets: Offsets,
  group: Group,
  now: number,
  retentionMs: number,
): { readonly records: readonly GroupRecord[]; readonly groupIsDone: boolean } {
  const records: GroupRecord[] = []
  let left = offsets.unstable(group.groupId).size > 0
  for (const [topic, partitions] of offsets.of(group.groupId)) {
    const needed = isSubscribed(group, topic)
    for (const [partition, offset] of partitions) {
      const unstable = offsets.isUnstable(group.groupId, topic, partition)
      if (!needed && !unstable && isExpired(group, offset, now, retentionMs)) {
        records.push(offsetTombstone(group.groupId, topic, partition))
      } else left = true
    }
  }
  const ours = group.kind === 'classic' || group.kind === 'consumer'
  return { records, groupIsDone: ours && !left && isEmpty(group) }
}
