/**
 * Kafka's lock on a log directory: an fcntl lock on `.lock`, as java.nio's FileChannel.tryLock takes it, so that a JVM Kafka and
 * kt exclude each other, and freed by the kernel when the process dies. Node has no fcntl: fs-native-extensions has it (its
 * binary is required directly, its loader costs 9 ms), and so has SQLite, which locks bytes of the file that the JVM locks too.
 */
import { closeSync, constants, openSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Lock } from './system'

interface FcntlBinding {
  tryLock(fd: number, offset: number, length: number, exclusive: boolean): void
  unlock(fd: number, offset: number, length: number): void
}
interface Database {
  exec(sql: string): void
  close(): void
}

const require = createRequire(__filename)

function loadBinding(): FcntlBinding | undefined {
  const platform = `${process.platform}-${process.arch}`
  try {
    const home = require.resolve('fs-native-extensions/package.json').replace(/package\.json$/, '')
    return require(`${home}prebuilds/${platform}/fs-native-extensions.node`) as FcntlBinding
  } catch {
    return undefined
  }
}

export function lockFile(path: string): Lock | undefined {
  const binding = loadBinding()
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
    const { DatabaseSync } = require('node:sqlite') as { DatabaseSync: new (path: string) => Database }
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
