import { api, array, bool, int8, int16, int32, string, struct } from '../types'

/** Sets, deletes, extends and shortens single configs of a resource. KIP-339. A broker's own go to that broker. */
export const IncrementalAlterConfigs = api({
  key: 44,
  name: 'IncrementalAlterConfigs',
  versions: [0, 1],
  flexible: 1,
  route: 'any',
  listeners: ['broker', 'controller'],
  request: {
    resources: array(
      struct({
        resourceType: int8, // 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group
        resourceName: string,
        configs: array(
          struct({
            name: string,
            configOperation: int8, // 0 set, 1 delete, 2 append, 3 subtract
            value: string.orNull(),
          }),
        ),
      }),
    ),
    validateOnly: bool,
  },
  response: {
    throttleTimeMs: int32.default(0),
    responses: array(
      struct({
        errorCode: int16,
        errorMessage: string.orNull(),
        resourceType: int8,
        resourceName: string,
      }),
    ),
  },
})
