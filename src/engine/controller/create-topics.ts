/**
 * Decides CreateTopics (ReplicationControlManager.createTopics): each topic is created or refused on its own. The records of a
 * topic are its TopicRecord, its settings, its partitions. Counts of -1 are the broker's defaults (KIP-464).
 */
import type { CreateTopics } from '../../protocol/apis/create-topics'
import { errors } from '../../protocol/errors'
import type { Request } from '../../protocol/types'
import { randomUuid } from '../../system/system'
import { topicNameError } from '../configs/resources'
import { validateTopicConfigs } from '../configs/topic-settings'
import { change, type MetadataChange, records } from '../metadata/changes'
import { type MetadataImage, RESOURCE } from '../metadata/image'
import { type Brokers, brokersOf, checkAssignment, place } from './replicas'
import type { ControllerView, Refusal } from './view'

export type WantedTopic = Request<typeof CreateTopics>['topics'][number]

export interface CreatedTopic {
  readonly name: string
  readonly topicId: string
  readonly replicas: readonly (readonly number[])[]
  readonly overrides: ReadonlyMap<string, string>
}
export type CreateResult = (CreatedTopic & { readonly errorCode: 0 }) | (Refusal & { readonly name: string })

export interface CreatePlan {
  readonly changes: readonly MetadataChange[]
  readonly results: readonly CreateResult[]
}

export const METADATA_TOPIC = '__cluster_metadata'
const UNASSIGNED_DIRECTORY = 'AAAAAAAAAAAAAAAAAAAAAQ'
/** Kafka's bound on the partitions of one request. */
const MAX_PARTITIONS = 10_000

export function decideCreateTopics(wanted: readonly WantedTopic[], view: ControllerView): CreatePlan {
  const byName = new Map<string, WantedTopic>()
  const twice = new Set<string>()
  for (const topic of wanted) {
    if (byName.has(topic.name)) twice.add(topic.name)
    byName.set(topic.name, topic)
  }
  const taken = normalizedNames(view.image, [...byName.keys()])
  const brokers = brokersOf(view.image, view.nodeId)
  const changes: MetadataChange[] = []
  let room = MAX_PARTITIONS
  const results = [...byName].map(([name, topic]): CreateResult => {
    if (twice.has(name)) return { name, errorCode: errors.INVALID_REQUEST, errorMessage: 'Duplicate topic name.' }
    const planned = nameRefusal(name, view.image, taken) ?? planTopic(topic, view, brokers, room)
    if ('errorCode' in planned) return { name, ...planned }
    changes.push(...planned.changes)
    room -= planned.topic.replicas.length
    return { errorCode: 0, ...planned.topic }
  })
  return { changes, results }
}

// ---- names ----

/** Names with '.' or '_' share metrics where they differ in nothing else. Existing ones by what they share, if anybody asks. */
function normalizedNames(image: MetadataImage, names: readonly string[]): ReadonlyMap<string, string> {
  if (!names.some((name) => /[._]/.test(name))) return new Map()
  const taken = new Map<string, string>()
  for (const { name } of image.topics()) if (/[._]/.test(name)) taken.set(normalize(name), name)
  return taken
}
const normalize = (name: string) => name.replaceAll('.', '_')

function nameRefusal(name: string, image: MetadataImage, taken: ReadonlyMap<string, string>): Refusal | undefined {
  if (name === METADATA_TOPIC) {
    return { errorCode: errors.INVALID_REQUEST, errorMessage: `Creation of internal topic ${name} is prohibited.` }
  }
  if (image.topic(name)) return { errorCode: errors.TOPIC_ALREADY_EXISTS, errorMessage: `Topic '${name}' already exists.` }
  const problem = topicNameError(name)
  if (problem !== null) return { errorCode: errors.INVALID_TOPIC_EXCEPTION, errorMessage: problem }
  const other = taken.get(normalize(name))
  if (other === undefined) return undefined
  return { errorCode: errors.INVALID_TOPIC_EXCEPTION, errorMessage: `Topic '${name}' collides with existing topic: ${other}` }
}

// ---- one topic ----

interface PlannedTopic {
  readonly topic: CreatedTopic
  readonly changes: readonly MetadataChange[]
}

