import { api, array, bool, int16, int32, int64, string, struct, uint16, uuid } from '../types'

/** A candidate for the lead of the metadata log asks a voter. KIP-595; v1 directory ids, KIP-853; v2 pre-vote, KIP-996. */
export const Vote = api({
  key: 52,
  name: 'Vote',
  versions: [0, 2],
  flexible: 0,
  route: 'any',
  listeners: ['controller'],
  request: {
    clusterId: string.orNull().default(null),
    voterId: int32.since(1).default(-1).ignorable(),
    topics: array(
      struct({
        topicName: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            replicaEpoch: int32,
            replicaId: int32,
            replicaDirectoryId: uuid.since(1).ignorable(),
            voterDirectoryId: uuid.since(1).ignorable(),
            lastOffsetEpoch: int32,
            lastOffset: int64,
            preVote: bool.since(2),
          }),
        ),
      }),
    ),
  },
  response: {
    errorCode: int16,
    topics: array(
      struct({
        topicName: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
            leaderId: int32,
            leaderEpoch: int32,
            voteGranted: bool,
          }),
        ),
      }),
    ),
    nodeEndpoints: array(struct({ nodeId: int32, host: string, port: uint16 })).tag(0, 1),
  },
})
