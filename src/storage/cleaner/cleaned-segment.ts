/**
 * A segment in the making, in files whose names end with `.cleaned`: if this process ends they are copies that nobody misses
 * (LogLoader deletes them). Written in the background, one buffer being filled while the other is written, and put on disk piece by
 * piece: the disk is not to be kept from others by a gigabyte at a time.
 */
import { batchSize } from '../../protocol/batch'
import type { FileSystem } from '../../system/system'
import type { AbortedTransaction } from '../producers'
import { Segment } from '../segment'
import { encodeAborted } from '../snapshot'
import { CLEANED } from './settle'

/** The least that is put on disk at a time. */
const SYNC_BYTES = 2 << 20

export class CleanedSegment {
  /** As which it will be part of the log. */
  readonly segment: Segment
  readonly aborted: AbortedTransaction[] = []
  private readonly fd: number
  private buffer: Buffer
  private spare: Buffer
  private filled = 0
  private total = 0
  private written = 0
  private unsynced = 0
  private writing: Promise<void> = Promise.resolve()
  private state: 'open' | 'kept' | 'discarded' = 'open'

  constructor(
    private readonly fs: FileSystem,
    folder: string,
    base: number,
    nowMs: number,
    private readonly indexIntervalBytes: number,
    private readonly bufferBytes: number,
  ) {
    this.segment = new Segment(fs, folder, base, nowMs)
    this.buffer = Buffer.allocUnsafeSlow(bufferBytes)
    this.spare = Buffer.allocUnsafeSlow(bufferBytes)
    for (const path of this.paths()) fs.remove(path)
    this.fd = fs.open(this.segment.logPath + CLEANED, 'new')
  }

  /** The files, there or not. */
  private paths(): string[] {
    const { segment } = this
    const indexes = (['index', 'timeindex', 'txnindex'] as const).map((kind) => segment.indexPath(kind))
    return [segment.logPath, ...indexes].map((path) => path + CLEANED)
  }

  /** Bytes so far. */
  get size(): number {
    return this.total
  }
  /** So much has been gathered that `drain` should be called before more is added. */
  get isFull(): boolean {
    return this.filled >= this.bufferBytes / 2
  }
  /** Adds the batch that stands at `at`. */
  add(bytes: Buffer, at: number): void {
    const size = batchSize(bytes, at)
    if (this.filled + size > this.buffer.length) this.enlarge(this.filled + size)
    bytes.copy(this.buffer, this.filled, at, at + size)
    this.segment.index(this.buffer, this.filled, this.total, this.indexIntervalBytes)
    this.filled += size
    this.total += size
  }
  private enlarge(size: number): void {
    const larger = Buffer.allocUnsafeSlow(size)
    this.buffer.copy(larger, 0, 0, this.filled)
    this.buffer = larger
  }

  /** Hands what has been gathered to the disk; kept when there is a free buffer again. */
  async drain(): Promise<void> {
    await this.writing
    if (this.filled === 0 || this.state !== 'open') return
    const bytes = this.buffer.subarray(0, this.filled)
    const position = this.written
    this.written += this.filled
    this.unsynced += this.filled
    this.filled = 0
    ;[this.buffer, this.spare] = [this.spare, this.buffer]
    const syncs = this.unsynced >= SYNC_BYTES
    if (syncs) this.unsynced = 0
    this.writing = this.write(bytes, position, syncs)
    this.writing.catch(() => {}) // whoever waits next sees it
  }
  private async write(bytes: Buffer, position: number, syncs: boolean): Promise<void> {
    await this.fs.writeLater(this.fd, bytes, position)
    if (syncs) await this.fs.dataSync(this.fd)
  }

  /** Puts everything, the indexes too, on disk, as of the time `modifiedMs`. */
  async finish(modifiedMs: number): Promise<void> {
    await this.drain()
    await this.writing
    await this.fs.dataSync(this.fd)
    const { segment } = this
    if (segment.maxTimestamp >= 0) segment.times.append(segment.maxTimestamp, segment.maxTimestampOffset - segment.base)
    segment.indexesChanged = false
    await this.writeFile(segment.indexPath('index'), segment.offsets.toBytes())
    await this.writeFile(segment.indexPath('timeindex'), segment.times.toBytes())
    if (this.aborted.length > 0)
      await this.writeFile(segment.indexPath('txnindex'), Buffer.concat(this.aborted.map(encodeAborted)))
    this.fs.setModified(segment.logPath + CLEANED, modifiedMs)
  }
  private async writeFile(path: string, bytes: Buffer): Promise<void> {
    if (this.state !== 'open') return
    const fd = this.fs.open(path + CLEANED, 'create')
    try {
      this.fs.truncate(fd, 0)
      this.fs.write(fd, bytes, 0)
      await this.fs.dataSync(fd)
    } finally {
      this.fs.close(fd)
    }
  }

  /** The files have other names now. */
  keep(): void {
    if (this.state !== 'open') return
    this.state = 'kept'
    this.fs.close(this.fd)
  }
  /** Takes the files away at once; what is still being written goes nowhere. */
  discard(): void {
    if (this.state !== 'open') return
    this.state = 'discarded'
    for (const path of this.paths()) this.fs.remove(path)
    void this.writing.catch(() => {}).then(() => this.fs.close(this.fd))
  }
}
