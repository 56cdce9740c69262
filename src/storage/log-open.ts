/**
 * Opens a partition's folder. After a clean stop nothing is scanned but what stands behind the last index entry. After any other
 * end, every segment from the recovery point on is read batch by batch and its indexes, producers and epochs are made again
 * (LogLoader, LogSegment.recover). What is not sound from some byte on is cut off and set aside: set-aside.ts. That takes a third of
 * a second for a GB, so it goes in steps: whoever has other things to do meanwhile (engine/recovery.ts) does them between two.
 */
import { baseOffset, checkCrc, lastOffset, partitionLeaderEpoch } from '../protocol/batch'
import type { System } from '../system/system'
import { type EpochStart, epochsFrom, readEpochs, tryToWriteEpochs } from './checkpoints'
import { isHalfMade, settleFolder } from './cleaner/settle'
import type { Steps } from './gradual'
import { Log, type LogSettings } from './log'
import { inSteps, loadProducers, offsetsOf, remakeAborted, removeSnapshots, takeIn } from './log-producers'
import { leave, lostMore, seal } from './sealed'
import { type Segment, segmentName } from './segment'
import { setAside, setWholeAside } from './set-aside'
import { syncNow } from './syncs'

export interface OpenOptions {
  readonly settings: LogSettings
  /** The directory was stopped cleanly. */
  readonly clean: boolean
  readonly recoveryPoint: number
  readonly startOffset: number
  /** Records that were on disk and are damaged are given up (kt.accept.loss). */
  readonly acceptLoss?: boolean
  /** Told of everything that was not as it should be. */
  readonly report: (finding: string) => void
}

const EPOCHS = 'leader-epoch-checkpoint'

export function* openLog(system: System, folder: string, name: string, options: OpenOptions): Steps<Log> {
  const log = new Log(system, folder, name, options.settings)
  let isOpen = false
  try {
    yield* fill(log, options)
    isOpen = true
    return log
  } finally {
    if (!isOpen) log.close()
  }
}

function* fill(log: Log, options: OpenOptions): Steps<void> {
  const { folder } = log
  const { fs } = log.system
  const listed = fs.exists(folder) ? fs.list(folder) : []
  const names = settleFolder(fs, folder, listed, options.clean)
  log.halfMade = names.filter(isHalfMade)
  const bases = offsetsOf(names, 'log')
  if (!options.clean) removeOrphans(log, names, bases)
  log.startOffset = Math.max(options.startOffset, bases[0] ?? 0)
  log.epochs = (listed.includes(EPOCHS) ? readEpochs(fs, `${folder}/${EPOCHS}`) : undefined) ?? []
  for (const base of bases) log.addSegment(base).attach()
  if (!options.clean) missIndexes(log, names)
  if (bases.length === 0) begin(log, log.startOffset)
  else if (options.clean) findEnd(log, options)
  if (!options.clean) yield* remakeAborted(log, listed)
  const found = bases.length > 0 && !options.clean ? yield* recover(log, names, options) : undefined
  if (!log.sealed && isLoss(log, options)) seal(log, options.recoveryPoint, log.active.size, options.report)
  if (log.sealed) return
  if (log.recovered) for (const segment of log.segments) if (segment.indexesChanged) segment.removeStaleIndexes()
  if (log.endOffset < log.startOffset) restartAt(log, options)
  log.recoveryPoint = options.clean ? log.endOffset : Math.min(options.recoveryPoint, log.endOffset)
  trimEpochs(log)
  const epochs = epochsFrom(log.epochs, log.startOffset)
  if (epochs !== log.epochs) log.setEpochs(epochs) // a kill was faster than the file
  for (const { epoch, startOffset } of found?.epochs ?? []) if (epoch > log.lastEpoch) log.beginEpoch(epoch, startOffset)
  removeSnapshots(log, names, Math.min(log.endOffset, found?.gap ?? log.endOffset))
  if (!found) yield* loadProducers(log, names, log.endOffset, options.report)
}

/** Indexes whose log a power cut has taken; Kafka deletes them, too. */
function removeOrphans({ folder, system }: Log, names: readonly string[], bases: readonly number[]): void {
  const known = new Set(bases)
  for (const name of names) {
    if (/^\d{20}\.(index|timeindex|txnindex)$/.test(name) && !known.has(Number(name.slice(0, 20)))) {
      system.fs.remove(`${folder}/${name}`)
    }
  }
}

/** Indexes that a power cut has taken, while their log is there: they are made again for the clean end. */
function missIndexes({ segments }: Log, names: readonly string[]): void {
  const present = new Set(names)
  for (const segment of segments) {
    const name = segmentName(segment.base)
    if (!present.has(`${name}.index`) || !present.has(`${name}.timeindex`)) segment.indexesChanged = true
  }
}

/** An empty log: its first segment is made when something is appended. */
function begin(log: Log, base: number): void {
  log.addSegment(base)
  log.endOffset = base
  log.folderChanged = true
  log.unidentified = true
}

