/**
 * DescribeQuorum 0-2: the metadata log's one voter, which is this node. Any other partition is UNKNOWN_TOPIC_OR_PARTITION. v2 tells
 * the voter's directory and where its controller listens (KIP-853).
 */
import { DescribeQuorum } from '../../protocol/apis/describe-quorum'
import { errorOf, errors } from '../../protocol/errors'
import { ZERO_UUID } from '../../protocol/types'
import { METADATA_TOPIC } from '../controller/create-topics'
import { quorumVersion } from '../controller/quorum'
import { handle } from '../handler'

export const describeQuorum = handle(DescribeQuorum, ({ topics }, { engine, version, now }) => {
  const [topic] = topics
  const whole =
    topics.length === 1 &&
    topic?.topicName === METADATA_TOPIC &&
    topic.partitions.every(({ partitionIndex }) => partitionIndex === 0)
  if (!whole) return { errorCode: errors.NONE, errorMessage: '', topics: topics.map(unknown) }
  const { metadataLog, nodeId, directory, metadata, options } = engine
  const end = metadataLog.partitionLog.endOffset
  const voter = {
    replicaId: nodeId,
    ...(version >= 2 && { replicaDirectoryId: quorumVersion(engine) > 0 ? directory.meta.directoryId : ZERO_UUID }),
    logEndOffset: end,
    lastFetchTimestamp: now,
    lastCaughtUpTimestamp: now,
  }
  const partition = {
    partitionIndex: 0,
    errorCode: errors.NONE,
    errorMessage: '',
    leaderId: nodeId,
    leaderEpoch: metadataLog.leaderEpoch,
    highWatermark: end,
    currentVoters: [voter],
    observers: [],
  }
  const listeners = metadata.controllers.get(nodeId)?.endPoints ?? [options.identity.controller]
  return {
    errorCode: errors.NONE,
    errorMessage: '',
    topics: [{ topicName: METADATA_TOPIC, partitions: [partition] }],
    ...(version >= 2 && { nodes: [{ nodeId, listeners: listeners.map(({ name, host, port }) => ({ name, host, port })) }] }),
  }
})

function unknown({ topicName, partitions }: { topicName: string; partitions: { partitionIndex: number }[] }) {
  const errorCode = errors.UNKNOWN_TOPIC_OR_PARTITION
  const nobody = { leaderId: 0, leaderEpoch: 0, highWatermark: 0, currentVoters: [], observers: [] }
  return {
    topicName,
    partitions: partitions.map(({ partitionIndex }) => ({
      partitionIndex,
      errorCode,
      errorMessage: errorOf(errorCode).sentence,
      ...nobody,
    })),
  }
}
