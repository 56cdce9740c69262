/**
 * Per topic, its members in order get neighbouring partitions, the first ones one more where it does not come out even. Topics
 * with equal numbers of partitions are so assigned alike, which joins need (org.apache.kafka.clients.consumer.RangeAssignor).
 */
import { type Assignor, type GroupAssignment, inOrder, type TopicPartition, wantedTopics } from './assignor'

export const range: Assignor = {
  name: 'range',
  protocol: 'eager',
  javaClass: 'org.apache.kafka.clients.consumer.RangeAssignor',
  assign(members, partitionCounts): GroupAssignment {
    const assignment = new Map<string, TopicPartition[]>(members.map(({ memberId }) => [memberId, []]))
    const ordered = inOrder(members)
    for (const topic of wantedTopics(members, partitionCounts)) {
      const readers = ordered.filter(({ topics }) => topics.includes(topic))
      const count = partitionCounts.get(topic) ?? 0
      const share = Math.floor(count / readers.length)
      let next = 0
      for (const [place, { memberId }] of readers.entries()) {
        const end = next + share + (place < count % readers.length ? 1 : 0)
        for (; next < end; next++) assignment.get(memberId)?.push({ topic, partition: next })
      }
    }
    return assignment
  },
}
