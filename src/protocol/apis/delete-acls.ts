import { api, array, int8, int16, int32, string, struct } from '../types'

/** Deletes the ACLs that match any of the filters. KIP-140; pattern types KIP-290; v3 resource type user, KIP-373. */
export const DeleteAcls = api({
  key: 31,
  name: 'DeleteAcls',
  versions: [1, 3],
  flexible: 2,
  route: 'any',
  listeners: ['broker', 'controller'],
  request: {
    filters: array(
      struct({
        resourceTypeFilter: int8, // 1 any, 2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation token, 7 user
        resourceNameFilter: string.orNull(),
        patternTypeFilter: int8.default(3), // 1 any, 2 match, 3 literal, 4 prefixed
        principalFilter: string.orNull(),
        hostFilter: string.orNull(),
        operation: int8,
        permissionType: int8,
      }),
    ),
  },
  response: {
    throttleTimeMs: int32.default(0),
    filterResults: array(
      struct({
        errorCode: int16,
        errorMessage: string.orNull(),
        matchingAcls: array(
          struct({
            errorCode: int16,
            errorMessage: string.orNull(),
            resourceType: int8,
            resourceName: string,
            patternType: int8.default(3),
            principal: string,
            host: string,
            operation: int8,
            permissionType: int8,
          }),
        ),
      }),
    ),
  },
})
