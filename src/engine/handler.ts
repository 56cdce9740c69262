/**
 * What an answer to an API is: a function from the request to the reply (examples: handlers/heartbeat.ts). It runs to its end
 * without an await unless it has to wait (for a flush, an append, a rebalance): then it gives a promise.
 */
import type { Peer } from '../protocol/call'
import type { Api, ReplyIn, Request } from '../protocol/types'
import type { Engine } from './engine'

export type { Peer } from '../protocol/call'

export interface Ask {
  readonly engine: Engine
  readonly peer: Peer
  readonly version: number
  /** Milliseconds since 1970, read once per request. */
  readonly now: number
}

export type Answer<A extends Api> = (request: Request<A>, ask: Ask) => ReplyIn<A> | Promise<ReplyIn<A>>

export interface Handler<A extends Api = Api> {
  readonly api: A
  /** Versions that are answered: the api's, unless fewer are implemented. */
  readonly versions: readonly [number, number]
  readonly answer: Answer<A>
}

/** Declares the answer to an API. `versions` narrows what is advertised and answered. */
export function handle<A extends Api>(api: A, answer: Answer<A>, versions?: readonly [number, number]): Handler<A> {
  return { api, answer, versions: versions ?? [api.versions[0], api.stable ?? api.versions[1]] }
}
