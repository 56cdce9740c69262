/**
 * The sticky assignor for members that go on reading during a rebalance: a partition that changes hands is left out this time,
 * its owner gives it up and asks for another rebalance, in which the new owner gets it (KIP-429;
 * org.apache.kafka.clients.consumer.CooperativeStickyAssignor).
 */
import { type Assignor, keyOf } from './assignor'
import { assignSticky } from './sticky'

export const cooperativeSticky: Assignor = {
  name: 'cooperative-sticky',
  protocol: 'cooperative',
  javaClass: 'org.apache.kafka.clients.consumer.CooperativeStickyAssignor',
  assign(members, partitionCounts) {
    const owners = new Map<string, string>()
    for (const { memberId, owned } of members) for (const partition of owned) owners.set(keyOf(partition), memberId)
    const wished = assignSticky(members, partitionCounts)
    return new Map(
      [...wished].map(([memberId, partitions]) => [
        memberId,
        partitions.filter((partition) => (owners.get(keyOf(partition)) ?? memberId) === memberId),
      ]),
    )
  },
}
