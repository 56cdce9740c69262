/** Dialling brokers over the network, and dialling the engine in this process. */
import type { Call } from '../protocol/call'
import type { Clock, Net } from '../system/system'
import type { Dial } from './cluster/nodes'
import type { ClientConfig } from './config/client'
import { ConfigException } from './kafka-error'
import { linkTo, openLink } from './link'

export interface NetDialOptions {
  readonly net: Net
  readonly clock: Clock
  readonly config: ClientConfig & { readonly 'security.protocol'?: string; readonly 'fetch.max.bytes'?: number }
  readonly softwareVersion?: string
}

const LEAST_FRAME_LIMIT = 128 * 1024 * 1024

/** Dials TCP. Throws ConfigException for a security.protocol that there is none for. */
export function netDial({ net, clock, config, softwareVersion }: NetDialOptions): Dial {
  const protocol = config['security.protocol'] ?? 'PLAINTEXT'
  if (protocol !== 'PLAINTEXT') throw new ConfigException(`security.protocol=${protocol} is not supported yet, only PLAINTEXT is`)
  const options = {
    clientId: config['client.id'],
    requestTimeoutMs: config['request.timeout.ms'],
    // A batch comes whole, however large; twice the limit leaves room for it.
    maxFrameBytes: Math.max(LEAST_FRAME_LIMIT, (config['fetch.max.bytes'] ?? 0) * 2),
    ...(softwareVersion === undefined ? {} : { softwareVersion }),
  }
  return async ({ host, port }) => {
    const connection = await net.connect({ host, port }, config['socket.connection.setup.timeout.ms'])
    return openLink(connection, clock, options)
  }
}

/** Always the same broker: the engine in this process. */
export const callDial =
  (call: Call): Dial =>
  () =>
    linkTo(call)
