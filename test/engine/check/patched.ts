/** A file system in which some files are other than on disk, or not there: damage without copying a directory for each. */
import { realSystem } from '../../../src/system'
import type { FileSystem } from '../../../src/system/system'

const FIRST_FD = 1_000_000

/** `patches`: contents by absolute path; null: the file is gone. Only reading works. */
export function patched(patches: ReadonlyMap<string, Buffer | null>): FileSystem {
  const { fs } = realSystem
  const open = new Map<number, Buffer>()
  let next = FIRST_FD
  const parted = (path: string) => [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)] as const
  const real: Partial<FileSystem> = {
    open(path, mode) {
      if (mode !== 'read') throw new Error(`${path} is opened to ${mode}`)
      const bytes = patches.get(path)
      if (!bytes) return fs.open(path, 'read')
      open.set(next, bytes)
      return next++
    },
    close(fd) {
      if (!open.delete(fd)) fs.close(fd)
    },
    read(fd, buffer, offset, length, position) {
      const bytes = open.get(fd)
      if (!bytes) return fs.read(fd, buffer, offset, length, position)
      return bytes.copy(buffer, offset, position, Math.min(bytes.length, position + length))
    },
    size: (fd) => open.get(fd)?.length ?? fs.size(fd),
    exists: (path) => (patches.has(path) ? patches.get(path) !== null : fs.exists(path)),
    stat(path) {
      const bytes = patches.get(path)
      if (bytes === undefined) return fs.stat(path)
      return bytes === null ? undefined : { isDirectory: false, size: bytes.length, modifiedMs: 0 }
    },
    readFile: (path) => Buffer.from(patches.get(path) ?? fs.readFile(path)),
    readText: (path) => patches.get(path)?.toString() ?? fs.readText(path),
    list(path) {
      const names = new Set(fs.list(path))
      for (const [file, bytes] of patches) {
        const [folder, name] = parted(file)
        if (folder === path) names[bytes === null ? 'delete' : 'add'](name)
      }
      return [...names].sort()
    },
  }
  return real as FileSystem // the part that a check reads with; any other call fails the test
}
