/**
 * A segment: one run of a partition's log in a file named after its first offset, with its indexes. Appending is one write into
 * the page cache and, every index.interval.bytes, an index entry. The file is opened when it is first needed.
 */
import { baseOffset, batchSize, lastOffset, maxTimestamp } from '../protocol/batch'
import type { FileSystem } from '../system/system'
import { OffsetIndex, TimeIndex, writeIndex } from './indexes'
import { peekNewest } from './log-peek'
import type { AbortedTransaction } from './producers'
import { type ShowBatch, scanBatches } from './scan'
import { SegmentFile } from './segment-file'
import { encodeAborted, readAborted } from './snapshot'
import type { Syncs } from './syncs'
import { passes } from './trouble'

/** The end of so short a segment is found without its indexes. */
const QUICK_BYTES = 16 * 1024

export const segmentName = (offset: number) => String(offset).padStart(20, '0')

/** When a batch is written: SegmentFile's append or hold. */
export type Written = 'now' | 'with-the-sync'

export interface SegmentSettings {
  readonly indexIntervalBytes: number
}

export class Segment {
  readonly offsets = new OffsetIndex()
  readonly times = new TimeIndex()
  private readonly path: string
  private readonly file: SegmentFile
  /** Greatest timestamp so far and the last offset of its batch; -1: none. */
  maxTimestamp = -1
  maxTimestampOffset = -1
  /** How much sooner than others it is rolled, so that not all are at once (segment.jitter.ms). */
  jitterMs: number | undefined = undefined
  /** Timestamp of the first batch: what segment.ms counts from. */
  firstTimestamp: number | undefined
  private sinceEntry = 0
  private indexesLoaded = true
  private peeked: number | undefined
  indexesChanged = false
  private aborts: AbortedTransaction[] | undefined
  /** Those that there was no room for yet. */
  private abortsUnwritten: AbortedTransaction[] = []
  private abortsUnsynced = false
  private gathersAborted = false
  private isGone = false

  constructor(
    private readonly fs: FileSystem,
    folder: string,
    readonly base: number,
    readonly createdMs: number,
  ) {
    this.path = `${folder}/${segmentName(base)}`
    this.file = new SegmentFile(fs, this.logPath)
  }
  get logPath(): string {
    return `${this.path}.log`
  }
  /** Bytes in the file. */
  get size(): number {
    return this.file.size
  }
  get unsynced(): boolean {
    return this.file.unsynced
  }
  indexPath(kind: 'index' | 'timeindex' | 'txnindex'): string {
    return `${this.path}.${kind}`
  }

  /** A segment whose file exists: its size is taken from there; indexes are read at first use. */
  attach(): void {
    this.file.attach()
    this.indexesLoaded = false
  }
  create(): void {
    this.file.create()
  }
  /** The same in the background. */
  createLater(): Promise<void> {
    return this.file.createLater()
  }
  /** Gives the file this length when it is made. */
  preallocate(bytes: () => number): void {
    this.file.preallocate(bytes)
  }
  trim(): void {
    this.file.trim()
  }
  close(): void {
    this.file.close()
  }
  /** Nobody waits for it any more: it is about to be deleted. */
  forsake(): void {
    this.isGone = true
    this.file.forsake()
  }
  /** Writes what is held for the next sync. */
  writeHeld(): void {
    this.file.writeHeld()
  }
  /** See SegmentFile. */
  keepHeld(): void {
    this.file.keepHeld()
  }
  /** What is in the file may be in the page cache only. */
  distrust(): void {
    this.file.distrust()
  }

  // ---- writing ----

  /** Appends one batch that bears its offsets already, or nothing of it. Throws the disk's error. */
  append(bytes: Buffer, at: number, size: number, indexIntervalBytes: number, when: Written): void {
    const position = this.size
    const batch = bytes.subarray(at, at + size)
    if (when === 'with-the-sync') this.file.hold(batch)
    else this.file.append(batch)
    this.index(bytes, at, position, indexIntervalBytes)
  }

  /** Notes a batch that stands at `position`. */
  index(bytes: Buffer, at: number, position: number, indexIntervalBytes: number): void {
    const timestamp = maxTimestamp(bytes, at)
    const last = lastOffset(bytes, at)
    if (timestamp > this.maxTimestamp) {
      this.maxTimestamp = timestamp
      this.maxTimestampOffset = last
    }
    this.firstTimestamp ??= timestamp
    if (this.sinceEntry > indexIntervalBytes) {
      this.offsets.append(last - this.base, position)
      this.times.append(this.maxTimestamp, this.maxTimestampOffset - this.base)
      this.sinceEntry = 0
    }
    this.sinceEntry += batchSize(bytes, at)
    this.indexesChanged = true
  }

