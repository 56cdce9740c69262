/**
 * The partitions of `__consumer_offsets` that are loaded. One is loaded when a group of it is first asked for: a passing command
 * pays for its own group only. Looking must not make the topic: while it is not there, no group is.
 */
import { Gradual, type Steps } from '../../storage/gradual'
import { GroupState } from './apply'
import { GROUP_TOPIC, partitionFor } from './placement'
import { Shard, type World } from './shard'

export class Shards {
  private readonly loaded = new Map<number, Shard>()
  /** Those that are being loaded in steps. */
  private readonly loading = new Gradual<number, Shard>()

  constructor(private readonly world: World) {}

  /** Where the group lives, to change it. Makes the topic. */
  of(groupId: string): Shard {
    const isThere = this.world.topics.exists(GROUP_TOPIC)
    try {
      return this.get(partitionFor(groupId, this.world.log.partitionCount()))
    } catch (error) {
      if (isThere) throw error
      return Shard.ofNothing(this.world) // the topic cannot be made now: no group is there, and none comes into being
    }
  }
  /** Where the group lives, to look at it; undefined: there are no groups. */
  peek(groupId: string): Shard | undefined {
    return this.world.topics.exists(GROUP_TOPIC) ? this.of(groupId) : undefined
  }
  /** What is known where the group lives. */
  stateOf(groupId: string): GroupState {
    return this.peek(groupId)?.state ?? new GroupState()
  }
  /** Every partition, loaded. */
  all(): Shard[] {
    if (!this.world.topics.exists(GROUP_TOPIC)) return []
    const all = Array.from({ length: this.world.log.partitionCount() }, (_, partition) => partition)
    return all.filter((partition) => !this.world.log.isAway?.(partition)).map((partition) => this.get(partition))
  }
  /** The partition if it is loaded: what was not, will be read from the log. */
  ifLoaded(partition: number): Shard | undefined {
    return this.loaded.get(partition)
  }
  /** The group lives in a data directory that is offline: what is known of it, nobody here knows. */
  isAway(groupId: string): boolean {
    const { log, topics } = this.world
    if (!log.isAway || !topics.exists(GROUP_TOPIC)) return false
    return log.isAway(partitionFor(groupId, log.partitionCount()))
  }
  /** The partition cannot be used any more: whoever waits is sent to look for the coordinator anew. */
  lose(partition: number): void {
    this.loaded.get(partition)?.giveUp()
  }
  /** Ends all of them as a crash would. */
  abandon(): void {
    for (const shard of this.loaded.values()) shard.close()
    this.loaded.clear()
  }
  /** A clean end of all of them. */
  close(): void {
    for (const shard of [...this.loaded.values()]) shard.end()
    this.loaded.clear()
  }

  /** Loads a partition in steps, if it is not loaded. */
  *load(partition: number): Steps<void> {
    if (!this.loaded.has(partition) && !this.world.log.isAway?.(partition))
      yield* this.loading.begin(partition, () => this.read(partition))
  }
  private get(partition: number): Shard {
    return this.loaded.get(partition) ?? this.loading.now(partition, () => this.read(partition))
  }
  private *read(partition: number): Steps<Shard> {
    const shard = yield* Shard.load(partition, this.world, (lost) => {
      if (this.loaded.get(partition) === lost) this.loaded.delete(partition)
    })
    this.loaded.set(partition, shard)
    return shard
  }
}
