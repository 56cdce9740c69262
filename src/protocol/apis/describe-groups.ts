import { api, array, bool, bytes, int16, int32, string, struct } from '../types'

/**
 * State and members of classic groups.
 * v3 authorized operations, KIP-430; v4 static members, KIP-345; v6 GROUP_ID_NOT_FOUND where it was the state Dead, KIP-1043.
 */
export const DescribeGroups = api({
  key: 15,
  name: 'DescribeGroups',
  versions: [0, 6],
  flexible: 5,
  route: 'group',
  listeners: ['broker'],
  request: { groups: array(string), includeAuthorizedOperations: bool.since(3) },
  response: {
    throttleTimeMs: int32.since(1).ignorable(),
    groups: array(
      struct({
        errorCode: int16,
        errorMessage: string.orNull().since(6).default(null),
        groupId: string,
        groupState: string,
        protocolType: string,
        protocolData: string,
        members: array(
          struct({
            memberId: string,
            groupInstanceId: string.orNull().since(4).default(null).ignorable(),
            clientId: string,
            clientHost: string,
            memberMetadata: bytes,
            memberAssignment: bytes,
          }),
        ),
        authorizedOperations: int32.since(3).default(-2147483648), // bits by AclOperation; the default: not asked for
      }),
    ),
  },
})
