/**
 * A broker is a function. Everything that asks a broker for something holds a Call and does not know whether it is the engine
 * in this process, a socket, or either of them behind middleware.
 */
import type { Api, Reply, RequestIn } from './types'

/**
 * Asks for `request` of `api` and gives the reply, defaults filled in. `version` asks for exactly that version; without it the
 * newest that both sides speak is taken. Kafka's errors are values in the reply; the promise is rejected only when no reply
 * came (Disconnected, Malformed, Unsayable).
 */
export type Call = <A extends Api>(api: A, request: RequestIn<A>, version?: number) => Promise<Reply<A>>

/** Wraps one call around another: login, quotas, metrics, faults. */
export type Middleware = (next: Call) => Call

/** The other side went away before it answered, or cannot be reached. */
export class Disconnected extends Error {}

/** Who asks, as far as the transport knows. */
export interface Peer {
  readonly clientId: string
  /** As Kafka shows it: '/127.0.0.1'. */
  readonly clientHost: string
  /** The address at which the broker was reached, to be advertised to this client. */
  readonly reachedAt: { readonly host: string; readonly port: number }
}

/** The versions of an API that somebody answers. */
export interface Served {
  readonly api: Api
  readonly versions: readonly [number, number]
}

/** What a server is handed: which APIs are answered, and the call of a peer. */
export interface Service {
  /** Undefined: no such API here. May have to load it. */
  find(apiKey: number): Served | undefined | Promise<Served | undefined>
  open(peer: Peer): Call
}
