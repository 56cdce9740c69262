/**
 * The directories of a node together (org.apache.kafka.metadata.properties.MetaPropertiesEnsemble): what each says of itself, which are
 * empty, which cannot be read, and whether they belong together. In the order of Java's hash maps, in which Kafka goes through them.
 */
import type { Context } from '../cli/command'
import { Failure } from '../cli/errors'
import { hashCode, hashOrder } from '../cli/java-hash'
import { ForeignDirectory, META_PROPERTIES, type MetaText, readMetaText } from '../storage/meta-properties'
import { absolute } from './storage-config'

export interface Ensemble {
  readonly formatted: ReadonlyMap<string, MetaText>
  readonly empty: readonly string[]
  /** With Java's words on why. */
  readonly unreadable: ReadonlyMap<string, string>
}

export function loadEnsemble(context: Context, directories: readonly string[]): Ensemble {
  const formatted = new Map<string, MetaText>()
  const empty: string[] = []
  const unreadable = new Map<string, string>()
  for (const directory of hashOrder(directories, hashCode)) {
    const found = load(context, directory)
    if (found === undefined) empty.push(directory)
    else if (typeof found === 'string') unreadable.set(directory, found)
    else formatted.set(directory, found)
  }
  return { formatted, empty, unreadable }
}

function load(context: Context, directory: string): MetaText | string | undefined {
  const { fs } = context.system
  const path = absolute(context, directory)
  const stat = fs.stat(path)
  if (stat && !stat.isDirectory) return `${path}/${META_PROPERTIES}: Not a directory`
  try {
    return readMetaText(fs, path)
  } catch (error) {
    return wordsOf(error, path)
  }
}

/** Java's words for what a meta.properties cannot be read for. */
export function wordsOf(error: unknown, folder: string): string {
  if (error instanceof ForeignDirectory) return error.kafkaWords
  const { code } = error as NodeJS.ErrnoException // System's files throw Node's errors
  if (code === 'EISDIR') return 'Is a directory'
  if (code === 'EACCES') return `${folder}/${META_PROPERTIES}`
  if (code === undefined) throw error
  return (error as Error).message
}

/** Throws Failure where they do not belong to the node, or not together. */
export function verifyEnsemble({ formatted }: Ensemble, clusterId: string, nodeId: number): void {
  const directories = new Map<string, string>()
  for (const [directory, meta] of [...formatted].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const file = `${directory}/${META_PROPERTIES}`
    if (meta.clusterId !== undefined && meta.clusterId !== clusterId) {
      throw new Failure(`Invalid cluster.id in: ${file}. Expected ${clusterId}, but read ${meta.clusterId}`)
    }
    if (meta.nodeId !== undefined && meta.nodeId !== nodeId) throw new Failure(otherNode(file, meta.nodeId, nodeId))
    const { directoryId } = meta
    if (directoryId === undefined) continue
    if (isReserved(directoryId)) throw new Failure(`Invalid reserved directory ID ${directoryId} found in ${directory}`)
    const other = directories.get(directoryId)
    if (other !== undefined) {
      throw new Failure(
        `Duplicate directory ID Optional[${directoryId}] found. It was the ID of ${other}, but also of ${directory}`,
      )
    }
    directories.set(directoryId, directory)
  }
}

const otherNode = (file: string, stored: number, wanted: number) =>
  `Stored node id ${stored} doesn't match previous node id ${wanted} in ${file}. If you moved your data, make sure ` +
  'your configured node id matches. If you intend to create a new node, you should remove all data in your data directories.'

/** The first hundred ids mean something else (org.apache.kafka.common.DirectoryId). */
function isReserved(id: string): boolean {
  const bytes = Buffer.from(id, 'base64url')
  return bytes.subarray(0, 15).every((byte) => byte === 0) && (bytes[15] ?? 0) < 100
}
