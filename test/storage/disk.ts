/**
 * A disk in memory that can be cut off from power. What is written is in the page cache; dataSync puts a file's content on the disk,
 * syncFolder the names in a folder. At a power cut, of everything else each piece is there, or not, or in part: as a seed decides.
 * POSIX promises no order between what was not synced, so there is none: a later write may be there without an earlier one, a name
 * without another, a length without its bytes. Only a rename is one thing, and what happens to one name happens in its order.
 *
 * It may have a size. A write that does not fit leaves what fits, as a real one does. A disk that allocates late takes everything into the
 * page cache, says at the sync that there is no room, and takes the pages for clean all the same.
 */
import type { FileSystem, OpenMode, System } from '../../src/system'
import { realSystem } from '../../src/system'

type Change = { readonly at: number; readonly bytes: Buffer } | { readonly truncated: number }

export interface File {
  readonly folder: false
  content: Buffer
  /** What is on the disk, and what came after it. */
  synced: Buffer
  changes: Change[]
}
interface Folder {
  readonly folder: true
  names: Map<string, Node>
  synced: Map<string, Node>
  /** Names that came, went or (both at once) moved. */
  changes: (readonly (readonly [name: string, node: Node | undefined])[])[]
}
type Node = File | Folder

const newFile = (): File => ({ folder: false, content: Buffer.alloc(0), synced: Buffer.alloc(0), changes: [] })
const newFolder = (): Folder => ({ folder: true, names: new Map(), synced: new Map(), changes: [] })
const split = (path: string): [parent: string, name: string] => {
  const slash = path.lastIndexOf('/')
  return [path.slice(0, slash), path.slice(slash + 1)]
}
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
function put(names: Map<string, Node>, change: Folder['changes'][number]): void {
  for (const [name, node] of change) {
    if (node) names.set(name, node)
    else names.delete(name)
  }
}

/** Thrown by whatever changes the disk at the moment when the power goes. */
export class PowerCut extends Error {}

/** A whole number from 0 to n - 1. */
export type Below = (n: number) => number

