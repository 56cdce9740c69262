/** What kafka-topics.sh asks of a cluster. An error in a reply is thrown with Kafka's exception and words. */
import type { Cluster } from '../client/cluster'
import { errorIn, kafkaError } from '../client/kafka-error'
import { CreatePartitions } from '../protocol/apis/create-partitions'
import { CreateTopics } from '../protocol/apis/create-topics'
import { DeleteTopics } from '../protocol/apis/delete-topics'
import { DescribeCluster } from '../protocol/apis/describe-cluster'
import { DescribeConfigs } from '../protocol/apis/describe-configs'
import { DescribeTopicPartitions } from '../protocol/apis/describe-topic-partitions'
import { ListPartitionReassignments } from '../protocol/apis/list-partition-reassignments'
import { Metadata } from '../protocol/apis/metadata'
import { type Reply, type RequestIn, ZERO_UUID } from '../protocol/types'

/** What is used of a cluster. A call of `during` has that name in Kafka's words for a time-out. */
export type Asks = Pick<Cluster, 'call' | 'during'>

const TIMEOUT_MS = 30_000

export interface TopicListing {
  readonly name: string
  readonly topicId: string
}

export async function listings(cluster: Asks): Promise<TopicListing[]> {
  const call = cluster.during('listTopics')
  const reply = await call(Metadata, { topics: null, allowAutoTopicCreation: true })
  return reply.topics.flatMap(({ name, topicId }) => (name === null ? [] : [{ name, topicId }]))
}

export interface Partition {
  readonly partition: number
  /** Undefined while there is none. */
  readonly leader: number | undefined
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  /** Undefined where the broker does not tell (KIP-966). */
  readonly elr: readonly number[] | undefined
  readonly lastKnownElr: readonly number[] | undefined
}

export interface Topic extends TopicListing {
  /** In order. */
  readonly partitions: readonly Partition[]
}

/** Topics with their partitions, page by page. */
export async function describeByName(cluster: Asks, names: readonly string[], limit: number): Promise<Topic[]> {
  const call = cluster.during('describeTopics')
  const topics = new Map<string, { name: string; topicId: string; partitions: Partition[] }>()
  const wanted = [...names].sort() // the broker answers in this order, and a page may end anywhere in it
  let cursor: { topicName: string; partitionIndex: number } | null = null
  do {
    const from: string = cursor?.topicName ?? ''
    const asked = wanted.filter((name) => name >= from).map((name) => ({ name }))
    const reply: Reply<typeof DescribeTopicPartitions> = await call(DescribeTopicPartitions, {
      topics: asked,
      responsePartitionLimit: limit,
      cursor,
    })
    for (const topic of reply.topics) {
      if (topic.errorCode !== 0) throw kafkaError(topic.errorCode)
      const name = topic.name ?? ''
      const known = topics.get(name) ?? { name, topicId: topic.topicId, partitions: [] }
      topics.set(name, known)
      known.partitions.push(
        ...topic.partitions.map((one) => ({
          ...partitionOf(one),
          elr: one.eligibleLeaderReplicas ?? undefined,
          lastKnownElr: one.lastKnownElr ?? undefined,
        })),
      )
    }
    cursor = reply.nextCursor
  } while (cursor !== null)
  return [...topics.values()]
}

interface WirePartition {
  readonly partitionIndex: number
  readonly leaderId: number
  readonly replicaNodes: readonly number[]
  readonly isrNodes: readonly number[]
}

const partitionOf = ({ partitionIndex, leaderId, replicaNodes, isrNodes }: WirePartition): Partition => ({
  partition: partitionIndex,
  leader: leaderId < 0 ? undefined : leaderId,
  replicas: replicaNodes,
  isr: isrNodes,
  elr: undefined,
  lastKnownElr: undefined,
})

/** A topic by its id. The reply of Metadata, which alone knows ids, has no eligible leaders. */
export async function describeById(cluster: Asks, topicId: string): Promise<Topic[]> {
  const call = cluster.during('describeTopics')
  const reply = await call(Metadata, { topics: [{ topicId, name: null }], allowAutoTopicCreation: false })
  return reply.topics.map((topic) => {
    if (topic.errorCode !== 0) throw kafkaError(topic.errorCode)
    const partitions = topic.partitions.map(partitionOf).sort((a, b) => a.partition - b.partition)
    return { name: topic.name ?? '', topicId: topic.topicId, partitions }
  })
}

