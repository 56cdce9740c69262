import { api, array, bool, int16, int32, string, struct } from '../types'

/** Raises the number of partitions of topics. KIP-195; v3 THROTTLING_QUOTA_EXCEEDED, KIP-599. */
export const CreatePartitions = api({
  key: 37,
  name: 'CreatePartitions',
  versions: [0, 3],
  flexible: 2,
  route: 'controller',
  listeners: ['broker', 'controller'],
  request: {
    topics: array(
      struct({
        name: string,
        count: int32,
        assignments: array(struct({ brokerIds: array(int32) })).orNull(),
      }),
    ),
    timeoutMs: int32,
    validateOnly: bool,
  },
  response: {
    throttleTimeMs: int32.default(0),
    results: array(struct({ name: string, errorCode: int16, errorMessage: string.orNull().default(null) })),
  },
})
