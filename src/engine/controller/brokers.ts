/** The brokers that clients are told of, and where they are reached. This one is reached where the asker reached it. */
import type { Peer } from '../../protocol/call'
import type { Engine } from '../engine'

export interface KnownBroker {
  readonly nodeId: number
  readonly host: string
  readonly port: number
  readonly rack: string | null
  readonly fenced: boolean
}

/** This broker, then the others that are registered, fenced ones too. */
export function knownBrokers(engine: Engine, peer: Peer): KnownBroker[] {
  const { metadata, nodeId, settings } = engine
  const rack = metadata.brokers.get(nodeId)?.rack ?? settings.brokerRack
  const others = [...metadata.brokers.values()].filter(({ id }) => id !== nodeId)
  return [
    { nodeId, ...peer.reachedAt, rack, fenced: false },
    ...others.flatMap(({ id, endPoints, rack: itsRack, fenced }) => {
      const endPoint = endPoints.find(({ name }) => name === settings.interBrokerListener) ?? endPoints[0]
      return endPoint ? [{ nodeId: id, host: endPoint.host, port: endPoint.port, rack: itsRack, fenced }] : []
    }),
  ]
}