/** After a clean stop. A tail that is no batch all the same would stand between the log and what is appended next. */
function findEnd(log: Log, options: OpenOptions): void {
  const { offset, position } = log.active.end()
  log.endOffset = offset
  if (position === log.active.size) return
  if (isLoss(log, options)) seal(log, options.recoveryPoint, position, options.report)
  else setAside(log, log.active, position, options.report)
}

const isLoss = (log: Log, { recoveryPoint, acceptLoss }: OpenOptions): boolean => !acceptLoss && lostMore(log, recoveryPoint)

/** The log ends below its start: whatever is there was deleted already (delete-records); it goes on at the start. */
function restartAt(log: Log, options: OpenOptions): void {
  options.report(`${log.name}: the log ends at ${log.endOffset}, below its start ${log.startOffset}; it goes on there`)
  syncNow(log.system.fs, log.active.writeIndexes())
  log.addSegment(log.startOffset).create()
  log.folderChanged = true
  log.endOffset = log.startOffset
}

/**
 * Goes on at `offset`, behind the end of a log whose last records are lost, for something else has kept what they meant. What is there
 * is set aside (Kafka deletes it: truncateFullyAndStartAt).
 */
export function beginAt(log: Log, offset: number, report: OpenOptions['report']): void {
  report(`${log.name}: the log ends at ${log.endOffset}, and what it held up to ${offset} is in a snapshot; it goes on there`)
  for (const segment of log.segments.splice(0)) if (segment.size > 0) setWholeAside(log, segment, report)
  log.epochs = []
  log.startOffset = offset
  log.producers.endOffset = offset
  log.recoveryPoint = offset
  begin(log, offset)
}

// ---- after an unclean end ----

/** What recovery saw on its way. */
interface Found {
  readonly epochs: EpochStart[]
  /**
   * Offset at which records are missing though later ones are there: nobody waited for them, and the power went. Snapshots of
   * producers beyond it tell of them and are not believed: what a producer sends again would be taken for a duplicate.
   */
  gap: number
}

/** What lies below the recovery point is on disk; but a preallocated file that ends there may not have been cut to its size. */
function isInDoubt(segment: Segment, next: Segment | undefined, recoveryPoint: number): boolean {
  if (!next || next.base !== recoveryPoint) return !next || next.base > recoveryPoint
  return segment.end().position < segment.size
}

/** Producers and aborted transactions are taken from the batches that are read; of earlier ones the snapshot before them tells. */
function* recover(log: Log, names: readonly string[], options: OpenOptions): Steps<Found> {
  const found: Found = { epochs: [], gap: Number.POSITIVE_INFINITY }
  log.recovered = true
  log.folderChanged = true // whoever made these files may not have lived to sync their names
  log.unidentified = true
  const first = log.segments.findIndex((segment, at) => isInDoubt(segment, log.segments[at + 1], options.recoveryPoint))
  log.endOffset = log.segments[first]?.base ?? 0
  yield* loadProducers(log, names, log.endOffset, options.report)
  for (let index = first; index < log.segments.length; index++) {
    const segment = log.segments[index] as Segment
    if (segment.base > log.endOffset) found.gap = Math.min(found.gap, log.endOffset)
    const end = yield* recoverSegment(log, segment, found)
    segment.distrust()
    if (end === segment.size) continue
    if (isLoss(log, options)) {
      leave(log.segments.splice(index + 1))
      seal(log, options.recoveryPoint, end, options.report)
      return found
    }
    setAside(log, segment, end, options.report)
    if (log.segments[index + 1]?.base === log.endOffset) continue // nothing is missing: a preallocated file that was not cut at its roll
    for (const later of log.segments.splice(index + 1)) setAside(log, later, 0, options.report)
  }
  return found
}

/** Reads a segment, notes its batches in the indexes, and gives the position behind the last sound one. */
function* recoverSegment(log: Log, segment: Segment, { epochs }: Found): Steps<number> {
  segment.forget()
  segment.forgetAborted()
  let expected = segment.base
  log.endOffset = segment.base
  const take = (bytes: Buffer, at: number, position: number) => {
    if (baseOffset(bytes, at) < expected || lastOffset(bytes, at) < baseOffset(bytes, at) || !checkCrc(bytes, at)) return 'stop'
    expected = lastOffset(bytes, at) + 1
    segment.index(bytes, at, position, log.settings.indexIntervalBytes)
    log.endOffset = expected
    const epoch = partitionLeaderEpoch(bytes, at)
    if (epoch !== epochs.at(-1)?.epoch) epochs.push({ epoch, startOffset: baseOffset(bytes, at) })
    takeIn(log, segment, bytes, at)
    return 'on'
  }
  const end = yield* inSteps(segment, 0, take, 'batches')
  segment.keepAborted()
  return end
}

function trimEpochs(log: Log): void {
  const kept: EpochStart[] = log.epochs.filter(({ startOffset }) => startOffset <= log.endOffset)
  if (kept.length === log.epochs.length) return
  log.epochs = kept
  tryToWriteEpochs(log.system.fs, `${log.folder}/${EPOCHS}`, kept)
}