export class Disk implements FileSystem {
  private root = newFolder()
  private readonly open_ = new Map<number, File>()
  private nextFd = 3
  /** Called by dataSync before it is done; a throw is the disk's failure. */
  onSync: (() => void) | undefined
  /** Called before anything changes: what the disk is then, a crash may leave. */
  onChange: (() => void) | undefined
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
    this.onChange?.()
  }
  private find(path: string): Node | undefined {
    let node: Node | undefined = this.root
    for (const name of path.split('/')) {
      if (name !== '') node = node?.folder ? node.names.get(name) : undefined
    }
    return node
  }
  private folder(path: string): Folder {
    const node = this.find(path)
    if (!node?.folder) throw missing(path)
    return node
  }
  private of(fd: number): File {
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
  private fitting(node: File, change: Change): Change {
    if (this.allocatesLate || !this.isBounded || 'truncated' in change) return change
    const left = this.capacity - this.used + Math.max(0, node.content.length - change.at)
    return change.bytes.length <= left ? change : { at: change.at, bytes: change.bytes.subarray(0, Math.max(0, left)) }
  }
  private files(folder = this.root): File[] {
    return [...folder.names.values()].flatMap((node) => (node.folder ? this.files(node) : [node]))
  }
  private get isBounded(): boolean {
    return this.capacity !== Number.POSITIVE_INFINITY
  }
  /** Bytes of all files. */
  get used(): number {
    return this.files().reduce((used, { content }) => used + content.length, 0)
  }
  /** Puts a file's changes on the disk, if it has room for them; if not, they are forgotten where nobody sees it. */
  private settleFile(node: File, content: Buffer, changes: readonly Change[]): void {
    const synced = this.allocatesLate ? changes.reduce(applied, node.synced) : content
    node.changes.splice(0, changes.length)
    if (this.allocatesLate && synced.length > node.synced.length) {
      const used = this.files().reduce((sum, other) => sum + (other === node ? synced : other.synced).length, 0)
      if (used > this.capacity) throw full()
    }
    node.synced = synced
    this.syncs++
  }
  private rearrange(folder: Folder, change: Folder['changes'][number]): void {
    put(folder.names, change)
    folder.changes.push(change)
  }

  open(path: string, mode: OpenMode): number {
    let node = this.find(path)
    if (node && mode === 'new') throw Object.assign(new Error(`EEXIST: ${path}`), { code: 'EEXIST' })
    if (!node && (mode === 'read' || mode === 'write')) throw missing(path)
    if (node?.folder) throw Object.assign(new Error(`EISDIR: ${path}`), { code: 'EISDIR' })
    if (!node) {
      const [parent, name] = split(path)
      this.spend()
      if (!this.allocatesLate && this.isBounded && this.used >= this.capacity) throw full()
      node = newFile()
      this.rearrange(this.folder(parent), [[name, node]])
    }
    this.open_.set(++this.nextFd, node)
    this.mostOpen = Math.max(this.mostOpen, this.open_.size)
    return this.nextFd
  }
  /** Others come between the asking and the doing, as on a real one. */
  async openLater(path: string, mode: OpenMode): Promise<number> {
    await Promise.resolve()
    return this.open(path, mode)
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
    this.settleFile(node, content, changes)
  }
  dataSyncNow(fd: number): void {
    const node = this.of(fd)
    this.spend()
    this.onSync?.()
    this.settleFile(node, node.content, [...node.changes])
  }
  syncNow(fd: number): void {
    this.dataSyncNow(fd)
  }

  exists(path: string): boolean {
    return this.find(path) !== undefined
  }
  stat(path: string) {
    const node = this.find(path)
    return node && { isDirectory: node.folder, size: node.folder ? 0 : node.content.length, modifiedMs: 0 }
  }
  readFile(path: string): Buffer {
    const node = this.find(path)
    if (!node || node.folder) throw missing(path)
    return Buffer.from(node.content)
  }
  readText(path: string): string {
    return this.readFile(path).toString()
  }
  list(path: string): string[] {
    return [...this.folder(path).names.keys()].sort()
  }
  makeFolder(path: string): void {
    if (this.find(path)) return
    const [parent, name] = split(path)
    this.makeFolder(parent)
    this.spend()
    this.rearrange(this.folder(parent), [[name, newFolder()]])
  }
  async makeFolderLater(path: string): Promise<void> {
    await Promise.resolve()
    this.folder(split(path)[0])
    this.makeFolder(path)
  }
  async renameLater(from: string, to: string): Promise<void> {
    await Promise.resolve()
    this.rename(from, to)
  }
  /** One change in the file system's journal, whatever moves; only within a folder, as all of kt's. */
  rename(from: string, to: string): void {
    const [parent, before] = split(from)
    const [target, after] = split(to)
    const node = this.find(from)
    if (!node) throw missing(from)
    if (parent !== target) throw new Error(`${from} is moved to another folder`)
    this.spend()
    this.rearrange(this.folder(parent), [
      [before, undefined],
      [after, node],
    ])
  }
  link(path: string, other: string): boolean {
    const [parent, name] = split(other)
    const node = this.find(path)
    if (!node || node.folder || this.find(other)) return false
    this.spend()
    this.rearrange(this.folder(parent), [[name, node]])
    return true
  }
  remove(path: string): void {
    const [parent, name] = split(path)
    if (!this.find(path)) return
    this.spend()
    this.rearrange(this.folder(parent), [[name, undefined]])
  }
  removeFolder(path: string): void {
    const node = this.find(path)
    if (node?.folder) for (const name of [...node.names.keys()]) this.removeFolder(`${path}/${name}`)
    this.remove(path)
  }
  async removeFolderLater(path: string): Promise<void> {
    this.removeFolder(path)
  }
  syncFolder(path: string): void {
    const folder = this.folder(path)
    this.spend()
    for (const change of folder.changes.splice(0)) put(folder.synced, change)
  }
  /** What comes while it is under way is not part of it. */
  async syncFolderLater(path: string): Promise<void> {
    const folder = this.folder(path)
    const changes = [...folder.changes]
    await Promise.resolve()
    this.spend()
    for (const change of folder.changes.splice(0, folder.changes.indexOf(changes.at(-1) ?? []) + 1)) put(folder.synced, change)
  }
  setModified(): void {}
  lock() {
    return { release: () => {} }
  }

  /** Everything so far is on the disk. */
  settle(): void {
    const settled = (node: Node): void => {
      node.changes = []
      if (!node.folder) node.synced = node.content
      else {
        node.synced = new Map(node.names)
        for (const one of node.names.values()) settled(one)
      }
    }
    settled(this.root)
  }
  /** The process is gone, what it wrote is still in the page cache. */
  kill(): void {
    this.open_.clear()
    this.left = Number.POSITIVE_INFINITY
  }
  /** The disk as it is now, for another world; nothing is open there. */
  copy(): Disk {
    const copies = new Map<Node, Node>()
    const copyOf = (node: Node): Node => {
      let copy = copies.get(node)
      if (copy) return copy
      copy = node.folder ? newFolder() : { ...node, changes: [...node.changes] }
      copies.set(node, copy)
      if (node.folder && copy.folder) {
        for (const [name, one] of node.names) copy.names.set(name, copyOf(one))
        for (const [name, one] of node.synced) copy.synced.set(name, copyOf(one))
        copy.changes = node.changes.map((change) => change.map(([name, one]) => [name, one && copyOf(one)] as const))
      }
      return copy
    }
    const disk = new Disk()
    disk.root = copyOf(this.root) as Folder // a folder's copy is one
    return disk
  }
  /** Power is gone. `below` decides what is left: always n - 1 keeps everything, always 0 only what was synced. */
  cutPower(below: Below): void {
    this.kill()
    const seen = new Set<Node>()
    const cut = (node: Node): void => {
      if (seen.has(node)) return
      seen.add(node)
      if (!node.folder) {
        node.content = leftOf(node, below)
        node.synced = node.content
        node.changes = []
        return
      }
      const names = new Map(node.synced)
      const lost = new Set<string>() // what happened to a name later has not happened either
      for (const change of node.changes) {
        if (below(2) === 1 && !change.some(([name]) => lost.has(name))) put(names, change)
        else for (const [name] of change) lost.add(name)
      }
      node.names = names
      node.synced = new Map(names)
      node.changes = []
      for (const one of names.values()) cut(one)
    }
    cut(this.root)
  }
}

