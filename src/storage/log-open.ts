/**
 * Opens a partition's folder. After a clean stop nothing is scanned but what stands behind the last index entry. After any other
 * end, every segment from the recovery point on is read batch by batch and its indexes, producers and epochs are made again
 * (LogLoader, LogSegment.recover). What is not sound from some byte on is cut off; unlike Kafka, kt sets the bytes aside.
 */
import {
  baseOffset,
  batchSize,
  checkCrc,
  HEADER_SIZE,
  isControl,
  isTransactional,
  lastOffset,
  magic,
  partitionLeaderEpoch,
} from '../protocol/batch'
import { Malformed } from '../protocol/reader'
import type { System } from '../system/system'
import { type EpochStart, readEpochs, writeEpochs } from './checkpoints'
import { Log, type LogSettings } from './log'
import { readMarker } from './marker'
import type { Segment } from './segment'
import { decodeSnapshot } from './snapshot'

export interface OpenOptions {
  readonly settings: LogSettings
  /** The directory was stopped cleanly. */
  readonly clean: boolean
  readonly recoveryPoint: number
  readonly startOffset: number
  /** Told of everything that was not as it should be. */
  readonly report: (finding: string) => void
}

/** Batches beyond this size are read in pieces only to check their header; none is larger than a segment. */
const MAX_BATCH = 0x7fffffff

export function openLog(system: System, folder: string, name: string, options: OpenOptions): Log {
  const { fs } = system
  const log = new Log(system, folder, name, options.settings)
  const names = fs.exists(folder) ? fs.list(folder) : []
  const bases = names.filter((file) => /^\d{20}\.log$/.test(file)).map((file) => Number(file.slice(0, 20)))
  log.startOffset = Math.max(options.startOffset, bases[0] ?? 0)
  log.epochs = readEpochs(fs, `${folder}/leader-epoch-checkpoint`) ?? []
  for (const base of bases) log.addSegment(base).attach()
  if (bases.length === 0) begin(log, log.startOffset)
  if (options.clean) log.endOffset = log.active.endOffset()
  else if (bases.length > 0) recover(log, options)
  if (log.endOffset < log.startOffset) restartAt(log, options)
  log.recoveryPoint = options.clean ? log.endOffset : Math.min(options.recoveryPoint, log.endOffset)
  trimEpochs(log)
  loadProducers(log, names, options.report)
  return log
}

/** An empty log: its first segment is made when something is appended. */
function begin(log: Log, base: number): void {
  log.addSegment(base)
  log.endOffset = base
  log.folderChanged = true
}

/** The log ends below its start: whatever is there was deleted already (delete-records); it goes on at the start. */
function restartAt(log: Log, options: OpenOptions): void {
  options.report(`${log.name}: the log ends at ${log.endOffset}, below its start ${log.startOffset}; it goes on there`)
  log.active.loadIndexes()
  log.active.writeIndexes()
  log.addSegment(log.startOffset).create()
  log.endOffset = log.startOffset
}

// ---- after an unclean end ----

function recover(log: Log, options: OpenOptions): void {
  log.endOffset = log.segments[0]?.base ?? 0
  for (let index = 0; index < log.segments.length; index++) {
    const segment = log.segments[index] as Segment
    const next = log.segments[index + 1]
    if (next && next.base <= options.recoveryPoint) continue
    const end = recoverSegment(log, segment, options.recoveryPoint)
    if (end === segment.size) continue
    cut(log, segment, end, options.report)
    for (const later of log.segments.splice(index + 1)) cut(log, later, 0, options.report)
  }
}

