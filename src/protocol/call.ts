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
