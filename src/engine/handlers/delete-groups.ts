/** DeleteGroups 0-2 (KIP-229). Only groups without members; a group that is named twice is answered once. */
import { DeleteGroups } from '../../protocol/apis/delete-groups'
import { callerOf } from '../groups/caller'
import { handle } from '../handler'

export const deleteGroups = handle(DeleteGroups, async ({ groupsNames }, ask) => ({
  results: await Promise.all(
    [...new Set(groupsNames)].map(async (groupId) => ({
      groupId,
      errorCode: await ask.engine.groups.delete(groupId, callerOf(ask)),
    })),
  ),
}))
