/**
 * What is known of topics and brokers, fetched when it is needed, wrong or old. Questions that are asked at the same time for the
 * same topics share one answer.
 */
import type { Metadata } from '../../protocol/apis/metadata'
import type { Reply, RequestIn } from '../../protocol/types'
import type { Clock } from '../../system/system'
import { nothingKnown, type Snapshot, type Topic, withReply } from './snapshot'

type Ask = (request: RequestIn<typeof Metadata>) => Promise<Reply<typeof Metadata>>

export class MetadataCache {
  snapshot: Snapshot = nothingKnown
  private readonly asked = new Map<string, Promise<Snapshot>>()

  constructor(
    private readonly ask: Ask,
    private readonly clock: Clock,
    private readonly maxAgeMs: number,
  ) {}

  /** Asks a broker about these topics; null: about all; []: about brokers only. `create`: the broker may make what is missing. */
  fetch(topics: readonly string[] | null, create = false): Promise<Snapshot> {
    const key = JSON.stringify([topics, create])
    const running = this.asked.get(key)
    if (running) return running
    const fetching = this.fetchNow(topics, create).finally(() => this.asked.delete(key))
    this.asked.set(key, fetching)
    return fetching
  }
  private async fetchNow(topics: readonly string[] | null, create: boolean): Promise<Snapshot> {
    const reply = await this.ask({ topics: topics?.map((name) => ({ name })) ?? null, allowAutoTopicCreation: create })
    this.snapshot = withReply(this.snapshot, reply, topics === null, this.clock.monotonic())
    return this.snapshot
  }

  /** The topic if it is known and not too old. */
  known(name: string): Topic | undefined {
    const topic = this.snapshot.topics.get(name)
    return topic && topic.fetchedAt + this.maxAgeMs > this.clock.monotonic() ? topic : undefined
  }

  /** Makes sure that these topics are known, or known to fail, by knowledge no older than metadata.max.age.ms. */
  async need(names: readonly string[], create = false): Promise<Snapshot> {
    const missing = names.filter((name) => !this.known(name))
    return missing.length === 0 ? this.snapshot : this.fetch(missing, create)
  }

  /** Takes brokers as they are named beside an answer (KIP-951), and a partition's new leader. */
  learn(topic: string, partition: number, leader: number, leaderEpoch: number): void {
    const known = this.snapshot.topics.get(topic)
    const old = known?.partitions[partition]
    if (!known || !old || leader < 0 || leaderEpoch <= old.leaderEpoch || !this.snapshot.nodes.has(leader)) return
    const partitions = known.partitions.with(partition, { ...old, leader, leaderEpoch })
    const topics = new Map(this.snapshot.topics).set(topic, { ...known, partitions })
    this.snapshot = { ...this.snapshot, topics }
  }
}
