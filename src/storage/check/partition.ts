/**
 * The folder of one partition: every batch of every segment, and each of the other files against them. Nothing is written, and nothing
 * is opened that an engine would open. After an unclean stop, what the next opening repairs by itself is a note.
 */
import type { AbortedTransaction } from '../producers'
import { segmentName } from '../segment'
import { readAborted } from '../snapshot'
import { epochCheck } from './epochs'
import { type At, namesIn, readIndex, readWhole } from './files'
import type { Checking } from './finding'
import { checkNames, checkSnapshots } from './folder'
import { type IndexCheck, type IndexFlaw, offsetIndexCheck, timeIndexCheck } from './indexes'
import { checkSegment, newProducers, type Walk } from './segment'

export interface PartitionToCheck {
  /** topic-partition: the folder in the data directory. */
  readonly name: string
  /** The directory was stopped cleanly, so that nothing is read again when it is opened. */
  readonly clean: boolean
  /** Everything below was on disk when that was noted last. */
  readonly recoveryPoint: number
  /** Records may be gone from between others. */
  readonly compacted: boolean
  /** Look into compressed batches too. */
  readonly deep: boolean
  /** Told of every sound batch: a buffer, where it begins there, and the file. The buffer is used again. */
  readonly onBatch?: (bytes: Buffer, at: number, file: string) => void
}

/** Where the log begins and ends, by its files. */
export interface CheckedPartition {
  readonly name: string
  readonly startOffset: number
  readonly endOffset: number
}

/** A segment that the next opening reads anew: its indexes do not matter. */
interface Facts {
  /** Where the log's first segment begins. */
  readonly first: number
  readonly base: number
  readonly next: number | undefined
  readonly isReadAgain: boolean
}

export function* checkPartition(at: At, partition: PartitionToCheck): Checking<CheckedPartition> {
  const { name, clean, recoveryPoint } = partition
  const { findings } = at
  const names = namesIn(at, name)
  checkNames(at, name, names)
  const bases = names.filter((file) => /^\d{20}\.log$/.test(file)).map((file) => Number(file.slice(0, 20)))
  const walk: Walk = {
    at,
    compacted: partition.compacted,
    deep: partition.deep,
    expected: undefined,
    broken: false,
    epochs: epochCheck(at, name, !clean),
    producers: newProducers(),
    onBatch: partition.onBatch,
  }
  findings.counts.partitions++
  for (const [i, base] of bases.entries()) {
    const next = bases[i + 1]
    checkBase(walk, partition, base)
    const isReadAgain = !clean && (next === undefined || next > recoveryPoint)
    yield* checkFiles(walk, partition, names, { first: bases[0] ?? base, base, next, isReadAgain })
  }
  const endOffset = walk.expected ?? bases.at(-1) ?? 0
  walk.epochs.finish(endOffset)
  checkSnapshots(at, name, names, endOffset, clean)
  return { name, startOffset: bases[0] ?? 0, endOffset }
}

/**
 * A segment begins where the one before ends; in a compacted log there may be a gap. After a power cut there may be one of what was
 * never on disk: the end of a file is lost, and the next file is not.
 */
function checkBase(walk: Walk, { name, clean, recoveryPoint }: PartitionToCheck, base: number): void {
  const { expected = base, compacted, broken, at } = walk
  const file = `${name}/${segmentName(base)}.log`
  if (base < expected) {
    at.findings.error(file, `it begins at offset ${base}, and the one before ends with ${expected - 1}`, OVERLAP)
  } else if (base > expected && !compacted && !broken) {
    const level = !clean && expected >= recoveryPoint ? 'note' : 'error'
    const what = `it begins at offset ${base}, and the one before ends with ${expected - 1}: what was between is lost`
    at.findings.add(
      level,
      file,
      what,
      'Readers go on behind the gap. If no power was cut, a file is missing: look for it in a copy.',
    )
  }
  walk.expected = Math.max(base, expected)
}
const OVERLAP = 'Two files have the same offsets; one of them does not belong here. Keep a copy before anything is opened.'

