/** Topics: which there are, what they are like, making and removing them. */
import { CreatePartitions } from '../../protocol/apis/create-partitions'
import { CreateTopics } from '../../protocol/apis/create-topics'
import { DeleteTopics } from '../../protocol/apis/delete-topics'
import { DescribeTopicPartitions } from '../../protocol/apis/describe-topic-partitions'
import { Metadata } from '../../protocol/apis/metadata'
import type { Call } from '../../protocol/call'
import { errors } from '../../protocol/errors'
import { type Reply, ZERO_UUID } from '../../protocol/types'
import type { Cluster } from '../cluster'
import { clientError, errorIn, KafkaError, kafkaError } from '../kafka-error'
import { type Outcome, orAsBefore } from './result'

export interface TopicListing {
  readonly name: string
  readonly id: string
  readonly isInternal: boolean
}

/** All topics, internal ones too, in name order. */
export async function listTopics(cluster: Cluster, timeoutMs?: number): Promise<TopicListing[]> {
  const { topics } = await cluster.during('listTopics', timeoutMs)(Metadata, { topics: null, allowAutoTopicCreation: false })
  return topics
    .map(({ name, topicId, isInternal }) => ({ name: name ?? '', id: topicId, isInternal }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

export interface PartitionDescription {
  readonly partition: number
  /** Node id; -1: none. */
  readonly leader: number
  readonly leaderEpoch: number
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  /** Eligible leader replicas (KIP-966); null where the broker does not say. */
  readonly eligibleLeaders: readonly number[] | null
  readonly lastKnownEligibleLeaders: readonly number[] | null
  readonly offline: readonly number[]
}
export interface TopicDescription extends TopicListing {
  readonly partitions: readonly PartitionDescription[]
  /** Bits by AclOperation; -2147483648: not asked for. */
  readonly authorizedOperations: number
}

/** What Kafka's client says of a name that it does not ask about. */
const nameless = () => clientError('InvalidTopicException', "The given topic name '' cannot be represented in a request.")

/** Describes topics, by name. In pages of `pageSize` partitions (KIP-966), or by Metadata where the broker has no such thing. */
export async function describeTopics(
  cluster: Cluster,
  names: readonly string[],
  { pageSize = 2000, timeoutMs }: { pageSize?: number; timeoutMs?: number } = {},
): Promise<Map<string, Outcome<TopicDescription>>> {
  const call = cluster.during('describeTopicPartitions', timeoutMs)
  const asked = names.filter((name) => name !== '')
  const today = () => inPages(call, [...new Set(asked)].sort(), pageSize)
  // to ask about none is to ask about all
  const found = asked.length === 0 ? new Map<string, never>() : await orByMetadata(today, () => byMetadata(call, asked))
  const unfound = (name: string) => (name === '' ? nameless() : kafkaError(errors.UNKNOWN_TOPIC_OR_PARTITION))
  return new Map(names.map((name) => [name, found.get(name) ?? unfound(name)]))
}

async function orByMetadata<T>(today: () => Promise<T>, before: () => Promise<T>): Promise<T> {
  try {
    return await today()
  } catch (error) {
    if (error instanceof KafkaError && error.code === errors.UNSUPPORTED_VERSION) return before()
    throw error
  }
}

/** A page may end within a topic; the next begins there. `names` sorted, as the broker goes through them in that order. */
async function inPages(call: Call, names: readonly string[], pageSize: number): Promise<Map<string, Outcome<TopicDescription>>> {
  const found = new Map<string, Outcome<TopicDescription>>()
  let cursor: Reply<typeof DescribeTopicPartitions>['nextCursor'] = null
  let left = names
  do {
    const topics = left.map((name) => ({ name }))
    const reply: Reply<typeof DescribeTopicPartitions> = await call(DescribeTopicPartitions, {
      topics,
      responsePartitionLimit: pageSize,
      cursor,
    })
    for (const row of reply.topics) {
      const name = row.name ?? ''
      const before = found.get(name)
      const partitions = row.partitions.map((each) => ({
        partition: each.partitionIndex,
        leader: each.leaderId,
        leaderEpoch: each.leaderEpoch,
        replicas: each.replicaNodes,
        isr: each.isrNodes,
        eligibleLeaders: each.eligibleLeaderReplicas,
        lastKnownEligibleLeaders: each.lastKnownElr,
        offline: each.offlineReplicas,
      }))
      const known = before && !(before instanceof KafkaError) ? before.partitions : []
      found.set(name, errorIn(row.errorCode) ?? { ...description({ ...row, name }), partitions: [...known, ...partitions] })
    }
    cursor = reply.nextCursor
    const next = cursor?.topicName
    left = next === undefined ? [] : left.filter((name) => name >= next)
  } while (cursor !== null)
  return found
}

const description = (row: { name: string; topicId: string; isInternal: boolean; topicAuthorizedOperations: number }) => ({
  name: row.name,
  id: row.topicId,
  isInternal: row.isInternal,
  authorizedOperations: row.topicAuthorizedOperations,
})

function fromMetadata(row: Reply<typeof Metadata>['topics'][number]): Outcome<TopicDescription> {
  const error = errorIn(row.errorCode)
  if (error) return error
  const partitions = row.partitions
    .map((each) => ({
      partition: each.partitionIndex,
      leader: each.leaderId,
      leaderEpoch: each.leaderEpoch,
      replicas: each.replicaNodes,
      isr: each.isrNodes,
      eligibleLeaders: null,
      lastKnownEligibleLeaders: null,
      offline: each.offlineReplicas,
    }))
    .sort((a, b) => a.partition - b.partition)
  return { ...description({ ...row, name: row.name ?? '' }), partitions }
}

async function byMetadata(call: Call, names: readonly string[]): Promise<Map<string, Outcome<TopicDescription>>> {
  const topics = names.map((name) => ({ name }))
  const reply = await call(Metadata, { topics, allowAutoTopicCreation: false })
  return new Map(reply.topics.map((row) => [row.name ?? '', fromMetadata(row)]))
}

/** Describes topics by id (KIP-516), in the order of `ids`; without eligible leader replicas, as Kafka's tools too. */
export async function describeTopicsById(
  cluster: Cluster,
  ids: readonly string[],
  timeoutMs?: number,
): Promise<Map<string, Outcome<TopicDescription>>> {
  const topics = ids.map((topicId) => ({ topicId, name: null }))
  const reply = await cluster.during('describeTopics', timeoutMs)(Metadata, { topics, allowAutoTopicCreation: false })
  const found = new Map(reply.topics.map((row) => [row.topicId, fromMetadata(row)]))
  return new Map(ids.map((id) => [id, found.get(id) ?? kafkaError(errors.UNKNOWN_TOPIC_ID)]))
}

export interface NewTopic {
  readonly name: string
  /** Without these the broker's defaults. Neither goes with `assignments`. */
  readonly partitions?: number
  readonly replicationFactor?: number
  /** Broker ids by partition. */
  readonly assignments?: readonly (readonly number[])[]
  readonly configs?: Readonly<Record<string, string>>
}
export interface CreatedTopic {
  readonly id: string
  /** -1 where the broker does not say. */
  readonly partitions: number
  readonly replicationFactor: number
}
interface ChangeOptions {
  readonly validateOnly?: boolean
  readonly timeoutMs?: number
}

/** What a controller may take for a change, as Kafka's admin client asks: all the time the call has. */
const DEFAULT_TIMEOUT_MS = 60_000

export async function createTopics(
  cluster: Cluster,
  topics: readonly NewTopic[],
  { validateOnly = false, timeoutMs }: ChangeOptions = {},
): Promise<Map<string, Outcome<CreatedTopic>>> {
  const reply = await cluster.during('createTopics', timeoutMs)(CreateTopics, {
    topics: topics.map(({ name, partitions = -1, replicationFactor = -1, assignments, configs = {} }) => ({
      name,
      numPartitions: partitions,
      replicationFactor,
      assignments: assignments?.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })) ?? [],
      configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
    })),
    timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS,
    validateOnly,
  })
  return new Map(
    reply.topics.map((row) => [
      row.name,
      errorIn(row.errorCode, row.errorMessage) ?? {
        id: row.topicId,
        partitions: row.numPartitions,
        replicationFactor: row.replicationFactor,
      },
    ]),
  )
}

