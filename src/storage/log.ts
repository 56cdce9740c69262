/**
 * The log of one partition: segments in offset order, of which the last is appended to (UnifiedLog). What is appended is in the
 * page cache when `append` returns and on disk when `flush` has. Opening and repairing is log-open.ts, removal log-retention.ts.
 */
import {
  baseOffset,
  baseTimestamp,
  batchSize,
  HEADER_SIZE,
  isControl,
  isTransactional,
  lastOffset,
  lastOffsetDelta,
  maxTimestamp,
  partitionLeaderEpoch,
  stampBatch,
} from '../protocol/batch'
import type { System } from '../system/system'
import { type EpochStart, epochsText, replaceLater, replacing, writeEpochs } from './checkpoints'
import { type LogRead, LogReader } from './log-reader'
import { type Marker, readMarker } from './marker'
import { topicIdPath } from './partition-metadata'
import { ProducerSnapshots } from './producer-snapshots'
import { type AbortedTransaction, Producers } from './producers'
import type { SealedLog } from './sealed'
import { Segment, type Written } from './segment'
import { type Syncs, syncFileLater, syncing, syncLater, syncNow } from './syncs'

/** The topic settings that a log obeys; they may change while it is open. */
export interface LogSettings {
  readonly segmentBytes: number
  /** Age at which a segment is rolled though it is not full. */
  readonly rollMs: number
  readonly segmentJitterMs: number
  readonly segmentIndexBytes: number
  readonly indexIntervalBytes: number
  readonly retentionMs: number
  readonly retentionBytes: number
  readonly fileDeleteDelayMs: number
  readonly delete: boolean
  /** A new segment's file is given segmentBytes at once. */
  readonly preallocate?: boolean
}

export class Log {
  readonly segments: Segment[] = []
  /** Why nothing may be written to it: sealed.ts. */
  sealed: SealedLog | undefined
  readonly producers = new Producers()
  epochs: EpochStart[] = []
  startOffset = 0
  endOffset = 0
  /** Everything below is on disk. */
  recoveryPoint = 0
  /** How often names in the folder have changed, and how much of that is on disk. */
  private nameChanges = 0
  private namesSynced = 0
  private namesSync: { readonly changes: number; readonly done: Promise<void> } | undefined
  /** The epochs' file is still to be written. */
  private epochsUnwritten = false
  /** Neither may be the file that says whose folder it is, without which its records are nobody's. */
  unidentified = false
  /** Names of files that an interrupted compaction left: copies, which go before anything is written. */
  halfMade: readonly string[] = []
  /** Something was written since the log was opened. */
  written = false
  /** Its folder was taken away: nothing of it need reach the disk any more. */
  private gone = false
  /** A compacted segment is taking the place of others: none of them may go meanwhile. */
  swapping = false
  /** It was opened after an unclean end: indexes on disk are not what is in memory, data may be in the page cache only. */
  recovered = false
  /** Done once before the first write: the clean-stop marker goes, the folder comes. */
  onFirstWrite: (() => void) | undefined
  readonly reader = new LogReader(this)
  readonly snapshots = new ProducerSnapshots(this)

  constructor(
    readonly system: System,
    readonly folder: string,
    /** topic-partition */
    readonly name: string,
    public settings: LogSettings,
  ) {}