function* checkFiles(walk: Walk, partition: PartitionToCheck, names: readonly string[], facts: Facts): Checking<void> {
  const { at } = walk
  const { name, clean, recoveryPoint } = partition
  const { base, next, isReadAgain } = facts
  const file = `${name}/${segmentName(base)}.log`
  const size = at.fs.stat(`${at.root}/${file}`)?.size ?? 0
  at.findings.counts.segments++
  const aborted = yield* checkSegment(walk, {
    file,
    base,
    size,
    indexes: indexesOf(at, name, names, facts, size),
    repairedFrom: isReadAgain && next === undefined ? recoveryPoint : Number.POSITIVE_INFINITY,
    advice: (goesOn) => adviceFor(clean, isReadAgain, goesOn, name),
  })
  if (!walk.broken) checkAborted(walk, `${name}/${segmentName(base)}.txnindex`, names, aborted, facts)
}

function adviceFor(clean: boolean, isReadAgain: boolean, goesOn: boolean, name: string): string {
  if (isReadAgain) {
    const cut = 'The next opening cuts the log off here, and keeps what it cuts beside it as *.corrupt-<offset>'
    return goesOn ? `${cut}, the sound batches too. Keep a copy of ${name} first.` : `${cut}.`
  }
  const cut = `remove ${clean ? '.kafka_cleanshutdown and ' : ''}recovery-point-offset-checkpoint`
  return `Readers fail here. Keep a copy of ${name}; to have the log end here, ${cut}: the next opening keeps what it cuts off.`
}

const REMOVE_INDEX = 'Remove it: it is made again from the log.'

function indexesOf(at: At, name: string, names: readonly string[], facts: Facts, size: number): IndexCheck[] {
  const { base, next, isReadAgain } = facts
  const checks: IndexCheck[] = []
  for (const kind of ['index', 'timeindex'] as const) {
    const short = `${segmentName(base)}.${kind}`
    const file = `${name}/${short}`
    if (!names.includes(short)) {
      if (!isReadAgain && size > 0) at.findings.note(file, 'it is missing', 'The next opening makes it again from the log.')
      continue
    }
    const bytes = readIndex(at, file)
    if (!bytes) continue
    const tell = ({ position, what }: IndexFlaw) => {
      if (isReadAgain) at.findings.note(file, what, 'The next opening makes it again from the log.', { position })
      else at.findings.error(file, what, REMOVE_INDEX, { position })
    }
    checks.push(kind === 'index' ? offsetIndexCheck(bytes, base, tell) : timeIndexCheck(bytes, base, next !== undefined, tell))
  }
  return checks
}

/** The .txnindex: sound, and of the transactions that the log says were aborted; in a compacted log some of those are gone. */
function checkAborted(
  walk: Walk,
  file: string,
  names: readonly string[],
  aborted: readonly AbortedTransaction[],
  { first, isReadAgain }: Facts,
): void {
  const { at, compacted } = walk
  const { findings } = at
  const bytes = names.includes(file.slice(file.lastIndexOf('/') + 1)) ? readWhole(at, file) : Buffer.alloc(0)
  if (!bytes) return
  const tell = (what: string, where: { offset?: number } = {}) => {
    if (isReadAgain) findings.note(file, what, 'The next opening makes it again from the log.', where)
    else findings.error(file, what, TRANSACTIONS, where)
  }
  const { entries, sound } = readAborted(bytes)
  if (!sound) tell(`it is damaged behind entry ${entries.length}`)
  if (compacted) return
  const known = new Map(entries.map((entry) => [entry.lastOffset, entry]))
  for (const { producerId, firstOffset, lastOffset } of aborted) {
    const entry = known.get(lastOffset)
    known.delete(lastOffset)
    // it may have begun in a segment that retention has taken since
    const isItsStart = entry?.firstOffset === firstOffset || (entry !== undefined && entry.firstOffset < first)
    if (entry?.producerId === producerId && isItsStart) continue
    const what = `the transaction of producer ${producerId} from offset ${firstOffset} to ${lastOffset} was aborted`
    tell(
      entry ? `${what}, and its entry says producer ${entry.producerId} from ${entry.firstOffset}` : `${what}, and is not there`,
      {
        offset: lastOffset,
      },
    )
  }
  const end = walk.expected ?? 0
  for (const { producerId, lastOffset } of known.values()) {
    if (lastOffset >= end) tell(`a transaction of producer ${producerId} ends at ${lastOffset}, behind the end of the log`)
  }
}
const TRANSACTIONS =
  'Readers of committed records would be given what was aborted. Remove .kafka_cleanshutdown, and the producer snapshots of this partition: both are made again from the log.'
