import { api, array, int16, int32, string, struct } from '../types'

/** Moves replicas to another directory of the same broker. KIP-113. */
export const AlterReplicaLogDirs = api({
  key: 34,
  name: 'AlterReplicaLogDirs',
  versions: [1, 2],
  flexible: 2,
  route: 'any',
  listeners: ['broker'],
  request: {
    dirs: array(
      struct({
        path: string,
        topics: array(struct({ name: string, partitions: array(int32) })),
      }),
    ),
  },
  response: {
    throttleTimeMs: int32.default(0),
    results: array(
      struct({
        topicName: string,
        partitions: array(struct({ partitionIndex: int32, errorCode: int16 })),
      }),
    ),
  },
})
