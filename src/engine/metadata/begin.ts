/**
 * What is written into a directory that has never had a leader: the records of Kafka's first start (KIP-595, KIP-631, KIP-868), in
 * the versions that the level of the formatting knows.
 */
import { batchSize, HEADER_SIZE, isControl } from '../../protocol/batch'
import { readRecords } from '../../protocol/batch-reader'
import { clusterMetadata } from '../../protocol/records/cluster-metadata'
import { decodeMetadataRecord } from '../../protocol/records/metadata-record'
import type { Directory } from '../../storage/directory'
import { ForeignDirectory } from '../../storage/meta-properties'
import { randomUuid } from '../../system/system'
import { change, type MetadataChange, records } from './changes'
import { bootstrapLevels, FEATURES, NEWEST } from './features'
import { levelRecords } from './format'
import type { MetadataImage } from './image'
import { versionsOf } from './record-versions'
import { isWhole } from './snapshot-file'

const ELR_FEATURE = 'eligible.leader.replicas.version'

export interface EndPoint {
  readonly name: string
  readonly host: string
  readonly port: number
}
/** What this node says of itself. */
export interface Identity {
  readonly broker: readonly EndPoint[]
  readonly controller: EndPoint
}

/**
 * What bootstrap.checkpoint says the cluster begins with, and the default that eligible leader replicas ask for (KIP-966): one
 * transaction, where the level has transactions.
 */
export function bootstrapChanges(directory: Directory): MetadataChange[] {
  const found = bootstrapRecords(directory)
  const levels = levelsOf(found)
  const elrDefault = change(records.ConfigRecord, {
    resourceType: 4,
    resourceName: '',
    name: 'min.insync.replicas',
    value: '1',
  })
  const changes = [...found, ...((levels.get(ELR_FEATURE) ?? 0) > 0 ? [elrDefault] : [])]
  if (!versionsOf(levels).hasTransactions) return changes
  const begin = change(records.BeginTransactionRecord, { name: 'Bootstrap records' })
  return [begin, ...changes, change(records.EndTransactionRecord, {})]
}
/** The levels of features that the cluster will begin with. */
export const bootstrapFeatures = (directory: Directory): Map<string, number> => levelsOf(bootstrapRecords(directory))

function levelsOf(values: readonly Buffer[]): Map<string, number> {
  const levels = new Map<string, number>()
  for (const value of values) {
    const record = decodeMetadataRecord(clusterMetadata, value)
    if (record.name === 'FeatureLevelRecord') levels.set(record.value.name, record.value.featureLevel)
  }
  return levels
}
function bootstrapRecords(directory: Directory): MetadataChange[] {
  const { fs } = directory.system
  const path = directory.file('bootstrap.checkpoint')
  if (!fs.exists(path)) return levelRecords(bootstrapLevels(NEWEST)) // as Kafka goes on without it
  const bytes = fs.readFile(path)
  if (!isWhole(bytes))
    throw new ForeignDirectory(`${path}, which says what the cluster begins with, is damaged; nothing was changed`)
  const found: MetadataChange[] = []
  for (let at = 0; at + HEADER_SIZE <= bytes.length; at += batchSize(bytes, at)) {
    if (isControl(bytes, at)) continue
    for (const { value } of readRecords(bytes, at)) if (value) found.push(Buffer.from(value))
  }
  return found
}

const withProtocol = (one: EndPoint) => ({ ...one, securityProtocol: 0 })
const features = FEATURES.map(({ name, min, max }) => ({ name, minSupportedVersion: min, maxSupportedVersion: max }))

/** Makes this node known as a controller (KIP-919), where the level has that and it is not known yet. */
export function controllerChanges({ meta, system }: Directory, image: MetadataImage, controller: EndPoint): MetadataChange[] {
  if (image.controllers.has(meta.nodeId) || !versionsOf(image.features).hasControllers) return []
  return [
    change(records.RegisterControllerRecord, {
      controllerId: meta.nodeId,
      incarnationId: randomUuid(system.random),
      zkMigrationReady: false,
      endPoints: [withProtocol(controller)],
      features,
    }),
  ]
}

/**
 * Makes this node known as a broker. It is fenced, and stays so in the records though it serves: no other broker looks there, and a Kafka
 * that finds an unfenced one waits for it to be gone. `brokerEpoch`: the offset that the record gets.
 */
export function brokerChange(
  { meta, system, all }: Directory,
  image: MetadataImage,
  broker: readonly EndPoint[],
  brokerEpoch: number,
): MetadataChange {
  const { registerBroker, hasDirectories } = versionsOf(image.features)
  return change(
    records.RegisterBrokerRecord,
    {
      brokerId: meta.nodeId,
      isMigratingZkBroker: false,
      incarnationId: randomUuid(system.random),
      brokerEpoch,
      endPoints: broker.map(withProtocol),
      features,
      rack: null,
      fenced: true,
      logDirs: hasDirectories ? all.map((one) => one.meta.directoryId) : [],
    },
    registerBroker,
  )
}

/** The broker has ended. */
const fenceChange = (brokerId: number, brokerEpoch: number): MetadataChange =>
  change(records.BrokerRegistrationChangeRecord, { brokerId, brokerEpoch, fenced: 1 }, 0)

/**
 * What a server's clean end says of it, unless it is said already: the next broker of its id need not wait for it to be given up
 * (broker.session.timeout.ms, 9 s). Kafka takes the leader of every partition away as well; whoever opens the directory leads all the same.
 */
export function fencingChanges({ meta }: Directory, image: MetadataImage): MetadataChange[] {
  const known = image.brokers.get(meta.nodeId)
  return known && !known.fenced ? [fenceChange(known.id, known.epoch)] : []
}
