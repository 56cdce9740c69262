/** What a classic group leaves in __consumer_offsets: its offsets, which groups of all kinds have, and its members. */
import { array, bytes, int32, int64, string, struct, uuid } from '../types'
import { recordType } from './coordinator-record'

/** An offset as brokers before 0.9 stored it; read, never written. */
export const LegacyOffsetCommit = recordType({
  type: 0,
  name: 'LegacyOffsetCommit',
  key: { group: string, topic: string, partition: int32 },
  versions: [0, 0],
  flexible: null,
  value: { offset: int64, metadata: string, commitTimestamp: int64 },
})

/** A committed offset. v1 own expiry, v3 leader epoch (KIP-320), v4 topic id (KIP-848). */
export const OffsetCommit = recordType({
  type: 1,
  name: 'OffsetCommit',
  key: { group: string, topic: string, partition: int32 },
  versions: [0, 4],
  flexible: 4,
  value: {
    offset: int64,
    leaderEpoch: int32.since(3).default(-1).ignorable(), // -1: unknown
    metadata: string, // the client's own words
    commitTimestamp: int64, // in ms
    expireTimestamp: int64.since(1).until(1).default(-1).ignorable(), // in ms; -1: by offsets.retention.minutes
    topicId: uuid.tag(0, 4).ignorable(),
  },
})

/** A classic group after a rebalance; without members once it is empty. v3 static members (KIP-345). */
export const GroupMetadata = recordType({
  type: 2,
  name: 'GroupMetadata',
  key: { group: string },
  versions: [0, 4],
  flexible: 4,
  value: {
    protocolType: string,
    generation: int32,
    protocol: string.orNull(), // null: no members
    leader: string.orNull(),
    currentStateTimestamp: int64.since(2).default(-1).ignorable(), // in ms; retention counts from here
    members: array(
      struct({
        memberId: string,
        groupInstanceId: string.orNull().since(3).default(null).ignorable(),
        clientId: string,
        clientHost: string,
        rebalanceTimeout: int32.since(1).default(-1).ignorable(), // in ms; -1: as the session
        sessionTimeout: int32, // in ms
        subscription: bytes,
        assignment: bytes,
      }),
    ),
  },
})
