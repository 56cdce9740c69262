/** Files and folders of a directory that nobody needs any more: they go when somebody has the time, at its clean end at the latest. */
import type { FileSystem } from '../system/system'

/** Files and folders that are to be removed, at once or in the background. */
export interface Doomed {
  readonly remove: () => void
  readonly removeLater: () => Promise<void>
}

export class DoomedFiles {
  private readonly paths = new Set<string>()

  constructor(private readonly fs: FileSystem) {}

  add(paths: readonly string[]): Doomed {
    for (const path of paths) this.paths.add(path)
    return {
      remove: () => {
        for (const path of paths) if (this.paths.delete(path)) this.fs.removeFolder(path)
      },
      removeLater: async () => {
        for (const path of paths) if (this.paths.delete(path)) await this.fs.removeFolderLater(path)
      },
    }
  }
  removeAll(): void {
    this.add([...this.paths]).remove()
  }
}
