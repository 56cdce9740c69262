/**
 * The files of one of several data directories (log.dirs), watched for the error that says that the disk under it is broken. From the
 * first one on nothing of that directory is read or written any more, so that what is there stays as it is, and the broker goes on with
 * the others (KIP-112, LogDirFailureChannel). A full disk is none: it is refused and heals (trouble.ts).
 */
import type { FileSystem, OpenMode } from '../system/system'
import { META_PROPERTIES } from './meta-properties'
import { OfflineDirectory } from './trouble'

/** The disk, or what is in its place, does not do what it did. */
const BROKEN = new Set([
  ...['EIO', 'EROFS', 'EACCES', 'EPERM', 'ENXIO', 'ENODEV', 'ENOMEDIUM', 'EBADMSG', 'EUCLEAN'],
  ...['ESTALE', 'EREMOTEIO', 'ETIMEDOUT', 'ESHUTDOWN', 'ENOTCONN', 'EHOSTDOWN', 'ENETDOWN'],
])

export class WatchedFiles implements FileSystem {
  private offline: OfflineDirectory | undefined
  /** Called once, with the error that it was. */
  onBroken: ((error: Error) => void) | undefined

  constructor(
    private readonly fs: FileSystem,
    /** The data directory. */
    private readonly path: string,
  ) {}

  /** Whether it can still be read and written: looks, and takes it offline if not. */
  look(): void {
    try {
      this.close(this.open(`${this.path}/${META_PROPERTIES}`, 'write'))
    } catch {
      // it has been told
    }
  }
  /** Ends its use. */
  breakOff(error: Error): OfflineDirectory {
    if (this.offline) return this.offline
    this.offline = new OfflineDirectory(this.path, error)
    this.onBroken?.(error)
    return this.offline
  }

  private judge(error: unknown): unknown {
    const { code } = error as NodeJS.ErrnoException
    const isGone = (code === 'ENOENT' || code === 'ENOTDIR') && !this.isThere()
    return isGone || BROKEN.has(code ?? '') ? this.breakOff(error as Error) : error
  }
  private isThere(): boolean {
    try {
      return this.fs.stat(`${this.path}/${META_PROPERTIES}`) !== undefined
    } catch {
      return false
    }
  }
  private now<T>(work: () => T): T {
    if (this.offline) throw this.offline
    try {
      return work()
    } catch (error) {
      throw this.judge(error)
    }
  }
  private async later<T>(work: () => Promise<T>): Promise<T> {
    if (this.offline) throw this.offline
    try {
      return await work()
    } catch (error) {
      throw this.judge(error)
    }
  }

  open(path: string, mode: OpenMode, permissions?: number): number {
    return this.now(() => this.fs.open(path, mode, permissions))
  }
  openLater(path: string, mode: OpenMode): Promise<number> {
    return this.later(() => this.fs.openLater(path, mode))
  }
  /** Also of one that is offline, so that no descriptor stays open. */
  close(fd: number): void {
    try {
      this.fs.close(fd)
    } catch (error) {
      if (!this.offline) throw this.judge(error)
    }
  }
  read(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number {
    return this.now(() => this.fs.read(fd, buffer, offset, length, position))
  }
  readLater(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): Promise<number> {
    return this.later(() => this.fs.readLater(fd, buffer, offset, length, position))
  }
  write(fd: number, bytes: Uint8Array, position: number): void {
    this.now(() => this.fs.write(fd, bytes, position))
  }
  writeLater(fd: number, bytes: Uint8Array, position: number): Promise<void> {
    return this.later(() => this.fs.writeLater(fd, bytes, position))
  }
  writeAll(fd: number, pieces: readonly Uint8Array[], position: number): void {
    this.now(() => this.fs.writeAll(fd, pieces, position))
  }
  size(fd: number): number {
    return this.now(() => this.fs.size(fd))
  }
  truncate(fd: number, size: number): void {
    this.now(() => this.fs.truncate(fd, size))
  }
  dataSync(fd: number): Promise<void> {
    return this.later(() => this.fs.dataSync(fd))
  }
  dataSyncNow(fd: number): void {
    this.now(() => this.fs.dataSyncNow(fd))
  }
  syncNow(fd: number): void {
    this.now(() => this.fs.syncNow(fd))
  }
  exists(path: string): boolean {
    return this.now(() => this.fs.exists(path))
  }
  stat(path: string) {
    return this.now(() => this.fs.stat(path))
  }
  readFile(path: string): Buffer {
    return this.now(() => this.fs.readFile(path))
  }
  readText(path: string): string {
    return this.now(() => this.fs.readText(path))
  }
  list(path: string): string[] {
    return this.now(() => this.fs.list(path))
  }
  makeFolder(path: string, permissions?: number): void {
    this.now(() => this.fs.makeFolder(path, permissions))
  }
  makeFolderLater(path: string): Promise<void> {
    return this.later(() => this.fs.makeFolderLater(path))
  }
  rename(from: string, to: string): void {
    this.now(() => this.fs.rename(from, to))
  }
  link(path: string, other: string): boolean {
    return this.now(() => this.fs.link(path, other))
  }
  renameLater(from: string, to: string): Promise<void> {
    return this.later(() => this.fs.renameLater(from, to))
  }
  remove(path: string): void {
    this.now(() => this.fs.remove(path))
  }
  removeFolder(path: string): void {
    this.now(() => this.fs.removeFolder(path))
  }
  removeFolderLater(path: string): Promise<void> {
    return this.later(() => this.fs.removeFolderLater(path))
  }
  syncFolder(path: string): void {
    this.now(() => this.fs.syncFolder(path))
  }
  syncFolderLater(path: string): Promise<void> {
    return this.later(() => this.fs.syncFolderLater(path))
  }
  setModified(path: string, ms: number): void {
    this.now(() => this.fs.setModified(path, ms))
  }
  lock(path: string) {
    return this.now(() => this.fs.lock(path))
  }
}
