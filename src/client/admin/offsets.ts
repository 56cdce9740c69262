/** Offsets of partitions: where they begin and end, where a time is, and deleting what lies before. */
import { DeleteRecords } from '../../protocol/apis/delete-records'
import { ListOffsets } from '../../protocol/apis/list-offsets'
import { errors } from '../../protocol/errors'
import type { Cluster } from '../cluster'
import { errorIn, type KafkaError, kafkaError } from '../kafka-error'
import { byTopic, type Outcome, type TopicPartition } from './result'

/** Named positions (org.apache.kafka.clients.admin.OffsetSpec), and the numbers that stand for them in place of a timestamp. */
export const offsetSpecs = {
  latest: -1,
  earliest: -2,
  'max-timestamp': -3,
  'earliest-local': -4,
  'latest-tiered': -5,
  'earliest-pending-upload': -6,
} as const
/** A name, or the first offset whose record is not older than `timestamp` (ms). */
export type OffsetSpec = keyof typeof offsetSpecs | { readonly timestamp: number }

export interface FoundOffset {
  /** -1: there is none, no record is that new. */
  readonly offset: number
  /** Of the record found, in ms; -1 for the ends of the log. */
  readonly timestamp: number
  /** -1: unknown. */
  readonly leaderEpoch: number
}

/** Offsets in the order of `wishes`, of which each partition is named once. */
export async function listOffsets(
  cluster: Cluster,
  wishes: readonly (TopicPartition & { readonly at: OffsetSpec })[],
  { readCommitted = false, timeoutMs }: { readCommitted?: boolean; timeoutMs?: number } = {},
): Promise<Outcome<FoundOffset>[]> {
  if (wishes.length === 0) return []
  const operation = cluster.during('listOffsets(api=METADATA)', timeoutMs)
  const reply = await operation(ListOffsets, {
    replicaId: -1,
    isolationLevel: readCommitted ? 1 : 0,
    topics: byTopic(wishes).map(([name, rows]) => ({
      name,
      partitions: rows.map(({ partition, at }) => ({
        partitionIndex: partition,
        timestamp: typeof at === 'string' ? offsetSpecs[at] : at.timestamp,
      })),
    })),
    timeoutMs: timeoutMs ?? 60_000,
  })
  const found = new Map<string, Outcome<FoundOffset>>()
  for (const { name, partitions } of reply.topics) {
    for (const { partitionIndex, errorCode, offset, timestamp, leaderEpoch } of partitions) {
      found.set(`${name} ${partitionIndex}`, errorIn(errorCode) ?? { offset, timestamp, leaderEpoch })
    }
  }
  return wishes.map(({ topic, partition }) => found.get(`${topic} ${partition}`) ?? kafkaError(errors.UNKNOWN_SERVER_ERROR))
}

/** Deletes the records before `before` (-1: all); gives each partition's new first offset, in the order of `wishes`. */
export async function deleteRecords(
  cluster: Cluster,
  wishes: readonly (TopicPartition & { readonly before: number })[],
  timeoutMs?: number,
): Promise<Outcome<{ readonly lowWatermark: number }>[]> {
  if (wishes.length === 0) return []
  const reply = await cluster.during('deleteRecords(api=METADATA)', timeoutMs)(DeleteRecords, {
    topics: byTopic(wishes).map(([name, rows]) => ({
      name,
      partitions: rows.map(({ partition, before }) => ({ partitionIndex: partition, offset: before })),
    })),
    timeoutMs: timeoutMs ?? 60_000,
  })
  const found = new Map<string, Outcome<{ lowWatermark: number }>>()
  for (const { name, partitions } of reply.topics) {
    for (const { partitionIndex, errorCode, lowWatermark } of partitions) {
      found.set(`${name} ${partitionIndex}`, badName(name, partitionIndex, errorCode) ?? errorIn(errorCode) ?? { lowWatermark })
    }
  }
  return wishes.map(({ topic, partition }) => found.get(`${topic} ${partition}`) ?? kafkaError(errors.UNKNOWN_SERVER_ERROR))
}

/** What Kafka's client says of a topic that no metadata can be had of (org.apache.kafka.clients.admin.internals.PartitionLeaderStrategy). */
function badName(topic: string, partition: number, errorCode: number): KafkaError | undefined {
  if (errorCode !== errors.INVALID_TOPIC_EXCEPTION) return undefined
  return kafkaError(errorCode, `Failed to fetch metadata for partition ${topic}-${partition} due to invalid topic \`${topic}\``)
}
