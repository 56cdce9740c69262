/** What classic members write into JoinGroup and SyncGroup, which brokers pass on unread (Kafka's ConsumerProtocol). */
import { decodeSubscription, encodeAssignment, encodeSubscription } from '../../protocol/records/consumer-protocol'
import { byTopic, type TopicPartition } from '../topic-partition'
import type { Assignor, GroupMember } from './assignors'
import { decodeUserData, encodeUserData } from './assignors/user-data'

/** Newest version of both blobs; older readers take what they know of it. */
const VERSION = 3

const rowsOf = (partitions: readonly TopicPartition[]) =>
  byTopic(partitions).map(([topic, rows]) => ({ topic, partitions: rows.map(({ partition }) => partition) }))

/** What a member wants and has, for the assignor called `name`. */
export function subscriptionFor(
  name: string,
  topics: readonly string[],
  owned: readonly TopicPartition[],
  generation: number,
  rack: string,
): Buffer {
  return encodeSubscription(VERSION, {
    topics,
    userData: encodeUserData(name, { owned, generation }),
    ownedPartitions: rowsOf(owned),
    generationId: generation,
    rackId: rack === '' ? null : rack,
  })
}

interface JoinedMember {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly metadata: Uint8Array
}

/** Shares the partitions out among `joined`. `countPartitions` gives how many each topic has, 0 for one that does not exist. */
export async function leaderAssignments(
  assignor: Assignor,
  joined: readonly JoinedMember[],
  countPartitions: (topics: readonly string[]) => Promise<Map<string, number>>,
): Promise<{ topics: Map<string, number>; assignments: { memberId: string; assignment: Buffer }[] }> {
  const members = joined.map((member): GroupMember => {
    const { metadata } = member
    const subscription = decodeSubscription(Buffer.from(metadata.buffer, metadata.byteOffset, metadata.length))
    const remembered = decodeUserData(assignor.name, subscription.userData)
    const owned = subscription.ownedPartitions.flatMap(({ topic, partitions }) =>
      partitions.map((partition) => ({ topic, partition })),
    )
    return {
      memberId: member.memberId,
      instanceId: member.groupInstanceId,
      topics: subscription.topics,
      owned: owned.length > 0 ? owned : remembered.owned,
      generation: subscription.generationId >= 0 ? subscription.generationId : remembered.generation,
    }
  })
  const topics = await countPartitions([...new Set(members.flatMap((member) => member.topics))].sort())
  const assignments = [...assignor.assign(members, topics)].map(([memberId, partitions]) => ({
    memberId,
    assignment: encodeAssignment(VERSION, { assignedPartitions: rowsOf(partitions) }),
  }))
  return { topics, assignments }
}
