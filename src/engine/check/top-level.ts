/** What lies in a data directory beside the partitions: names, meta.properties, the state of the quorum. */
import { type At, readWhole } from '../../storage/check/files'
import { ForeignDirectory, META_PROPERTIES, type MetaProperties, readMetaProperties } from '../../storage/meta-properties'
import { METADATA_FOLDER } from '../metadata/format'

export const MARKER = '.kafka_cleanshutdown'

const PARTITION = /^[a-zA-Z0-9._-]{1,249}-\d+$/
const OWN =
  /^(\.lock|\.kafka_cleanshutdown|meta\.properties|bootstrap\.checkpoint|(recovery-point-offset|replication-offset|log-start-offset|cleaner-offset)-checkpoint|kt\.\w+)$/

const KINDS: readonly (readonly [RegExp, what: string, next: string])[] = [
  [/-delete$/, 'a partition that was deleted', 'It goes at the next start or soon after.'],
  [/-stray$/, 'a partition that the metadata did not have', 'It is read by nobody; remove it when nothing in it is wanted.'],
  [/-future$/, 'a partition that was being moved here', 'The broker goes on with that.'],
  [
    /\.tmp$/,
    'a small file was being replaced when its writer ended',
    'It is of no use; the file that it was to replace is whole.',
  ],
]

/** The names of partitions' folders. */
export const partitionFolders = (names: readonly string[]): string[] =>
  names.filter((name) => PARTITION.test(name) && !KINDS.some(([pattern]) => pattern.test(name)))

/** Explains every name that is not a partition's. */
export function checkTopLevel(at: At, names: readonly string[]): void {
  const folders = new Set(partitionFolders(names))
  for (const name of names) {
    if (folders.has(name) || OWN.test(name)) continue
    const isFolder = at.fs.stat(`${at.root}/${name}`)?.isDirectory === true
    const known = KINDS.find(([pattern]) => pattern.test(name))
    if (known) at.findings.note(name, known[1], known[2])
    else if (!isFolder) at.findings.note(name, 'it belongs to nobody here', 'Kafka and kt pass over it.')
    else at.findings.error(name, 'a folder that is not named topic-partition', 'A Kafka does not start with it; move it away.')
  }
}

/** meta.properties; undefined, with a finding, when it is of no directory that kt can open. */
export function checkMeta(at: At): MetaProperties | undefined {
  try {
    return readMetaProperties(at.fs, at.root)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException // or one of System's files
    if (!(error instanceof ForeignDirectory) && code === undefined) throw error
    const what = error instanceof ForeignDirectory ? error.message.replace(`${at.root}/${META_PROPERTIES} `, 'it ') : `${code}`
    at.findings.error(META_PROPERTIES, what, 'Write it anew from a copy: cluster.id, node.id, directory.id and version=1.')
    return undefined
  }
}

/** quorum-state: JSON with the epoch and the vote of this node (KIP-595). */
export function checkQuorumState(at: At, names: readonly string[]): void {
  if (!names.includes('quorum-state')) return
  const file = `${METADATA_FOLDER}/quorum-state`
  const text = readWhole(at, file)?.toString('utf8')
  if (text === undefined) return
  const wrong = (what: string) =>
    at.findings.error(file, what, 'kt goes on in the epoch of the log; a Kafka does not start. Remove it.')
  let state: unknown
  try {
    state = JSON.parse(text)
  } catch {
    wrong('it is not JSON')
    return
  }
  const fields = (state ?? {}) as { readonly [name: string]: unknown } // whatever JSON it is, it may be asked for a field
  const { leaderEpoch, data_version: version } = fields
  if (version !== 0 && version !== 1) wrong(`its data_version is ${JSON.stringify(version)}; 0 and 1 are known`)
  else if (!Number.isSafeInteger(leaderEpoch) || (leaderEpoch as number) < 0)
    wrong(`its leaderEpoch is ${JSON.stringify(leaderEpoch)}`)
}
