/**
 * SyncGroup 0-5. The reply waits for the leader's assignment.
 * v3 static members (KIP-345); v5 says which protocol it thinks it is, and is told (KIP-559).
 */
import { SyncGroup } from '../../protocol/apis/sync-group'
import { callerOf } from '../groups/caller'
import { handle } from '../handler'

export const syncGroup = handle(SyncGroup, (request, ask) => ask.engine.groups.sync(request, callerOf(ask)))
