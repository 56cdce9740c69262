/**
 * The long part of a compaction (Cleaner.doClean), of files alone: it notes the last offset of each key in the dirty part, then writes
 * all segments below anew without the records that a later one of the same key replaces. It knows nothing of the log that
 * it is done for, which goes on meanwhile, and may run in a thread of its own.
 */
import { batchSize, checkCrc, lastOffset } from '../../protocol/batch'
import type { FileSystem } from '../../system/system'
import { readBatches, Uncleanable } from './batches'
import { CleanedSegment } from './cleaned-segment'
import { BatchFilter, type Counts, type Rules } from './filter'
import { groupSegments } from './groups'
import { abortedWithin, type CleanedGroup, type Job, type OldSegment } from './job'
import { KeyMap } from './key-map'
import { mapKeys, unsound } from './map-keys'
import { Interrupted, type Pace } from './pace'
import { CleanedTransactions } from './transactions'

export interface Cleaned extends Counts {
  /** Offset behind what is clean now. */
  readonly to: number
  bytesRead: number
  bytesWritten: number
}

/** What is asked of whoever does the long part, here or in a thread. */
export interface Compacting {
  /** Rejects with Uncleanable or Malformed when the log cannot be compacted, with Interrupted, or with the disk's error. */
  run(): Promise<Cleaned>
  /** Takes away at once what was written so far and has not taken its place. */
  cancel(): void
}

/** Puts a new segment in the place of old ones; rejects when that cannot be done, and the rest need not be. */
export type Swap = (group: CleanedGroup) => Promise<void>

/** At the least so much is read at once, in bytes. */
const LEAST_PIECE = 64 * 1024

export class Compaction implements Compacting {
  private current: CleanedSegment | undefined
  private cancelled = false
  private readonly result = { read: 0, kept: 0, keyless: 0, bytesRead: 0, bytesWritten: 0 }
  private readonly transactions = new CleanedTransactions((transaction) => this.current?.aborted.push(transaction))

  constructor(
    private readonly fs: FileSystem,
    private readonly job: Job,
    private readonly pace: Pace,
    private readonly swap: Swap,
  ) {}

  cancel(): void {
    this.cancelled = true
    this.current?.discard()
  }

  async run(): Promise<Cleaned> {
    const { fs, job, pace, pieceBytes } = this
    const map = new KeyMap(job.dedupeBufferBytes, job.loadFactor, job.seed)
    await mapKeys(fs, job, map, pace, pieceBytes)
    const to = map.latestOffset + 1
    if (to <= job.range.from) throw new Uncleanable('log.cleaner.dedupe.buffer.size does not hold the keys of a single batch')
    const { segmentBytes, segmentIndexBytes: indexBytes, range } = job
    const below = job.segments.filter(({ base }) => base < to)
    const groups = groupSegments(below, { segmentBytes, indexBytes, firstUncleanable: range.to })
    for (const group of groups) await this.cleanGroup(group, map)
    return { to, ...this.result }
  }
  private get pieceBytes(): number {
    return Math.max(this.job.ioBufferBytes, LEAST_PIECE)
  }

  private async cleanGroup(group: readonly OldSegment[], map: KeyMap): Promise<void> {
    const { fs, job } = this
    const [first] = group
    const last = group.at(-1)
    if (!first || !last) return
    const cleaned = new CleanedSegment(fs, job.folder, first.base, job.nowMs, job.indexIntervalBytes, this.pieceBytes)
    this.current = cleaned
    try {
      const { nowMs, deleteRetentionMs, lastRecords, range } = job
      const rules = { map, nowMs, deleteRetentionMs, upperBound: range.to, transactions: this.transactions, lastRecords }
      let changed = group.length > 1
      for (const segment of group) changed = (await this.cleanInto(cleaned, segment, rules)) || changed
      if (!changed) return
      await cleaned.finish(fs.stat(last.path)?.modifiedMs ?? nowMs)
      this.checkWanted()
      await this.swap({ base: first.base, bases: group.map(({ base }) => base) })
      cleaned.keep()
    } finally {
      cleaned.discard() // unless it has taken their place
      this.current = undefined
    }
  }
  private checkWanted(): void {
    if (this.cancelled) throw new Interrupted()
  }

  /** Writes what stays of a segment; true if that is not all. */
  private async cleanInto(cleaned: CleanedSegment, segment: OldSegment, rules: Rules): Promise<boolean> {
    const { fs, job, pace, result } = this
    const { base, next, path, size } = segment
    const filter = new BatchFilter(rules, result)
    rules.transactions.expect(abortedWithin(job.aborted, base, next))
    let changed = false
    for await (const piece of readBatches(fs, { path, from: 0, to: size }, this.pieceBytes)) {
      const before = cleaned.size
      for (let at = 0; at < piece.length; at += batchSize(piece, at)) {
        if (pace.isDue(batchSize(piece, at))) await pace.rest()
        // the dirty ones were checked when their keys were read
        if (lastOffset(piece, at) < job.range.from && !checkCrc(piece, at)) throw unsound(path, piece, at)
        const left = filter.filter(piece, at)
        if (left === 'all') cleaned.add(piece, at)
        else {
          changed = true
          if (left !== 'nothing') cleaned.add(left, 0)
        }
        if (cleaned.isFull) await cleaned.drain()
      }
      this.checkWanted()
      result.bytesRead += piece.length
      result.bytesWritten += cleaned.size - before
      await pace.spend(piece.length + cleaned.size - before)
    }
    return changed
  }
}
