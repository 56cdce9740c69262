import { api, array, bool, float64, int8, int16, int32, string, struct } from '../types'

/** Quotas of users, client ids and addresses that match a filter. KIP-546. */
export const DescribeClientQuotas = api({
  key: 48,
  name: 'DescribeClientQuotas',
  versions: [0, 1],
  flexible: 1,
  route: 'any',
  listeners: ['broker'],
  request: {
    components: array(
      struct({
        entityType: string, // user, client-id or ip
        matchType: int8, // 0 exactly `match`, 1 the default entity, 2 any
        match: string.orNull(),
      }),
    ),
    strict: bool,
  },
  response: {
    throttleTimeMs: int32.default(0),
    errorCode: int16,
    errorMessage: string.orNull(),
    entries: array(
      struct({
        entity: array(struct({ entityType: string, entityName: string.orNull() })),
        values: array(struct({ key: string, value: float64 })),
      }),
    ).orNull(),
  },
})
