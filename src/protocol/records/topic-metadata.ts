/** The records of __cluster_metadata about topics, their partitions, and configs of all kinds. */
import { array, int8, int32, string, uuid } from '../types'
import { metadataType } from './metadata-record'

/** A topic was created; its partitions follow. */
export const TopicRecord = metadataType({
  type: 2,
  name: 'TopicRecord',
  versions: [0, 0],
  flexible: 0,
  fields: { name: string, topicId: uuid },
})

/** A partition as a whole. v1 directories (KIP-858), v2 eligible leaders (KIP-966). */
export const PartitionRecord = metadataType({
  type: 3,
  name: 'PartitionRecord',
  versions: [0, 2],
  flexible: 0,
  fields: {
    partitionId: int32.default(-1),
    topicId: uuid,
    replicas: array(int32),
    isr: array(int32),
    removingReplicas: array(int32),
    addingReplicas: array(int32),
    leader: int32.default(-1), // -1: none
    leaderRecoveryState: int8.tag(0, 0), // 0 recovered, 1 recovering
    leaderEpoch: int32.default(-1),
    partitionEpoch: int32.default(-1),
    directories: array(uuid).since(1),
    eligibleLeaderReplicas: array(int32).orNull().tag(1, 2).default(null),
    lastKnownElr: array(int32).orNull().tag(2, 2).default(null),
  },
})

/** What changed in a partition. v1 directories (KIP-858), v2 eligible leaders (KIP-966). */
export const PartitionChangeRecord = metadataType({
  type: 5,
  name: 'PartitionChangeRecord',
  versions: [0, 2],
  flexible: 0,
  fields: {
    partitionId: int32.default(-1),
    topicId: uuid,
    isr: array(int32).orNull().tag(0, 0).default(null), // null here and below: unchanged
    leader: int32.tag(1, 0).default(-2), // -2: unchanged, -1: none
    replicas: array(int32).orNull().tag(2, 0).default(null),
    removingReplicas: array(int32).orNull().tag(3, 0).default(null),
    addingReplicas: array(int32).orNull().tag(4, 0).default(null),
    leaderRecoveryState: int8.tag(5, 0).default(-1), // -1: unchanged
    directories: array(uuid).orNull().tag(8, 1).default(null),
    eligibleLeaderReplicas: array(int32).orNull().tag(6, 2).default(null),
    lastKnownElr: array(int32).orNull().tag(7, 2).default(null),
  },
})

/** A topic was deleted, with its partitions and configs. */
export const RemoveTopicRecord = metadataType({
  type: 9,
  name: 'RemoveTopicRecord',
  versions: [0, 0],
  flexible: 0,
  fields: { topicId: uuid },
})

/** Forgets the eligible leaders of a topic, or of all when there is no name (KIP-966). */
export const ClearElrRecord = metadataType({
  type: 28,
  name: 'ClearElrRecord',
  versions: [0, 0],
  flexible: 0,
  fields: { topicName: string },
})

/** One config of one resource. */
export const ConfigRecord = metadataType({
  type: 4,
  name: 'ConfigRecord',
  versions: [0, 0],
  flexible: 0,
  fields: {
    resourceType: int8, // 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group
    resourceName: string, // '' of a broker: all brokers
    name: string,
    value: string.orNull(), // null: removed
  },
})
