/**
 * A disk in memory that can be cut off from power. What is written is in the page cache; dataSync puts a file's content on the disk,
 * syncFolder the names in a folder. At a power cut, of everything else each piece is there, or not, or in part: as a seed decides.
 *
 * It may have a size. A write that does not fit leaves what fits, as a real one does. A disk that allocates late takes everything into the
 * page cache, says at the sync that there is no room, and takes the pages for clean all the same.
 */
import type { FileSystem, OpenMode, System } from '../../src/system'
import { realSystem } from '../../src/system'

type Change = { readonly at: number; readonly bytes: Buffer } | { readonly truncated: number }

interface Node {
  readonly folder: boolean
  content: Buffer
  /** What is on the disk, and what came after it. */
  synced: Buffer
  changes: Change[]
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/'
const full = (): Error => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC', errno: -28 })
const missing = (path: string): Error => Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT', errno: -2 })

function applied(content: Buffer, change: Change): Buffer {
  if ('truncated' in change) {
    const cut = Buffer.alloc(change.truncated)
    content.copy(cut)
    return cut
  }
  const grown = Buffer.alloc(Math.max(content.length, change.at + change.bytes.length))
  content.copy(grown)
  change.bytes.copy(grown, change.at)
  return grown
}

/** Thrown by whatever changes the disk at the moment when the power goes. */
export class PowerCut extends Error {}

export class Disk implements FileSystem {
  /** Names in the page cache, and those on the disk. */
  private names = new Map<string, Node>()
  private durable = new Map<string, Node>()
  private readonly open_ = new Map<number, Node>()
  private nextFd = 3
  /** Called by dataSync before it is done; a throw is the disk's failure. */
  onSync: (() => void) | undefined
  syncs = 0
  /** The most files that were ever open at a time. */
  mostOpen = 0
  /** Bytes that fit on it. */
  capacity = Number.POSITIVE_INFINITY
  /** Room is looked for when a file is synced, not when it is written. */
  allocatesLate = false
  /** Changes that are still carried out before the power goes. */
  left = Number.POSITIVE_INFINITY

  private spend(): void {
    if (this.left-- <= 0) throw new PowerCut()
  }
  private node(path: string): Node {
    const node = this.names.get(path)
    if (!node) throw missing(path)
    return node
  }
  private of(fd: number): Node {
    const node = this.open_.get(fd)
    if (!node) throw Object.assign(new Error('EBADF'), { code: 'EBADF' })
    return node
  }
  private change(fd: number, change: Change): void {
    this.spend()
    const node = this.of(fd)
    const fitting = this.fitting(node, change)
    node.content = applied(node.content, fitting)
    node.changes.push(fitting)
    if (fitting !== change) throw full()
  }
  /** What of a change there is room for. */
  private fitting(node: Node, change: Change): Change {
    if (this.allocatesLate || this.capacity === Number.POSITIVE_INFINITY || 'truncated' in change) return change
    const left = this.capacity - this.used + Math.max(0, node.content.length - change.at)
    return change.bytes.length <= left ? change : { at: change.at, bytes: change.bytes.subarray(0, Math.max(0, left)) }
  }
  /** Bytes of all files. */
  get used(): number {
    let used = 0
    for (const { content } of this.names.values()) used += content.length
    return used
  }
  /** Puts a node's changes on the disk, if it has room for them; if not, they are forgotten where nobody sees it. */
  private settleNode(node: Node, content: Buffer, changes: readonly Change[]): void {
    const synced = this.allocatesLate ? changes.reduce(applied, node.synced) : content
    node.changes.splice(0, changes.length)
    if (this.allocatesLate && synced.length > node.synced.length) {
      let used = 0
      for (const other of this.names.values()) used += other === node ? synced.length : other.synced.length
      if (used > this.capacity) throw full()
    }
    node.synced = synced
    this.syncs++
  }

