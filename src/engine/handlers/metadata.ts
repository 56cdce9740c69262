/**
 * Metadata 0-13.
 * `topics` null, and in v0 empty: all. A topic that is not there is created where both sides allow it (before v4 the client always
 * does) and answered at once. v12 asks by id: an unknown one is UNKNOWN_TOPIC_ID. Leaders: this node where the image has none, as a
 * clean stop of Kafka leaves it. Without an authorizer, operations that are asked for are all there are.
 */
import { Metadata } from '../../protocol/apis/metadata'
import { errors } from '../../protocol/errors'
import { type ReplyIn, type Request, ZERO_UUID } from '../../protocol/types'
import { topicNameError } from '../configs/resources'
import { autoCreate } from '../controller/auto-create'
import { knownBrokers } from '../controller/brokers'
import { CLUSTER_OPERATIONS, NO_OPERATIONS, TOPIC_OPERATIONS } from '../controller/operations'
import { type Brokers, brokersOf, inSyncOf, leaderOf, offlineOf } from '../controller/replicas'
import type { Engine } from '../engine'
import { type Ask, handle } from '../handler'
import type { TopicImage } from '../metadata/image'
import type { PartitionState } from '../partition'
import { INTERNAL_TOPICS } from '../topic'

type TopicAnswer = ReplyIn<typeof Metadata>['topics'][number]
type Asked = Request<typeof Metadata>

export const metadata = handle(Metadata, (request, ask) => {
  const { engine, peer } = ask
  const reply = (topics: TopicAnswer[]) => ({
    brokers: knownBrokers(engine, peer).filter(({ fenced }) => !fenced),
    clusterId: engine.clusterId,
    controllerId: engine.nodeId,
    topics,
    clusterAuthorizedOperations: request.includeClusterAuthorizedOperations ? CLUSTER_OPERATIONS : NO_OPERATIONS,
  })
  const topics = findTopics(request, ask)
  return topics instanceof Promise ? topics.then(reply) : reply(topics)
})

function findTopics(request: Asked, { engine, version }: Ask): TopicAnswer[] | Promise<TopicAnswer[]> {
  const brokers = brokersOf(engine.metadata, engine.nodeId)
  const operations = request.includeTopicAuthorizedOperations ? TOPIC_OPERATIONS : NO_OPERATIONS
  const describe = (topic: TopicImage) => describeTopic(topic, operations, brokers, engine.nodeId)
  const { topics } = request
  if (topics === null || (version === 0 && topics.length === 0)) return [...engine.metadata.topics()].map(describe)
  const answers = topics.map(({ name, topicId }): TopicAnswer | string => {
    if (name !== null) {
      const topic = engine.metadata.topic(name)
      return topic ? describe(topic) : name
    }
    const topic = engine.metadata.topicById(topicId)
    return topic ? describe(topic) : missing(null, errors.UNKNOWN_TOPIC_ID, topicId)
  })
  const names = [...new Set(answers.filter((answer) => typeof answer === 'string'))]
  const found = (created: ReadonlyMap<string, TopicAnswer>) =>
    answers.map((answer) =>
      typeof answer === 'string' ? (created.get(answer) ?? missing(answer, errors.UNKNOWN_TOPIC_OR_PARTITION)) : answer,
    )
  if (names.length === 0) return found(new Map())
  const mayCreate = engine.settings.autoCreateTopicsEnable && (version < 4 || request.allowAutoTopicCreation)
  if (!mayCreate) return found(new Map(names.map((name) => [name, missing(name, absence(name))])))
  return createMissing(engine, names, describe).then(found)
}

async function createMissing(
  engine: Engine,
  names: readonly string[],
  describe: (topic: TopicImage) => TopicAnswer,
): Promise<ReadonlyMap<string, TopicAnswer>> {
  const { results, durable } = autoCreate(engine, names)
  await durable
  return new Map(
    results.map(({ name, errorCode }) => {
      const topic = engine.metadata.topic(name)
      return [name, topic ? describe(topic) : missing(name, errorCode || errors.UNKNOWN_TOPIC_OR_PARTITION)]
    }),
  )
}

const absence = (name: string) =>
  topicNameError(name) === null ? errors.UNKNOWN_TOPIC_OR_PARTITION : errors.INVALID_TOPIC_EXCEPTION

function missing(name: string | null, errorCode: number, topicId = ZERO_UUID): TopicAnswer {
  return { errorCode, name, topicId, isInternal: name !== null && INTERNAL_TOPICS.has(name), partitions: [] }
}

function describeTopic(topic: TopicImage, topicAuthorizedOperations: number, brokers: Brokers, nodeId: number): TopicAnswer {
  return {
    errorCode: errors.NONE,
    name: topic.name,
    topicId: topic.id,
    isInternal: INTERNAL_TOPICS.has(topic.name),
    partitions: topic.partitions.map((state) => describePartition(state, brokers, nodeId)),
    topicAuthorizedOperations,
  }
}

function describePartition(state: PartitionState, brokers: Brokers, nodeId: number): TopicAnswer['partitions'][number] {
  const leaderId = leaderOf(state, brokers, nodeId)
  return {
    errorCode: leaderId < 0 ? errors.LEADER_NOT_AVAILABLE : errors.NONE,
    partitionIndex: state.index,
    leaderId,
    leaderEpoch: state.leaderEpoch,
    replicaNodes: state.replicas,
    isrNodes: inSyncOf(state, leaderId),
    offlineReplicas: offlineOf(state, brokers),
  }
}
