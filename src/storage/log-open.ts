/**
 * Opens a partition's folder. After a clean stop nothing is scanned but what stands behind the last index entry. After any other
 * end, every segment from the recovery point on is read batch by batch and its indexes, producers and epochs are made again
 * (LogLoader, LogSegment.recover). What is not sound from some byte on is cut off and set aside: set-aside.ts. That takes a third of
 * a second for a GB, so it goes in steps: whoever has other things to do meanwhile (engine/recovery.ts) does them between two.
 */
import { baseOffset, batchSize, checkCrc, isControl, isTransactional, lastOffset, partitionLeaderEpoch } from '../protocol/batch'
import { Malformed } from '../protocol/reader'
import type { System } from '../system/system'
import { type EpochStart, readEpochs, tryToWriteEpochs } from './checkpoints'
import { settleFolder } from './cleaner/settle'
import type { Steps } from './gradual'
import { Log, type LogSettings } from './log'
import { readMarker } from './marker'
import { leave, lostMore, seal } from './sealed'
import { type Segment, segmentName } from './segment'
import { setAside, setWholeAside } from './set-aside'
import { decodeSnapshot } from './snapshot'
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

/** How much is read in one step. */
const STEP_BYTES = 2 * 1024 * 1024

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
  const names = fs.exists(folder) ? settleFolder(fs, folder, fs.list(folder), options.clean) : []
  const bases = offsetsOf(names, 'log')
  log.startOffset = Math.max(options.startOffset, bases[0] ?? 0)
  log.epochs = readEpochs(fs, `${folder}/leader-epoch-checkpoint`) ?? []
  for (const base of bases) log.addSegment(base).attach()
  if (bases.length === 0) begin(log, log.startOffset)
  else if (options.clean) findEnd(log, options)
  else yield* recover(log, options)
  if (!log.sealed && isLoss(log, options)) seal(log, options.recoveryPoint, log.active.size, options.report)
  if (log.sealed) return
  if (log.endOffset < log.startOffset) restartAt(log, options)
  log.recoveryPoint = options.clean ? log.endOffset : Math.min(options.recoveryPoint, log.endOffset)
  trimEpochs(log)
  yield* loadProducers(log, names, options.report)
}

/** The offsets that files of a kind are named after, ascending. */
function offsetsOf(names: readonly string[], kind: 'log' | 'snapshot' | 'txnindex'): number[] {
  const files = names.filter((file) => /^\d{20}\.[a-z]+$/.test(file) && file.endsWith(`.${kind}`))
  return files.map((file) => Number(file.slice(0, 20))).sort((a, b) => a - b)
}

