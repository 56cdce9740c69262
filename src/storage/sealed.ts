/**
 * A log that lost what was on disk: the file ends, or is damaged, below the recovery point, up to which everything was synced and
 * vouched for. A crash cannot do that; a disk, a copy or a person can. It is read as far as it is sound, and neither cut nor
 * written, so that the rest can still be saved, until somebody says kt.accept.loss=true. Kafka cuts it without a word.
 */
import type { Log } from './log'
import type { Segment } from './segment'

export class SealedLog extends Error {
  /** What tells it from the operating system's errors, as they are told apart (trouble.ts). */
  readonly code = 'SEALED'
}

/** Takes `log` as it is up to its end offset, in the file of its last segment at `position`. */
export function seal(log: Log, recoveryPoint: number, position: number, report: (finding: string) => void): void {
  const { active } = log
  const where = position < active.size ? `; the damage begins at byte ${position} of ${active.logPath}` : ''
  const last = recoveryPoint - 1
  const which = log.endOffset === last ? `record ${last} was` : `records ${log.endOffset} to ${last} were`
  const lost = `${which} on disk once and cannot be read now`
  active.hide(position)
  log.sealed = new SealedLog(`${log.name}: ${lost}`)
  report(
    `${log.name}: ${lost}${where}. The log can be read up to there and takes no records; nothing was changed. ` +
      "'kt server-start --override kt.accept.loss=true' goes on without them and keeps what is damaged beside the log",
  )
}

/** Whether what was cut off would be more than a crash can have torn. */
export function lostMore(log: Log, recoveryPoint: number): boolean {
  return recoveryPoint > Math.max(log.endOffset, log.startOffset)
}

/** Leaves segments behind the damage alone. */
export function leave(segments: readonly Segment[]): void {
  for (const segment of segments) segment.close()
}
