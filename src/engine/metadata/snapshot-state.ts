/**
 * What the records of __cluster_metadata add up to, all of them: every kind that Kafka 4.2.1 has, whole, so that a snapshot loses
 * nothing of it (Kafka's MetadataImage and its deltas). The image that the engine works with is a part of this; this one is made
 * from the files when a snapshot is written, and forgotten afterwards.
 */
import type { clusterMetadata } from '../../protocol/records/cluster-metadata'
import type { DecodedMetadata } from '../../protocol/records/metadata-record'
import type { PartitionState } from '../partition'
import { changedPartition, type MetadataRecord, newPartition, withoutElr } from './image'

type Known = DecodedMetadata<(typeof clusterMetadata)['types'][number]>
type ValueOf<N extends Known['name']> = Extract<Known, { name: N }>['value']
export type BrokerState = ValueOf<'RegisterBrokerRecord'>

export interface TopicState {
  readonly name: string
  readonly id: string
  readonly partitions: Map<number, PartitionState>
}

/** Maps keep the order in which things came to be; those of Kafka have the order of Java's hashes, which means nothing. */
export class SnapshotState {
  readonly features = new Map<string, number>()
  readonly brokers = new Map<number, BrokerState>()
  readonly controllers = new Map<number, ValueOf<'RegisterControllerRecord'>>()
  readonly topics = new Map<string, TopicState>()
  readonly configs = new Map<string, Map<string, ValueOf<'ConfigRecord'>>>()
  readonly quotas = new Map<string, ValueOf<'ClientQuotaRecord'>>()
  nextProducerId: number | undefined
  readonly acls = new Map<string, ValueOf<'AccessControlEntryRecord'>>()
  readonly scram = new Map<string, ValueOf<'UserScramCredentialRecord'>>()
  readonly tokens = new Map<string, ValueOf<'DelegationTokenRecord'>>()

  apply(record: MetadataRecord): void {
    switch (record.name) {
      case 'TopicRecord':
        this.topics.set(record.value.topicId, { name: record.value.name, id: record.value.topicId, partitions: new Map() })
        break
      case 'PartitionRecord':
        this.topics.get(record.value.topicId)?.partitions.set(record.value.partitionId, newPartition(record.value))
        break
      case 'PartitionChangeRecord': {
        const partitions = this.topics.get(record.value.topicId)?.partitions
        const { partitionId } = record.value
        partitions?.set(partitionId, changedPartition(record.value, partitions.get(partitionId)))
        break
      }
      case 'RemoveTopicRecord':
        this.configs.delete(`2:${this.topics.get(record.value.topicId)?.name}`)
        this.topics.delete(record.value.topicId)
        break
      case 'ClearElrRecord':
        this.clearElr(record.value.topicName)
        break
      case 'ConfigRecord':
        this.setConfig(record.value)
        break
      default:
        this.applyCluster(record)
    }
  }

  private applyCluster(record: MetadataRecord): void {
    switch (record.name) {
      case 'FeatureLevelRecord':
        if (record.value.featureLevel === 0) this.features.delete(record.value.name)
        else this.features.set(record.value.name, record.value.featureLevel)
        break
      case 'RegisterBrokerRecord':
        this.brokers.set(record.value.brokerId, record.value)
        break
      case 'UnregisterBrokerRecord':
        this.brokers.delete(record.value.brokerId)
        break
      case 'FenceBrokerRecord':
        this.changeBroker(record.value.id, { fenced: true })
        break
      case 'UnfenceBrokerRecord':
        this.changeBroker(record.value.id, { fenced: false })
        break
      case 'BrokerRegistrationChangeRecord': {
        const { fenced, inControlledShutdown, logDirs } = record.value
        this.changeBroker(record.value.brokerId, {
          ...(fenced !== 0 && { fenced: fenced > 0 }),
          ...(inControlledShutdown !== 0 && { inControlledShutdown: true }),
          ...(logDirs.length > 0 && { logDirs }),
        })
        break
      }
      case 'RegisterControllerRecord':
        this.controllers.set(record.value.controllerId, record.value)
        break
      case 'ProducerIdsRecord':
        this.nextProducerId = record.value.nextProducerId
        break
      default:
        this.applyAccess(record)
    }
  }

  private applyAccess(record: MetadataRecord): void {
    switch (record.name) {
      case 'ClientQuotaRecord': {
        const key = quotaKey(record.value)
        if (record.value.remove) this.quotas.delete(key)
        else this.quotas.set(key, record.value)
        break
      }
      case 'AccessControlEntryRecord':
        this.acls.set(record.value.id, record.value)
        break
      case 'RemoveAccessControlEntryRecord':
        this.acls.delete(record.value.id)
        break
      case 'UserScramCredentialRecord':
        this.scram.set(`${record.value.mechanism}:${record.value.name}`, record.value)
        break
      case 'RemoveUserScramCredentialRecord':
        this.scram.delete(`${record.value.mechanism}:${record.value.name}`)
        break
      case 'DelegationTokenRecord':
        this.tokens.set(record.value.tokenId, record.value)
        break
      case 'RemoveDelegationTokenRecord':
        this.tokens.delete(record.value.tokenId)
        break
      default: // NoOp moves nothing but the offset; ZkMigrationState means nothing since Kafka 4.0, and its snapshots lack it
    }
  }

  private changeBroker(id: number, change: Partial<BrokerState>): void {
    const before = this.brokers.get(id)
    if (before) this.brokers.set(id, { ...before, ...change })
  }
  private clearElr(topicName: string): void {
    for (const { name, partitions } of this.topics.values()) {
      if (topicName !== '' && name !== topicName) continue
      for (const [index, state] of partitions) partitions.set(index, withoutElr(state))
    }
  }
  private setConfig(value: ValueOf<'ConfigRecord'>): void {
    const at = `${value.resourceType}:${value.resourceName}`
    const config = this.configs.get(at) ?? new Map()
    if (value.value === null) config.delete(value.name)
    else config.set(value.name, value)
    if (config.size > 0) this.configs.set(at, config)
    else this.configs.delete(at)
  }
}

/** An entity is a set of types with names. */
function quotaKey({ entity, key }: ValueOf<'ClientQuotaRecord'>): string {
  const parts = entity.map(({ entityType, entityName }) => [entityType, entityName]).sort()
  return JSON.stringify([parts, key])
}
