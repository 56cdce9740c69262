/** Stored offsets of a group: committing them as a member or as nobody, and asking for them. */
import { OffsetCommit } from '../../protocol/apis/offset-commit'
import { OffsetFetch } from '../../protocol/apis/offset-fetch'
import { errors } from '../../protocol/errors'
import { ZERO_UUID } from '../../protocol/types'
import type { Clock } from '../../system/system'
import { pause } from '../backoff'
import type { Cluster } from '../cluster'
import { KafkaError, kafkaError } from '../kafka-error'
import { byTopic, keyOf, type TopicPartition } from '../topic-partition'

/** Who commits. A consumer that shares no group's work is nobody: generation -1 and no member id. */
export interface Committer {
  readonly memberId: string
  /** The generation, or in the new protocol the member's epoch. */
  readonly generation: number
  readonly instanceId: string | null
  readonly protocol: 'classic' | 'consumer'
}
export const NOBODY: Committer = { memberId: '', generation: -1, instanceId: null, protocol: 'classic' }

export interface OffsetToCommit extends TopicPartition {
  readonly offset: number
  /** -1: unknown. */
  readonly leaderEpoch: number
  readonly metadata?: string
}

const OffsetCommitByName = { ...OffsetCommit, versions: [2, 9] } as const
const OffsetFetchByName = { ...OffsetFetch, versions: [1, 9] } as const

const STALE_PAUSE_MS = 100

const NOT_MEMBER =
  'Offset commit cannot be completed since the consumer is not part of an active group for auto partition assignment; it is likely ' +
  'that the consumer was kicked out of the group.'
const REBALANCING =
  'Offset commit cannot be completed since the consumer is undergoing a rebalance for auto partition assignment. You can try ' +
  'completing the rebalance by calling poll() and then retry the operation.'

export class Commits {
  constructor(
    private readonly cluster: Cluster,
    readonly groupId: string,
    /** undefined: the member is none at the moment. 'rebalancing': it is about to be one again. */
    private readonly committer: () => Committer | 'rebalancing' | undefined,
    private readonly clock: Clock,
  ) {}

  /** Rejects with KafkaError: CommitFailedException where the member is none any more, RebalanceInProgressException, TimeoutException. */
  async commit(offsets: readonly OffsetToCommit[], timeoutMs: number): Promise<void> {
    if (offsets.length === 0) return
    const until = this.clock.monotonic() + timeoutMs
    for (;;) {
      const committer = this.committer()
      if (committer === undefined) throw this.failure(errors.UNKNOWN_MEMBER_ID, '')
      if (committer === 'rebalancing') throw this.failure(errors.REBALANCE_IN_PROGRESS, '')
      try {
        return await this.commitAs(committer, offsets, until - this.clock.monotonic())
      } catch (error) {
        // A new epoch was on its way with the last heartbeat's answer.
        const isStale = error instanceof KafkaError && error.code === errors.STALE_MEMBER_EPOCH
        if (!isStale || this.clock.monotonic() + STALE_PAUSE_MS >= until) throw error
        await pause(this.clock, STALE_PAUSE_MS)
      }
    }
  }
  private async commitAs(committer: Committer, offsets: readonly OffsetToCommit[], timeoutMs: number): Promise<void> {
    const { memberId, generation, instanceId, protocol } = committer
    const { topics: known } = this.cluster.metadata
    // members of the classic protocol name their topics, as Kafka's do: what is stored then has no id
    const hasIds = protocol === 'consumer' && offsets.every(({ topic }) => (known.get(topic)?.id ?? ZERO_UUID) !== ZERO_UUID)
    const reply = await this.cluster.during('commitOffsets', timeoutMs)(hasIds ? OffsetCommit : OffsetCommitByName, {
      groupId: this.groupId,
      generationIdOrMemberEpoch: generation,
      memberId,
      groupInstanceId: instanceId,
      topics: byTopic(offsets).map(([name, rows]) => ({
        name,
        topicId: known.get(name)?.id ?? ZERO_UUID,
        partitions: rows.map(({ partition, offset, leaderEpoch, metadata = '' }) => ({
          partitionIndex: partition,
          committedOffset: offset,
          committedLeaderEpoch: leaderEpoch,
          committedMetadata: metadata,
        })),
      })),
    })
    for (const { name, topicId, partitions } of reply.topics) {
      const topic = name || this.cluster.metadata.namesById.get(topicId)
      for (const { errorCode, partitionIndex } of partitions) {
        if (errorCode !== errors.NONE) throw this.failure(errorCode, `${topic}-${partitionIndex}`)
      }
    }
  }

  private failure(code: number, where: string): KafkaError {
    switch (code) {
      case errors.UNKNOWN_MEMBER_ID:
      case errors.ILLEGAL_GENERATION:
        return new KafkaError(code, 'org.apache.kafka.clients.consumer.CommitFailedException', NOT_MEMBER)
      case errors.REBALANCE_IN_PROGRESS:
        return kafkaError(code, REBALANCING)
      case errors.GROUP_AUTHORIZATION_FAILED:
        return kafkaError(code, `Not authorized to access group: ${this.groupId}`)
      case errors.UNKNOWN_TOPIC_OR_PARTITION:
        return kafkaError(code, `Topic or Partition ${where} does not exist`)
      default:
        return kafkaError(code)
    }
  }

  /** The stored offsets of these partitions, by `topic-partition`; those without one are absent. Rejects with KafkaError. */
  async stored(
    partitions: readonly TopicPartition[],
  ): Promise<Map<string, { readonly offset: number; readonly leaderEpoch: number }>> {
    const committer = this.committer()
    const asMember = typeof committer === 'object' && committer.protocol === 'consumer' && committer.memberId !== ''
    const member = asMember ? { memberId: committer.memberId, memberEpoch: committer.generation } : {}
    const topics = byTopic(partitions).map(([name, rows]) => ({ name, partitionIndexes: rows.map(({ partition }) => partition) }))
    const reply = await this.cluster.during('fetchCommittedOffsets')(OffsetFetchByName, {
      groups: [{ groupId: this.groupId, ...member, topics }],
      requireStable: true,
    })
    const group = reply.groups[0]
    if (!group) throw kafkaError(errors.UNKNOWN_SERVER_ERROR)
    if (group.errorCode !== errors.NONE) {
      const words =
        group.errorCode === errors.GROUP_AUTHORIZATION_FAILED ? `Not authorized to access group: ${this.groupId}` : null
      throw kafkaError(group.errorCode, words)
    }
    const found = new Map<string, { offset: number; leaderEpoch: number }>()
    for (const { name, partitions: rows } of group.topics) {
      for (const { partitionIndex, errorCode, committedOffset, committedLeaderEpoch } of rows) {
        if (errorCode !== errors.NONE) throw kafkaError(errorCode)
        if (committedOffset < 0) continue
        found.set(keyOf({ topic: name, partition: partitionIndex }), {
          offset: committedOffset,
          leaderEpoch: committedLeaderEpoch,
        })
      }
    }
    return found
  }
}
