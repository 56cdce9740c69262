/**
 * What the cluster agrees on, as the records of __cluster_metadata add up to it (Kafka's MetadataImage). `apply` is the only place
 * that changes it: a restart applies the same records again. Records that kt has no use for stay in the log untouched.
 */
import type { clusterMetadata } from '../../protocol/records/cluster-metadata'
import type { DecodedMetadata, UnknownMetadata } from '../../protocol/records/metadata-record'
import type { PartitionState } from '../partition'

export type MetadataRecord = DecodedMetadata<(typeof clusterMetadata)['types'][number]> | UnknownMetadata
type ValueOf<N extends MetadataRecord['name']> = Extract<MetadataRecord, { name: N }>['value']

export interface TopicImage {
  readonly name: string
  readonly id: string
  readonly partitions: PartitionState[]
}
export interface BrokerImage {
  readonly id: number
  readonly epoch: number
  readonly incarnationId: string
  readonly fenced: boolean
  readonly rack: string | null
  readonly endPoints: readonly { readonly name: string; readonly host: string; readonly port: number }[]
  /** The directory.ids of its data directories (KIP-858). */
  readonly logDirs: readonly string[]
}
export interface RegisteredController {
  readonly id: number
  readonly endPoints: readonly { readonly name: string; readonly host: string; readonly port: number }[]
}

/** Kinds of things that have settings (ConfigResource.Type). */
export const RESOURCE = { TOPIC: 2, BROKER: 4, BROKER_LOGGER: 8, CLIENT_METRICS: 16, GROUP: 32 } as const

/** What changed with a record, for those who act on it. */
export type Effect =
  | { readonly kind: 'topic created'; readonly topic: TopicImage }
  | { readonly kind: 'topic removed'; readonly topic: TopicImage }
  | { readonly kind: 'partition'; readonly topic: TopicImage; readonly index: number }
  | { readonly kind: 'partitions'; readonly topics: readonly TopicImage[] }
  | { readonly kind: 'config'; readonly resourceType: number; readonly name: string }

const UNCHANGED_LEADER = -2

export class MetadataImage {
  private readonly byName = new Map<string, TopicImage>()
  private readonly byId = new Map<string, TopicImage>()
  private readonly configs = new Map<string, Map<string, string>>()
  readonly features = new Map<string, number>()
  readonly brokers = new Map<number, BrokerImage>()
  readonly controllers = new Map<number, RegisteredController>()
  nextProducerId = 0
  /** Grows with every change of topics, so that others know when to look again. */
  topicChanges = 0
  /** Offset behind the last applied record. */
  endOffset = 0

