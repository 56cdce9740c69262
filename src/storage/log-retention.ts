/**
 * What leaves a log at its beginning (UnifiedLog.deleteOldSegments): segments below the log's start, beyond its size, or too old. The
 * log's start moves to what remains; the files are renamed `.deleted` at once and removed later, by whoever the caller says. The last
 * segment goes only when all is expired, and then a new one is begun before.
 */
import { epochsFrom } from './checkpoints'
import { DELETED } from './cleaner/settle'
import type { Log } from './log'
import { type Segment, segmentName } from './segment'
import { passes } from './trouble'

/**
 * Moves the start of the log to `offset`, which must not lie beyond what may be read. Records below are gone for readers; segments
 * that lie wholly below can go (`startBreach`). False when the start is there already or further on.
 */
export function advanceStart(log: Log, offset: number): boolean {
  if (offset <= log.startOffset) return false
  if (!log.written) log.beginWriting()
  log.startOffset = offset
  const epochs = epochsFrom(log.epochs, offset)
  if (epochs !== log.epochs) log.setEpochs(epochs)
  return true
}

/** How many segments lie wholly below the log's start. */
export function startBreach({ segments, startOffset }: Log): number {
  return count(segments, (_segment, next) => next !== undefined && next.base <= startOffset)
}

/** How many segments can go so that the log still holds `retentionBytes`. */
export function sizeBreach({ segments, sizeBytes, settings }: Log): number {
  let surplus = sizeBytes - settings.retentionBytes
  if (settings.retentionBytes < 0 || surplus <= 0) return 0
  return count(segments, ({ size }) => {
    if (surplus < size) return false
    surplus -= size
    return true
  })
}

/** How many segments hold only records older than retention.ms, by their timestamps, or by the file's time where they have none. */
export function timeBreach(log: Log, nowMs: number): number {
  const { segments, settings } = log
  if (settings.retentionMs < 0 || settings.retentionMs === Number.POSITIVE_INFINITY) return 0
  return count(segments, (segment) => nowMs - newestTime(log, segment) > settings.retentionMs)
}
function newestTime(log: Log, segment: Segment): number {
  if (segment.size > 0) segment.loadIndexes(log.settings.indexIntervalBytes)
  if (segment.maxTimestamp >= 0) return segment.maxTimestamp
  return log.system.fs.stat(segment.logPath)?.modifiedMs ?? segment.createdMs
}

/** Segments from the oldest on that may go; an empty last one stays. */
function count(segments: readonly Segment[], may: (segment: Segment, next: Segment | undefined) => boolean): number {
  let found = 0
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1]
    if ((!next && segment.size === 0) || !may(segment, next)) break
    found++
  }
  return found
}

/**
 * Takes the `wanted` oldest segments out of the log, but none with records at or beyond `readable` (the high watermark), and gives the
 * paths of their files, which bear `.deleted` from now on.
 */
export function dropSegments(log: Log, wanted: number, readable: number): { readonly dropped: number; readonly files: string[] } {
  const end = (index: number) => log.segments[index + 1]?.base ?? log.endOffset
  let dropped = 0
  while (dropped < wanted && end(dropped) <= readable) dropped++
  if (dropped === 0 || log.swapping) return { dropped: 0, files: [] }
  if (!log.written) log.beginWriting()
  if (dropped === log.segments.length && !rolled(log)) dropped--
  if (dropped === 0) return { dropped, files: [] }
  if (log.folderChanged) log.system.fs.syncFolder(log.folder) // or a power cut could leave no file that knows where the log ends
  const gone = log.segments.splice(0, dropped)
  log.forgetHints()
  advanceStart(log, log.segments[0]?.base ?? log.endOffset)
  log.folderChanged = true
  return { dropped, files: gone.flatMap((segment) => takeAway(log, segment)) }
}

/** Begins a new segment behind all that goes; false when there is no room for one: then the last stays for now. */
function rolled(log: Log): boolean {
  try {
    log.roll()
    return true
  } catch (error) {
    if (!passes(error)) throw error
    return false
  }
}

/** Takes a segment's files away, with the producers' state at its beginning; gives their new names. */
export function takeAway({ folder, system }: Log, segment: Segment, how: 'whole' | 'keeps-snapshot' = 'whole'): string[] {
  const { fs } = system
  segment.forsake()
  const snapshot = `${folder}/${segmentName(segment.base)}.snapshot`
  const files = [
    segment.logPath,
    segment.indexPath('index'),
    segment.indexPath('timeindex'),
    segment.indexPath('txnindex'),
    ...(how === 'whole' ? [snapshot] : []),
  ]
  return files
    .filter((path) => fs.exists(path))
    .map((path) => {
      fs.rename(path, path + DELETED)
      return path + DELETED
    })
}
