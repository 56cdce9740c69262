/** The offsets that a group has stored: reading, setting and forgetting them. */
import { OffsetCommit } from '../../protocol/apis/offset-commit'
import { OffsetDelete } from '../../protocol/apis/offset-delete'
import { OffsetFetch } from '../../protocol/apis/offset-fetch'
import { errors } from '../../protocol/errors'
import type { Cluster } from '../cluster'
import { errorIn, type KafkaError, kafkaError } from '../kafka-error'
import { byTopic, type Outcome, orAsBefore, type TopicPartition } from './result'

/** Newer versions name topics by id, which the asker of "all topics" could not name. */
const OffsetFetchByName = { ...OffsetFetch, versions: [1, 9] } as const
const OffsetCommitByName = { ...OffsetCommit, versions: [2, 9] } as const

export interface StoredOffset extends TopicPartition {
  /** -1: none is stored. */
  readonly offset: number
  /** -1: unknown. */
  readonly leaderEpoch: number
  readonly metadata: string
}

interface Row {
  readonly topic: string
  readonly partitions: readonly {
    readonly partitionIndex: number
    readonly committedOffset: number
    readonly committedLeaderEpoch: number
    readonly metadata: string | null
    readonly errorCode: number
  }[]
}

/** The stored offsets of `partitions` (without: of all that have any). `requireStable`: not while a transaction may change them. */
export async function groupOffsets(
  cluster: Cluster,
  groupId: string,
  {
    partitions,
    requireStable = false,
    timeoutMs,
  }: { partitions?: readonly TopicPartition[]; requireStable?: boolean; timeoutMs?: number } = {},
): Promise<Outcome<(TopicPartition & { readonly outcome: Outcome<StoredOffset> })[]>> {
  const operation = cluster.operation('listConsumerGroupOffsets(api=FIND_COORDINATOR)', timeoutMs)
  const topics = partitions
    ? byTopic(partitions).map(([name, rows]) => ({ name, partitionIndexes: rows.map(({ partition }) => partition) }))
    : null
  const { errorCode, rows } = await operation.persist(async () => {
    const found = await fetchOffsets(cluster, groupId, topics, requireStable)
    // A transaction is just ending: its markers come in a moment.
    if (found.rows.some((row) => row.partitions.some((each) => each.errorCode === errors.UNSTABLE_OFFSET_COMMIT))) {
      throw kafkaError(errors.UNSTABLE_OFFSET_COMMIT)
    }
    return found
  })
  const error = errorIn(errorCode)
  if (error) return error
  return rows.flatMap(({ topic, partitions: found }) =>
    found.map((each) => {
      const partition = each.partitionIndex
      const stored = { offset: each.committedOffset, leaderEpoch: each.committedLeaderEpoch, metadata: each.metadata ?? '' }
      return { topic, partition, outcome: errorIn(each.errorCode) ?? { topic, partition, ...stored } }
    }),
  )
}

/** In today's shape, or in the one for a single group. */
async function fetchOffsets(
  cluster: Cluster,
  groupId: string,
  topics: readonly { readonly name: string; readonly partitionIndexes: readonly number[] }[] | null,
  requireStable: boolean,
): Promise<{ readonly errorCode: number; readonly rows: readonly Row[] }> {
  const call = cluster.during('listConsumerGroupOffsets(api=FIND_COORDINATOR)')
  return orAsBefore(
    async () => {
      const reply = await call(OffsetFetchByName, { groups: [{ groupId, topics }], requireStable })
      const group = reply.groups[0]
      return { errorCode: group?.errorCode ?? errors.UNKNOWN_SERVER_ERROR, rows: (group?.topics ?? []).map(rowOf) }
    },
    async () => {
      const link = await cluster.coordinatorLink('group', groupId)
      const reply = await link.call(OffsetFetchByName, { groupId, topics })
      return { errorCode: reply.errorCode, rows: reply.topics.map(rowOf) }
    },
  )
}
const rowOf = ({ name, partitions }: { name: string; partitions: Row['partitions'] }): Row => ({ topic: name, partitions })

/** Stores offsets for a group that nobody is in; per partition, in their order, undefined where it is done. */
export async function alterGroupOffsets(
  cluster: Cluster,
  groupId: string,
  offsets: readonly (TopicPartition & { readonly offset: number; readonly leaderEpoch?: number; readonly metadata?: string })[],
  timeoutMs?: number,
): Promise<(KafkaError | undefined)[]> {
  if (offsets.length === 0) return []
  const reply = await cluster.during('alterConsumerGroupOffsets(api=FIND_COORDINATOR)', timeoutMs)(OffsetCommitByName, {
    groupId,
    generationIdOrMemberEpoch: -1,
    memberId: '',
    topics: byTopic(offsets).map(([name, rows]) => ({
      name,
      partitions: rows.map(({ partition, offset, leaderEpoch = -1, metadata = '' }) => ({
        partitionIndex: partition,
        committedOffset: offset,
        committedLeaderEpoch: leaderEpoch,
        committedMetadata: metadata,
      })),
    })),
  })
  const codes = new Map(
    reply.topics.flatMap(({ name, partitions }) =>
      partitions.map((each) => [`${name} ${each.partitionIndex}`, each.errorCode] as const),
    ),
  )
  return offsets.map(({ topic, partition }) => errorIn(codes.get(`${topic} ${partition}`) ?? errors.UNKNOWN_SERVER_ERROR))
}

/** Forgets a group's offsets (KIP-496). An error of the group is the outcome as a whole. */
export async function deleteGroupOffsets(
  cluster: Cluster,
  groupId: string,
  partitions: readonly TopicPartition[],
  timeoutMs?: number,
): Promise<Outcome<(KafkaError | undefined)[]>> {
  const reply = await cluster.during('offsetDelete(api=FIND_COORDINATOR)', timeoutMs)(OffsetDelete, {
    groupId,
    topics: byTopic(partitions).map(([name, rows]) => ({
      name,
      partitions: rows.map(({ partition }) => ({ partitionIndex: partition })),
    })),
  })
  const error = errorIn(reply.errorCode)
  if (error) return error
  const codes = new Map(
    reply.topics.flatMap(({ name, partitions: rows }) =>
      rows.map((each) => [`${name} ${each.partitionIndex}`, each.errorCode] as const),
    ),
  )
  return partitions.map(({ topic, partition }) => {
    const code = codes.get(`${topic} ${partition}`)
    return code === undefined ? kafkaError(errors.UNKNOWN_SERVER_ERROR) : errorIn(code)
  })
}
