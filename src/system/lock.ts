/**
 * Kafka's lock on a log directory: an fcntl lock on `.lock`, as java.nio's FileChannel.tryLock takes it, so that a JVM Kafka and
 * kt exclude each other, and freed by the kernel when the process dies. Node has no fcntl: fs-native-extensions has it (its
 * binary is opened directly, its loader costs 9 ms), and so has SQLite, which locks bytes of the file that the JVM locks too.
 */
import { closeSync, constants, existsSync, openSync } from 'node:fs'
import type { Lock } from './system'

interface FcntlBinding {
  tryLock(fd: number, offset: number, length: number, exclusive: boolean): void
  unlock(fd: number, offset: number, length: number): void
}
interface Database {
  exec(sql: string): void
  close(): void
}

const BINARY = `node_modules/fs-native-extensions/prebuilds/${process.platform}-${process.arch}/fs-native-extensions.node`

/** Looked for where `require` would: to have that in every kind of module takes node:module, and 2 ms. */
function loadBinding(): FcntlBinding | undefined {
  for (let folder = __dirname; folder !== ''; folder = folder.slice(0, folder.lastIndexOf('/'))) {
    const path = `${folder}/${BINARY}`
    if (!existsSync(path)) continue
    const module = { exports: {} }
    try {
      process.dlopen(module, path)
      return module.exports as FcntlBinding
    } catch {
      return undefined // made for another machine
    }
  }
  return undefined
}

let binding: FcntlBinding | undefined

export function lockFile(path: string): Lock | undefined {
  binding ??= loadBinding()
  return binding ? lockByFcntl(binding, path) : lockBySqlite(path)
}

function lockByFcntl(binding: FcntlBinding, path: string): Lock | undefined {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600)
  try {
    binding.tryLock(fd, 0, 0, true)
  } catch (error) {
    closeSync(fd)
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EAGAIN' || code === 'EACCES') return undefined
    throw error
  }
  return {
    release() {
      binding.unlock(fd, 0, 0)
      closeSync(fd)
    },
  }
}

function lockBySqlite(path: string): Lock | undefined {
  let open: (path: string) => Database
  try {
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite') as { DatabaseSync: new (path: string) => Database }
    open = (file) => new DatabaseSync(file)
  } catch {
    throw new Error(`cannot lock ${path}: install the optional package fs-native-extensions, or use Node 22.13 or newer`)
  }
  const database = open(path)
  try {
    database.exec('PRAGMA journal_mode=MEMORY')
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (/locked|busy/i.test((error as Error).message)) return undefined
    throw error
  }
  return { release: () => database.close() }
}
