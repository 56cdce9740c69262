import type { Log } from '../log'
import { takeAway } from '../log-retention'
import { Segment } from '../segment'
import { CLEANED, renameSegment, SWAP } from './settle'

/**
 * Puts the new segment at `base`, which is in `.cleaned` files, in the place of `old`, neighbouring segments of the log. Gives the files to be removed, or undefined if the log was
 * taken away, or the broker stopped, meanwhile: whoever opens the log next ends it. Rejects with the disk's error.
 */
export async function swapIn(
  log: Log,
  old: readonly [Segment, ...Segment[]],
  base: number,
  stopped: () => boolean,
): Promise<string[] | undefined> {
  const { fs } = log.system
  log.swapping = true
  try {
    renameSegment(fs, log.folder, base, CLEANED, SWAP)
    await fs.syncFolderLater(log.folder)
    if (stopped() || log.isGone) return undefined
    const files = old.flatMap((one) => takeAway(log, one, one.base === base ? 'keeps-snapshot' : 'whole'))
    fs.syncFolder(log.folder) // or a power cut could leave some of the old ones beside the new one
    renameSegment(fs, log.folder, base, SWAP, '')
    const segment = new Segment(fs, log.folder, base, log.system.clock.now())
    segment.attach()
    log.replaceSegments(old, segment)
    await fs.syncFolderLater(log.folder) // before anybody removes the old ones
    return files
  } finally {
    log.swapping = false
  }
}
