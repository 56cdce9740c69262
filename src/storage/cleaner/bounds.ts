/**
 * How far a log is compacted, how far it may be, and whether it is worth it (LogCleanerManager.cleanableOffsets, LogToClean).
 *
 *     |  clean            |  dirty                |  not yet: active segment, open transactions, min.compaction.lag.ms
 *     start         firstDirty           firstUncleanable                                                        end
 */
import type { Log } from '../log'
import type { Segment } from '../segment'

export interface CompactionSettings {
  readonly minCompactionLagMs: number
  /** Infinity: never. */
  readonly maxCompactionLagMs: number
  readonly minCleanableDirtyRatio: number
}

export interface Bounds {
  readonly firstDirty: number
  readonly firstUncleanable: number
  /** The checkpoint told of a place that the log does not have. */
  readonly resets: boolean
  readonly cleanableBytes: number
  /** Share of the bytes below firstUncleanable that are dirty; 0 where there are none. */
  readonly ratio: number
  /** Records older than max.compaction.lag.ms are waiting. */
  readonly overdue: boolean
}

/** `checkpoint`: where the last cleaning ended. `stable`: offset below which all records are for good (the last stable offset). */
export function boundsOf(
  log: Log,
  checkpoint: number | undefined,
  stable: number,
  settings: CompactionSettings,
  nowMs: number,
): Bounds {
  const { startOffset, endOffset } = log
  const resets = checkpoint !== undefined && (checkpoint < startOffset || checkpoint > endOffset)
  const firstDirty = checkpoint === undefined || resets ? startOffset : checkpoint
  const dirty = segmentsFrom(log, firstDirty)
  const young = dirty.find(
    (segment) => settings.minCompactionLagMs > 0 && newest(log, segment) > nowMs - settings.minCompactionLagMs,
  )
  const limit = Math.max(firstDirty, Math.min(stable, log.active.base, young?.base ?? Number.POSITIVE_INFINITY))
  const firstUncleanable = (segmentsFrom(log, limit)[0] ?? log.active).base
  const bytes = (from: number, to: number) => sizeOf(log, from, to)
  const cleanableBytes = bytes(Math.min(firstDirty, firstUncleanable), firstUncleanable)
  const total = bytes(-1, firstDirty) + cleanableBytes
  return {
    firstDirty,
    firstUncleanable,
    resets,
    cleanableBytes,
    ratio: total === 0 ? 0 : cleanableBytes / total,
    overdue: isOverdue(dirty, nowMs - settings.maxCompactionLagMs),
  }
}

/** Whether it is to be compacted now. */
export function isFilthy({ ratio, overdue, cleanableBytes }: Bounds, { minCleanableDirtyRatio }: CompactionSettings): boolean {
  return (overdue && cleanableBytes > 0) || ratio > minCleanableDirtyRatio
}

/** The segments but the active one, from the one that holds `offset`. */
function segmentsFrom(log: Log, offset: number): Segment[] {
  return offset > log.active.base ? [] : log.segments.slice(log.segmentIndex(offset), -1)
}
/** Bytes of the segments from the one that holds `from` to the last that begins below `to`. */
function sizeOf(log: Log, from: number, to: number): number {
  let bytes = 0
  for (let index = log.segmentIndex(from); index < log.segments.length; index++) {
    const segment = log.segments[index] as Segment
    if (segment.base >= to || from >= to) break
    bytes += segment.size
  }
  return bytes
}
function newest(log: Log, segment: Segment): number {
  const timestamp = segment.newestTime(log.settings.indexIntervalBytes) // there may be a thousand of them: their indexes stay on disk
  return timestamp >= 0 ? timestamp : (log.system.fs.stat(segment.logPath)?.modifiedMs ?? segment.createdMs)
}
function isOverdue(dirty: readonly Segment[], before: number): boolean {
  if (before === Number.NEGATIVE_INFINITY) return false
  return dirty.some((segment) => {
    const first = segment.startTimestamp() ?? -1
    return first > 0 && first < before
  })
}
