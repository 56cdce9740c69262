/**
 * The file of a segment: opened when it is first needed, appended to, synced. It keeps apart what others need not know of a disk that
 * is full.
 *
 *     0 ......... syncedSize ......... written ......... end of file
 *       on disk               written            torn: what a failed write left, cut before the next
 *                                      held: up to size, in memory until the next sync
 *
 * What several producers wait for is written at once, with the sync that they wait for (`hold`): five small writes cost three times as
 * much as one. Nothing is ever written behind what is held.
 *
 * A sync that fails for want of room leaves the bytes from syncedSize on in doubt: the kernel may take their pages for clean (fsyncgate)
 * and say of the next sync that all is well. They are written again, each batch after its checksum was looked at, before a
 * sync may speak for them.
 */
import { batchSize, checkCrc, HEADER_SIZE } from '../protocol/batch'
import { takeBuffer } from '../protocol/pool'
import type { FileSystem } from '../system/system'
import { type OpenFiles, openFilesOf } from './open-files'
import { isForbidden, isFull } from './trouble'

/** How much is written again at once. */
const AGAIN_BYTES = 1 << 20
/** How much is held at most. */
const MOST_HELD = 1 << 20

export class SegmentFile {
  /** Bytes of batches in the file, with those that are held. */
  size = 0
  unsynced = false
  private fd: number | undefined
  private readonly files: OpenFiles
  private present = false
  /** Bytes that the file was given when it was made (preallocate): a file that does not grow costs a sync less. */
  private ahead = 0
  private aheadOfNew = () => 0
  private readOnly = false
  private torn = false
  /** The last write failed. */
  private refused = false
  private inDoubt = false
  private syncedSize = 0
  /** Batches behind `written`, which others may own: see keepHeld. */
  private held: Uint8Array[] = []
  private heldBytes = 0
  /** Syncs and reads under way: the file stays open until they are done, whoever closes it. */
  private inUse = 0
  private syncing = 0
  /** Of those that are under way the sync that was begun last: it speaks for everything that was written before. */
  private lastSync: Promise<void> | undefined
  private closing = false

  constructor(
    private readonly fs: FileSystem,
    readonly path: string,
  ) {
    this.files = openFilesOf(fs)
  }

  /** The open file, for writing: one that is there is not made anew when it has vanished, which would hide that records are gone. */
  private file(): number {
    if (this.readOnly) this.close()
    this.fd ??= this.present ? this.fs.open(this.path, 'write') : this.openNew()
    this.present = true
    this.readOnly = false
    this.files.use(this)
    return this.fd
  }
  private openNew(): number {
    const fd = this.fs.open(this.path, 'create')
    this.ahead = this.aheadOfNew()
    if (this.ahead > 0) this.fs.truncate(fd, this.ahead)
    return fd
  }
  /** The same for reading, which is possible where writing is not allowed. */
  private fileToRead(): number {
    if (this.fd !== undefined && this.readOnly) {
      this.files.use(this)
      return this.fd
    }
    try {
      return this.file()
    } catch (error) {
      if (!this.present || !isForbidden(error)) throw error
      this.fd = this.fs.open(this.path, 'read')
      this.readOnly = true
      this.files.use(this)
      return this.fd
    }
  }
  /** Takes the size of a file that exists. */
  attach(): void {
    this.size = this.fs.stat(this.path)?.size ?? 0
    this.syncedSize = this.size
    this.present = true
    this.ahead = 0
  }
  create(): void {
    this.file()
  }
  /** The same in the background, unless it is there; somebody may need it here and now meanwhile. */
  async createLater(): Promise<void> {
    if (this.present) return
    this.fs.close(await this.fs.openLater(this.path, 'create'))
  }
  /** Gives a file that is not there yet this length when it is made. */
  preallocate(bytes: () => number): void {
    this.aheadOfNew = bytes
  }
  /** Takes back what was preallocated and not used, as at a roll and at a clean end. */
  trim(): void {
    if (this.ahead > 0 && this.present) this.truncate(this.size)
  }
  /** Nobody waits for it any more: it is about to be deleted. */
  forsake(): void {
    this.size -= this.heldBytes
    this.held = []
    this.heldBytes = 0
    this.unsynced = false
    this.close()
  }
  /** What is in the file may be in the page cache only. */
  distrust(): void {
    this.unsynced = true
    this.syncedSize = 0
  }
  close(): void {
    this.closing = this.inUse > 0
    if (this.closing) return
    this.files.forget(this)
    if (this.fd !== undefined) this.fs.close(this.fd)
    this.fd = undefined
  }

  // ---- writing ----

