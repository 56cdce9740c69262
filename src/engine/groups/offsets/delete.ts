/** OffsetDelete (KIP-496) and what else deletes offsets: the end of their group, the end of their topic. */
import { errors } from '../../../protocol/errors'
import { type Group, isEmpty } from '../group'
import type { Plan } from '../plan'
import type { GroupRecord } from '../records'
import { offsetTombstone } from './commit'
import type { Offsets } from './store'

export interface DeleteTopic {
  readonly name: string
  readonly partitions: readonly { readonly partitionIndex: number }[]
}
export interface DeleteAnswer {
  readonly errorCode: number
  readonly topics: {
    readonly name: string
    readonly partitions: { readonly partitionIndex: number; readonly errorCode: number }[]
  }[]
}

/** Whether a member may still need the group's offsets of `topic`; a consumer group that we cannot read may need them all. */
export function isSubscribed(group: Group, topic: string): boolean {
  if (group.kind === 'consumer') return group.topicCounts.has(topic)
  if (group.kind === 'classic') return group.topics ? group.topics.has(topic) : group.protocolType === 'consumer'
  return !isEmpty(group)
}

export function deleteOffsets(
  plan: Plan,
  group: Group | undefined,
  offsets: Offsets,
  topics: readonly DeleteTopic[],
): DeleteAnswer {
  if (!group) return { errorCode: errors.GROUP_ID_NOT_FOUND, topics: [] }
  if (group.kind === 'classic' && group.state !== 'Empty' && group.protocolType !== 'consumer') {
    return { errorCode: errors.NON_EMPTY_GROUP, topics: [] } // what its members use is not ours to know
  }
  return {
    errorCode: errors.NONE,
    topics: topics.map(({ name, partitions }) => {
      const errorCode = isSubscribed(group, name) ? errors.GROUP_SUBSCRIBED_TO_TOPIC : errors.NONE
      return {
        name,
        partitions: partitions.map(({ partitionIndex }) => {
          const exists = offsets.get(plan.groupId, name, partitionIndex) || offsets.isUnstable(plan.groupId, name, partitionIndex)
          if (errorCode === errors.NONE && exists) plan.records.push(offsetTombstone(plan.groupId, name, partitionIndex))
          return { partitionIndex, errorCode }
        }),
      }
    }),
  }
}

export function allOffsetTombstones(offsets: Offsets, groupId: string): GroupRecord[] {
  const records: GroupRecord[] = []
  for (const [topic, partitions] of offsets.of(groupId)) {
    for (const partition of partitions.keys()) records.push(offsetTombstone(groupId, topic, partition))
  }
  for (const [topic, partitions] of offsets.unstable(groupId)) {
    for (const partition of partitions.keys()) {
      if (!offsets.get(groupId, topic, partition)) records.push(offsetTombstone(groupId, topic, partition))
    }
  }
  return records
}
