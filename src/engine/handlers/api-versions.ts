/**
 * ApiVersions 0-4 (KIP-35). What is advertised is what handlers/index.ts answers.
 * v3: a client that says its name oddly is refused with INVALID_REQUEST (KIP-511); the features of the cluster (KIP-584), where up to
 * v3 those whose least version is 0 are left out, for clients of then would stumble over them (KAFKA-17011).
 */
import { ApiVersions } from '../../protocol/apis/api-versions'
import { errors } from '../../protocol/errors'
import { quorumVersion } from '../controller/quorum'
import type { Engine } from '../engine'
import { handle } from '../handler'
import { FEATURES } from '../metadata/features'
import { advertised } from './index'

/** ApiVersionsRequest.SOFTWARE_NAME_VERSION_PATTERN. */
const SOFTWARE = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/

export const apiVersions = handle(ApiVersions, (request, { engine, version }) => {
  const named = SOFTWARE.test(request.clientSoftwareName) && SOFTWARE.test(request.clientSoftwareVersion)
  if (version >= 3 && !named) return { errorCode: errors.INVALID_REQUEST, apiKeys: [] }
  const known = FEATURES.filter(({ min }) => version >= 4 || min > 0)
  return {
    errorCode: errors.NONE,
    apiKeys: advertised(),
    supportedFeatures: known.map(({ name, min, max }) => ({ name, minVersion: min, maxVersion: max })),
    ...finalized(engine),
  }
})

/** The levels that the cluster has agreed on, and the offset of the metadata that they stand for. */
function finalized(engine: Engine) {
  const { features, endOffset } = engine.metadata
  const levels = new Map(features)
  const quorum = quorumVersion(engine)
  if (quorum > 0) levels.set('kraft.version', quorum)
  const agreed = [...levels].filter(([, level]) => level > 0)
  return {
    finalizedFeaturesEpoch: endOffset - 1,
    finalizedFeatures: agreed.map(([name, level]) => ({ name, maxVersionLevel: level, minVersionLevel: level })),
  }
}
