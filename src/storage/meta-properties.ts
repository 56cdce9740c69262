/** meta.properties: which cluster, node and directory a data directory belongs to (Java properties, written as Kafka does). */
import type { FileSystem } from '../system/system'
import { replaceFile } from './checkpoints'

export interface MetaProperties {
  readonly clusterId: string
  readonly nodeId: number
  readonly directoryId: string
}

export const META_PROPERTIES = 'meta.properties'

/** The directory is of no kind that kt can open; the message says what is wrong with which file. */
export class ForeignDirectory extends Error {}

/** Undefined when the directory has no meta.properties. Throws ForeignDirectory when it has one of another form. */
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
  const nodeId = Number(values.get('node.id') ?? values.get('broker.id'))
  if (!clusterId || !Number.isInteger(nodeId)) throw new ForeignDirectory(`${path} names no cluster.id or no node.id`)
  if (version === '0' || !values.has('directory.id')) {
    throw new ForeignDirectory(
      `${path} is of a Kafka before 3.7, or of one with ZooKeeper; kt opens directories of KRaft since 3.7`,
    )
  }
  return { clusterId, nodeId, directoryId: values.get('directory.id') as string }
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
    `node.id=${meta.nodeId}`,
    `directory.id=${meta.directoryId}`,
    'version=1',
    `cluster.id=${meta.clusterId}`,
  ]
  replaceFile(fs, `${folder}/${META_PROPERTIES}`, `${lines.join('\n')}\n`)
}
