import { api, array, int16, int32, string, struct } from '../types'

/** Deletes groups that have no members. KIP-229. */
export const DeleteGroups = api({
  key: 42,
  name: 'DeleteGroups',
  versions: [0, 2],
  flexible: 2,
  route: 'group',
  listeners: ['broker'],
  request: { groupsNames: array(string) },
  response: {
    throttleTimeMs: int32.default(0),
    results: array(struct({ groupId: string, errorCode: int16 })),
  },
})
