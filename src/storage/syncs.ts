/**
 * Work on files that has to reach the disk now and then: it yields what is to be synced before it goes on. Whoever has nothing else to
 * do syncs here and now; a server that ends has thousands of files, and does them side by side in the background.
 */
import type { FileSystem } from '../system/system'

/** Yields descriptors of files whose content is to be on the disk. An error of the disk is thrown into it. */
export type Syncs = Generator<number, void>

export function syncNow(fs: FileSystem, work: Syncs): void {
  for (let step = work.next(); !step.done; ) {
    try {
      fs.dataSyncNow(step.value)
    } catch (error) {
      step = work.throw(error)
      continue
    }
    step = work.next()
  }
}
export async function syncLater(fs: FileSystem, work: Syncs): Promise<void> {
  for (let step = work.next(); !step.done; ) {
    try {
      await fs.dataSync(step.value)
    } catch (error) {
      step = work.throw(error)
      continue
    }
    step = work.next()
  }
}
/** So many at a time: the threads of the background have always something to do. */
const SIDE_BY_SIDE = 32

/** Does the work of each item, several at a time. */
export async function sideBySide<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items].values()
  const worker = async () => {
    for (const item of left) await work(item)
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker))
}
/** Syncs a file that others have written, if it is there, in the background. */
export async function syncFileLater(fs: FileSystem, path: string): Promise<void> {
  const fd = await fs.openLater(path, 'write').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (fd === undefined) return
  try {
    await fs.dataSync(fd)
  } finally {
    fs.close(fd)
  }
}
/** The same in steps. */
export function* syncing(fs: FileSystem, path: string): Syncs {
  if (!fs.exists(path)) return
  const fd = fs.open(path, 'write')
  try {
    yield fd
  } finally {
    fs.close(fd)
  }
}
