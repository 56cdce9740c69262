/**
 * Opens the data directories of a broker that has several (log.dirs; MetaPropertiesEnsemble, KafkaRaftServer.initializeLogDirs). All are
 * of one cluster and node. One that cannot be read is offline, and the broker goes on without what lies there; one that was never
 * formatted is a mistake, but for a kt that formats what is new.
 */
import { replaceFile } from '../storage/checkpoints'
import { DataDirectories, type DirectoriesOptions } from '../storage/directories'
import { DataDirectory, type Directory, type DirectoryOptions } from '../storage/directory'
import {
  ForeignDirectory,
  META_PROPERTIES,
  type MetaProperties,
  readMetaProperties,
  writeMetaProperties,
} from '../storage/meta-properties'
import { WatchedFiles } from '../storage/watched-files'
import { randomUuid, type System } from '../system/system'
import { METADATA_FOLDER } from './metadata/format'

export interface SeveralOptions extends DirectoryOptions {
  /** log.dirs; that of the metadata log may be among them. */
  readonly folders: readonly string[]
  readonly formatNew: boolean
  readonly assigned: DirectoriesOptions['assigned']
  readonly onLost: DirectoriesOptions['onLost']
}

/** `metadata`: the one with the metadata log, which is open already. Throws ForeignDirectory. */
export function openDirectories(system: System, metadata: Directory, options: SeveralOptions): Directory {
  const data: Directory[] = []
  const offline: string[] = []
  const watched = new Map<Directory, WatchedFiles>()
  const ids = new Map([[metadata.meta.directoryId, metadata.path]])
  for (const folder of options.folders) {
    const files = new WatchedFiles(system.fs, folder)
    const opened = folder === metadata.path ? metadata : openOne(system, folder, metadata, options, files)
    if (!opened) offline.push(folder)
    else {
      const { directoryId } = opened.meta
      const other = ids.get(directoryId) ?? folder
      if (other !== folder) throw new ForeignDirectory(`${other} and ${folder} have the same directory.id ${directoryId}`)
      ids.set(directoryId, folder)
      data.push(opened)
      if (opened !== metadata) watched.set(opened, files)
    }
  }
  if (data.length === 0) throw new ForeignDirectory(`none of the directories ${options.folders.join(', ')} can be used`)
  const { assigned, report, onLost } = options
  return new DataDirectories({ metadata, data, watched, offline, assigned, report, onLost })
}

/** Undefined: it is offline. */
function openOne(
  system: System,
  folder: string,
  metadata: Directory,
  options: SeveralOptions,
  files: WatchedFiles,
): Directory | undefined {
  const { fs } = system
  let meta: MetaProperties | undefined
  try {
    const stat = fs.stat(folder)
    if (stat && !stat.isDirectory) throw new ForeignDirectory(`${folder} is not a directory`)
    if (stat) fs.list(folder)
    meta = readMetaProperties(fs, folder)
  } catch (error) {
    options.report(`the data directory ${folder} is offline, what lies there is not available: ${(error as Error).message}`)
    return undefined
  }
  meta ??= format(system, folder, metadata, options)
  const { clusterId, nodeId } = metadata.meta
  const file = `${folder}/${META_PROPERTIES}`
  if (meta.clusterId !== clusterId) {
    throw new ForeignDirectory(`Invalid cluster.id in: ${file}. Expected ${clusterId}, but read ${meta.clusterId}`)
  }
  if (meta.nodeId !== nodeId) {
    throw new ForeignDirectory(`Stored node id ${meta.nodeId} doesn't match previous node id ${nodeId} in ${file}`)
  }
  if (fs.exists(`${folder}/${METADATA_FOLDER}`)) {
    const found = `Found unexpected metadata location in data directory \`${folder}/${METADATA_FOLDER}\``
    throw new ForeignDirectory(`${found} (the configured metadata directory is ${metadata.path}).`)
  }
  const metaIsNew = meta.directoryId === ''
  const isNew = !fs.list(folder).some((name) => /-\d+$/.test(name))
  const whole = metaIsNew ? { ...meta, directoryId: randomUuid(system.random) } : meta
  return new DataDirectory({ ...system, fs: files }, folder, whole, { ...options, isNew, metaIsNew })
}

function format(system: System, folder: string, metadata: Directory, { formatNew }: SeveralOptions): MetaProperties {
  const { fs } = system
  if (!formatNew) {
    throw new ForeignDirectory(
      `No \`${META_PROPERTIES}\` found in ${folder} (have you run \`kafka-storage.sh\` to format the directory?)`,
    )
  }
  const others = fs.exists(folder)
    ? fs.list(folder).filter((name) => !/^(\.lock|kt\..*|lost\+found|bootstrap\.checkpoint)$/.test(name))
    : []
  if (others.length > 0) {
    throw new ForeignDirectory(
      `${folder} is not a Kafka data directory: it has no ${META_PROPERTIES}, but ${others.slice(0, 3).join(', ')}`,
    )
  }
  fs.makeFolder(folder, 0o700)
  const bootstrap = metadata.file('bootstrap.checkpoint')
  if (fs.exists(bootstrap)) replaceFile(fs, `${folder}/bootstrap.checkpoint`, fs.readFile(bootstrap))
  const { clusterId, nodeId } = metadata.meta
  const meta = { clusterId, nodeId, directoryId: randomUuid(system.random) }
  writeMetaProperties(fs, folder, meta, system.clock.now())
  fs.syncFolder(folder)
  return meta
}
