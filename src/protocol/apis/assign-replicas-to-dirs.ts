import { api, array, int16, int32, int64, struct, uuid } from '../types'

/** A broker tells the controller in which directories its replicas are. KIP-858. */
export const AssignReplicasToDirs = api({
  key: 73,
  name: 'AssignReplicasToDirs',
  versions: [0, 0],
  flexible: 0,
  route: 'controller',
  listeners: ['controller'],
  request: {
    brokerId: int32,
    brokerEpoch: int64.default(-1),
    directories: array(
      struct({
        id: uuid,
        topics: array(struct({ topicId: uuid, partitions: array(struct({ partitionIndex: int32 })) })),
      }),
    ),
  },
  response: {
    throttleTimeMs: int32.default(0),
    errorCode: int16,
    directories: array(
      struct({
        id: uuid,
        topics: array(
          struct({
            topicId: uuid,
            partitions: array(struct({ partitionIndex: int32, errorCode: int16 })),
          }),
        ),
      }),
    ),
  },
})
