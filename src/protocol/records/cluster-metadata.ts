/**
 * Every record of __cluster_metadata: all that a cluster agrees on, in the order in which it was agreed (KIP-631).
 * The types 6, 13 and 16 are not used.
 */

import {
  AccessControlEntryRecord,
  ClientQuotaRecord,
  DelegationTokenRecord,
  RemoveAccessControlEntryRecord,
  RemoveDelegationTokenRecord,
  RemoveUserScramCredentialRecord,
  UserScramCredentialRecord,
} from './access-metadata'
import {
  BrokerRegistrationChangeRecord,
  FeatureLevelRecord,
  FenceBrokerRecord,
  ProducerIdsRecord,
  RegisterBrokerRecord,
  RegisterControllerRecord,
  UnfenceBrokerRecord,
  UnregisterBrokerRecord,
} from './broker-metadata'
import {
  AbortTransactionRecord,
  BeginTransactionRecord,
  EndTransactionRecord,
  NoOpRecord,
  ZkMigrationStateRecord,
} from './log-metadata'
import { decodeMetadataRecord, encodeMetadataRecord, metadataTable } from './metadata-record'
import {
  ClearElrRecord,
  ConfigRecord,
  PartitionChangeRecord,
  PartitionRecord,
  RemoveTopicRecord,
  TopicRecord,
} from './topic-metadata'

export * from './access-metadata'
export * from './broker-metadata'
export * from './log-metadata'
export * from './topic-metadata'

export const clusterMetadata = metadataTable([
  RegisterBrokerRecord,
  UnregisterBrokerRecord,
  TopicRecord,
  PartitionRecord,
  ConfigRecord,
  PartitionChangeRecord,
  FenceBrokerRecord,
  UnfenceBrokerRecord,
  RemoveTopicRecord,
  DelegationTokenRecord,
  UserScramCredentialRecord,
  FeatureLevelRecord,
  ClientQuotaRecord,
  ProducerIdsRecord,
  BrokerRegistrationChangeRecord,
  AccessControlEntryRecord,
  RemoveAccessControlEntryRecord,
  NoOpRecord,
  ZkMigrationStateRecord,
  RemoveUserScramCredentialRecord,
  BeginTransactionRecord,
  EndTransactionRecord,
  AbortTransactionRecord,
  RemoveDelegationTokenRecord,
  RegisterControllerRecord,
  ClearElrRecord,
])

/** A record of __cluster_metadata; `name` tells which, 'unknown' one that Kafka 4.2.1 does not have. */
export type ClusterMetadata = ReturnType<typeof decodeMetadata>

/** A metadata record's value. Throws Unsayable. */
export const encodeMetadata = encodeMetadataRecord
/** Reads a metadata record's value. Throws Malformed. */
export const decodeMetadata = (bytes: Buffer) => decodeMetadataRecord(clusterMetadata, bytes)
