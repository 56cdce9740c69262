import { api, array, int8, int16, int32, string, struct } from '../types'

/** The ACLs that match a filter. KIP-140; pattern types KIP-290; v3 resource type user, KIP-373. */
export const DescribeAcls = api({
  key: 29,
  name: 'DescribeAcls',
  versions: [1, 3],
  flexible: 2,
  route: 'any',
  listeners: ['broker', 'controller'],
  request: {
    resourceTypeFilter: int8, // 1 any, 2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation token, 7 user
    resourceNameFilter: string.orNull(),
    patternTypeFilter: int8.default(3), // 1 any, 2 match, 3 literal, 4 prefixed
    principalFilter: string.orNull(),
    hostFilter: string.orNull(),
    operation: int8, // 1 any, 2 all, 3 read, 4 write, 5 create, 6 delete, 7 alter, 8 describe, ... (AclOperation)
    permissionType: int8, // 1 any, 2 deny, 3 allow
  },
  response: {
    throttleTimeMs: int32.default(0),
    errorCode: int16,
    errorMessage: string.orNull(),
    resources: array(
      struct({
        resourceType: int8, // 2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation token, 7 user
        resourceName: string,
        patternType: int8.default(3),
        acls: array(struct({ principal: string, host: string, operation: int8, permissionType: int8 })),
      }),
    ),
  },
})
