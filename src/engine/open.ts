/** Opens the engine on a data directory whose lock the caller holds; a new or empty directory is formatted first, if that is wanted. */
import type { DirectoriesOptions } from '../storage/directories'
import { DataDirectory } from '../storage/directory'
import { ForeignDirectory, META_PROPERTIES, type MetaProperties, readMetaProperties } from '../storage/meta-properties'
import { randomUuid, type System } from '../system/system'
import type { BrokerSettings } from './configs/broker-settings'
import { Engine } from './engine'
import { disownUnreadable, restoreLeftovers } from './leftovers'
import { formatDirectory, METADATA_FOLDER } from './metadata/format'
import type { Identity } from './metadata/metadata-log'
import { openDirectories } from './open-directories'

export interface OpenEngineOptions {
  readonly settings: BrokerSettings
  readonly identity: Identity
  readonly report: (line: string) => void
  readonly onFatal: (error: unknown) => void
  /** Make a directory of the one that is empty or not there. */
  readonly formatNew: boolean
  /** Only for a new directory. */
  readonly nodeId: number
  /** log.dirs, where there are several, or others than the one of the metadata log. */
  readonly dataFolders?: readonly string[] | undefined
  /** What refuseForeign found, if anything: ids that are there do not change. */
  readonly known?: MetaProperties | undefined
}

/** What may lie in a directory that is still new: kt's own files, and the lock. */
const OWN = /^(\.lock|kt\..*|lost\+found|\.kt)$/

/** What a formatting leaves behind that did not come to its end: meta.properties comes last. */
const HALF_FORMATTED = /^(bootstrap\.checkpoint|bootstrap\.checkpoint\.tmp|meta\.properties\.tmp)$/
const FIRST_SNAPSHOT = /^0{20}-0{10}\.checkpoint(\.tmp)?$/

/** Names in a directory without meta.properties that say it is something else, or was a Kafka's. */
function foreignNames({ fs }: System, folder: string): string[] {
  if (!fs.exists(folder)) return []
  return fs.list(folder).filter((name) => {
    if (name === METADATA_FOLDER) return !fs.list(`${folder}/${name}`).every((file) => FIRST_SNAPSHOT.test(file))
    return !OWN.test(name) && !HALF_FORMATTED.test(name)
  })
}

/**
 * What meta.properties says; undefined in a new directory. Throws ForeignDirectory when `folder` is no data directory and not empty either,
 * or of a kind that kt cannot open: nothing of kt's belongs there, not even a lock.
 */
export function refuseForeign(system: System, folder: string): MetaProperties | undefined {
  const meta = readMetaProperties(system.fs, folder)
  if (meta) return meta
  const others = foreignNames(system, folder)
  if (others.length === 0) return undefined
  const some = others.slice(0, 3).join(', ')
  throw new ForeignDirectory(`${folder} is not a Kafka data directory: it has no ${META_PROPERTIES}, but ${some}`)
}

/** Whether the metadata log has ever been begun: a segment, or a snapshot behind which one would begin. */
function hasMetadata({ fs }: System, folder: string): boolean {
  const metadata = `${folder}/${METADATA_FOLDER}`
  if (fs.exists(`${metadata}/00000000000000000000.log`)) return true
  const names = fs.exists(metadata) ? fs.list(metadata) : []
  return names.some(
    (name) => /^\d{20}\.log$/.test(name) || (/^\d{20}-\d{10}\.checkpoint$/.test(name) && !FIRST_SNAPSHOT.test(name)),
  )
}

