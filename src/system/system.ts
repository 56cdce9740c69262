/**
 * The world, as one record. Everything that is not computation comes in through here, so that a test can own disk, time,
 * network and chance. Only this folder imports node:fs, node:net, timers, Date and Math.random.
 */

export interface System {
  readonly fs: FileSystem
  readonly clock: Clock
  readonly net: Net
  readonly random: Random
  /** Starts a program in a thread of its own; undefined where there is no such program or there are no threads. */
  readonly startThread?: (program: string) => Thread | undefined
}

/** Where messages go and come from, each in its order; they are copied (structured clone). */
export interface Port {
  send(message: unknown): void
  onMessage(take: (message: unknown) => void): void
}

export interface Thread extends Port {
  /** Called once when it has ended, with what nobody caught in it. */
  onEnd(take: (error?: Error) => void): void
  /** Ends it at once, in the middle of whatever it does. */
  end(): void
}

export interface Stat {
  readonly isDirectory: boolean
  readonly size: number
  readonly modifiedMs: number
}

/** How a file is opened: to read; to read and write; the same and made when absent; made new (an error when it exists). */
export type OpenMode = 'read' | 'write' | 'create' | 'new'

/**
 * Files. Calls are synchronous where they end in the page cache (a small append costs 1 us so, 30 us through the thread pool)
 * and asynchronous where they wait for a disk. Errors are Node's, with `code`.
 */
export interface FileSystem {
  open(path: string, mode: OpenMode, permissions?: number): number
  /** The same in the background: a name that is new, or not in memory, waits for the file system's journal. */
  openLater(path: string, mode: OpenMode): Promise<number>
  close(fd: number): void
  /** Bytes read into `buffer`; fewer than asked for only at the end of the file. */
  read(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number
  readLater(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): Promise<number>
  /** Writes all of it. */
  write(fd: number, bytes: Uint8Array, position: number): void
  /** Writes all of it, in the background; `bytes` must stay as they are until then. */
  writeLater(fd: number, bytes: Uint8Array, position: number): Promise<void>
  writeAll(fd: number, pieces: readonly Uint8Array[], position: number): void
  size(fd: number): number
  truncate(fd: number, size: number): void
  /** fdatasync in the background. */
  dataSync(fd: number): Promise<void>
  dataSyncNow(fd: number): void
  syncNow(fd: number): void

  exists(path: string): boolean
  /** Undefined when there is nothing. */
  stat(path: string): Stat | undefined
  readFile(path: string): Buffer
  /** The same as text, in UTF-8; a third of the work where the file is small. */
  readText(path: string): string
  /** Names of a folder's entries, sorted. */
  list(path: string): string[]
  makeFolder(path: string, permissions?: number): void
  /** The same in the background; the folder that it is in must be there. */
  makeFolderLater(path: string): Promise<void>
  rename(from: string, to: string): void
  /** Gives a file a second name, under which there is none; false where that cannot be done: some file systems have no such thing. */
  link(path: string, other: string): boolean
  renameLater(from: string, to: string): Promise<void>
  remove(path: string): void
  removeFolder(path: string): void
  /** The same in the background: what a gigabyte takes is felt. */
  removeFolderLater(path: string): Promise<void>
  /** Makes the names in a folder durable. */
  syncFolder(path: string): void
  /** The same in the background. */
  syncFolderLater(path: string): Promise<void>
  /** Sets the time of a file's last change. */
  setModified(path: string, ms: number): void
  /** Takes the file's exclusive lock as a JVM does (fcntl), held until release or the end of the process; undefined: somebody has it. */
  lock(path: string): Lock | undefined
}

export interface Lock {
  release(): void
}

export interface Timer {
  cancel(): void
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds from an arbitrary point, never going back. */
  monotonic(): number
  /** Runs `task` once after `ms`. A timer keeps the process alive unless `idle` is set. */
  after(ms: number, task: () => void, idle?: 'idle'): Timer
  /** Runs `task` after the events that are waiting now. */
  soon(task: () => void): void
}

export interface Random {
  bytes(size: number): Buffer
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number
}

/** Where to connect to or listen on: a TCP address or a unix socket. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string }

export interface Net {
  /** Rejects with Node's error (ECONNREFUSED, ENOTFOUND ...) when there is nobody, or after `timeoutMs` with ETIMEDOUT. */
  connect(address: Address, timeoutMs?: number): Promise<Connection>
  listen(address: Address, onConnection: (connection: Connection) => void): Promise<Listener>
}

export interface Listener {
  /** The port that was bound; 0 for a unix socket. */
  readonly port: number
  close(): Promise<void>
}

/** A stream of bytes in both directions. */
export interface Connection {
  readonly remoteAddress: string
  readonly remotePort: number
  readonly localAddress: string
  readonly localPort: number
  /** Bytes given to `write` and not yet taken by the operating system. */
  readonly pending: number
  onData(take: (chunk: Buffer) => void): void
  /** Called once, after an error, an end by the other side, or `close`. */
  onClose(take: (error?: Error) => void): void
  onDrain(take: () => void): void
  /** `taken` is called when the operating system has all of it. */
  write(pieces: readonly Uint8Array[], taken?: () => void): void
  pause(): void
  resume(): void
  /** Sends what was written, then ends. */
  end(): void
  /** Ends at once. */
  close(): void
}

/** A random UUID as Kafka writes it: 22 characters of base64url, not beginning with '-' (Uuid.randomUuid). */
export function randomUuid(random: Random): string {
  for (;;) {
    const bytes = random.bytes(16)
    bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40
    bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
    const text = bytes.toString('base64url')
    if (!text.startsWith('-')) return text
  }
}