export interface ConfigEntry {
  readonly name: string
  readonly value: string | null
  /** As DescribeConfigs numbers them: 1 is the topic's own, 5 Kafka's default. */
  readonly source: number
}

const TOPIC = 2
export const OWN_SOURCE = 1
export const DEFAULT_SOURCE = 5

/** Settings of topics by topic. */
export async function topicConfigs(cluster: Asks, names: readonly string[]): Promise<Map<string, ConfigEntry[]>> {
  if (names.length === 0) return new Map()
  const resources = names.map((resourceName) => ({ resourceType: TOPIC, resourceName, configurationKeys: null }))
  const reply = await cluster.call(DescribeConfigs, { resources })
  return new Map(
    reply.results.map(({ resourceName, errorCode, errorMessage, configs }) => {
      const error = errorIn(errorCode, errorMessage)
      if (error) throw error
      return [resourceName, configs.map(({ name, value, configSource }) => ({ name, value, source: configSource }))]
    }),
  )
}

export interface Reassignment {
  readonly replicas: readonly number[]
  readonly adding: readonly number[]
  readonly removing: readonly number[]
}

/** Moves that are under way, by `topic-partition`; none where the cluster will not say. */
export async function reassignments(cluster: Asks, topics: readonly Topic[]): Promise<Map<string, Reassignment>> {
  const asked = topics.map(({ name, partitions }) => ({ name, partitionIndexes: partitions.map((one) => one.partition) }))
  const reply = await cluster.call(ListPartitionReassignments, { timeoutMs: TIMEOUT_MS, topics: asked })
  const found = new Map<string, Reassignment>()
  if (reply.errorCode !== 0) return found
  for (const { name, partitions } of reply.topics) {
    for (const { partitionIndex, replicas, addingReplicas, removingReplicas } of partitions) {
      found.set(`${name}-${partitionIndex}`, { replicas, adding: addingReplicas, removing: removingReplicas })
    }
  }
  return found
}

export async function liveBrokers(cluster: Asks): Promise<Set<number>> {
  const reply = await cluster.call(DescribeCluster, { includeClusterAuthorizedOperations: false })
  const error = errorIn(reply.errorCode, reply.errorMessage)
  if (error) throw error
  return new Set(reply.brokers.map(({ brokerId }) => brokerId))
}

export type NewTopic = RequestIn<typeof CreateTopics>['topics'][number]

/** Creates a topic and gives its id, and its partitions where the broker says how many it made. */
export async function create(
  cluster: Asks,
  topic: NewTopic,
): Promise<{ topicId: string; partitions: number; replicationFactor: number }> {
  const reply = await cluster.call(CreateTopics, { topics: [topic], timeoutMs: TIMEOUT_MS })
  const [made] = reply.topics
  if (!made) throw kafkaError(-1)
  const error = errorIn(made.errorCode, made.errorMessage)
  if (error) throw error
  return { topicId: made.topicId, partitions: made.numPartitions, replicationFactor: made.replicationFactor }
}

export type MorePartitions = RequestIn<typeof CreatePartitions>['topics'][number]

export async function addPartitions(cluster: Asks, topics: readonly MorePartitions[]): Promise<void> {
  const reply = await cluster.call(CreatePartitions, { topics: [...topics], timeoutMs: TIMEOUT_MS, validateOnly: false })
  throwFirst(reply.results)
}

export async function remove(cluster: Asks, names: readonly string[]): Promise<void> {
  const topics = names.map((name) => ({ name, topicId: ZERO_UUID }))
  const reply = await cluster.call(DeleteTopics, { topics, topicNames: [...names], timeoutMs: TIMEOUT_MS })
  throwFirst(reply.responses)
}

function throwFirst(results: readonly { errorCode: number; errorMessage: string | null }[]): void {
  for (const { errorCode, errorMessage } of results) {
    const error = errorIn(errorCode, errorMessage)
    if (error) throw error
  }
}
