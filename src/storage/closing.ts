/**
 * The clean end of logs: indexes, producers and data on disk, as a clean stop leaves them. That is five syncs for each log that was
 * written, one after the other. A server with a thousand of them does most of it before, side by side in the background, where the
 * file system makes one of many; what has changed since is done at the end.
 */
import type { Log } from './log'
import { type Syncs, sideBySide, syncLater, syncNow } from './syncs'

const isChanged = ({ sealed, written, recovered }: Log): boolean => !sealed && (written || recovered)

function* finish(log: Log): Syncs {
  for (const segment of log.segments) {
    if (segment !== log.active && !segment.indexesChanged) continue
    segment.loadIndexes(log.settings.indexIntervalBytes)
    yield* segment.writeIndexes()
  }
  if (log.endOffset > 0) yield* log.snapshots.write()
}

/** Where a log ended when its files were put on disk. */
const settled = new WeakMap<Log, number>()

export function closeClean(log: Log): void {
  if (isChanged(log)) {
    const isSettled = settled.get(log) === log.endOffset
    syncNow(log.system.fs, finish(log))
    log.active.trim()
    if (!isSettled) log.folderChanged = true
    log.flushNow()
  }
  log.close()
}

async function settle(log: Log): Promise<void> {
  const end = log.endOffset
  const { fs } = log.system
  await syncLater(fs, finish(log))
  await log.flush()
  await fs.syncFolderLater(log.folder)
  settled.set(log, end)
}

/** Does before what a clean end would do. What cannot be done is left to the end, which says so. */
export async function settleAll(logs: Iterable<Log>): Promise<void> {
  await sideBySide([...logs].filter(isChanged), (log) => settle(log).catch(() => {}))
}
