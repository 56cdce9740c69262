import { api, array, bool, int8, int16, int32, string, struct, uuid } from '../types'

/**
 * Creates topics, or only checks whether they could be. KIP-4.
 * v4 counts may be left to the broker (-1), KIP-464; v5 the reply shows the configs, KIP-525; v6 THROTTLING_QUOTA_EXCEEDED,
 * KIP-599; v7 topic ids, KIP-516.
 */
export const CreateTopics = api({
  key: 19,
  name: 'CreateTopics',
  versions: [2, 7],
  flexible: 5,
  route: 'controller',
  listeners: ['broker', 'controller'],
  request: {
    topics: array(
      struct({
        name: string,
        numPartitions: int32, // -1: the broker's default
        replicationFactor: int16, // -1: the broker's default
        assignments: array(struct({ partitionIndex: int32, brokerIds: array(int32) })),
        configs: array(struct({ name: string, value: string.orNull() })),
      }),
    ),
    timeoutMs: int32.default(60000),
    validateOnly: bool.default(false),
  },
  response: {
    throttleTimeMs: int32.default(0),
    topics: array(
      struct({
        name: string,
        topicId: uuid.since(7).ignorable(),
        errorCode: int16,
        errorMessage: string.orNull(),
        topicConfigErrorCode: int16.tag(0, 5).ignorable(),
        numPartitions: int32.since(5).default(-1).ignorable(),
        replicationFactor: int16.since(5).default(-1).ignorable(),
        configs: array(
          struct({
            name: string,
            value: string.orNull(),
            readOnly: bool,
            configSource: int8.default(-1), // as in DescribeConfigs
            isSensitive: bool,
          }),
        )
          .orNull()
          .since(5)
          .ignorable(),
      }),
    ),
  },
})
