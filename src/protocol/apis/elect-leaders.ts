import { api, array, int8, int16, int32, string, struct } from '../types'

/** Elects the preferred leader of partitions, KIP-183, or, from v1, any replica that lives, KIP-460. */
export const ElectLeaders = api({
  key: 43,
  name: 'ElectLeaders',
  versions: [0, 2],
  flexible: 2,
  route: 'controller',
  listeners: ['broker', 'controller'],
  request: {
    electionType: int8.since(1), // 0 preferred, 1 unclean
    topicPartitions: array(struct({ topic: string, partitions: array(int32) })).orNull(),
    timeoutMs: int32.default(60000),
  },
  response: {
    throttleTimeMs: int32.default(0),
    errorCode: int16.since(1),
    replicaElectionResults: array(
      struct({
        topic: string,
        partitionResult: array(struct({ partitionId: int32, errorCode: int16, errorMessage: string.orNull() })),
      }),
    ),
  },
})