  open(path: string, mode: OpenMode): number {
    let node = this.names.get(path)
    if (node && mode === 'new') throw Object.assign(new Error(`EEXIST: ${path}`), { code: 'EEXIST' })
    if (!node && (mode === 'read' || mode === 'write')) throw missing(path)
    if (!node) {
      this.spend()
      if (!this.names.get(parentOf(path))?.folder) throw missing(parentOf(path))
      if (!this.allocatesLate && this.capacity < Number.POSITIVE_INFINITY && this.used >= this.capacity) throw full()
      node = { folder: false, content: Buffer.alloc(0), synced: Buffer.alloc(0), changes: [] }
      this.names.set(path, node)
    }
    this.open_.set(++this.nextFd, node)
    this.mostOpen = Math.max(this.mostOpen, this.open_.size)
    return this.nextFd
  }
  close(fd: number): void {
    this.of(fd)
    this.open_.delete(fd)
  }
  read(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number {
    return this.of(fd).content.copy(buffer, offset, position, position + length)
  }
  readLater(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): Promise<number> {
    return Promise.resolve(this.read(fd, buffer, offset, length, position))
  }
  write(fd: number, bytes: Uint8Array, position: number): void {
    if (bytes.length > 0) this.change(fd, { at: position, bytes: Buffer.from(bytes) })
  }
  async writeLater(fd: number, bytes: Uint8Array, position: number): Promise<void> {
    this.write(fd, bytes, position)
  }
  writeAll(fd: number, pieces: readonly Uint8Array[], position: number): void {
    this.write(fd, Buffer.concat(pieces), position)
  }
  size(fd: number): number {
    return this.of(fd).content.length
  }
  truncate(fd: number, size: number): void {
    this.change(fd, { truncated: size })
  }
  async dataSync(fd: number): Promise<void> {
    const node = this.of(fd)
    const { content } = node
    const changes = [...node.changes]
    await Promise.resolve()
    this.spend()
    this.onSync?.()
    this.settleNode(node, content, changes)
  }
  dataSyncNow(fd: number): void {
    const node = this.of(fd)
    this.spend()
    this.onSync?.()
    this.settleNode(node, node.content, [...node.changes])
  }
  syncNow(fd: number): void {
    this.dataSyncNow(fd)
  }

  exists(path: string): boolean {
    return this.names.has(path)
  }
  stat(path: string) {
    const node = this.names.get(path)
    return node && { isDirectory: node.folder, size: node.content.length, modifiedMs: 0 }
  }
  readFile(path: string): Buffer {
    return Buffer.from(this.node(path).content)
  }
  list(path: string): string[] {
    this.node(path)
    return [...this.names.keys()]
      .filter((name) => parentOf(name) === path)
      .map((name) => name.slice(path.length + 1))
      .sort()
  }
  makeFolder(path: string): void {
    if (path === '/' || this.names.has(path)) return
    this.makeFolder(parentOf(path))
    this.names.set(path, { folder: true, content: Buffer.alloc(0), synced: Buffer.alloc(0), changes: [] })
  }
  /** A folder's own move is one change in the file system's journal. */
  rename(from: string, to: string): void {
    this.spend()
    this.node(from)
    for (const [path, node] of [...this.names]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue
      this.names.delete(path)
      this.names.set(to + path.slice(from.length), node)
    }
  }
  remove(path: string): void {
    this.spend()
    this.names.delete(path)
  }
  removeFolder(path: string): void {
    for (const name of [...this.names.keys()]) if (name === path || name.startsWith(`${path}/`)) this.names.delete(name)
  }
  async removeFolderLater(path: string): Promise<void> {
    this.removeFolder(path)
  }
  syncFolder(path: string): void {
    this.spend()
    if (path !== '/') this.node(path)
    for (const name of [...this.durable.keys()]) if (parentOf(name) === path && !this.names.has(name)) this.durable.delete(name)
    for (const [name, node] of this.names) if (parentOf(name) === path) this.durable.set(name, node)
  }
  async syncFolderLater(path: string): Promise<void> {
    await Promise.resolve()
    this.syncFolder(path)
  }
  setModified(): void {}
  lock() {
    return { release: () => {} }
  }

  /** Everything so far is on the disk. */
  settle(): void {
    this.durable = new Map(this.names)
    for (const node of this.names.values()) {
      node.synced = node.content
      node.changes = []
    }
  }
  /** The process is gone, what it wrote is still in the page cache. */
  kill(): void {
    this.open_.clear()
    this.left = Number.POSITIVE_INFINITY
  }
  /** A file that was moved is at one place or the other: a rename is one change in the file system's journal. */
  private keepMoved(left: Map<string, Node>): void {
    const there = new Set(left.values())
    for (const [path, node] of this.names) {
      if (there.has(node) || node.folder || !left.has(parentOf(path))) continue
      const before = [...this.durable].find(([, one]) => one === node)?.[0]
      if (before === undefined) continue
      left.set(left.has(before) ? path : before, node)
    }
  }
  /** Power is gone. `below(n)` decides, with a whole number from 0 to n - 1. */
  cutPower(below: (n: number) => number): void {
    this.kill()
    const left = new Map<string, Node>()
    for (const path of [...new Set([...this.durable.keys(), ...this.names.keys()])].sort()) {
      const parent = parentOf(path)
      if (parent !== '/' && !left.has(parent)) continue
      const [now, before] = [this.names.get(path), this.durable.get(path)]
      const node = now === before ? now : below(2) === 0 ? now : before
      if (node) left.set(path, node)
    }
    this.keepMoved(left)
    for (const node of new Set(left.values())) {
      let content = node.synced
      const kept = below(node.changes.length + 1)
      for (const change of node.changes.slice(0, kept)) content = applied(content, change)
      const torn = node.changes[kept]
      if (torn && 'bytes' in torn && below(2) === 0) {
        content = applied(content, { at: torn.at, bytes: torn.bytes.subarray(0, below(torn.bytes.length)) })
      }
      // a length that reached the disk before its bytes
      if (content.length < node.content.length && below(4) === 0) content = Buffer.concat([content], node.content.length)
      node.content = content
      node.synced = content
      node.changes = []
    }
    this.names = left
    this.durable = new Map(left)
  }
}

/** A world whose disk is `disk` and whose time stands still until it is moved. */
export function worldOn(disk: Disk): System & { readonly clock: { ms: number } } {
  const clock = { ...realSystem.clock, ms: 1_700_000_000_000, now: () => clock.ms }
  return { ...realSystem, fs: disk, clock }
}
