import { api, array, int16, int32, string, struct, uuid } from '../types'

/** The group coordinator has the state of share partitions deleted. KIP-932. */
export const DeleteShareGroupState = api({
  key: 86,
  name: 'DeleteShareGroupState',
  versions: [0, 0],
  flexible: 0,
  route: 'share',
  listeners: ['broker'],
  request: {
    groupId: string,
    topics: array(struct({ topicId: uuid, partitions: array(struct({ partition: int32 })) })),
  },
  response: {
    results: array(
      struct({
        topicId: uuid,
        partitions: array(
          struct({
            partition: int32,
            errorCode: int16,
            errorMessage: string.orNull().default(null),
          }),
        ),
      }),
    ),
  },
})
