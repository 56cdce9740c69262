/** Who asks, as the coordinator needs to know it. */
import type { Peer } from '../../protocol/call'
import type { Caller } from './plan'

export const callerOf = (ask: { readonly peer: Peer; readonly version: number; readonly now: number }): Caller => ({
  clientId: ask.peer.clientId,
  clientHost: ask.peer.clientHost,
  version: ask.version,
  now: ask.now,
})
