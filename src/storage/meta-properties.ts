/** meta.properties: which cluster, node and directory a data directory belongs to (Java properties, written as Kafka does). */
import type { FileSystem } from '../system/system'
import { replaceFile } from './checkpoints'

export interface MetaProperties {
  readonly clusterId: string
  readonly nodeId: number
  /** Kafka gives one to a directory of before 3.7 when it first opens it (KIP-858); so does kt, when it first writes to it. */
  readonly directoryId: string
  /** 0: in the form of a Kafka with ZooKeeper, where the node is a broker.id; Kafka leaves it so. */
  readonly version?: 0 | 1
}

export const META_PROPERTIES = 'meta.properties'

/** The directory is of no kind that kt can open; the message says what is wrong with which file. */
export class ForeignDirectory extends Error {}

/**
 * Undefined when the directory has no meta.properties; directoryId is empty when it has none yet. Throws ForeignDirectory when the file
 * is of another form.
 */
export function readMetaProperties(fs: FileSystem, folder: string): MetaProperties | undefined {
  const path = `${folder}/${META_PROPERTIES}`
  if (!fs.exists(path)) return undefined
  const values = new Map<string, string>()
  for (const line of fs.readFile(path).toString('latin1').split(/\r?\n/)) {
    const match = /^\s*([^#!\s=:]+)\s*[=:]\s*(.*?)\s*$/.exec(line)
    if (match) values.set(match[1] as string, (match[2] as string).replace(/\\(.)/g, '$1'))
  }
  const version = values.get('version')
  if (version !== '1' && version !== '0') {
    throw new ForeignDirectory(
      `${path} has ${version === undefined ? 'no version' : `version ${version}`}; kt reads versions 0 and 1`,
    )
  }
  const clusterId = values.get('cluster.id')
  const node = values.get('node.id') ?? (version === '0' ? values.get('broker.id') : undefined)
  const nodeId = Number(node)
  if (!clusterId) throw new ForeignDirectory(`${path} names no cluster.id`)
  if (!node || !Number.isInteger(nodeId)) throw new ForeignDirectory(`${path} names no node.id`)
  const meta = { clusterId, nodeId, directoryId: values.get('directory.id') ?? '' }
  return version === '0' ? { ...meta, version: 0 } : meta
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
  const lines = [
    '#',
    `#${javaDate(nowMs)}`,
    meta.version === 0 ? `broker.id=${meta.nodeId}` : `node.id=${meta.nodeId}`,
    `directory.id=${meta.directoryId}`,
    `version=${meta.version ?? 1}`,
    `cluster.id=${meta.clusterId}`,
  ]
  replaceFile(fs, `${folder}/${META_PROPERTIES}`, `${lines.join('\n')}\n`)
}
