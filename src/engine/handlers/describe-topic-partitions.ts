/**
 * DescribeTopicPartitions 0 (KIP-966): topics by name, at most max.request.partition.size.limit partitions at a time; the cursor of
 * a reply is where the next request goes on. No topics: all. Topics that are not there are errors only where they were named.
 */
import { DescribeTopicPartitions } from '../../protocol/apis/describe-topic-partitions'
import { errors } from '../../protocol/errors'
import { type ReplyIn, ZERO_UUID } from '../../protocol/types'
import { topicNameError } from '../configs/resources'
import { NO_OPERATIONS, TOPIC_OPERATIONS } from '../controller/operations'
import { type Brokers, brokersOf, inSyncOf, leaderOf, offlineOf } from '../controller/replicas'
import type { Engine } from '../engine'
import { handle } from '../handler'
import type { TopicImage } from '../metadata/image'
import type { PartitionState } from '../partition'
import { INTERNAL_TOPICS } from '../topic'

type Answer = ReplyIn<typeof DescribeTopicPartitions>
type TopicAnswer = Answer['topics'][number]
interface Cursor {
  readonly topicName: string
  readonly partitionIndex: number
}

export const describeTopicPartitions = handle(DescribeTopicPartitions, (request, { engine }) => {
  const { cursor } = request
  const all = request.topics.length === 0
  const asked = all ? [...engine.metadata.topics()] : request.topics
  const names = [...new Set(asked.map(({ name }) => name))].sort()
  if (cursor && (cursor.partitionIndex < 0 || (!all && !names.includes(cursor.topicName)))) {
    return {
      topics: names.map((name) => ({ ...missing(name, errors.INVALID_REQUEST), topicAuthorizedOperations: NO_OPERATIONS })),
      nextCursor: null,
    }
  }
  const from = cursor?.topicName ?? ''
  const limit = Math.max(1, Math.min(engine.settings.maxRequestPartitionSizeLimit, request.responsePartitionLimit))
  const wanted = names.filter((name) => name >= from)
  return page(engine, wanted, cursor, limit, all ? 'silently' : 'as errors')
})

/** Topics from the cursor on until `limit` partitions are told. */
function page(
  engine: Engine,
  names: readonly string[],
  cursor: Cursor | null,
  limit: number,
  absent: 'silently' | 'as errors',
): Answer {
  const { metadata, nodeId } = engine
  const brokers = brokersOf(metadata, nodeId, (state) => engine.isAway(state))
  const topics: TopicAnswer[] = []
  let left = limit
  for (const name of names) {
    if (left <= 0) return { topics, nextCursor: { topicName: name, partitionIndex: 0 } }
    const topic = metadata.topic(name)
    if (!topic) {
      if (absent === 'as errors') topics.push(missing(name, absence(name)))
      continue
    }
    const first = cursor?.topicName === name ? cursor.partitionIndex : 0
    const states = topic.partitions.slice(first, first + left)
    topics.push(describe(topic, states, brokers, nodeId))
    if (first + states.length < topic.partitions.length) {
      return { topics, nextCursor: { topicName: name, partitionIndex: first + states.length } }
    }
    left -= states.length
  }
  return { topics, nextCursor: null }
}

const absence = (name: string) =>
  topicNameError(name) === null ? errors.UNKNOWN_TOPIC_OR_PARTITION : errors.INVALID_TOPIC_EXCEPTION

function missing(name: string, errorCode: number): TopicAnswer {
  const isInternal = INTERNAL_TOPICS.has(name)
  return { errorCode, name, topicId: ZERO_UUID, isInternal, partitions: [], topicAuthorizedOperations: TOPIC_OPERATIONS }
}

function describe({ name, id }: TopicImage, states: readonly PartitionState[], brokers: Brokers, nodeId: number): TopicAnswer {
  return {
    errorCode: errors.NONE,
    name,
    topicId: id,
    isInternal: INTERNAL_TOPICS.has(name),
    partitions: states.map((state) => describePartition(state, brokers, nodeId)),
    topicAuthorizedOperations: TOPIC_OPERATIONS,
  }
}

/** Who is in sync is not merely eligible: a clean stop of Kafka leaves the last replica so in the image. */
function describePartition(state: PartitionState, brokers: Brokers, nodeId: number): TopicAnswer['partitions'][number] {
  const leaderId = leaderOf(state, brokers, nodeId)
  const isrNodes = inSyncOf(state, leaderId, brokers, nodeId)
  return {
    errorCode: leaderId < 0 ? errors.LEADER_NOT_AVAILABLE : errors.NONE,
    partitionIndex: state.index,
    leaderId,
    leaderEpoch: state.leaderEpoch,
    replicaNodes: state.replicas,
    isrNodes,
    eligibleLeaderReplicas: state.eligibleLeaderReplicas.filter((id) => !isrNodes.includes(id)),
    lastKnownElr: state.lastKnownElr.filter((id) => !isrNodes.includes(id)),
    offlineReplicas: offlineOf(state, brokers, nodeId),
  }
}
