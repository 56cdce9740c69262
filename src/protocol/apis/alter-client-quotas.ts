import { api, array, bool, float64, int16, int32, string, struct } from '../types'

const EntityData = struct({
  entityType: string, // user, client-id or ip
  entityName: string.orNull(), // null: the default entity
})

/** Sets and removes quotas. KIP-546. */
export const AlterClientQuotas = api({
  key: 49,
  name: 'AlterClientQuotas',
  versions: [0, 1],
  flexible: 1,
  route: 'any',
  listeners: ['broker', 'controller'],
  request: {
    entries: array(
      struct({
        entity: array(EntityData),
        ops: array(struct({ key: string, value: float64, remove: bool })),
      }),
    ),
    validateOnly: bool,
  },
  response: {
    throttleTimeMs: int32.default(0),
    entries: array(struct({ errorCode: int16, errorMessage: string.orNull(), entity: array(EntityData) })),
  },
})
