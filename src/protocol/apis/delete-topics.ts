import { api, array, int16, int32, string, struct, uuid } from '../types'

/** Deletes topics. KIP-4; v5 error messages and THROTTLING_QUOTA_EXCEEDED, KIP-599; v6 by id as well, KIP-516. */
export const DeleteTopics = api({
  key: 20,
  name: 'DeleteTopics',
  versions: [1, 6],
  flexible: 4,
  route: 'controller',
  listeners: ['broker', 'controller'],
  request: {
    topics: array(struct({ name: string.orNull().default(null), topicId: uuid })).since(6),
    topicNames: array(string).until(5).ignorable(),
    timeoutMs: int32,
  },
  response: {
    throttleTimeMs: int32.default(0),
    responses: array(
      struct({
        name: string.orNull(6),
        topicId: uuid.since(6).ignorable(),
        errorCode: int16,
        errorMessage: string.orNull().since(5).default(null).ignorable(),
      }),
    ),
  },
})
