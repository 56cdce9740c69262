/**
 * SyncGroup 0-5. The reply waits for the leader's assignment. v3 static members (KIP-345); v5 must say which protocol it thinks
 * it is, else INCONSISTENT_GROUP_PROTOCOL, and is told (KIP-559).
 */
import { SyncGroup } from '../../protocol/apis/sync-group'
import { errors } from '../../protocol/errors'
import { callerOf } from '../groups/caller'
import { syncError } from '../groups/classic/step'
import { handle } from '../handler'

export const syncGroup = handle(SyncGroup, (request, ask) => {
  const saysProtocol = request.protocolType !== null && request.protocolName !== null
  if (ask.version >= 5 && !saysProtocol) return syncError(errors.INCONSISTENT_GROUP_PROTOCOL)
  return ask.engine.groups.sync(request, callerOf(ask))
})
