/**
 * OffsetForLeaderEpoch 2-4 (KIP-101, KIP-320): the largest epoch at most the one asked, and where it ends; -1, -1 when the log knows
 * none. A newer current epoch than the leader's is UNKNOWN_LEADER_EPOCH, an older one FENCED_LEADER_EPOCH.
 */

import { OffsetForLeaderEpoch } from '../../protocol/apis/offset-for-leader-epoch'
import { errors } from '../../protocol/errors'
import { handle } from '../handler'

export const offsetForLeaderEpoch = handle(OffsetForLeaderEpoch, (request, { engine }) => ({
  topics: request.topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition: index, currentLeaderEpoch, leaderEpoch }) => {
      const none = { partition: index, leaderEpoch: -1, endOffset: -1 }
      const partition = engine.partition(topic, index)
      if (!partition) return { ...none, errorCode: errors.UNKNOWN_TOPIC_OR_PARTITION }
      if (engine.isAway(partition.state)) return { ...none, errorCode: errors.KAFKA_STORAGE_ERROR }
      const errorCode = partition.checkEpoch(currentLeaderEpoch)
      if (errorCode) return { ...none, errorCode }
      const end = partition.endOfEpoch(leaderEpoch)
      return { errorCode, partition: index, leaderEpoch: end.epoch, endOffset: end.endOffset }
    }),
  })),
}))
