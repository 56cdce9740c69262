/** ListPartitionReassignments 0: partitions on the move, as the image has them. kt moves none; a directory of Kafka may hold some. */
import { ListPartitionReassignments } from '../../protocol/apis/list-partition-reassignments'
import { errors } from '../../protocol/errors'
import { handle } from '../handler'
import type { TopicImage } from '../metadata/image'

export const listPartitionReassignments = handle(ListPartitionReassignments, ({ topics }, { engine }) => {
  const { metadata } = engine
  const found =
    topics === null
      ? [...metadata.topics()].map((topic) => moving(topic, undefined))
      : topics.flatMap(({ name, partitionIndexes }) => {
          const topic = metadata.topic(name)
          return topic ? [moving(topic, partitionIndexes)] : []
        })
  return { errorCode: errors.NONE, errorMessage: null, topics: found.filter(({ partitions }) => partitions.length > 0) }
})

function moving({ name, partitions }: TopicImage, indexes: readonly number[] | undefined) {
  const asked = indexes ? partitions.filter(({ index }) => indexes.includes(index)) : partitions
  const moved = asked.filter(({ addingReplicas, removingReplicas }) => addingReplicas.length + removingReplicas.length > 0)
  return {
    name,
    partitions: moved.map(({ index, replicas, addingReplicas, removingReplicas }) => ({
      partitionIndex: index,
      replicas,
      addingReplicas,
      removingReplicas,
    })),
  }
}
