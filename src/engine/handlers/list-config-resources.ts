/**
 * ListConfigResources 0-1: v0 the subscriptions to client metrics only (KIP-714); v1 whatever has settings, of the types asked for, none
 * named: all (KIP-1142). A type that does not exist is UNSUPPORTED_VERSION.
 */
import { ListConfigResources } from '../../protocol/apis/list-config-resources'
import { errors } from '../../protocol/errors'
import { knownBrokers } from '../controller/brokers'
import { configuredGroups } from '../controller/config-state'
import type { Engine } from '../engine'
import { handle, type Peer } from '../handler'
import { RESOURCE } from '../metadata/image'

const ALL = [RESOURCE.GROUP, RESOURCE.CLIENT_METRICS, RESOURCE.BROKER_LOGGER, RESOURCE.BROKER, RESOURCE.TOPIC]

export const listConfigResources = handle(ListConfigResources, ({ resourceTypes }, { engine, peer, version }) => {
  const known: readonly number[] = version === 0 ? [RESOURCE.CLIENT_METRICS] : ALL
  const wanted = resourceTypes.length === 0 ? known : resourceTypes
  if (wanted.some((type) => !known.includes(type))) return { errorCode: errors.UNSUPPORTED_VERSION, configResources: [] }
  const configResources = known
    .filter((type) => wanted.includes(type))
    .flatMap((resourceType) => namesOf(resourceType, engine, peer).map((resourceName) => ({ resourceName, resourceType })))
  return { errorCode: errors.NONE, configResources }
})

function namesOf(type: number, engine: Engine, peer: Peer): string[] {
  const { metadata } = engine
  switch (type) {
    case RESOURCE.TOPIC:
      return [...metadata.topics()].map(({ name }) => name)
    case RESOURCE.BROKER:
    case RESOURCE.BROKER_LOGGER:
      return knownBrokers(engine, peer).flatMap(({ nodeId, fenced }) => (fenced ? [] : [String(nodeId)]))
    case RESOURCE.GROUP:
      return configuredGroups(engine)
    default:
      return metadata.configuredNames(type)
  }
}
