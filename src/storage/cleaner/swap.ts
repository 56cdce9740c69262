import type { Log } from '../log'
import { takeAway } from '../log-retention'
import type { Segment } from '../segment'
import type { CleanedSegment } from './cleaned-segment'
import { CLEANED, renameSegment, SWAP } from './settle'

/**
 * Puts `cleaned` in the place of `old`, neighbouring segments of the log. Gives the files to be removed, or undefined if the log was
 * taken away, or the broker stopped, meanwhile: whoever opens the log next ends it. Rejects with the disk's error.
 */
export async function swapIn(
  log: Log,
  old: readonly Segment[],
  cleaned: CleanedSegment,
  stopped: () => boolean,
): Promise<string[] | undefined> {
  const { fs } = log.system
  const { segment } = cleaned
  log.swapping = true
  try {
    renameSegment(fs, log.folder, segment.base, CLEANED, SWAP)
    cleaned.keep()
    await fs.syncFolderLater(log.folder)
    if (stopped() || log.isGone) return undefined
    const files = old.flatMap((one) => takeAway(log, one, one.base === segment.base ? 'keeps-snapshot' : 'whole'))
    fs.syncFolder(log.folder) // or a power cut could leave some of the old ones beside the new one
    renameSegment(fs, log.folder, segment.base, SWAP, '')
    segment.attach()
    log.replaceSegments(old, segment)
    await fs.syncFolderLater(log.folder) // before anybody removes the old ones
    return files
  } finally {
    log.swapping = false
  }
}
