/** DescribeProducers 0 (KIP-664): who has written to a partition and is remembered, and where their open transactions begin. */
import { DescribeProducers } from '../../protocol/apis/describe-producers'
import { errors } from '../../protocol/errors'
import { handle } from '../handler'
import type { Partition } from '../partition'

export const describeProducers = handle(DescribeProducers, ({ topics }, { engine }) => ({
  topics: topics.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => {
      const partition = engine.partition(name, partitionIndex)
      if (!partition) return { partitionIndex, errorCode: errors.UNKNOWN_TOPIC_OR_PARTITION, activeProducers: [] }
      return { partitionIndex, errorCode: errors.NONE, activeProducers: activeProducers(partition) }
    }),
  })),
}))

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
