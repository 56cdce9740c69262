/** DescribeProducers 0 (KIP-664): who has written to a partition and is remembered, and where their open transactions begin. */
import { DescribeProducers } from '../../protocol/apis/describe-producers'
import { errorOf, errors } from '../../protocol/errors'
import { topicNameError } from '../configs/resources'
import type { Engine } from '../engine'
import { handle } from '../handler'
import type { Partition } from '../partition'

export const describeProducers = handle(DescribeProducers, ({ topics }, { engine }) => ({
  topics: topics.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => {
      const partition = engine.partition(name, partitionIndex)
      if (!partition) return { partitionIndex, ...absence(engine, name), activeProducers: [] }
      if (engine.isAway(partition.state)) return { partitionIndex, errorCode: errors.KAFKA_STORAGE_ERROR, activeProducers: [] }
      return { partitionIndex, errorCode: errors.NONE, activeProducers: activeProducers(partition) }
    }),
  })),
}))

/** What Kafka says of a partition that is not there. */
function absence({ metadata }: Engine, name: string): { errorCode: number; errorMessage: string | null } {
  const problem = topicNameError(name)
  if (problem !== null) return { errorCode: errors.INVALID_TOPIC_EXCEPTION, errorMessage: problem }
  const errorCode = errors.UNKNOWN_TOPIC_OR_PARTITION
  return { errorCode, errorMessage: metadata.topic(name) ? null : errorOf(errorCode).sentence }
}

function activeProducers({ log }: Partition) {
  return [...log.producers.all()].map(({ producerId, epoch, batches, timestamp, coordinatorEpoch, transactionStart }) => ({
    producerId,
    producerEpoch: epoch,
    lastSequence: batches.at(-1)?.lastSequence ?? -1,
    lastTimestamp: timestamp,
    coordinatorEpoch,
    currentTxnStartOffset: transactionStart,
  }))
}
