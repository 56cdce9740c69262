/** What a cluster needs to know of any client's configuration, and the addresses to begin with. */
import { ConfigException } from '../kafka-error'

/** The part that admin, producer and consumer configurations share. */
export interface ClientConfig {
  readonly 'bootstrap.servers': readonly string[]
  readonly 'client.id': string
  readonly 'metadata.max.age.ms': number
  readonly 'request.timeout.ms': number
  readonly 'retry.backoff.ms': number
  readonly 'retry.backoff.max.ms': number
  readonly 'reconnect.backoff.ms': number
  readonly 'reconnect.backoff.max.ms': number
  readonly 'socket.connection.setup.timeout.ms': number
  readonly 'default.api.timeout.ms'?: number
  readonly 'connections.max.idle.ms': number
}

export interface BootstrapAddress {
  readonly host: string
  readonly port: number
}

/** Takes `host:port`, `[v6]:port` and `PROTOCOL://host:port` (ClientUtils.parseAndValidateAddresses). Throws ConfigException. */
export function bootstrapAddresses(servers: readonly string[], property = 'bootstrap.servers'): BootstrapAddress[] {
  return servers.map((server) => {
    const parts = /^(?:[a-zA-Z0-9_]+:\/\/)?\[?([0-9a-zA-Z\-%._:]*)\]?:(\d+)$/.exec(server)
    const host = parts?.[1]
    if (!parts || !host) throw new ConfigException(`Invalid url in ${property}: ${server}`)
    const port = Number(parts[2])
    if (port > 65_535) throw new ConfigException(`Invalid port in ${property}: ${server}`)
    return { host, port }
  })
}

const serials = new Map<string, number>()

/** Numbers the clients of a kind that were given no client.id, as the Java clients do: `producer-1`, `consumer-group-2`. */
export function clientSerial(kind: 'adminclient' | 'producer' | 'consumer'): number {
  const serial = (serials.get(kind) ?? 0) + 1
  serials.set(kind, serial)
  return serial
}
