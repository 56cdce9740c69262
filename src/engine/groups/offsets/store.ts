/**
 * The offsets that groups committed: group, topic, partition. An offset that was committed inside a transaction is kept aside
 * under its producer until the marker says what becomes of it (KIP-98); meanwhile its partition is unstable (KIP-447).
 */

export interface CommittedOffset {
  readonly offset: number
  /** -1: not known. */
  readonly leaderEpoch: number
  readonly metadata: string
  /** Milliseconds since 1970. */
  readonly commitTimestamp: number
  /** When the client wants it to expire; -1: as the broker's retention says. */
  readonly expireTimestamp: number
  /** The zero uuid: the client said no id. */
  readonly topicId: string
  /**
   * Counts the partition's records; of two commits the later record wins, also when a marker materializes the earlier one after
   * it.
   */
  readonly order: number
}

export type TopicOffsets<V = CommittedOffset> = ReadonlyMap<string, ReadonlyMap<number, V>>

/** Values by group, topic and partition; a level that becomes empty is gone. */
class Shelves<V> {
  private readonly groups = new Map<string, Map<string, Map<number, V>>>()

  get(group: string, topic: string, partition: number): V | undefined {
    return this.groups.get(group)?.get(topic)?.get(partition)
  }
  of(group: string): TopicOffsets<V> | undefined {
    return this.groups.get(group)
  }
  set(group: string, topic: string, partition: number, value: V): void {
    const topics = this.groups.get(group) ?? new Map<string, Map<number, V>>()
    const partitions = topics.get(topic) ?? new Map<number, V>()
    this.groups.set(group, topics.set(topic, partitions.set(partition, value)))
  }
  delete(group: string, topic: string, partition: number): void {
    const topics = this.groups.get(group)
    const partitions = topics?.get(topic)
    if (!topics || !partitions?.delete(partition) || partitions.size > 0) return
    topics.delete(topic)
    if (topics.size === 0) this.groups.delete(group)
  }
  *all(): Generator<[group: string, topic: string, partition: number, value: V]> {
    for (const [group, topics] of this.groups) {
      for (const [topic, partitions] of topics) {
        for (const [partition, value] of partitions) yield [group, topic, partition, value]
      }
    }
  }
}

const NOTHING: TopicOffsets<never> = new Map()

export class Offsets {
  private readonly committed = new Shelves<CommittedOffset>()
  private readonly pending = new Map<number, Shelves<CommittedOffset>>()
  /** Which producers have an uncommitted offset for the partition. */
  private readonly open = new Shelves<Set<number>>()

  get(group: string, topic: string, partition: number): CommittedOffset | undefined {
    return this.committed.get(group, topic, partition)
  }
  of(group: string): TopicOffsets {
    return this.committed.of(group) ?? NOTHING
  }
  /** Partitions with an open transactional commit. */
  unstable(group: string): TopicOffsets<ReadonlySet<number>> {
    return this.open.of(group) ?? NOTHING
  }
  isUnstable(group: string, topic: string, partition: number): boolean {
    return this.open.get(group, topic, partition) !== undefined
  }
  /** Groups, topics and partitions that have an offset, committed or pending, of the topics that `wanted` picks. */
  *ofTopics(wanted: (topic: string) => boolean): Generator<[group: string, topic: string, partition: number]> {
    for (const [group, topic, partition] of this.committed.all()) if (wanted(topic)) yield [group, topic, partition]
    for (const [group, topic, partition] of this.open.all()) {
      if (wanted(topic) && !this.committed.get(group, topic, partition)) yield [group, topic, partition]
    }
  }

  // ---- changed only by apply.ts ----

  commit(group: string, topic: string, partition: number, value: CommittedOffset): void {
    this.committed.set(group, topic, partition, value)
  }
  commitLater(producerId: number, group: string, topic: string, partition: number, value: CommittedOffset): void {
    const shelves = this.pending.get(producerId) ?? new Shelves<CommittedOffset>()
    shelves.set(group, topic, partition, value)
    this.pending.set(producerId, shelves)
    const producers = this.open.get(group, topic, partition) ?? new Set()
    this.open.set(group, topic, partition, producers.add(producerId))
  }
  /** A tombstone takes pending offsets along: they must not come back when their transaction commits. */
  remove(group: string, topic: string, partition: number): void {
    this.committed.delete(group, topic, partition)
    for (const producerId of this.open.get(group, topic, partition) ?? []) {
      this.pending.get(producerId)?.delete(group, topic, partition)
    }
    this.open.delete(group, topic, partition)
  }
  /** The producer's transaction ended. */
  end(producerId: number, outcome: 'commit' | 'abort'): void {
    const shelves = this.pending.get(producerId)
    if (!shelves) return
    this.pending.delete(producerId)
    for (const [group, topic, partition, value] of shelves.all()) {
      const producers = this.open.get(group, topic, partition)
      producers?.delete(producerId)
      if (producers?.size === 0) this.open.delete(group, topic, partition)
      const known = this.committed.get(group, topic, partition)
      if (outcome === 'commit' && (!known || known.order < value.order)) this.committed.set(group, topic, partition, value)
    }
  }
}