  /** The marker is in the log already: what there is no room for is written later, before a snapshot vouches for it. */
  addAborted(aborted: AbortedTransaction): void {
    if (this.gathersAborted) {
      this.aborts?.push(aborted)
      return
    }
    this.aborts?.push(aborted)
    this.abortsUnwritten.push(aborted)
    try {
      this.writeAborted()
    } catch (error) {
      if (!passes(error)) throw error
    }
  }
  private writeAborted(): void {
    if (this.abortsUnwritten.length === 0) return
    const fd = this.fs.open(this.indexPath('txnindex'), 'create')
    const end = this.fs.size(fd)
    try {
      this.fs.write(fd, Buffer.concat(this.abortsUnwritten.map(encodeAborted)), end)
    } catch (error) {
      this.fs.truncate(fd, end)
      throw error
    } finally {
      this.fs.close(fd)
    }
    this.abortsUnwritten = []
    this.abortsUnsynced = true
  }
  /** Before a producer snapshot vouches for it: later openings do not look for aborts below the snapshot. */
  *syncAborted(): Syncs {
    this.writeAborted()
    if (!this.abortsUnsynced || this.isGone) return
    const fd = this.fs.open(this.indexPath('txnindex'), 'write')
    this.abortsUnsynced = false // unless there are more while it is on its way
    try {
      yield fd
    } catch (error) {
      this.abortsUnsynced = true
      throw error
    } finally {
      this.fs.close(fd)
    }
  }
  /** Of the aborted transactions only those count that are added until `keepAborted`. */
  forgetAborted(): void {
    this.aborts = []
    this.gathersAborted = true
  }
  /** Writes the .txnindex anew if it is not what was gathered. */
  keepAborted(): void {
    if (!this.gathersAborted) return
    this.gathersAborted = false
    const path = this.indexPath('txnindex')
    const bytes = Buffer.concat((this.aborts ?? []).map(encodeAborted))
    this.abortsUnsynced = bytes.length > 0 // whoever wrote it may not have lived to sync it
    if (!bytes.equals(this.fs.exists(path) ? this.fs.readFile(path) : Buffer.alloc(0))) this.rewriteAborted(bytes)
  }
  private rewriteAborted(bytes: Buffer): void {
    const fd = this.fs.open(this.indexPath('txnindex'), 'create')
    try {
      this.fs.truncate(fd, 0)
      this.fs.write(fd, bytes, 0)
    } finally {
      this.fs.close(fd)
    }
    this.abortsUnsynced = true
  }
  /** Leaves of the .txnindex what is sound and ends below `end`. False when something was not sound. */
  repairAborted(end: number): boolean {
    const path = this.indexPath('txnindex')
    const bytes = this.fs.readFile(path)
    const { entries, sound } = readAborted(bytes)
    const kept = entries.filter(({ lastOffset: last }) => last < end)
    this.aborts = kept
    if (sound && kept.length === entries.length) return true
    this.rewriteAborted(Buffer.concat(kept.map(encodeAborted)))
    return sound
  }
  aborted(): readonly AbortedTransaction[] {
    if (!this.aborts) {
      const path = this.indexPath('txnindex')
      const written = this.fs.exists(path) ? readAborted(this.fs.readFile(path)).entries : []
      this.aborts = [...written, ...this.abortsUnwritten]
    }
    return this.aborts
  }

  /** Writes the indexes if they changed or were missing; at a roll or a clean end. */
  *writeIndexes(): Syncs {
    this.loadIndexes()
    if (!this.indexesChanged && this.fs.exists(this.indexPath('index'))) return
    if (this.maxTimestamp >= 0) this.times.append(this.maxTimestamp, this.maxTimestampOffset - this.base)
    const { size } = this
    const [offsets, times] = [this.offsets.toBytes(), this.times.toBytes()]
    if (!this.isGone) yield* writeIndex(this.fs, this.indexPath('index'), offsets)
    if (!this.isGone) yield* writeIndex(this.fs, this.indexPath('timeindex'), times)
    if (size === this.size) this.indexesChanged = false
  }
  sync(): Promise<void> {
    return this.file.sync()
  }
  syncNow(): void {
    this.file.syncNow()
  }
  truncate(size: number): void {
    this.file.truncate(size)
  }
  /** What stands in the file from `size` on is not looked at any more. */
  hide(size: number): void {
    this.file.size = size
  }

  // ---- reading ----

  /** Bytes of the indexes, which need not be in memory. */
  get indexSizes(): { readonly offsets: number; readonly times: number } {
    if (this.indexesLoaded) return { offsets: this.offsets.sizeBytes, times: this.times.sizeBytes }
    const sizeOf = (kind: 'index' | 'timeindex') => this.fs.stat(this.indexPath(kind))?.size ?? 0
    return { offsets: sizeOf('index'), times: sizeOf('timeindex') }
  }

