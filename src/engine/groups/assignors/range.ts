/**
 * The range assignor: a topic's partitions are cut into as many ranges as it has subscribers, who take them in order of their
 * instance ids, then of their member ids. Where all subscribe to the same topics with equally many partitions, each has the
 * same partitions of all: they are co-partitioned. (RangeAssignor)
 */
import type { Assignor, AssignorMember } from './assignor'

/** Static members first, so that dynamic ones do not shift them. */
function inOrder(a: AssignorMember, b: AssignorMember): number {
  if ((a.instanceId === null) !== (b.instanceId === null)) return a.instanceId === null ? 1 : -1
  const [one, other] = a.instanceId === null ? [a.memberId, b.memberId] : [a.instanceId, b.instanceId as string]
  return one < other ? -1 : one > other ? 1 : 0
}

export const range: Assignor = ({ members, partitionCount }) => {
  const subscribers = new Map<string, number>()
  for (const { topics } of members) for (const topic of topics) subscribers.set(topic, (subscribers.get(topic) ?? 0) + 1)
  /** How many of the subscribers of a topic were served, and where the next range begins. */
  const served = new Map<string, { count: number; next: number }>()
  const result = new Map<string, Map<string, Set<number>>>()
  for (const { memberId, topics } of [...members].sort(inOrder)) {
    const assigned = new Map<string, Set<number>>()
    for (const topic of topics) {
      const so = served.get(topic) ?? { count: 0, next: 0 }
      const all = partitionCount(topic)
      const shares = subscribers.get(topic) as number
      const size = Math.floor(all / shares) + (so.count < all % shares ? 1 : 0)
      if (size > 0) assigned.set(topic, new Set(Array.from({ length: size }, (_, i) => so.next + i)))
      served.set(topic, { count: so.count + 1, next: so.next + size })
    }
    result.set(memberId, assigned)
  }
  return result
}
