/**
 * Heartbeat 0-4.
 * While a rebalance is prepared: REBALANCE_IN_PROGRESS, and the session is renewed all the same. v3 a static member whose seat
 * another one took is FENCED_INSTANCE_ID.
 */
import { Heartbeat } from '../../protocol/apis/heartbeat'
import { callerOf } from '../groups/caller'
import { handle } from '../handler'

export const heartbeat = handle(Heartbeat, async (request, ask) => ({
  errorCode: await ask.engine.groups.heartbeat(request, callerOf(ask)),
}))
