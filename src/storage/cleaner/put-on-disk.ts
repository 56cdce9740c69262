/**
 * What replaces a record must be on disk before the record goes. In a log that is written with acks=1 there may be a gigabyte that only
 * the page cache has, and whoever waits for the disk would wait for all of it: so it goes there a segment at a time, with a rest after
 * each that is as long as it took.
 */
import type { Log } from '../log'
import type { Pace } from './pace'

/** A shorter sync keeps nobody waiting. */
const FELT_MS = 1

/** Kept when everything below `to`, where a segment begins, is on disk. Rejects with the disk's error, or with Interrupted. */
export async function putOnDisk(log: Log, to: number, pace: Pick<Pace, 'pause'>): Promise<void> {
  const { clock } = log.system
  for (const segment of log.segments.filter(({ base }) => base < to)) {
    if (!segment.unsynced || log.isGone) continue
    const began = clock.monotonic()
    await segment.sync()
    const tookMs = clock.monotonic() - began
    if (tookMs >= FELT_MS) await pace.pause(tookMs)
  }
  await log.flush(to)
}