/** Throws ForeignDirectory where there are partitions and nothing that says what they are: a new cluster would disown them. */
function refuseWithoutMetadata({ fs }: System, folder: string, meta: MetaProperties): void {
  const holdsRecords = (name: string) => fs.list(`${folder}/${name}`).some((file) => /^\d{20}\.log$/.test(file))
  const names = fs.list(folder).filter((name) => /-\d+$/.test(name) && fs.stat(`${folder}/${name}`)?.isDirectory)
  const partitions = names.filter((name) => name !== METADATA_FOLDER && holdsRecords(name))
  if (partitions.length === 0) {
    if (!fs.exists(`${folder}/recovery-point-offset-checkpoint`)) return
    const advice =
      'perhaps it is one of several directories of a broker: open the one with the metadata log, or serve them all by log.dirs'
    throw new ForeignDirectory(`${folder} has been in use, but has no metadata log; ${advice}`)
  }
  const some = partitions.slice(0, 3).join(', ') + (partitions.length > 3 ? ` and ${partitions.length - 3} more` : '')
  const why =
    meta.version === 0
      ? 'it is of a Kafka with ZooKeeper, which has its metadata there; Kafka 3.9 can migrate it, and kt opens what KRaft keeps'
      : `its metadata log (${METADATA_FOLDER}) is not here, without which nobody can say what they are`
  throw new ForeignDirectory(`${folder} has partitions (${some}), but ${why}. Nothing was changed`)
}

/**
 * Throws ForeignDirectory when the directory holds something else, is of another version, or lacks what makes sense of it; Node's errors
 * when it cannot be read or written.
 */
export function openEngine(system: System, folder: string, options: OpenEngineOptions): Engine {
  const { fs, random } = system
  let meta = options.known?.directoryId ? options.known : readMetaProperties(fs, folder)
  if (!meta) {
    refuseForeign(system, folder)
    if (!options.formatNew) throw new ForeignDirectory(`${folder} is not formatted: it has no ${META_PROPERTIES}`)
    meta = { clusterId: randomUuid(random), nodeId: options.nodeId, directoryId: randomUuid(random) }
    const voter = { id: meta.nodeId, directoryId: meta.directoryId, ...options.identity.controller }
    formatDirectory(system, folder, { meta, voters: [voter] })
  }
  let engine: Engine | undefined
  const isNew = !hasMetadata(system, folder)
  if (isNew) refuseWithoutMetadata(system, folder, meta)
  const metaIsNew = meta.directoryId === ''
  const whole = metaIsNew ? { ...meta, directoryId: randomUuid(random) } : meta
  const { report, dataFolders = [folder], formatNew } = options
  const shared = { report, acceptLoss: options.settings.ktAcceptLoss, brokerEpoch: () => engine?.brokerEpoch ?? -1 }
  const first = new DataDirectory(system, folder, whole, { ...shared, isNew, metaIsNew })
  const assigned = (name: string) => engine?.assignedDirectory(name)
  const isOne = dataFolders.length === 1 && dataFolders[0] === folder
  const onLost: DirectoriesOptions['onLost'] = (lost) => engine?.directoryLost(lost)
  const several = { ...shared, folders: dataFolders, formatNew, assigned, onLost }
  const directory = isOne ? first : openDirectories(system, first, several)
  engine = new Engine(directory, options)
  if (!directory.clean) {
    restoreLeftovers(engine)
    disownUnreadable(engine)
  }
  tellAway(engine)
  return engine
}

/** Says which partitions lie in data directories that are not here. */
function tellAway(engine: Engine): void {
  const { metadata, directory, nodeId, options } = engine
  const here = new Set(directory.all.map(({ meta }) => meta.directoryId))
  if (metadata.brokers.get(nodeId)?.logDirs.every((id) => here.has(id)) ?? true) return
  const away: string[] = []
  for (const { name, partitions } of metadata.topics()) {
    for (const state of partitions) if (state && engine.isAway(state)) away.push(`${name}-${state.index}`)
  }
  if (away.length === 0) return
  const some = away.slice(0, 3).join(', ') + (away.length > 3 ? ` and ${away.length - 3} more` : '')
  options.report(`partitions that lie in data directories of node ${nodeId} which are not here cannot be used: ${some}`)
}
