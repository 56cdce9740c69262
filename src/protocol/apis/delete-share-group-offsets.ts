import { api, array, int16, int32, string, struct, uuid } from '../types'

/** Forgets where a share group without members starts to read. KIP-932. */
export const DeleteShareGroupOffsets = api({
  key: 92,
  name: 'DeleteShareGroupOffsets',
  versions: [0, 0],
  flexible: 0,
  route: 'group',
  listeners: ['broker'],
  request: { groupId: string, topics: array(struct({ topicName: string })) },
  response: {
    throttleTimeMs: int32.default(0),
    errorCode: int16,
    errorMessage: string.orNull().default(null),
    responses: array(
      struct({
        topicName: string,
        topicId: uuid,
        errorCode: int16,
        errorMessage: string.orNull().default(null),
      }),
    ),
  },
})