/** Removes topics; the outcome is undefined where it is done. */
export async function deleteTopics(
  cluster: Cluster,
  names: readonly string[],
  timeoutMs?: number,
): Promise<Map<string, KafkaError | undefined>> {
  const call = cluster.during('deleteTopics', timeoutMs)
  const patience = { timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS }
  const reply = await orAsBefore(
    () => call(DeleteTopics, { ...patience, topics: names.map((name) => ({ name, topicId: ZERO_UUID })) }),
    () => call(DeleteTopics, { ...patience, topicNames: names }),
  )
  return new Map(reply.responses.map((row) => [row.name ?? '', errorIn(row.errorCode, row.errorMessage)]))
}

export interface MorePartitions {
  readonly topic: string
  /** How many there shall be. */
  readonly count: number
  /** Broker ids for each new partition. */
  readonly assignments?: readonly (readonly number[])[]
}

/** Gives topics more partitions; the outcome is undefined where it is done. */
export async function createPartitions(
  cluster: Cluster,
  wishes: readonly MorePartitions[],
  { validateOnly = false, timeoutMs }: ChangeOptions = {},
): Promise<Map<string, KafkaError | undefined>> {
  const reply = await cluster.during('createPartitions', timeoutMs)(CreatePartitions, {
    topics: wishes.map(({ topic, count, assignments }) => ({
      name: topic,
      count,
      assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null,
    })),
    timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS,
    validateOnly,
  })
  return new Map(reply.results.map((row) => [row.name, errorIn(row.errorCode, row.errorMessage)]))
}
