/**
 * Metadata 0-13.
 * `topics` null, and in v0 empty: all. A topic that is not there is created where both sides allow it (before v4 the client always
 * does) and answered at once. v12 asks by id: an unknown one is UNKNOWN_TOPIC_ID. Before, an id or no name makes all of the request an
 * INVALID_REQUEST, and from then on neither of both an UNKNOWN_SERVER_ERROR, as in Kafka. Leaders: this node where the image has none, as a
 * clean stop of Kafka leaves it. Without an authorizer, operations that are asked for are all there are.
 */
import { Metadata } from '../../protocol/apis/metadata'
import { errors } from '../../protocol/errors'
import { type ReplyIn, type Request, ZERO_UUID } from '../../protocol/types'
import { topicNameError } from '../configs/resources'
import { autoCreate } from '../controller/auto-create'
import { knownBrokers } from '../controller/brokers'
import { notStored } from '../controller/not-stored'
import { CLUSTER_OPERATIONS, NO_OPERATIONS, TOPIC_OPERATIONS } from '../controller/operations'
import { type Brokers, brokersOf, inSyncOf, leaderOf, offlineOf } from '../controller/replicas'
import type { Engine } from '../engine'
import { type Ask, handle } from '../handler'
import type { TopicImage } from '../metadata/image'
import type { PartitionState } from '../partition'
import { inSlices } from '../slices'
import { INTERNAL_TOPICS } from '../topic'

type TopicAnswer = ReplyIn<typeof Metadata>['topics'][number]
type Asked = Request<typeof Metadata>

export const metadata = handle(Metadata, (request, ask) => {
  const { engine, peer } = ask
  const problem = problemOf(request, ask.version)
  if (problem !== errors.NONE) return refused(request, problem)
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

function problemOf({ topics }: Asked, version: number): number {
  if (topics === null) return errors.NONE
  if (version < 12) {
    const isWrong = topics.some(({ name, topicId }) => name === null || topicId !== ZERO_UUID)
    return isWrong ? errors.INVALID_REQUEST : errors.NONE
  }
  return topics.some(({ name, topicId }) => name === null && topicId === ZERO_UUID) ? errors.UNKNOWN_SERVER_ERROR : errors.NONE
}
/** Nothing is told but the error; only v13 has a place for it besides the topics. */
const refused = ({ topics }: Asked, errorCode: number) => ({
  brokers: [],
  clusterId: null,
  controllerId: -1,
  topics: (topics ?? []).map(({ name, topicId }) => ({
    errorCode,
    name: name ?? '',
    topicId,
    isInternal: false,
    partitions: [],
  })),
  errorCode,
})

function findTopics(request: Asked, ask: Ask): TopicAnswer[] | Promise<TopicAnswer[]> {
  const { engine, version } = ask
  const { metadata } = engine
  const teller = tellerOf(request, engine)
  const { topics } = request
  if (topics === null || (version === 0 && topics.length === 0))
    return inSlices(engine.system.clock, [...metadata.topics()], teller.found)
  // an id counts more than a name; whatever is asked for twice is answered once
  const ids = new Set(topics.map(({ topicId }) => topicId).filter((id) => id !== ZERO_UUID))
  const byId = [...ids].map((id) => {
    const topic = metadata.topicById(id)
    return topic ? teller.found(topic) : teller.missing(null, errors.UNKNOWN_TOPIC_ID, id)
  })
  const named = topics.filter(({ topicId }) => topicId === ZERO_UUID).map(({ name }) => name ?? '')
  const byName = findNamed([...new Set(named)], request, ask, teller)
  return byName instanceof Promise ? byName.then((found) => [...byId, ...found]) : [...byId, ...byName]
}

function findNamed(names: readonly string[], request: Asked, ask: Ask, teller: Teller): TopicAnswer[] | Promise<TopicAnswer[]> {
  const { engine, version } = ask
  const absent = names.filter((name) => !engine.metadata.topic(name))
  const tell = (problems: ReadonlyMap<string, number>) =>
    names.map((name) => {
      const topic = engine.metadata.topic(name)
      return topic ? teller.found(topic) : teller.missing(name, problems.get(name) ?? errors.UNKNOWN_TOPIC_OR_PARTITION)
    })
  if (absent.length === 0) return tell(new Map())
  const mayCreate = engine.settings.autoCreateTopicsEnable && (version < 4 || request.allowAutoTopicCreation)
  if (!mayCreate) return tell(new Map(absent.map((name) => [name, absence(name)])))
  return created(engine, absent).then(tell)
}

/** Creates topics; gives what became of each. One for which the disk has no room is not there, as far as clients know. */
async function created(engine: Engine, absent: readonly string[]): Promise<Map<string, number>> {
  const problems = new Map(absent.map((name) => [name, errors.UNKNOWN_TOPIC_OR_PARTITION]))
  await notStored(async () => {
    const { results, durable } = autoCreate(engine, absent)
    await durable
    for (const { name, errorCode } of results) problems.set(name, errorCode)
  })
  return problems
}

const absence = (name: string) =>
  topicNameError(name) === null ? errors.UNKNOWN_TOPIC_OR_PARTITION : errors.INVALID_TOPIC_EXCEPTION

/** How topics are told of in this reply. */
interface Teller {
  found(topic: TopicImage): TopicAnswer
  missing(name: string | null, errorCode: number, topicId?: string): TopicAnswer
}

function tellerOf(request: Asked, engine: Engine): Teller {
  const { metadata, nodeId } = engine
  const brokers = brokersOf(metadata, nodeId, (state) => engine.isAway(state))
  const topicAuthorizedOperations = request.includeTopicAuthorizedOperations ? TOPIC_OPERATIONS : NO_OPERATIONS
  const tell = (name: string | null, topicId: string, errorCode: number, partitions: TopicAnswer['partitions']): TopicAnswer => {
    const isInternal = name !== null && INTERNAL_TOPICS.has(name)
    return { errorCode, name, topicId, isInternal, partitions, topicAuthorizedOperations }
  }
  return {
    found: ({ name, id, partitions }) =>
      tell(
        name,
        id,
        errors.NONE,
        partitions.map((state) => describePartition(state, brokers, nodeId)),
      ),
    missing: (name, errorCode, topicId = ZERO_UUID) => tell(name, topicId, errorCode, []),
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
    isrNodes: inSyncOf(state, leaderId, brokers, nodeId),
    offlineReplicas: offlineOf(state, brokers, nodeId),
  }
}
