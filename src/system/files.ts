/** Files by node:fs. */
import type * as NodeFs from 'node:fs'
import { lockFile } from './lock'
import type { FileSystem, OpenMode } from './system'

const fs: typeof NodeFs = process.getBuiltinModule('node:fs') // as it is: a bundler would copy its hundred names

const FLAGS: Record<OpenMode, number> = {
  read: fs.constants.O_RDONLY,
  write: fs.constants.O_RDWR,
  create: fs.constants.O_RDWR | fs.constants.O_CREAT,
  new: fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_EXCL,
}

const code = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code

/** It was there already. */
const isFolder = (error: unknown, path: string): boolean => code(error) === 'EEXIST' && fs.statSync(path).isDirectory()

/** Folder by folder: Node's own recursive way never ends under /proc, which says ENOENT to every new name. */
function makeFolder(path: string, permissions = 0o755): void {
  try {
    fs.mkdirSync(path, { mode: permissions })
  } catch (error) {
    if (isFolder(error, path)) return
    const parent = path.slice(0, path.lastIndexOf('/'))
    if (code(error) !== 'ENOENT' || parent === '' || fs.existsSync(parent)) throw error
    makeFolder(parent, permissions)
    fs.mkdirSync(path, { mode: permissions })
  }
}

function writeSome(fd: number, bytes: Uint8Array, position: number): Promise<number> {
  return new Promise((resolve, reject) =>
    fs.write(fd, bytes, 0, bytes.length, position, (error, count) => (error ? reject(error) : resolve(count))),
  )
}

/** A file system that syncs names by itself. */
const isNeedless = (error: unknown): boolean => code(error) === 'EINVAL' || code(error) === 'EPERM'

export const realFiles: FileSystem = {
  open: (path, mode, permissions = 0o644) => fs.openSync(path, FLAGS[mode], permissions),
  openLater: (path, mode) =>
    new Promise((resolve, reject) => fs.open(path, FLAGS[mode], 0o644, (error, fd) => (error ? reject(error) : resolve(fd)))),
  close: (fd) => fs.closeSync(fd),
  read(fd, buffer, offset, length, position) {
    let done = 0
    while (done < length) {
      const count = fs.readSync(fd, buffer, offset + done, length - done, position + done)
      if (count === 0) break
      done += count
    }
    return done
  },
  readLater: (fd, buffer, offset, length, position) =>
    new Promise((resolve, reject) =>
      fs.read(fd, buffer, offset, length, position, (error, count) => (error ? reject(error) : resolve(count))),
    ),
  write(fd, bytes, position) {
    for (let done = 0; done < bytes.length; ) {
      done += fs.writeSync(fd, bytes, done, bytes.length - done, position + done)
    }
  },
  async writeLater(fd, bytes, position) {
    for (let done = 0; done < bytes.length; ) done += await writeSome(fd, bytes.subarray(done), position + done)
  },
  writeAll(fd, pieces, position) {
    const total = pieces.reduce((sum, piece) => sum + piece.length, 0)
    const done = fs.writevSync(fd, pieces as Uint8Array[], position)
    if (done === total) return
    this.write(fd, Buffer.concat(pieces).subarray(done), position + done)
  },
  size: (fd) => fs.fstatSync(fd).size,
  truncate: (fd, size) => fs.ftruncateSync(fd, size),
  dataSync: (fd) => new Promise((resolve, reject) => fs.fdatasync(fd, (error) => (error ? reject(error) : resolve()))),
  dataSyncNow: (fd) => fs.fdatasyncSync(fd),
  syncNow: (fd) => fs.fsyncSync(fd),

  exists: (path) => fs.existsSync(path),
  stat(path) {
    const stat = fs.statSync(path, { throwIfNoEntry: false })
    return stat && { isDirectory: stat.isDirectory(), size: stat.size, modifiedMs: stat.mtimeMs }
  },
  readFile: (path) => fs.readFileSync(path),
  readText: (path) => fs.readFileSync(path, 'utf8'),
  list: (path) => fs.readdirSync(path).sort(),
  makeFolder,
  makeFolderLater: (path) =>
    new Promise((resolve, reject) => {
      fs.mkdir(path, (error) => (error && !isFolder(error, path) ? reject(error) : resolve()))
    }),
  rename: (from, to) => fs.renameSync(from, to),
  link(path, other) {
    try {
      fs.linkSync(path, other)
      return true
    } catch {
      return false // who writes a file instead meets what is the matter
    }
  },
  renameLater: (from, to) =>
    new Promise((resolve, reject) => fs.rename(from, to, (error) => (error ? reject(error) : resolve()))),
  remove: (path) => fs.rmSync(path, { force: true }),
  removeFolder: (path) => fs.rmSync(path, { recursive: true, force: true }),
  removeFolderLater: (path) =>
    new Promise((resolve, reject) =>
      fs.rm(path, { recursive: true, force: true }, (error) => (error ? reject(error) : resolve())),
    ),
  syncFolder(path) {
    const fd = fs.openSync(path, fs.constants.O_RDONLY)
    try {
      fs.fsyncSync(fd)
    } catch (error) {
      if (!isNeedless(error)) throw error
    } finally {
      fs.closeSync(fd)
    }
  },
  async syncFolderLater(path) {
    const fd = await this.openLater(path, 'read')
    return new Promise((resolve, reject) => {
      fs.fsync(fd, (error) => {
        fs.closeSync(fd)
        if (error && !isNeedless(error)) reject(error)
        else resolve()
      })
    })
  },
  setModified: (path, ms) => fs.utimesSync(path, ms / 1000, ms / 1000),
  lock: lockFile,
}
