import { api, array, int8, int16, int32, string, struct } from '../types'

/** Adds ACLs. KIP-140; pattern types KIP-290; v3 resource type user, KIP-373. */
export const CreateAcls = api({
  key: 30,
  name: 'CreateAcls',
  versions: [1, 3],
  flexible: 2,
  route: 'any',
  listeners: ['broker', 'controller'],
  request: {
    creations: array(
      struct({
        resourceType: int8, // 2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation token, 7 user
        resourceName: string,
        resourcePatternType: int8.default(3), // 3 literal, 4 prefixed
        principal: string,
        host: string,
        operation: int8, // an AclOperation: 2 all, 3 read, 4 write, 5 create, 6 delete, 7 alter, 8 describe, ...
        permissionType: int8, // 2 deny, 3 allow
      }),
    ),
  },
  response: {
    throttleTimeMs: int32.default(0),
    results: array(struct({ errorCode: int16, errorMessage: string.orNull() })),
  },
})