  /** A name in the folder is not on disk yet. */
  get folderChanged(): boolean {
    return this.nameChanges > this.namesSynced
  }
  set folderChanged(is: boolean) {
    if (is) this.nameChanges++
    else this.namesSynced = this.nameChanges
  }
  get isGone(): boolean {
    return this.gone
  }
  private get epochsPath(): string {
    return `${this.folder}/leader-epoch-checkpoint`
  }
  get active(): Segment {
    return this.segments[this.segments.length - 1] as Segment
  }
  get sizeBytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.size, 0)
  }
  get lastEpoch(): number {
    return this.epochs.at(-1)?.epoch ?? -1
  }

  // ---- appending ----

  /**
   * Appends one whole batch, stamping offset and epoch into it, and gives its base offset. A batch that is written with the sync must stay
   * as it is until the next `flush` is over or has failed.
   */
  append(buffer: Buffer, at: number, leaderEpoch: number, when: Written = 'now'): number {
    const base = this.endOffset
    stampBatch(buffer, at, base, leaderEpoch)
    this.appendStamped(buffer, at, when)
    return base
  }

  /** Appends one whole batch that bears its offset and epoch. */
  appendStamped(buffer: Buffer, at: number, when: Written = 'now'): void {
    if (!this.written) this.beginWriting()
    const size = batchSize(buffer, at)
    const epoch = partitionLeaderEpoch(buffer, at)
    if (this.rollDue(buffer, at, size)) this.roll()
    if (epoch > this.lastEpoch) this.beginEpoch(epoch, baseOffset(buffer, at))
    this.active.append(buffer, at, size, this.settings.indexIntervalBytes, when)
    this.endOffset = lastOffset(buffer, at) + 1
    const marker = isControl(buffer, at) && isTransactional(buffer, at) ? readMarker(buffer, at) : undefined
    this.takeBatch(buffer, at, this.active, marker)
  }
  beginWriting(): void {
    if (this.sealed) throw this.sealed
    this.onFirstWrite?.()
    for (const name of this.halfMade) this.system.fs.remove(`${this.folder}/${name}`)
    this.halfMade = []
    this.active.loadIndexes(this.settings.indexIntervalBytes)
    this.written = true
  }
  /** Lets the producers know of a batch and notes a transaction that it aborts. */
  takeBatch(buffer: Buffer, at: number, segment: Segment, marker: Marker | undefined): void {
    const aborted = this.producers.take(buffer, at, marker)
    if (!aborted) return
    segment.addAborted(aborted)
    this.folderChanged = true // its file may be new
  }

  beginEpoch(epoch: number, startOffset: number): void {
    const epochs = [...this.epochs, { epoch, startOffset }] // known when it is on disk: an append that failed is tried again
    // the records tell the first again until the recovery point passes them: it is written with the sync that they wait for
    // and so do they while the file is being written for others
    if (this.epochs.length === 0 || this.epochsUnwritten) this.epochsUnwritten = true
    else {
      writeEpochs(this.system.fs, this.epochsPath, epochs)
      this.epochsUnwritten = false
    }
    this.epochs = epochs
    this.folderChanged = true
  }

  /** The file follows with the next sync: what it has too much, the log itself tells (KAFKA-15046). */
  setEpochs(epochs: EpochStart[]): void {
    this.epochs = epochs
    this.epochsUnwritten = true
    this.folderChanged = true
  }

  private rollDue(buffer: Buffer, at: number, size: number): boolean {
    const { active, settings } = this
    if (active.size === 0) return false
    if (active.size + size > settings.segmentBytes) return true
    const timestamp = maxTimestamp(buffer, at)
    const start = active.startTimestamp()
    const waited = start !== undefined && start >= 0 ? timestamp - start : this.system.clock.now() - active.createdMs
    if (waited > settings.rollMs - this.jitterOf(active)) return true
    // the time index keeps a place for the entry that is added when the segment ends
    if (active.offsets.length >= Math.floor(settings.segmentIndexBytes / 8)) return true
    if (active.times.length >= Math.floor(settings.segmentIndexBytes / 12) - 1) return true
    return baseOffset(buffer, at) + lastOffsetDelta(buffer, at) - active.base > 0x7fffffff
  }
  /** Ends the active segment and begins another behind it. The first one's indexes come with the sync of its last records. */
  roll(): void {
    this.active.writeHeld() // nothing may stand behind what is not there
    this.active.trim()
    // a recovery point that stands here vouches for the indexes as soon as another segment stands behind them
    if (this.recoveryPoint === this.endOffset) syncNow(this.system.fs, this.indexesOf(this.active))
    syncNow(this.system.fs, this.snapshots.write())
    // names reach the disk in the order of their offsets, so that no power cut leaves a hole
    if (this.folderChanged) this.system.fs.syncFolder(this.folder)
    const segment = this.newSegment(this.endOffset)
    segment.create()
    this.segments.push(segment)
    this.folderChanged = true
  }
  addSegment(base: number): Segment {
    const segment = this.newSegment(base)
    this.segments.push(segment)
    return segment
  }
  private newSegment(base: number): Segment {
    const segment = new Segment(this.system.fs, this.folder, base, this.system.clock.now())
    segment.preallocate(() => (this.settings.preallocate ? this.settings.segmentBytes : 0)) // who only reads asks for no settings
    return segment
  }
  /** How much earlier than segment.ms it is rolled, so that not all logs roll at once; thrown when it is first asked for. */
  private jitterOf(segment: Segment): number {
    if (segment.jitterMs === undefined) {
      const most = Math.min(this.settings.segmentJitterMs, this.settings.rollMs)
      segment.jitterMs = most > 0 && Number.isFinite(most) ? this.system.random.below(most) : 0
    }
    return segment.jitterMs
  }
  /** Puts one segment in the place of neighbouring ones. */
  replaceSegments(old: readonly Segment[], by: Segment): void {
    this.segments.splice(this.segments.indexOf(old[0] as Segment), old.length, by)
    this.forgetHints()
  }

  // ---- durability ----

  /**
   * Puts everything appended so far on disk, or only the segments below `below`, where one begins. Rejects with the disk's error, after
   * which nothing may be acknowledged.
   */
  async flush(below = Number.POSITIVE_INFINITY): Promise<void> {
    if (this.gone || this.sealed) return
    try {
      await this.sync(below)
    } catch (error) {
      if (this.gone) return // its files have gone meanwhile, and nobody will look for them
      this.active.keepHeld()
      throw error
    }
  }
  private async sync(below: number): Promise<void> {
    const end = Math.min(this.endOffset, below)
    if (this.folderChanged && (this.written || this.recovered)) await this.syncNames()
    // retention may take segments away meanwhile
    for (const segment of this.segments.filter(({ base }) => base < below).reverse()) {
      await segment.sync()
      if (segment !== this.active) await syncLater(this.system.fs, this.indexesOf(segment))
      if (segment.base < this.recoveryPoint) break // one that ends there may have been cut to its size since
    }
    this.recoveryPoint = Math.max(this.recoveryPoint, end)
  }
  /** From now on a segment that has ended is not read again: what its indexes on disk say is believed. */
  private *indexesOf(segment: Segment): Syncs {
    if (segment.indexesChanged) {
      segment.loadIndexes(this.settings.indexIntervalBytes)
      yield* segment.writeIndexes()
      this.folderChanged = true // their names may come with the next sync: they are made again where they are missing
    }
    yield* segment.syncAborted()
  }
  /** Everything but the records themselves: a server has thousands of logs whose first records come at once, and waits for none of them. */
  private async syncNames(): Promise<void> {
    const changes = this.nameChanges
    if (this.namesSync?.changes === changes) return this.namesSync.done
    const before = this.namesSync?.done.catch(() => {}) // one at a time: they write the same files
    const done = before ? before.then(() => this.putNames(changes)) : this.putNames(changes)
    this.namesSync = { changes, done }
    try {
      await done
    } finally {
      if (this.namesSync?.done === done) this.namesSync = undefined
    }
  }
  private async putNames(changes: number): Promise<void> {
    const { fs } = this.system
    if (!this.gone) await this.syncFilesLater()
    if (!this.gone) await fs.syncFolderLater(this.folder)
    await fs.syncFolderLater(this.folder.slice(0, this.folder.lastIndexOf('/')))
    this.namesSynced = Math.max(this.namesSynced, changes)
  }
  private async syncFilesLater(): Promise<void> {
    const { fs } = this.system
    if (this.unidentified) await syncFileLater(fs, topicIdPath(this.folder))
    this.unidentified = false
    while (this.epochsUnwritten && !this.gone) {
      const { epochs } = this
      await replaceLater(fs, this.epochsPath, epochsText(epochs), () => !this.gone)
      this.epochsUnwritten = this.epochs !== epochs // others have begun meanwhile
    }
  }
  private *syncFiles(): Syncs {
    const { fs } = this.system
    if (this.unidentified) yield* syncing(fs, topicIdPath(this.folder))
    this.unidentified = false
    if (this.epochsUnwritten) yield* replacing(fs, this.epochsPath, epochsText(this.epochs))
    this.epochsUnwritten = false
  }
  flushNow(): void {
    if (this.folderChanged) syncNow(this.system.fs, this.syncFiles())
    for (const segment of this.segments) segment.syncNow()
    if (this.folderChanged) this.system.fs.syncFolder(this.folder)
    this.folderChanged = false
    this.recoveryPoint = this.endOffset
  }

  /** Lets go of the files; what they lack of a clean end is closing.ts. */
  close(): void {
    for (const segment of this.segments) segment.close()
    this.forgetHints()
  }
  /** Lets go of files that are about to be deleted. Who waits for them to be on disk is told so: nobody will look for them. */
  forsake(): void {
    this.gone = true
    for (const segment of this.segments) segment.forsake()
    this.close()
  }

  // ---- reading ----

  /** Index of the segment that `offset` falls in. */
  segmentIndex(offset: number): number {
    let low = 0
    let high = this.segments.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if ((this.segments[middle] as Segment).base <= offset) low = middle
      else high = middle - 1
    }
    return low
  }

  /** See LogReader. */
  read(offset: number, limit: number, maxBytes: number, oneAtLeast: 'one-at-least' | 'strict'): LogRead {
    return this.reader.read(offset, limit, maxBytes, oneAtLeast)
  }
  forgetHints(): void {
    this.reader.forget()
  }
  greatestTimestamp(): { segment: Segment; timestamp: number } | undefined {
    return this.reader.greatestTimestamp()
  }
  batchesByTime(timestamp: number): Iterable<Buffer> {
    return this.reader.batchesByTime(timestamp)
  }

  /** Transactions that were aborted between `from` and `to` (both offsets), for a reader of committed records. */
  abortedBetween(from: number, to: number): AbortedTransaction[] {
    const found: AbortedTransaction[] = []
    for (let index = this.segmentIndex(from); index < this.segments.length; index++) {
      for (const aborted of (this.segments[index] as Segment).aborted()) {
        if (aborted.lastOffset >= from && aborted.firstOffset < to) found.push(aborted)
        if (aborted.lastStableOffset >= to) return found
      }
    }
    return found
  }

  /** Epoch that `offset` was written in, or -1. */
  epochAt(offset: number): number {
    let epoch = -1
    for (const entry of this.epochs) if (entry.startOffset <= offset) epoch = entry.epoch
    return epoch
  }
  /** Largest epoch at most `epoch` and where it ends; -1, -1 when all are older (LeaderEpochFileCache.endOffsetFor). */
  endOfEpoch(epoch: number): { epoch: number; endOffset: number } {
    if (epoch >= 0 && epoch === this.lastEpoch) return { epoch, endOffset: this.endOffset }
    const above = this.epochs.findIndex((entry) => entry.epoch > epoch)
    if (epoch < 0 || above < 0) return { epoch: -1, endOffset: -1 }
    const { startOffset } = this.epochs[above] as EpochStart
    return { epoch: this.epochs[above - 1]?.epoch ?? epoch, endOffset: startOffset }
  }

  /** Timestamp of the first batch. */
  firstTimestamp(): number | undefined {
    const bytes = this.read(this.startOffset, this.endOffset, HEADER_SIZE, 'one-at-least').bytes
    return bytes.length > 0 ? baseTimestamp(bytes, 0) : undefined
  }
}
