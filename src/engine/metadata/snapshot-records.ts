/**
 * The records of a snapshot, in Kafka's order (MetadataImage.write): features, metadata.version first; brokers, controllers, topics with
 * their partitions, configs, quotas, producer ids, ACLs, SCRAM credentials, tokens; at the end what was carried over unread. Each in the
 * version that the cluster's metadata.version knows.
 */
import type { PartitionState } from '../partition'
import { change, type MetadataChange, records } from './changes'
import { METADATA_VERSION } from './features'
import { type RecordVersions, versionsOf } from './record-versions'
import type { BrokerState, SnapshotState } from './snapshot-state'

/** Where a replica was before replicas had directories (KIP-858: DirectoryId.MIGRATING). */
const MIGRATING = 'AAAAAAAAAAAAAAAAAAAAAA'

/** The level knows no record for a part of the state; the message names the part (Kafka: UnwritableMetadataException). */
export class Unwritable extends Error {}

/** Throws Unwritable, when it comes to what cannot be written. */
export function* snapshotRecords(state: SnapshotState, carried: readonly Buffer[]): Generator<MetadataChange> {
  const versions = versionsOf(state.features)
  const level = (name: string, featureLevel: number) => change(records.FeatureLevelRecord, { name, featureLevel })
  const metadataVersion = state.features.get(METADATA_VERSION)
  if (metadataVersion !== undefined) yield level(METADATA_VERSION, metadataVersion)
  for (const [name, one] of state.features) if (name !== METADATA_VERSION) yield level(name, one)
  for (const broker of state.brokers.values()) yield brokerRecord(broker, versions)
  if (state.controllers.size > 0 && !versions.hasControllers) throw new Unwritable('registered controllers')
  for (const one of state.controllers.values()) yield change(records.RegisterControllerRecord, one)
  for (const { name, id, partitions } of state.topics.values()) {
    yield change(records.TopicRecord, { name, topicId: id })
    for (const partition of partitions.values()) yield partitionRecord(partition, versions)
  }
  for (const config of state.configs.values()) for (const one of config.values()) yield change(records.ConfigRecord, one)
  for (const one of state.quotas.values()) yield change(records.ClientQuotaRecord, one)
  if (state.nextProducerId !== undefined) {
    yield change(records.ProducerIdsRecord, { brokerId: -1, brokerEpoch: -1, nextProducerId: state.nextProducerId })
  }
  for (const one of state.acls.values()) yield change(records.AccessControlEntryRecord, one)
  for (const one of state.scram.values()) yield change(records.UserScramCredentialRecord, one)
  for (const one of state.tokens.values()) yield change(records.DelegationTokenRecord, one)
  yield* carried
}

function brokerRecord(broker: BrokerState, { registerBroker, hasDirectories }: RecordVersions): MetadataChange {
  if (broker.logDirs.length > 0 && !hasDirectories) throw new Unwritable(`the directories of broker ${broker.brokerId}`)
  return change(records.RegisterBrokerRecord, broker, registerBroker)
}

/** A partition as one record (PartitionRegistration.toRecord). */
export function partitionRecord(state: PartitionState, { partition, hasDirectories, hasElr }: RecordVersions): MetadataChange {
  const { topicId, index: partitionId, directories, eligibleLeaderReplicas, lastKnownElr, ...rest } = state
  const known = directories.some((id) => id !== MIGRATING)
  if (known && !hasDirectories) throw new Unwritable(`the directories of partition ${topicId}-${partitionId}`)
  if ((eligibleLeaderReplicas.length > 0 || lastKnownElr.length > 0) && !hasElr) {
    throw new Unwritable(`the eligible leaders of partition ${topicId}-${partitionId}`)
  }
  const where = directories.length > 0 ? directories : state.replicas.map(() => MIGRATING)
  const value = {
    ...rest,
    topicId,
    partitionId,
    ...(hasDirectories && { directories: where }),
    ...(eligibleLeaderReplicas.length > 0 && { eligibleLeaderReplicas }),
    ...(lastKnownElr.length > 0 && { lastKnownElr }),
  }
  return change(records.PartitionRecord, { directories: [], ...value }, partition)
}