const PAGE = 64

/** What a file holds after a power cut: in most cases a beginning of what was written, the last of it torn; else any part of it. */
function leftOf(file: File, below: Below): Buffer {
  const { changes } = file
  let content = file.synced
  if (below(4) === 1) {
    for (const change of changes) {
      if ('truncated' in change) content = below(2) === 1 ? applied(content, change) : content
      else content = torn(content, change, below)
    }
  } else {
    const kept = below(changes.length + 1)
    for (const change of changes.slice(0, kept)) content = applied(content, change)
    const next = changes[kept]
    if (next && 'bytes' in next && below(2) === 1) {
      content = applied(content, { at: next.at, bytes: next.bytes.subarray(0, below(next.bytes.length)) })
    }
  }
  // a length that reached the disk before its bytes
  if (content.length < file.content.length && below(4) === 1) content = Buffer.concat([content], file.content.length)
  return content
}
/** A write of which each page is there or not; what lies between is zeros. */
function torn(content: Buffer, { at, bytes }: { readonly at: number; readonly bytes: Buffer }, below: Below): Buffer {
  let left = content
  for (let from = 0; from < bytes.length; from += PAGE) {
    if (below(4) !== 0) left = applied(left, { at: at + from, bytes: bytes.subarray(from, from + PAGE) })
  }
  return left
}

/** A world whose disk is `disk` and whose time stands still until it is moved. */
export function worldOn(disk: FileSystem): System & { readonly clock: { ms: number } } {
  const clock = { ...realSystem.clock, ms: 1_700_000_000_000, now: () => clock.ms }
  return { ...realSystem, fs: disk, clock }
}