/** An empty log: its first segment is made when something is appended. */
function begin(log: Log, base: number): void {
  log.addSegment(base)
  log.endOffset = base
  log.folderChanged = true
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

function* recover(log: Log, options: OpenOptions): Steps<void> {
  log.recovered = true
  log.folderChanged = true // whoever made these files may not have lived to sync their names
  log.endOffset = log.segments[0]?.base ?? 0
  for (let index = 0; index < log.segments.length; index++) {
    const segment = log.segments[index] as Segment
    const next = log.segments[index + 1]
    if (next && next.base <= options.recoveryPoint) continue
    const end = yield* recoverSegment(log, segment)
    segment.distrust()
    if (end === segment.size) continue
    if (isLoss(log, options)) {
      leave(log.segments.splice(index + 1))
      return seal(log, options.recoveryPoint, end, options.report)
    }
    setAside(log, segment, end, options.report)
    if (next?.base === log.endOffset) continue // nothing is missing: a preallocated file that was not cut at its roll
    for (const later of log.segments.splice(index + 1)) setAside(log, later, 0, options.report)
  }
}

/** Reads a segment, notes its batches in the indexes, and gives the position behind the last sound one. */
function* recoverSegment(log: Log, segment: Segment): Steps<number> {
  segment.forget()
  let expected = segment.base
  log.endOffset = segment.base
  const take = (bytes: Buffer, at: number, position: number) => {
    if (baseOffset(bytes, at) < expected || lastOffset(bytes, at) < baseOffset(bytes, at) || !checkCrc(bytes, at)) return 'stop'
    expected = lastOffset(bytes, at) + 1
    segment.index(bytes, at, position, log.settings.indexIntervalBytes)
    log.endOffset = expected
    return 'on'
  }
  return yield* inSteps(segment, 0, take, 'batches')
}

/** Segment.scan up to the segment's end, with a pause now and then. */
function* inSteps(
  segment: Segment,
  from: number,
  show: (bytes: Buffer, at: number, position: number) => unknown,
  need: 'headers' | 'batches',
): Steps<number> {
  for (let start = from; ; ) {
    let paused = false
    const end = segment.scan(
      start,
      segment.size,
      (bytes, at, position) => {
        paused = position - start >= STEP_BYTES
        return paused ? 'stop' : show(bytes, at, position)
      },
      need,
    )
    if (!paused) return end
    start = end
    yield
  }
}

// ---- epochs and producers ----

function trimEpochs(log: Log): void {
  const kept: EpochStart[] = log.epochs.filter(({ startOffset }) => startOffset <= log.endOffset)
  if (kept.length === log.epochs.length) return
  log.epochs = kept
  tryToWriteEpochs(log.system.fs, `${log.folder}/leader-epoch-checkpoint`, kept)
}

/** From the newest snapshot that is sound, and the batches behind it. */
function* loadProducers(log: Log, names: readonly string[], report: (finding: string) => void): Steps<void> {
  const { fs } = log.system
  const path = (offset: number) => `${log.folder}/${segmentName(offset)}.snapshot`
  const most = repairAborted(log, names)
  let from = log.segments[0]?.base ?? 0
  for (const offset of offsetsOf(names, 'snapshot').reverse()) {
    if (offset > log.endOffset) {
      fs.remove(path(offset)) // of records that were never on disk; when the log is that long again it would tell of others
      continue
    }
    if (offset > most) continue
    try {
      log.producers.load(decodeSnapshot(fs.readFile(path(offset))), offset)
      log.snapshotAt(offset)
      from = offset
      break
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      report(
        `${log.name}: the producer snapshot at ${offset} is damaged (${error.message}); an older one and the log make it again`,
      )
    }
  }
  yield* replayProducers(log, from)
}

/**
 * Makes the .txnindex files end where the log does. Gives the offset up to which the snapshots' word can be taken: aborts
 * behind it have to be found in the log again.
 */
function repairAborted(log: Log, names: readonly string[]): number {
  for (const base of offsetsOf(names, 'txnindex')) {
    const segment = log.segments.find((one) => one.base === base)
    if (segment && !segment.repairAborted(log.endOffset)) return base
  }
  return Number.POSITIVE_INFINITY
}

/** Takes the batches from `from` on into the producers' state, and epochs that the checkpoint does not have. */
function* replayProducers(log: Log, from: number): Steps<void> {
  log.producers.endOffset = from
  if (from >= log.endOffset) return
  for (let index = log.segmentIndex(from); index < log.segments.length; index++) {
    const segment = log.segments[index] as Segment
    segment.loadIndexes(log.settings.indexIntervalBytes)
    const start = segment.base < from ? segment.positionOf(from) : 0
    const take = (header: Buffer, at: number, position: number) => {
      const epoch = partitionLeaderEpoch(header, at)
      if (epoch > log.lastEpoch) log.beginEpoch(epoch, baseOffset(header, at))
      if (!isControl(header, at) || !isTransactional(header, at)) {
        log.producers.take(header, at)
        return
      }
      const bytes = segment.read(position, batchSize(header, at))
      const aborted = log.producers.take(bytes, 0, readMarker(bytes, 0))
      const known = aborted && segment.aborted().some(({ lastOffset: last }) => last === aborted.lastOffset)
      if (aborted && !known) segment.addAborted(aborted)
    }
    yield* inSteps(segment, start, take, 'headers')
  }
}
