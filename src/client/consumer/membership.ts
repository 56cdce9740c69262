/** What a consumer and its part in a group's work have to say to each other, whichever protocol the group speaks. */
import type { TopicPartition } from '../topic-partition'
import type { Committer } from './commits'
import type { Surroundings } from './events'

/** The consumer, as its membership sees it. */
export interface Owner extends Surroundings {
  /** Topics that it wants now, sorted; those of a pattern as far as they are known. */
  topics(): readonly string[]
  /** Partitions that it reads. */
  owned(): readonly TopicPartition[]
  /** Gives partitions up in order: commits, tells whoever listens, stops reading them. */
  revoke(partitions: readonly TopicPartition[]): Promise<void>
  /** The same for partitions that others may be reading already: there is nothing to commit. */
  lose(partitions: readonly TopicPartition[]): Promise<void>
  /** Begins to read more partitions. */
  assign(partitions: readonly TopicPartition[]): Promise<void>
  /** Somebody waits in poll. */
  isPolling(): boolean
  warn(text: string): void
}

export interface Membership {
  /** As whom offsets are committed; see Commits. */
  readonly committer: Committer | 'rebalancing' | undefined
  readonly memberId: string
  /** Does what is due and can only be done while nobody looks at records: joining, giving up, taking over. Called by every poll. */
  advance(): Promise<void>
  /** Topics beside the consumer's own whose metadata it needs. */
  moreTopics(): Iterable<string>
  /** Says goodbye, if that is the custom, and ends. Never rejects. */
  leave(): Promise<void>
}

export const POLL_TIMEOUT =
  'consumer poll timeout has expired. This means the time between subsequent calls to poll() was longer than the configured ' +
  'max.poll.interval.ms, which typically implies that the poll loop is spending too much time processing messages. You can address ' +
  'this either by increasing max.poll.interval.ms or by reducing the maximum size of batches returned in poll() with max.poll.records.'
