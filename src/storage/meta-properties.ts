/** meta.properties: which cluster, node and directory a data directory belongs to (Java properties, written as Kafka does). */
import { BadUuid, parseUuid } from '../protocol/uuid-text'
import type { FileSystem } from '../system/system'
import { replaceFile } from './checkpoints'
import { MalformedProperties, readProperties, writeProperties } from './properties'

export interface MetaProperties {
  readonly clusterId: string
  readonly nodeId: number
  /** Kafka gives one to a directory of before 3.7 when it first opens it (KIP-858); so does kt, when it first writes to it. */
  readonly directoryId: string
  /** 0: in the form of a Kafka with ZooKeeper, where the node is a broker.id; Kafka leaves it so. */
  readonly version?: 0 | 1
}

export const META_PROPERTIES = 'meta.properties'

/** Ids that name no directory (KIP-858: DirectoryId.MIGRATING, UNASSIGNED, LOST). */
export const NO_DIRECTORY = /^A{21}[AQg]$/

/** The directory is of no kind that kt can open; the message says what is wrong with which file. */
export class ForeignDirectory extends Error {
  constructor(
    message: string,
    /** What Kafka's own classes say of a meta.properties, which do not name the file. */
    readonly kafkaWords: string = message,
  ) {
    super(message)
  }
}

/** What a meta.properties says. Those of a Kafka with ZooKeeper, of version 0, need not say anything. */
export interface MetaText {
  readonly version: 0 | 1
  readonly clusterId: string | undefined
  readonly nodeId: number | undefined
  readonly directoryId: string | undefined
}

/** As org.apache.kafka.metadata.properties.MetaProperties.Builder. Throws ForeignDirectory, and Node's errors of the file. */
export function readMetaText(fs: FileSystem, folder: string): MetaText | undefined {
  const path = `${folder}/${META_PROPERTIES}`
  if (!fs.exists(path)) return undefined
  const values = propertiesOf(fs.readFile(path).toString('latin1'), path)
  const version = versionOf(values.get('version'), path)
  const node = nodeOf(version, values, path)
  const clusterId = values.get('cluster.id')
  const directoryId = directoryOf(values.get('directory.id'), path)
  if (version === 1 && clusterId === undefined)
    throw new ForeignDirectory(`${path} names no cluster.id`, 'cluster.id was not found.')
  return { version, clusterId, nodeId: node, directoryId }
}

function propertiesOf(text: string, path: string): Map<string, string> {
  try {
    return readProperties(text)
  } catch (error) {
    if (error instanceof MalformedProperties) throw new ForeignDirectory(`${path}: ${error.message}`, error.message)
    throw error
  }
}

function versionOf(text: string | undefined, path: string): 0 | 1 {
  if (text === undefined || (INT.test(text) && Number(text) === 0)) return 0
  if (INT.test(text) && Number(text) === 1) return 1
  const words = INT.test(text)
    ? `Unknown meta.properties version number ${Number(text)}`
    : `Invalid meta.properties version string '${text}'`
  throw new ForeignDirectory(`${path} has version ${text}; kt reads versions 0 and 1`, words)
}
const INT = /^[+-]?\d{1,10}$/

function nodeOf(version: 0 | 1, values: ReadonlyMap<string, string>, path: string): number | undefined {
  const key = version === 0 ? 'broker.id' : 'node.id'
  const text = values.get(key)
  if (text === undefined && version === 0) return undefined
  if (text !== undefined && INT.test(text)) return Number(text)
  const words = text === undefined ? `Failed to find ${key}` : `Unable to read ${key} as a base-10 number.`
  throw new ForeignDirectory(`${path} names no ${key}${text === undefined ? '' : ' that is a number'}`, words)
}

function directoryOf(text: string | undefined, path: string): string | undefined {
  if (text === undefined) return undefined
  try {
    return parseUuid(text)
  } catch (error) {
    if (!(error instanceof BadUuid)) throw error
    const words = `Unable to read directory.id as a Uuid: ${error.message}`
    throw new ForeignDirectory(`${path} has the directory.id ${text}, which is none: ${error.message}`, words)
  }
}

/**
 * Undefined when the directory has no meta.properties; directoryId is empty when it has none yet. Throws ForeignDirectory when the file
 * is of another form, or does not say what a directory must be told by.
 */
export function readMetaProperties(fs: FileSystem, folder: string): MetaProperties | undefined {
  const meta = readMetaText(fs, folder)
  if (!meta) return undefined
  const path = `${folder}/${META_PROPERTIES}`
  const { version, clusterId, nodeId, directoryId = '' } = meta
  const why = ', and no version that says that it need not'
  if (!clusterId) throw new ForeignDirectory(`${path} names no cluster.id${why}`)
  if (nodeId === undefined) throw new ForeignDirectory(`${path} names no broker.id${why}`)
  return version === 0 ? { clusterId, nodeId, directoryId, version } : { clusterId, nodeId, directoryId }
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number) => String(value).padStart(2, '0')

/** As java.util.Date prints it: 'Fri Nov 20 20:42:12 UTC 2026'. */
export function javaDate(ms: number): string {
  const date = new Date(ms)
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':')
  return `${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${two(date.getUTCDate())} ${time} UTC ${date.getUTCFullYear()}`
}

export function writeMetaProperties(fs: FileSystem, folder: string, meta: MetaProperties, nowMs: number): void {
  const node: [string, string] = [meta.version === 0 ? 'broker.id' : 'node.id', String(meta.nodeId)]
  const rest: [string, string][] = [
    ['directory.id', meta.directoryId],
    ['version', String(meta.version ?? 1)],
    ['cluster.id', meta.clusterId],
  ]
  replaceFile(fs, `${folder}/${META_PROPERTIES}`, writeProperties([node, ...rest], '', javaDate(nowMs)))
}
