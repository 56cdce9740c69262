/**
 * Which version of an API to speak with one broker: the newest that both sides have. The broker's side comes from ApiVersions
 * (KIP-35), ours from the declaration of the API.
 */

import type { ApiVersions } from '../protocol/apis/api-versions'
import { errors } from '../protocol/errors'
import type { Api, Reply } from '../protocol/types'
import { kafkaError } from './kafka-error'

/** What a broker said of itself. */
export interface Peer {
  /** Least and greatest version by API key. */
  readonly versions: ReadonlyMap<number, readonly [number, number]>
  /** Finalized levels by feature (`transaction.version`), KIP-584. */
  readonly features: ReadonlyMap<string, number>
}

export const peerOf = (reply: Reply<typeof ApiVersions>): Peer => ({
  versions: new Map(reply.apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, [minVersion, maxVersion]])),
  features: new Map(reply.finalizedFeatures.map(({ name, maxVersionLevel }) => [name, maxVersionLevel])),
})

/** CreateTopics as Java's enum has it: CREATE_TOPICS. */
const upperCase = (name: string) => name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()

/** The version to speak; `asked`: that one or none. Throws UnsupportedVersionException. */
export function agreedVersion(api: Api, peer: Peer, asked?: number): number {
  const theirs = peer.versions.get(api.key)
  if (!theirs) throw kafkaError(errors.UNSUPPORTED_VERSION, `The node does not support ${upperCase(api.name)}`)
  const least = asked ?? api.versions[0]
  const greatest = asked ?? api.stable ?? api.versions[1]
  const agreed = Math.min(greatest, theirs[1])
  if (agreed >= least && agreed >= theirs[0]) return agreed
  throw kafkaError(
    errors.UNSUPPORTED_VERSION,
    `The node does not support ${upperCase(api.name)} with version in range [${least},${greatest}]. ` +
      `The supported range is [${theirs[0]},${theirs[1]}].`,
  )
}

/** Whether the broker has the API in a version that we have. */
export function speaks(peer: Peer, api: Api): boolean {
  const theirs = peer.versions.get(api.key)
  return theirs !== undefined && theirs[1] >= api.versions[0] && theirs[0] <= (api.stable ?? api.versions[1])
}