  /** Reads the index files of a segment that was closed cleanly; rebuilds what is missing or wrong from the log. */
  loadIndexes(indexIntervalBytes = 4096): void {
    if (this.indexesLoaded) return
    this.indexesLoaded = true
    const read = (kind: 'index' | 'timeindex') => {
      const path = this.indexPath(kind)
      return this.fs.exists(path) ? this.fs.readFile(path) : undefined
    }
    const offsets = read('index')
    const times = read('timeindex')
    const sound = offsets && times && this.offsets.load(offsets, this.size) && this.times.load(times)
    if (!sound) {
      this.rebuild(indexIntervalBytes)
      return
    }
    const last = this.times.last()
    if (last) {
      this.maxTimestamp = last.timestamp
      this.maxTimestampOffset = last.relativeOffset + this.base
    }
    // what stands behind the last entries is looked at, so that appends go on as if the segment had never been closed
    const entry = this.offsets.last()
    this.sinceEntry = 0
    let begins = entry === undefined
    this.scan(entry?.position ?? 0, this.size, (bytes, at) => {
      begins ||= lastOffset(bytes, at) - this.base === entry?.relativeOffset
      if (!begins) return 'stop'
      const timestamp = maxTimestamp(bytes, at)
      if (timestamp > this.maxTimestamp) {
        this.maxTimestamp = timestamp
        this.maxTimestampOffset = lastOffset(bytes, at)
      }
      this.sinceEntry += batchSize(bytes, at)
      return 'on'
    })
    if (!begins) this.rebuild(indexIntervalBytes)
  }
  /** Takes index files away that tell of more than the log has: a power cut may have left them, and not what they were written for. */
  removeStaleIndexes(): void {
    const bytesOf = (kind: 'index' | 'timeindex') =>
      this.fs.exists(this.indexPath(kind)) ? this.fs.readFile(this.indexPath(kind)) : Buffer.alloc(0)
    const times = new TimeIndex()
    const isSound = new OffsetIndex().load(bytesOf('index'), this.size) && times.load(bytesOf('timeindex'))
    if (isSound && (times.last()?.timestamp ?? -1) <= this.maxTimestamp) return
    try {
      this.fs.remove(this.indexPath('index'))
      this.fs.remove(this.indexPath('timeindex'))
    } catch (error) {
      if (!passes(error)) throw error // they are looked through before they are believed in any case
    }
  }
  /** Timestamp of the first batch, read from the log when it is not known. */
  startTimestamp(): number | undefined {
    if (this.firstTimestamp === undefined && this.size > 0) {
      this.scan(0, this.size, (bytes, at) => {
        this.firstTimestamp = maxTimestamp(bytes, at)
        return 'stop'
      })
    }
    return this.firstTimestamp
  }
  forget(): void {
    this.offsets.clear()
    this.times.clear()
    this.maxTimestamp = -1
    this.maxTimestampOffset = -1
    this.firstTimestamp = undefined
    this.sinceEntry = 0
    this.indexesLoaded = true
    this.indexesChanged = true
  }
  private rebuild(indexIntervalBytes: number): void {
    this.forget()
    this.scan(0, this.size, (bytes, at, position) => this.index(bytes, at, position, indexIntervalBytes))
  }

  /** Shows every whole batch from `position` to `end`; gives where it stopped (scan.ts). */
  scan(position: number, end: number, show: ShowBatch, need: 'headers' | 'batches' = 'headers'): number {
    return scanBatches((room, length, at) => this.file.readInto(room, length, at), position, end, show, need)
  }

  /** Looking through all of it takes less than opening its indexes. */
  private get isQuicklyRead(): boolean {
    return !this.indexesLoaded && this.size <= QUICK_BYTES
  }
  private indexed(): OffsetIndex {
    this.loadIndexes()
    return this.offsets
  }
  /** Position of the batch that contains `offset`, or of the first one after it; the size when there is none. */
  positionOf(offset: number): number {
    if (offset <= this.base) return 0
    const from = this.isQuicklyRead ? 0 : this.indexed().lookup(offset - this.base)
    return this.scan(from, this.size, (bytes, at) => (lastOffset(bytes, at) >= offset ? 'stop' : undefined))
  }
  /** Reads up to `length` bytes from `position`. */
  read(position: number, length: number): Buffer {
    return this.file.read(position, length)
  }
  readLater(position: number, length: number): Promise<Buffer> {
    return this.file.readLater(position, length)
  }
  /** Greatest timestamp, -1: none. The index's last entry tells, where the index is not in memory and was written to its end. */
  newestTime(indexIntervalBytes = 4096): number {
    if (!this.indexesLoaded) this.peeked ??= peekNewest(this.fs, this.indexPath('timeindex'))
    if (this.indexesLoaded || this.peeked === undefined) {
      this.loadIndexes(indexIntervalBytes)
      return this.maxTimestamp
    }
    return this.peeked
  }
  /** Where the last whole batch ends. */
  end(): { offset: number; position: number } {
    let offset = this.base
    const position = this.scan(this.isQuicklyRead ? 0 : (this.indexed().last()?.position ?? 0), this.size, (bytes, at) => {
      offset = lastOffset(bytes, at) + 1
    })
    return { offset, position }
  }
  /** Offset of the first batch, or undefined when the segment is empty. */
  firstOffset(): number | undefined {
    let first: number | undefined
    this.scan(0, this.size, (bytes, at) => {
      first = baseOffset(bytes, at)
      return 'stop'
    })
    return first
  }
}
