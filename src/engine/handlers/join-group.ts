/**
 * JoinGroup 0-9. The reply waits until the whole group has joined. v1 a rebalance time-out of its own; v4 a member without an
 * id is given one and must come back with it (KIP-394); v5 static members (KIP-345); v7 no protocol is null, before it is '';
 * v9 a static leader that came back may skip the assignment (KIP-814).
 */
import { JoinGroup } from '../../protocol/apis/join-group'
import { callerOf } from '../groups/caller'
import { handle } from '../handler'

export const joinGroup = handle(JoinGroup, async (request, ask) => {
  const reply = await ask.engine.groups.join(request, callerOf(ask))
  return ask.version < 7 && reply.protocolName === null ? { ...reply, protocolName: '' } : reply
})
