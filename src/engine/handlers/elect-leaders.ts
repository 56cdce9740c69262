/**
 * ElectLeaders 0-2. One broker leads all it has: every election is ELECTION_NOT_NEEDED. Who asks for all partitions is told of the
 * topics and, as by Kafka, of no partition that needs none. v1: unclean elections (KIP-460).
 */
import { ElectLeaders } from '../../protocol/apis/elect-leaders'
import { errorOf, errors } from '../../protocol/errors'
import { brokersOf, leaderOf } from '../controller/replicas'
import type { Engine } from '../engine'
import { handle } from '../handler'

const PREFERRED = 0
const UNCLEAN = 1

export const electLeaders = handle(ElectLeaders, ({ electionType, topicPartitions }, { engine }) => {
  if (electionType !== PREFERRED && electionType !== UNCLEAN) {
    const refused = { errorCode: errors.INVALID_REQUEST, errorMessage: `Unknown election type ${electionType}` }
    return {
      errorCode: errors.INVALID_REQUEST,
      replicaElectionResults: (topicPartitions ?? []).map(({ topic, partitions }) => ({
        topic,
        partitionResult: partitions.map((partitionId) => ({ partitionId, ...refused })),
      })),
    }
  }
  if (topicPartitions === null) {
    const topics = [...engine.metadata.topics()]
    return { errorCode: errors.NONE, replicaElectionResults: topics.map(({ name }) => ({ topic: name, partitionResult: [] })) }
  }
  return {
    errorCode: errors.NONE,
    replicaElectionResults: topicPartitions.map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map((partitionId) => ({ partitionId, ...outcome(engine, topic, partitionId) })),
    })),
  }
})

function outcome(engine: Engine, name: string, index: number): { errorCode: number; errorMessage: string } {
  const { metadata, nodeId } = engine
  const unknown = (errorMessage: string) => ({ errorCode: errors.UNKNOWN_TOPIC_OR_PARTITION, errorMessage })
  const topic = metadata.topic(name)
  if (!topic) return unknown(`No such topic as ${name}`)
  const state = topic.partitions[index]
  if (!state) return unknown(`No such partition as ${name}-${index}`)
  const led =
    leaderOf(
      state,
      brokersOf(metadata, nodeId, (one) => engine.isAway(one)),
      nodeId,
    ) >= 0
  const errorCode = led ? errors.ELECTION_NOT_NEEDED : errors.ELIGIBLE_LEADERS_NOT_AVAILABLE
  return { errorCode, errorMessage: errorOf(errorCode).sentence }
}
