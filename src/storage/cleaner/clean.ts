/**
 * Compacts one log (Cleaner.doClean): notes the last offset of each key in the dirty part, then writes all segments below anew without
 * the records that a later one of the same key replaces. Nothing is taken from a log of which not every batch in question is sound.
 */
import { batchSize, checkCrc, lastOffset } from '../../protocol/batch'
import type { Log } from '../log'
import type { Segment } from '../segment'
import { readBatches, Uncleanable } from './batches'
import { CleanedSegment } from './cleaned-segment'
import { BatchFilter, type Counts, type LastRecord, type Rules } from './filter'
import { groupSegments } from './groups'
import { KeyMap } from './key-map'
import { mapKeys, type Range, unsound } from './map-keys'
import { Interrupted, type Pace } from './pace'
import { swapIn } from './swap'
import { CleanedTransactions } from './transactions'

export interface CleanOptions {
  readonly deleteRetentionMs: number
  /** Memory for keys in bytes, and how full it may get. */
  readonly dedupeBufferBytes: number
  readonly loadFactor: number
  /** Memory for reading and writing. */
  readonly ioBufferBytes: number
  readonly pace: Pace
  /** Kept when all below the end of the range is on disk: what replaces a record must be before the record goes. */
  readonly onDisk: Promise<void>
  /** The broker ends: nothing may be touched any more. */
  readonly stopped: () => boolean
  /** Takes the paths of files that nobody needs any more. */
  readonly doom: (paths: readonly string[]) => void
}

export interface Cleaned extends Counts {
  /** Offset behind what is clean now. */
  readonly to: number
  bytesRead: number
  bytesWritten: number
}

/** The disk failed where files were changing their names: the next opening puts them right. */
export class DiskFailure extends Error {
  constructor(override readonly cause: unknown) {
    super(`compaction: ${(cause as Error).message}`)
  }
}
/** A cleaning that has begun; `cancel` takes away at once what it has written so far. */
export class Cleaning {
  private current: CleanedSegment | undefined
  private readonly result = { read: 0, kept: 0, keyless: 0, bytesRead: 0, bytesWritten: 0 }
  private transactions = new CleanedTransactions()

  constructor(
    private readonly log: Log,
    private readonly range: Range,
    private readonly options: CleanOptions,
  ) {}

  cancel(): void {
    this.current?.discard()
  }

  /** Rejects with Uncleanable or Malformed when the log cannot be compacted, with Interrupted, or with the disk's error. */
  async run(): Promise<Cleaned> {
    const { log, range, options } = this
    const { system } = log
    const nowMs = system.clock.now()
    if (!log.written) log.beginWriting()
    const seed = system.random.below(0x7fffffff)
    const map = new KeyMap(options.dedupeBufferBytes, options.loadFactor, seed)
    await mapKeys(log, range, map, options.pace, this.pieceBytes)
    const to = map.latestOffset + 1
    if (to <= range.from) throw new Uncleanable('log.cleaner.dedupe.buffer.size does not hold the keys of a single batch')
    await options.onDisk
    this.transactions = new CleanedTransactions((transaction) => this.current?.aborted.push(transaction))
    for (const group of this.groupsBelow(to)) await this.cleanGroup(group, map, nowMs)
    return { to, ...this.result }
  }

  private get pieceBytes(): number {
    return Math.max(this.options.ioBufferBytes, 64 * 1024)
  }
  private groupsBelow(to: number): Segment[][] {
    const { log, range } = this
    const parts = log.segments
      .filter(({ base }) => base < to && base < range.to)
      .map((segment) => {
        segment.loadIndexes(log.settings.indexIntervalBytes)
        const { base, size, offsets, times } = segment
        return { base, size, offsetIndexBytes: offsets.sizeBytes, timeIndexBytes: times.sizeBytes, segment }
      })
    const { segmentBytes, segmentIndexBytes } = log.settings
    const groups = groupSegments(parts, { segmentBytes, indexBytes: segmentIndexBytes, firstUncleanable: range.to })
    return groups.map((group) => group.map(({ segment }) => segment))
  }

  private async cleanGroup(group: readonly Segment[], map: KeyMap, nowMs: number): Promise<void> {
    const { log, options } = this
    const { fs } = log.system
    const [first] = group
    const last = group.at(-1)
    if (!first || !last) return
    const cleaned = new CleanedSegment(fs, log.folder, first.base, nowMs, log.settings.indexIntervalBytes, this.pieceBytes)
    this.current = cleaned
    try {
      const rules = {
        map,
        nowMs,
        deleteRetentionMs: options.deleteRetentionMs,
        upperBound: this.range.to,
        transactions: this.transactions,
        lastRecords: lastRecordsOf(log),
      }
      let changed = group.length > 1
      for (const segment of group) changed = (await this.cleanInto(cleaned, segment, rules)) || changed
      if (!changed) return
      await cleaned.finish(fs.stat(last.logPath)?.modifiedMs ?? nowMs)
      this.check(group)
      const files = await swapIn(log, group, cleaned, options.stopped).catch((error: unknown) => {
        throw new DiskFailure(error)
      })
      if (!files) throw new Interrupted()
      options.doom(files)
    } finally {
      cleaned.discard() // unless it has taken their place
      this.current = undefined
    }
  }
  /** Retention may have taken the segments, or a deletion the topic. */
  private check(group: readonly Segment[]): void {
    const { log, options } = this
    if (options.stopped() || log.isGone || !group.every((segment) => log.segments.includes(segment))) throw new Interrupted()
  }

  /** Writes what stays of a segment; true if that is not all. */
  private async cleanInto(cleaned: CleanedSegment, segment: Segment, rules: Rules): Promise<boolean> {
    const { log, options, range, result } = this
    const filter = new BatchFilter(rules, result)
    const next = log.segments[log.segments.indexOf(segment) + 1]
    rules.transactions.expect(log.abortedBetween(segment.base, next?.base ?? log.endOffset))
    let changed = false
    for await (const piece of readBatches(log.system.fs, { path: segment.logPath, from: 0, to: segment.size }, this.pieceBytes)) {
      const before = cleaned.size
      for (let at = 0; at < piece.length; at += batchSize(piece, at)) {
        if (options.pace.isDue(batchSize(piece, at))) await options.pace.rest()
        // the dirty ones were checked when their keys were read
        if (lastOffset(piece, at) < range.from && !checkCrc(piece, at)) throw unsound(segment, piece, at)
        const left = filter.filter(piece, at)
        if (left === 'all') cleaned.add(piece, at)
        else {
          changed = true
          if (left !== 'nothing') cleaned.add(left, 0)
        }
        if (cleaned.isFull) await cleaned.drain()
      }
      this.check([segment])
      result.bytesRead += piece.length
      result.bytesWritten += cleaned.size - before
      await options.pace.spend(piece.length + cleaned.size - before)
    }
    return changed
  }
}

/** What each producer that may write again wrote last: its sequence number must survive (UnifiedLog.lastRecordsOfActiveProducers). */
function lastRecordsOf(log: Log): ReadonlyMap<number, LastRecord> {
  const records = new Map<number, LastRecord>()
  for (const { producerId, epoch, batches } of log.producers.all()) {
    records.set(producerId, { dataOffset: batches.at(-1)?.lastOffset, epoch })
  }
  return records
}
