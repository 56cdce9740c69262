import { api, array, bool, int8, int16, int32, string, struct } from '../types'

/** Replaces all configs of a resource; IncrementalAlterConfigs is kinder. KIP-133. */
export const AlterConfigs = api({
  key: 33,
  name: 'AlterConfigs',
  versions: [0, 2],
  flexible: 2,
  route: 'any',
  listeners: ['broker', 'controller'],
  request: {
    resources: array(
      struct({
        resourceType: int8, // 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group
        resourceName: string,
        configs: array(struct({ name: string, value: string.orNull() })),
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
