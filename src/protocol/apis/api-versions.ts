import { api, array, bool, int16, int32, int64, string, struct } from '../types'

/**
 * Which APIs and versions the broker speaks; the first request on most connections. KIP-35.
 * v3 the client's name and the cluster's features, KIP-511 and KIP-584; v4 may list features whose least version is 0. Its reply
 * has response header v0 in all versions, and a version that the broker lacks is answered in v0 with error 35.
 */
export const ApiVersions = api({
  key: 18,
  name: 'ApiVersions',
  versions: [0, 4],
  flexible: 3,
  route: 'any',
  listeners: ['broker', 'controller'],
  request: {
    clientSoftwareName: string.since(3).ignorable(),
    clientSoftwareVersion: string.since(3).ignorable(),
  },
  response: {
    errorCode: int16,
    apiKeys: array(struct({ apiKey: int16, minVersion: int16, maxVersion: int16 })),
    throttleTimeMs: int32.since(1).ignorable(),
    supportedFeatures: array(struct({ name: string, minVersion: int16, maxVersion: int16 }))
      .tag(0, 3)
      .ignorable(),
    finalizedFeaturesEpoch: int64.tag(1, 3).default(-1).ignorable(),
    finalizedFeatures: array(struct({ name: string, maxVersionLevel: int16, minVersionLevel: int16 }))
      .tag(2, 3)
      .ignorable(),
    zkMigrationReady: bool.tag(3, 3).ignorable(),
  },
})
