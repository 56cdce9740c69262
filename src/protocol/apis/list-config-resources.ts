import { api, array, int8, int16, int32, string, struct } from '../types'

/** Resources that have configs. In v0 the client metrics subscriptions only, KIP-714; v1 all types, KIP-1142. */
export const ListConfigResources = api({
  key: 74,
  name: 'ListConfigResources',
  versions: [0, 1],
  flexible: 0,
  route: 'any',
  listeners: ['broker'],
  request: {
    resourceTypes: array(int8).since(1), // empty: all
  },
  response: {
    throttleTimeMs: int32.default(0),
    errorCode: int16,
    configResources: array(
      struct({
        resourceName: string,
        resourceType: int8.since(1).default(16).ignorable(), // 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group
      }),
    ),
  },
})
