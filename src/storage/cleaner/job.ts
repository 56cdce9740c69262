/** What a compaction has to know of a log: plain data, so that it can be sent to another thread. */
import type { Log } from '../log'
import type { AbortedTransaction } from '../producers'
import type { LastRecord } from './filter'
import type { Part } from './groups'

/** The part of a log from `from` on, up to `to`, which is where a segment begins. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** A segment below the end of the range. */
export interface OldSegment extends Part {
  readonly path: string
  /** Where the next one begins. */
  readonly next: number
}

export interface JobSettings {
  readonly deleteRetentionMs: number
  /** Memory for keys in bytes, and how full it may get. */
  readonly dedupeBufferBytes: number
  readonly loadFactor: number
  /** Memory for reading and writing. */
  readonly ioBufferBytes: number
}

export interface Job extends JobSettings {
  readonly folder: string
  readonly range: Range
  readonly segments: readonly OldSegment[]
  /** Where to begin to read in the segment that holds `range.from`. */
  readonly firstPosition: number
  readonly aborted: readonly AbortedTransaction[]
  readonly lastRecords: ReadonlyMap<number, LastRecord>
  readonly segmentBytes: number
  readonly segmentIndexBytes: number
  readonly indexIntervalBytes: number
  readonly nowMs: number
  /** 32 bits: key-hash.ts. */
  readonly seed: number
}

/** Neighbouring segments for which there is a new one in `.cleaned` files now, with the base of the first. */
export interface CleanedGroup {
  readonly base: number
  readonly bases: readonly number[]
}

export function jobFor(log: Log, range: Range, settings: JobSettings): Job {
  const { segmentBytes, segmentIndexBytes, indexIntervalBytes } = log.settings
  const old = log.segments.filter(({ base }) => base < range.to)
  const holder = log.segments[log.segmentIndex(range.from)]
  holder?.loadIndexes(indexIntervalBytes)
  return {
    ...settings,
    folder: log.folder,
    range,
    segments: old.map((segment, index) => {
      const { offsets, times } = segment.indexSizes
      const next = old[index + 1]?.base ?? range.to
      const { base, size, logPath: path } = segment
      return { base, size, path, next, offsetIndexBytes: offsets, timeIndexBytes: times }
    }),
    firstPosition: holder?.offsets.lookup(range.from - holder.base) ?? 0,
    aborted: log.abortedBetween(old[0]?.base ?? range.from, range.to),
    lastRecords: lastRecordsOf(log),
    segmentBytes,
    segmentIndexBytes,
    indexIntervalBytes,
    nowMs: log.system.clock.now(),
    seed: log.system.random.below(0x7fffffff),
  }
}

/** Those of `aborted` with records between `from` and `to` (both offsets). */
export function abortedWithin(aborted: readonly AbortedTransaction[], from: number, to: number): AbortedTransaction[] {
  return aborted.filter(({ firstOffset, lastOffset }) => lastOffset >= from && firstOffset < to)
}

/**
 * What each producer that may write again wrote last: its sequence number must survive (UnifiedLog.lastRecordsOfActiveProducers). Who goes
 * on writing meanwhile does so behind the range: what is told of him here may keep a batch too many, and none too few.
 */
function lastRecordsOf(log: Log): ReadonlyMap<number, LastRecord> {
  const records = new Map<number, LastRecord>()
  for (const { producerId, epoch, batches } of log.producers.all()) {
    records.set(producerId, { dataOffset: batches.at(-1)?.lastOffset, epoch })
  }
  return records
}
