import { api, array, int16, int32, int64, string, struct, uint16, uuid } from '../types'

const ReplicaState = struct({
  replicaId: int32,
  replicaDirectoryId: uuid.since(2),
  logEndOffset: int64,
  lastFetchTimestamp: int64.since(1).default(-1).ignorable(),
  lastCaughtUpTimestamp: int64.since(1).default(-1).ignorable(),
})

const PartitionData = struct({
  partitionIndex: int32,
  errorCode: int16,
  errorMessage: string.orNull().since(2).ignorable(),
  leaderId: int32,
  leaderEpoch: int32,
  highWatermark: int64,
  currentVoters: array(ReplicaState),
  observers: array(ReplicaState),
})

const TopicData = struct({ topicName: string, partitions: array(PartitionData) })

/** Leader, voters and observers of the metadata log. KIP-595; v1 times, KIP-836; v2 nodes and directory ids, KIP-853. */
export const DescribeQuorum = api({
  key: 55,
  name: 'DescribeQuorum',
  versions: [0, 2],
  flexible: 0,
  route: 'any',
  listeners: ['broker', 'controller'],
  request: {
    topics: array(struct({ topicName: string, partitions: array(struct({ partitionIndex: int32 })) })),
  },
  response: {
    errorCode: int16,
    errorMessage: string.orNull().since(2).ignorable(),
    topics: array(TopicData),
    nodes: array(
      struct({
        nodeId: int32,
        listeners: array(struct({ name: string, host: string, port: uint16 })),
      }),
    ).since(2),
  },
})
