import { api, array, bool, int8, int16, int32, string, struct } from '../types'

/** Raises or lowers levels of features. KIP-584; v1 only to check, and kinds of downgrade, KIP-778; v2 one error for all. */
export const UpdateFeatures = api({
  key: 57,
  name: 'UpdateFeatures',
  versions: [0, 2],
  flexible: 0,
  route: 'controller',
  listeners: ['broker', 'controller'],
  request: {
    timeoutMs: int32.default(60000),
    featureUpdates: array(
      struct({
        feature: string,
        maxVersionLevel: int16, // 0: no longer used
        allowDowngrade: bool.until(0),
        upgradeType: int8.since(1).default(1), // 1 upgrade, 2 safe downgrade, 3 unsafe downgrade
      }),
    ),
    validateOnly: bool.since(1),
  },
  response: {
    throttleTimeMs: int32.default(0),
    errorCode: int16,
    errorMessage: string.orNull(),
    results: array(struct({ feature: string, errorCode: int16, errorMessage: string.orNull() }))
      .until(1)
      .ignorable(),
  },
})