  topic(name: string): TopicImage | undefined {
    return this.byName.get(name)
  }
  topicById(id: string): TopicImage | undefined {
    return this.byId.get(id)
  }
  topics(): Iterable<TopicImage> {
    return this.byName.values()
  }
  get topicCount(): number {
    return this.byName.size
  }
  nameOf(id: string): string | undefined {
    return this.byId.get(id)?.name
  }
  /** Settings of one resource as they were set; the empty name of a broker is the default of all. */
  configOf(resourceType: number, name: string): ReadonlyMap<string, string> {
    return this.configs.get(`${resourceType}:${name}`) ?? NO_CONFIG
  }
  configuredNames(resourceType: number): string[] {
    const prefix = `${resourceType}:`
    return [...this.configs.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length))
  }

  /** Applies one record; gives what it changed for others to act on. */
  apply(record: MetadataRecord): Effect | undefined {
    switch (record.name) {
      case 'TopicRecord':
        return this.addTopic({ name: record.value.name, id: record.value.topicId, partitions: [] })
      case 'RemoveTopicRecord':
        return this.removeTopic(record.value.topicId)
      case 'PartitionRecord':
        return this.setPartition(record.value.topicId, record.value.partitionId, () => newPartition(record.value))
      case 'PartitionChangeRecord':
        return this.setPartition(record.value.topicId, record.value.partitionId, (before) =>
          changedPartition(record.value, before),
        )
      case 'ClearElrRecord':
        return this.clearElr(record.value.topicName)
      case 'ConfigRecord': {
        const { resourceType, resourceName, name, value } = record.value
        return this.setConfig(resourceType, resourceName, name, value)
      }
      default:
        this.applyCluster(record)
        return undefined
    }
  }

  /** Records about brokers, controllers, features and producer ids, which nobody else acts on. */
  private applyCluster(record: MetadataRecord): void {
    switch (record.name) {
      case 'FeatureLevelRecord':
        this.features.set(record.value.name, record.value.featureLevel)
        break
      case 'ProducerIdsRecord':
        this.nextProducerId = record.value.nextProducerId
        break
      case 'RegisterBrokerRecord': {
        const { brokerId: id, brokerEpoch: epoch, incarnationId, endPoints, rack, fenced, logDirs } = record.value
        this.brokers.set(id, { id, epoch, incarnationId, fenced, rack, endPoints, logDirs })
        break
      }
      case 'UnregisterBrokerRecord':
        this.brokers.delete(record.value.brokerId)
        break
      case 'BrokerRegistrationChangeRecord': {
        const before = this.brokers.get(record.value.brokerId)
        const { fenced, logDirs } = record.value
        const change = { ...(fenced !== 0 && { fenced: fenced > 0 }), ...(logDirs.length > 0 && { logDirs }) }
        if (before) this.brokers.set(before.id, { ...before, ...change })
        break
      }
      case 'RegisterControllerRecord':
        this.controllers.set(record.value.controllerId, { id: record.value.controllerId, endPoints: record.value.endPoints })
        break
      default: // kept in the log, of no use to kt
    }
  }

  private addTopic(topic: TopicImage): Effect {
    this.byName.set(topic.name, topic)
    this.byId.set(topic.id, topic)
    this.topicChanges++
    return { kind: 'topic created', topic }
  }
  private removeTopic(id: string): Effect | undefined {
    const topic = this.byId.get(id)
    if (!topic) return undefined
    this.byId.delete(id)
    this.byName.delete(topic.name)
    this.configs.delete(`${RESOURCE.TOPIC}:${topic.name}`)
    this.topicChanges++
    return { kind: 'topic removed', topic }
  }
  private setPartition(
    id: string,
    index: number,
    state: (before: PartitionState | undefined) => PartitionState,
  ): Effect | undefined {
    const topic = this.byId.get(id)
    if (!topic) return undefined
    topic.partitions[index] = state(topic.partitions[index])
    this.topicChanges++
    return { kind: 'partition', topic, index }
  }
  private clearElr(topicName: string): Effect {
    const topics = [...this.byName.values()].filter(({ name }) => topicName === '' || name === topicName)
    for (const { partitions } of topics) {
      for (const [index, state] of partitions.entries()) if (state) partitions[index] = withoutElr(state)
    }
    this.topicChanges++
    return { kind: 'partitions', topics }
  }
  private setConfig(resourceType: number, name: string, key: string, value: string | null): Effect {
    const at = `${resourceType}:${name}`
    const config = this.configs.get(at) ?? new Map<string, string>()
    if (value === null) config.delete(key)
    else config.set(key, value)
    if (config.size > 0) this.configs.set(at, config)
    else this.configs.delete(at)
    return { kind: 'config', resourceType, name }
  }
}

/** The partition without eligible leaders out of sync; its epoch changes only if there were any (KIP-966, TopicDelta.maybeClearElr). */
export function withoutElr(state: PartitionState): PartitionState {
  if (state.eligibleLeaderReplicas.length === 0 && state.lastKnownElr.length === 0) return state
  return { ...state, eligibleLeaderReplicas: [], lastKnownElr: [], partitionEpoch: state.partitionEpoch + 1 }
}

const NO_CONFIG: ReadonlyMap<string, string> = new Map()

export function newPartition(value: ValueOf<'PartitionRecord'>): PartitionState {
  return {
    topicId: value.topicId,
    index: value.partitionId,
    replicas: value.replicas,
    isr: value.isr,
    leader: value.leader,
    leaderEpoch: value.leaderEpoch,
    partitionEpoch: value.partitionEpoch,
    leaderRecoveryState: value.leaderRecoveryState,
    eligibleLeaderReplicas: value.eligibleLeaderReplicas ?? [],
    lastKnownElr: value.lastKnownElr ?? [],
    addingReplicas: value.addingReplicas,
    removingReplicas: value.removingReplicas,
    directories: value.directories,
  }
}

export function changedPartition(value: ValueOf<'PartitionChangeRecord'>, before: PartitionState | undefined): PartitionState {
  if (!before) throw new Error(`the metadata log changes partition ${value.topicId}-${value.partitionId}, which it never created`)
  const newLeader = value.leader !== UNCHANGED_LEADER
  return {
    ...before,
    isr: value.isr ?? before.isr,
    leader: newLeader ? value.leader : before.leader,
    leaderEpoch: newLeader ? before.leaderEpoch + 1 : before.leaderEpoch,
    partitionEpoch: before.partitionEpoch + 1,
    leaderRecoveryState: value.leaderRecoveryState < 0 ? before.leaderRecoveryState : value.leaderRecoveryState,
    replicas: value.replicas ?? before.replicas,
    removingReplicas: value.removingReplicas ?? before.removingReplicas,
    addingReplicas: value.addingReplicas ?? before.addingReplicas,
    eligibleLeaderReplicas: value.eligibleLeaderReplicas ?? before.eligibleLeaderReplicas,
    lastKnownElr: value.lastKnownElr ?? before.lastKnownElr,
    directories: value.directories ?? before.directories,
  }
}
