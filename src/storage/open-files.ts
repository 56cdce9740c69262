/**
 * How many segments' files are open at a time: a process may have only so many, and a log has any number of segments. The one that
 * was used longest ago is closed first; it is opened again when it is needed. One that has not been synced stays open, so that
 * nobody but its writer hears of an error of the disk.
 */
import type { FileSystem } from '../system/system'

export interface Closable {
  readonly unsynced: boolean
  close(): void
}

const MOST = 500
/** How many are looked at for one to close. */
const LOOKS = 4

export class OpenFiles {
  /** In the order of their last use. */
  private readonly used = new Set<Closable>()

  constructor(private readonly most = MOST) {}

  use(file: Closable): void {
    this.used.delete(file)
    this.used.add(file)
    for (let looks = 0; this.used.size > this.most && looks < LOOKS; looks++) {
      const [oldest] = this.used
      if (oldest === undefined) return
      this.used.delete(oldest)
      if (oldest.unsynced) this.used.add(oldest)
      else oldest.close()
    }
  }
  forget(file: Closable): void {
    this.used.delete(file)
  }
}

const byFileSystem = new WeakMap<FileSystem, OpenFiles>()

/** The files that are open of this file system. */
export function openFilesOf(fs: FileSystem): OpenFiles {
  let files = byFileSystem.get(fs)
  if (!files) {
    files = new OpenFiles()
    byFileSystem.set(fs, files)
  }
  return files
}
