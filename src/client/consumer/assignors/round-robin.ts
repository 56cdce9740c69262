/**
 * All partitions of all topics in order, dealt out one by one to the members in order; a member that does not want the topic is
 * passed over (org.apache.kafka.clients.consumer.RoundRobinAssignor).
 */
import { type Assignor, type GroupAssignment, type GroupMember, inOrder, type TopicPartition, wantedTopics } from './assignor'

export const roundRobin: Assignor = {
  name: 'roundrobin',
  protocol: 'eager',
  javaClass: 'org.apache.kafka.clients.consumer.RoundRobinAssignor',
  assign(members, partitionCounts): GroupAssignment {
    const assignment = new Map<string, TopicPartition[]>(members.map(({ memberId }) => [memberId, []]))
    const ordered = inOrder(members)
    let next = 0
    for (const topic of wantedTopics(members, partitionCounts)) {
      for (let partition = 0; partition < (partitionCounts.get(topic) ?? 0); partition++) {
        // Ends: somebody wants the topic.
        while (!at(ordered, next).topics.includes(topic)) next++
        assignment.get(at(ordered, next++).memberId)?.push({ topic, partition })
      }
    }
    return assignment
  },
}

const at = (members: readonly GroupMember[], place: number): GroupMember => members[place % members.length] as GroupMember
