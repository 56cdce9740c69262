/** The records of __cluster_metadata about who may do what, and how much of it. */
import { array, bool, bytes, float64, int8, int32, int64, string, struct, uuid } from '../types'
import { metadataType } from './metadata-record'

/** An ACL (KIP-801). */
export const AccessControlEntryRecord = metadataType({
  type: 18,
  name: 'AccessControlEntryRecord',
  versions: [0, 0],
  flexible: 0,
  fields: {
    id: uuid,
    resourceType: int8, // 2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation token, 7 user
    resourceName: string,
    patternType: int8, // 3 literal, 4 prefixed
    principal: string,
    host: string,
    operation: int8, // 2 all, 3 read, 4 write, 5 create, 6 delete, 7 alter, 8 describe, ...
    permissionType: int8, // 2 deny, 3 allow
  },
})

/** An ACL was removed. */
export const RemoveAccessControlEntryRecord = metadataType({
  type: 19,
  name: 'RemoveAccessControlEntryRecord',
  versions: [0, 0],
  flexible: 0,
  fields: { id: uuid },
})

/** A SCRAM credential of a user (KIP-900). */
export const UserScramCredentialRecord = metadataType({
  type: 11,
  name: 'UserScramCredentialRecord',
  versions: [0, 0],
  flexible: 0,
  fields: {
    name: string,
    mechanism: int8, // 1 SCRAM-SHA-256, 2 SCRAM-SHA-512
    salt: bytes,
    storedKey: bytes,
    serverKey: bytes,
    iterations: int32,
  },
})

/** A SCRAM credential was removed. */
export const RemoveUserScramCredentialRecord = metadataType({
  type: 22,
  name: 'RemoveUserScramCredentialRecord',
  versions: [0, 0],
  flexible: 0,
  fields: { name: string, mechanism: int8 },
})

/** A delegation token (KIP-48). */
export const DelegationTokenRecord = metadataType({
  type: 10,
  name: 'DelegationTokenRecord',
  versions: [0, 0],
  flexible: 0,
  fields: {
    owner: string,
    requester: string,
    renewers: array(string),
    issueTimestamp: int64,
    maxTimestamp: int64,
    expirationTimestamp: int64,
    tokenId: string,
  },
})

/** A delegation token was removed. */
export const RemoveDelegationTokenRecord = metadataType({
  type: 26,
  name: 'RemoveDelegationTokenRecord',
  versions: [0, 0],
  flexible: 0,
  fields: { tokenId: string },
})

/** One quota of one entity. */
export const ClientQuotaRecord = metadataType({
  type: 14,
  name: 'ClientQuotaRecord',
  versions: [0, 0],
  flexible: 0,
  fields: {
    entity: array(
      struct({
        entityType: string, // user, client-id or ip
        entityName: string.orNull(), // null: the default entity
      }),
    ),
    key: string,
    value: float64,
    remove: bool,
  },
})