/** Reads a segment, notes its batches in the indexes, and gives the position behind the last sound one. */
function recoverSegment(log: Log, segment: Segment, recoveryPoint: number): number {
  segment.forget()
  let expected = segment.base
  log.endOffset = segment.base
  const position = segment.scan(0, segment.size, (header, at, start) => {
    const size = batchSize(header, at)
    if (magic(header, at) !== 2 || size > MAX_BATCH || baseOffset(header, at) < expected) return 'stop'
    let bytes = header
    let inBytes = at
    if (lastOffset(header, at) >= recoveryPoint) {
      if (at + size > header.length) {
        bytes = segment.read(start, size)
        inBytes = 0
      }
      if (bytes.length - inBytes < size || !checkCrc(bytes, inBytes)) return 'stop'
    }
    expected = lastOffset(bytes, inBytes) + 1
    segment.index(bytes, inBytes, start, log.settings.indexIntervalBytes)
    log.endOffset = expected
    return undefined
  })
  return position
}

/** Sets the bytes from `position` on aside, beside the log, and cuts them off. */
function cut(log: Log, segment: Segment, position: number, report: (finding: string) => void): void {
  const { fs } = log.system
  const rest = segment.read(position, segment.size - position)
  const aside = freeName(log, `${segment.logPath}.corrupt-${log.endOffset}`)
  const fd = fs.open(aside, 'new')
  fs.write(fd, rest, 0)
  fs.dataSyncNow(fd)
  fs.close(fd)
  fs.syncFolder(log.folder)
  if (position === 0 && segment.base > log.endOffset) {
    segment.close()
    for (const path of [
      segment.logPath,
      segment.indexPath('index'),
      segment.indexPath('timeindex'),
      segment.indexPath('txnindex'),
    ])
      fs.remove(path)
  } else {
    segment.truncate(position)
    segment.syncNow()
  }
  report(
    `${log.name}: ${rest.length} bytes (${countRecords(rest)}) behind offset ${log.endOffset} were not sound; they were cut off and kept in ${aside}`,
  )
}
function freeName(log: Log, wanted: string): string {
  let name = wanted
  for (let i = 1; log.system.fs.exists(name); i++) name = `${wanted}-${i}`
  return name
}
/** What the headers in bytes that are set aside claim, for the report. */
function countRecords(bytes: Buffer): string {
  let records = 0
  for (let at = 0; at + HEADER_SIZE <= bytes.length; ) {
    const size = batchSize(bytes, at)
    if (magic(bytes, at) !== 2 || size < HEADER_SIZE || at + size > bytes.length) break
    records += bytes.readInt32BE(at + 57)
    at += size
  }
  return records === 0 ? 'no whole batch' : `${records} records`
}

// ---- epochs and producers ----

function trimEpochs(log: Log): void {
  const kept: EpochStart[] = log.epochs.filter(({ startOffset }) => startOffset <= log.endOffset)
  if (kept.length === log.epochs.length) return
  log.epochs = kept
  writeEpochs(log.system.fs, `${log.folder}/leader-epoch-checkpoint`, kept)
}

function loadProducers(log: Log, names: readonly string[], report: (finding: string) => void): void {
  const { fs } = log.system
  const offsets = names.filter((file) => /^\d{20}\.snapshot$/.test(file)).map((file) => Number(file.slice(0, 20)))
  let from = log.segments[0]?.base ?? 0
  for (const offset of offsets.reverse()) {
    if (offset > log.endOffset) continue
    try {
      const path = `${log.folder}/${String(offset).padStart(20, '0')}.snapshot`
      log.producers.load(decodeSnapshot(fs.readFile(path)), offset)
      log.snapshotAt(offset)
      from = offset
      break
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      report(`${log.name}: the producer snapshot at ${offset} is damaged (${error.message}); the next older one is taken`)
    }
  }
  replayProducers(log, from)
}

/** Takes the batches from `from` on into the producers' state, and epochs that the checkpoint does not have. */
function replayProducers(log: Log, from: number): void {
  log.producers.endOffset = from
  if (from >= log.endOffset) return
  for (let index = log.segmentIndex(from); index < log.segments.length; index++) {
    const segment = log.segments[index] as Segment
    segment.loadIndexes(log.settings.indexIntervalBytes)
    const start = segment.base < from ? segment.positionOf(from) : 0
    segment.scan(start, segment.size, (header, at, position) => {
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
    })
  }
}