function planTopic(wanted: WantedTopic, view: ControllerView, brokers: Brokers, room: number): PlannedTopic | Refusal {
  const asked = new Map(wanted.configs.map(({ name, value }) => [name, value]))
  const problem = validateTopicConfigs(asked, view.settings)
  if (problem !== null) return { errorCode: errors.INVALID_CONFIG, errorMessage: problem }
  const overrides = new Map([...asked].flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])))
  const replicas = wanted.assignments.length > 0 ? assigned(wanted, brokers) : placed(wanted, view, brokers, room)
  if ('errorCode' in replicas) return replicas
  if (replicas.length > room) return tooMany
  const { name } = wanted
  const topicId = newTopicId(view)
  const changes = [
    change(records.TopicRecord, { name, topicId }),
    ...[...overrides].map(([key, value]) =>
      change(records.ConfigRecord, { resourceType: RESOURCE.TOPIC, resourceName: name, name: key, value }),
    ),
    ...replicas.map((ids, partitionId) => partitionRecord(topicId, partitionId, ids, brokers, view)),
  ]
  return { topic: { name, topicId, replicas, overrides }, changes }
}

const tooMany: Refusal = {
  errorCode: errors.POLICY_VIOLATION,
  errorMessage: 'Excessively large number of partitions per request.',
}

function newTopicId({ image, random }: ControllerView): string {
  for (;;) {
    const id = randomUuid(random)
    if (!image.topicById(id)) return id
  }
}

/**
 * A new partition: its first active replica leads, the active ones are in sync. The leader is written down although a directory of
 * Kafka at rest names none: after an unclean end Kafka elects the last known leader or nobody (KIP-966).
 */
export function partitionRecord(
  topicId: string,
  partitionId: number,
  replicas: readonly number[],
  { active }: Brokers,
  { nodeId, directory, versions }: ControllerView,
): MetadataChange {
  const { partition: version, hasDirectories } = versions()
  const isr = replicas.filter((id) => active.has(id))
  const value = {
    partitionId,
    topicId,
    replicas,
    isr,
    removingReplicas: [],
    addingReplicas: [],
    leader: isr[0] ?? -1,
    leaderEpoch: 0,
    partitionEpoch: 0,
    directories: hasDirectories ? replicas.map((id) => (id === nodeId ? directory() : UNASSIGNED_DIRECTORY)) : [],
  }
  return change(records.PartitionRecord, value, version)
}

function placed(wanted: WantedTopic, { settings, random }: ControllerView, brokers: Brokers, room: number): number[][] | Refusal {
  const { numPartitions, replicationFactor } = wanted
  if (replicationFactor < -1 || replicationFactor === 0) {
    const errorMessage = 'Replication factor must be larger than 0, or -1 to use the default value.'
    return { errorCode: errors.INVALID_REPLICATION_FACTOR, errorMessage }
  }
  if (numPartitions < -1 || numPartitions === 0) {
    const errorMessage = 'Number of partitions was set to an invalid non-positive value.'
    return { errorCode: errors.INVALID_PARTITIONS, errorMessage }
  }
  const count = numPartitions === -1 ? settings.numPartitions : numPartitions
  if (count > room) return tooMany
  return place(count, replicationFactor === -1 ? settings.defaultReplicationFactor : replicationFactor, brokers, random)
}

/** Replicas as the client wants them, by partition. */
function assigned({ assignments, numPartitions, replicationFactor }: WantedTopic, brokers: Brokers): number[][] | Refusal {
  const manual = 'A manual partition assignment was specified, but'
  const refuse = (errorMessage: string) => ({ errorCode: errors.INVALID_REPLICA_ASSIGNMENT, errorMessage })
  if (replicationFactor !== -1) {
    return { errorCode: errors.INVALID_REQUEST, errorMessage: `${manual} replication factor was not set to -1.` }
  }
  if (numPartitions !== -1) {
    return { errorCode: errors.INVALID_REQUEST, errorMessage: `${manual} numPartitions was not set to -1.` }
  }
  const byPartition = new Map<number, number[]>()
  let factor: number | undefined
  for (const { partitionIndex, brokerIds } of assignments) {
    if (byPartition.has(partitionIndex))
      return refuse(`Found multiple manual partition assignments for partition ${partitionIndex}`)
    const problem = checkAssignment(brokerIds, factor, brokers) ?? inactiveRefusal(partitionIndex, brokerIds, brokers)
    if (problem) return problem
    factor = brokerIds.length
    byPartition.set(partitionIndex, brokerIds)
  }
  const replicas: number[][] = []
  for (let index = 0; index < byPartition.size; index++) {
    const ids = byPartition.get(index)
    if (!ids) return refuse('partitions should be a consecutive 0-based integer sequence')
    replicas.push(ids)
  }
  return replicas
}

export function inactiveRefusal(partition: number, replicas: readonly number[], { active }: Brokers): Refusal | undefined {
  if (replicas.some((id) => active.has(id))) return undefined
  const errorMessage = `All brokers specified in the manual partition assignment for partition ${partition} are fenced or in controlled shutdown.`
  return { errorCode: errors.INVALID_REPLICA_ASSIGNMENT, errorMessage }
}
