/** Listens and serves: every connection becomes a ClientConnection around the same service. Knows no engine: a proxy is a server, too. */
import type { Service } from '../protocol/call'
import type { Address, Clock, Connection, Listener, System, Timer } from '../system/system'
import { ClientConnection } from './connection'

export interface ServeOptions {
  readonly maxFrameBytes?: number
  readonly log: (line: string) => void
  /** What to tell clients instead of the address they came to. */
  readonly advertised?: { readonly host: string; readonly port: number } | undefined
  readonly maxConnections?: number
  /** connections.max.idle.ms: silent connections are closed within a fifth more of this; negative or absent: never. */
  readonly maxIdleMs?: number
}

export interface Server {
  readonly port: number
  /** Stops listening and ends all connections. */
  close(): Promise<void>
}

/** Kafka's socket.request.max.bytes. */
const MAX_FRAME_BYTES = 104857600

/** Serves `service` on every one of `addresses`; with port 0 in the first, the others get the port that was bound. Rejects with the listen error. */
export async function serve(
  system: System,
  addresses: readonly Address[],
  service: Service,
  options: ServeOptions,
): Promise<Server> {
  const connections = new Map<Connection, ClientConnection>()
  const accept = (connection: Connection) => {
    if (connections.size >= (options.maxConnections ?? Number.POSITIVE_INFINITY)) {
      connection.close()
      return
    }
    const { log, advertised, maxFrameBytes = MAX_FRAME_BYTES } = options
    connections.set(connection, new ClientConnection(connection, service, { maxFrameBytes, log, advertised }))
    connection.onClose(() => connections.delete(connection))
  }
  const idle = closeIdle(system.clock, connections, options.maxIdleMs ?? -1)
  const listeners: Listener[] = []
  let port = 0
  try {
    for (const address of addresses) {
      const wanted = 'port' in address && address.port === 0 ? { ...address, port } : address
      const listener = await system.net.listen(wanted, accept)
      listeners.push(listener)
      port ||= listener.port
    }
  } catch (error) {
    idle.stop()
    await Promise.all(listeners.map((listener) => listener.close()))
    throw error
  }
  return {
    port,
    async close() {
      idle.stop()
      const closing = listeners.map((listener) => listener.close())
      for (const connection of connections.values()) connection.close()
      await Promise.all(closing)
    },
  }
}

/** One look at all connections now and then costs less than a timer for each. */
function closeIdle(
  clock: Clock,
  connections: ReadonlyMap<Connection, ClientConnection>,
  maxIdleMs: number,
): { stop: () => void } {
  let timer: Timer | undefined
  const look = () => {
    const now = clock.monotonic()
    for (const connection of [...connections.values()]) connection.closeIfIdle(now, maxIdleMs)
    again()
  }
  const again = () => {
    timer = clock.after(maxIdleMs / 10, look, 'idle')
  }
  if (maxIdleMs > 0 && Number.isFinite(maxIdleMs)) again()
  return { stop: () => timer?.cancel() }
}
