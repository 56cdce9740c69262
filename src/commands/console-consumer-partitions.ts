/**
 * Reading without a group: kt's consumer without --group reads all partitions of its topics by itself, so that no group is made that
 * nobody asked for, and nothing waits for one to form. Partitions and topics that come later are found now and then.
 */
import type { Cluster } from '../client/cluster'
import type { Consumer, TopicPartition } from '../client/consumer'
import type { Clock } from '../system'

export class AllPartitions {
  private lookedAt = Number.NEGATIVE_INFINITY
  private looking = false
  private readonly known = new Set<string>()

  constructor(
    private readonly consumer: Consumer,
    private readonly cluster: Cluster,
    private readonly clock: Clock,
    /** Topics by name, or a rule. */
    private readonly topics: readonly string[] | ((topic: string) => boolean),
    /** Milliseconds between two looks. */
    private readonly everyMs: number,
  ) {}

  /** Assigns what there is; waits only the first time. Rejects with KafkaError the first time. */
  async look(): Promise<void> {
    if (this.looking || this.clock.monotonic() - this.lookedAt < this.everyMs) return
    const isFirst = this.lookedAt === Number.NEGATIVE_INFINITY
    this.looking = true
    const done = this.assign().finally(() => {
      this.looking = false
      this.lookedAt = this.clock.monotonic()
    })
    if (isFirst) await done
    else done.catch(() => {}) // the next look may see more
  }

  private async assign(): Promise<void> {
    const { topics, cluster } = this
    const names = typeof topics === 'function' ? null : topics
    const snapshot = await cluster.operation('describeTopics').persist(() => cluster.refresh(names))
    const wanted = names ?? [...snapshot.topics.keys()].filter((name) => typeof topics === 'function' && topics(name))
    const partitions = wanted.flatMap((topic): TopicPartition[] =>
      (snapshot.topics.get(topic)?.partitions ?? []).map(({ partition }) => ({ topic, partition })),
    )
    const keyOf = ({ topic, partition }: TopicPartition) => `${topic}-${partition}`
    const fresh = partitions.filter((one) => !this.known.has(keyOf(one)))
    if (fresh.length === 0) return
    const isFirst = this.known.size === 0
    this.consumer.assign([...this.consumer.assignment(), ...fresh])
    for (const one of fresh) {
      this.known.add(keyOf(one))
      if (!isFirst) this.consumer.seek(one, 'earliest') // all of it was written while this consumer was reading
    }
  }
}