  private get written(): number {
    return this.size - this.heldBytes
  }
  /** Appends all of the bytes or nothing. Throws the disk's error. */
  append(bytes: Uint8Array): void {
    this.writeHeld()
    this.put([bytes])
    this.size += bytes.length
  }
  /**
   * Appends bytes that are written at the next sync at the latest, for somebody who waits for that: they must stay as they are until it is
   * over or has failed. Throws the disk's error, and takes nothing, where others are in the way that cannot be written.
   */
  hold(bytes: Uint8Array): void {
    this.file() // what stands in the way of writing to it, and its name in the folder, is not left to the sync
    if (this.refused || this.inDoubt || bytes.length > MOST_HELD) {
      this.append(bytes) // and whether there is room again is seen here and now
      return
    }
    if (this.heldBytes + bytes.length > MOST_HELD) this.writeHeld()
    this.held.push(bytes)
    this.heldBytes += bytes.length
    this.size += bytes.length
    this.unsynced = true
  }
  /** Writes what is held. Throws the disk's error, and holds it still. */
  writeHeld(): void {
    if (this.heldBytes === 0) return
    this.put(this.held)
    this.held = []
    this.heldBytes = 0
  }
  /** Takes a copy of what is held, before those to whom it belongs hear that it is not on disk. */
  keepHeld(): void {
    if (this.heldBytes > 0) this.held = [Buffer.concat(this.held)]
  }
  /** Writes all of the pieces behind what is written, or leaves nothing of them. */
  private put(pieces: readonly Uint8Array[]): void {
    const fd = this.file()
    if (this.torn) this.cut()
    try {
      if (pieces.length === 1) this.fs.write(fd, pieces[0] as Uint8Array, this.written)
      else this.fs.writeAll(fd, pieces, this.written)
    } catch (error) {
      this.torn = true
      this.refused = true
      this.unsynced = true // so that the file is looked after even if nothing more is appended
      this.tryToCut()
      throw error
    }
    this.refused = false
    this.unsynced = true
  }
  /** Cuts off what stands behind the last whole write. */
  private cut(): void {
    this.fs.truncate(this.file(), this.written)
    this.ahead = 0
    this.syncedSize = Math.min(this.syncedSize, this.written)
    this.torn = false
    this.unsynced = true
  }
  private tryToCut(): void {
    try {
      this.cut()
    } catch {
      // it is tried again before the next write
    }
  }
  truncate(size: number): void {
    this.writeHeld()
    this.size = size
    this.cut()
  }

  // ---- syncing ----

  /** Puts on disk what was written so far: kept when it is there, whoever began with it. Rejects with the disk's error. */
  async sync(): Promise<void> {
    if (!this.unsynced) return this.lastSync
    const sync = this.syncAll()
    this.lastSync = sync
    try {
      await sync
    } finally {
      if (this.lastSync === sync) this.lastSync = undefined
    }
  }
  private async syncAll(): Promise<void> {
    this.prepare()
    const end = this.size
    this.unsynced = false
    const fd = this.file()
    this.syncing++
    this.inUse++
    try {
      await this.fs.dataSync(fd)
      this.syncedSize = Math.max(this.syncedSize, Math.min(end, this.size))
    } catch (error) {
      this.failed(error)
      throw error
    } finally {
      this.syncing--
      this.letGo()
    }
  }
  private letGo(): void {
    this.inUse--
    if (this.closing) this.close()
  }
  /** Syncs here and now, also what another sync has begun with and not ended. */
  syncNow(): void {
    if (!this.unsynced && this.syncing === 0) return
    this.prepare()
    try {
      this.fs.dataSyncNow(this.file())
    } catch (error) {
      this.failed(error)
      throw error
    }
    this.syncedSize = this.size
    this.unsynced = false
  }
  private failed(error: unknown): void {
    this.unsynced = true
    this.inDoubt ||= isFull(error)
  }
  private prepare(): void {
    if (this.torn) this.cut()
    if (this.inDoubt) this.writeAgain()
    this.writeHeld()
  }
  /** Writes what is in doubt as it is read. Throws when it is not read as it was written: then it is lost. */
  private writeAgain(): void {
    const fd = this.file()
    for (let at = this.syncedSize; at < this.written; ) {
      let bytes = this.readWritten(at, AGAIN_BYTES)
      if (bytes.length >= HEADER_SIZE && batchSize(bytes, 0) > bytes.length) bytes = this.readWritten(at, batchSize(bytes, 0))
      const whole = wholeBatches(bytes)
      if (whole === 0) throw new Error(`${this.path}: what was written at ${at} is lost, the disk could not take it`)
      this.fs.write(fd, bytes.subarray(0, whole), at)
      at += whole
    }
    this.inDoubt = false
  }

  // ---- reading ----

  /** Reads up to `length` bytes from `position`. */
  read(position: number, length: number): Buffer {
    this.reach(position + length)
    return this.readWritten(position, length)
  }
  private readWritten(position: number, length: number): Buffer {
    const buffer = takeBuffer(this.readable(position, length))
    return buffer.subarray(0, this.fs.read(this.fileToRead(), buffer, 0, buffer.length, position))
  }
  private readable(position: number, length: number): number {
    return Math.max(0, Math.min(length, this.written - position))
  }
  /** Writes what is held if somebody wants to read it. Whether that fails is for the sync to say, which somebody waits for. */
  private reach(end: number): void {
    if (end <= this.written || this.heldBytes === 0) return
    try {
      this.writeHeld()
    } catch {
      // he reads as far as it is written: nobody was told of more
    }
  }
  /** The same in the background; the file stays open until it is done, whoever closes it. */
  async readLater(position: number, length: number): Promise<Buffer> {
    this.reach(position + length)
    const buffer = takeBuffer(this.readable(position, length))
    const fd = this.fileToRead()
    this.inUse++
    try {
      let done = 0
      while (done < buffer.length) {
        const count = await this.fs.readLater(fd, buffer, done, buffer.length - done, position + done)
        if (count === 0) break
        done += count
      }
      return buffer.subarray(0, done)
    } finally {
      this.letGo()
    }
  }
  /** Reads into `room`; gives how many bytes there were. */
  readInto(room: Buffer, length: number, position: number): number {
    this.reach(position + length)
    return this.fs.read(this.fileToRead(), room, 0, length, position)
  }
}

/** Bytes of the sound batches at the beginning. */
function wholeBatches(bytes: Buffer): number {
  let at = 0
  while (at + HEADER_SIZE <= bytes.length && checkCrc(bytes, at)) at += batchSize(bytes, at)
  return at
}
