/** The other files in a partition's folder: what each name means, producer snapshots, and whose partition it is. */
import { Malformed } from '../../protocol/reader'
import { decodeSnapshot } from '../snapshot'
import { type At, namesIn, readWhole } from './files'

/** Files that are explained where they are found; the first that matches counts. */
const NAMES: readonly (readonly [RegExp, what: string, next: string])[] = [
  [
    /\.corrupt-\d+(-\d+)?$/,
    'it was cut off the log when it was not sound, and kept',
    'It is read by nobody; remove it when nothing in it is wanted.',
  ],
  [/\.deleted$/, 'it was taken out of the log and not removed yet', 'It goes at the next start.'],
  [
    /\.cleaned$/,
    'it was left by a compaction that did not come to its end',
    'It is of no use and goes at the next start; the log has everything.',
  ],
  [/\.swap$/, 'it was made by a compaction, to replace a segment', 'The next opening finishes that.'],
  [
    /\.tmp$/,
    'it was to replace a small file when its writer ended',
    'It is of no use; the file that it was to replace is whole.',
  ],
  [/\.(part|checkpoint\.deleted)$/, 'it was a snapshot that did not come to its end', 'It is of no use.'],
]

const EXPECTED =
  /^(\d{20}\.(log|index|timeindex|txnindex|snapshot)|\d{20}-\d{10}\.checkpoint|leader-epoch-checkpoint|partition\.metadata|quorum-state|remote_log_snapshot)$/

/** Explains what is left over, and what nobody knows; of many files of a kind it tells once. */
export function checkNames({ findings }: At, folder: string, names: readonly string[]): void {
  const logs = new Set(names.filter((name) => name.endsWith('.log')).map((name) => name.slice(0, 20)))
  const many = new Map<string, string[]>()
  for (const name of names) {
    const file = `${folder}/${name}`
    const known = NAMES.find(([pattern]) => pattern.test(name))
    if (known) many.set(known[1], [...(many.get(known[1]) ?? []), file])
    else if (!EXPECTED.test(name)) findings.note(file, 'it belongs to nobody here', 'Kafka and kt pass over it.')
    else if (/\.(index|timeindex|txnindex)$/.test(name) && !logs.has(name.slice(0, 20))) {
      findings.note(file, 'there is no log beside it', 'It is of no use.')
    }
  }
  for (const [, what, next] of NAMES) {
    const [first, ...more] = many.get(what) ?? []
    if (first !== undefined)
      findings.note(first, more.length === 0 ? what : `${what}, as were ${more.length} others in ${folder}`, next)
  }
}

/** Producer snapshots: sound, and not of a later log than this one, which ends at `end`. */
export function checkSnapshots(at: At, folder: string, names: readonly string[], end: number, clean: boolean): void {
  for (const name of names) {
    if (!/^\d{20}\.snapshot$/.test(name)) continue
    const file = `${folder}/${name}`
    const offset = Number(name.slice(0, 20))
    if (offset > end) {
      const what = `it is of offset ${offset}, and the log ends at ${end}`
      if (clean) at.findings.error(file, what, 'Records that were in the log are missing.')
      else at.findings.note(file, what, 'The next opening removes it.')
    }
    const bytes = readWhole(at, file)
    if (!bytes) continue
    const flaw = snapshotFlaw(bytes, offset)
    if (flaw !== undefined) at.findings.error(file, flaw, 'Remove it: an older one and the log make it again.')
  }
}

function snapshotFlaw(bytes: Buffer, offset: number): string | undefined {
  try {
    const late = decodeSnapshot(bytes).find(
      ({ lastOffset, transactionStart }) => Math.max(lastOffset, transactionStart) >= offset,
    )
    return (
      late && `producer ${late.producerId} is said to have written offset ${Math.max(late.lastOffset, late.transactionStart)}`
    )
  } catch (error) {
    if (error instanceof Malformed) return `it is damaged: ${error.message}`
    throw error
  }
}

/** The topic id in partition.metadata; undefined when the file is not there or says none. */
export function checkTopicId(at: At, folder: string, names: readonly string[], clean: boolean): string | undefined {
  const file = `${folder}/partition.metadata`
  if (!names.includes('partition.metadata')) {
    at.findings.note(file, 'it is missing', 'It is written again before the partition is.')
    return undefined
  }
  const text = readWhole(at, file)?.toString('latin1')
  if (text === undefined) return undefined
  const id = /^version: 0\ntopic_id: ([\w-]{22})\s*$/.exec(text)?.[1]
  if (id !== undefined) return id
  tellUnreadable(at, file, text, clean)
  return undefined
}

function tellUnreadable({ findings }: At, file: string, text: string, clean: boolean): void {
  const isEmpty = text.replaceAll('\0', '').trim() === ''
  const what = isEmpty ? 'it is empty' : 'it is not of the form: version: 0, topic_id: ID'
  if (clean) findings.error(file, what, 'Apache Kafka does not start with it. Remove it: it is written again where it is needed.')
  else findings.note(file, what, 'Apache Kafka does not start with it. The next kt server writes it again, or takes it away.')
}

/** The same of a folder that is on its way out, which may do without: Kafka reads it all the same. */
export function checkOutgoing(at: At, folder: string, clean: boolean): void {
  if (namesIn(at, folder).includes('partition.metadata')) checkTopicId(at, folder, ['partition.metadata'], clean)
}
