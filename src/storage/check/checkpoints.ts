/** The four files of offsets in a data directory, against the logs (OffsetCheckpointFile). */
import { readEntries } from '../checkpoints'
import { type At, readWhole } from './files'
import type { CheckedPartition } from './partition'

export const RECOVERY_POINTS = 'recovery-point-offset-checkpoint'
export const HIGH_WATERMARKS = 'replication-offset-checkpoint'
export const LOG_STARTS = 'log-start-offset-checkpoint'
export const CLEANER_OFFSETS = 'cleaner-offset-checkpoint'

export type Checkpoint = ReadonlyMap<string, number>

/** Offsets by partition; empty, with a finding, when the file is damaged. */
export function checkedOffsets(at: At, file: string): Checkpoint {
  if (!at.fs.exists(`${at.root}/${file}`)) return new Map()
  const bytes = readWhole(at, file)
  if (!bytes || bytes.length === 0) return new Map() // the cleaner's is empty until it has run
  const entries = readEntries(at.fs, `${at.root}/${file}`, 3)
  const wrong = (what: string) => at.findings.error(file, what, REMOVE[file] ?? '')
  if (!entries) wrong('it is not of the form: version 0, a count, and lines of topic, partition and offset')
  const offsets = new Map<string, number>()
  for (const [i, [topic, partition, offset]] of (entries ?? []).entries()) {
    const value = Number(offset)
    if (/^\d+$/.test(partition ?? '') && Number.isSafeInteger(value) && value >= 0) offsets.set(`${topic}-${partition}`, value)
    else wrong(`line ${i + 3} has no partition and offset: ${topic} ${partition} ${offset}`)
  }
  return offsets
}

const REMOVE: { readonly [file: string]: string } = {
  [RECOVERY_POINTS]: 'Remove it, and .kafka_cleanshutdown: the next opening reads every log, which takes a while.',
  [HIGH_WATERMARKS]: 'Remove it: it is written again.',
  [LOG_STARTS]: 'Remove it: it is written again; records that were deleted inside a segment come back.',
  [CLEANER_OFFSETS]: 'Remove it: the cleaner begins at the beginning.',
}

export interface Checkpoints {
  readonly recoveryPoints: Checkpoint
  readonly highWatermarks: Checkpoint
  readonly logStarts: Checkpoint
  readonly cleaner: Checkpoint
}

export const readCheckpoints = (at: At): Checkpoints => ({
  recoveryPoints: checkedOffsets(at, RECOVERY_POINTS),
  highWatermarks: checkedOffsets(at, HIGH_WATERMARKS),
  logStarts: checkedOffsets(at, LOG_STARTS),
  cleaner: checkedOffsets(at, CLEANER_OFFSETS),
})

/** Whether what is noted of the offsets of a partition agrees with its log. */
export function checkOffsets(at: At, checkpoints: Checkpoints, partition: CheckedPartition, clean: boolean): void {
  const { name, endOffset } = partition
  const { recoveryPoints, highWatermarks, logStarts, cleaner } = checkpoints
  const { findings } = at
  const start = logStarts.get(name)
  const end = Math.max(endOffset, start ?? 0) // all of the log may have been deleted
  const recovery = recoveryPoints.get(name)
  if (recovery !== undefined && recovery > end) {
    const what = `everything before offset ${recovery} was on disk, and the log ends at ${end}: what was between is lost`
    findings.error(name, what, `The disk has lost them, or the file was cut. ${RECOVERY_POINTS} is where it stands.`)
  } else if (clean && recovery !== undefined && recovery < endOffset) {
    const what = `the log ended at ${recovery} when it was closed, and goes on to ${endOffset} now`
    findings.error(
      RECOVERY_POINTS,
      `${name}: ${what}`,
      'Something was written without its broker, or the file is of another time.',
    )
  }
  const watermark = highWatermarks.get(name)
  if (watermark !== undefined && watermark > Math.max(end, recovery ?? 0)) {
    const what = `${name}: the high watermark is ${watermark}, and the log ends at ${end}`
    if (clean) findings.error(HIGH_WATERMARKS, what, 'Records that were acknowledged are missing.')
    else findings.note(HIGH_WATERMARKS, what, 'They were acknowledged to some; what was not on disk is gone.')
  }
  if (start !== undefined && start > endOffset) {
    findings.note(
      LOG_STARTS,
      `${name}: it begins at ${start}, and its files end at ${endOffset}`,
      'The next opening goes on there.',
    )
  }
  const cleaned = cleaner.get(name)
  if (cleaned !== undefined && cleaned > end) {
    findings.note(
      CLEANER_OFFSETS,
      `${name}: it is clean up to ${cleaned}, and ends at ${end}`,
      'The cleaner begins at the beginning.',
    )
  }
}

/** Entries of partitions that are not here. */
export function checkStrangers(at: At, checkpoints: Checkpoints, names: ReadonlySet<string>): void {
  const files = [
    [RECOVERY_POINTS, checkpoints.recoveryPoints],
    [HIGH_WATERMARKS, checkpoints.highWatermarks],
    [LOG_STARTS, checkpoints.logStarts],
    [CLEANER_OFFSETS, checkpoints.cleaner],
  ] as const
  for (const [file, offsets] of files) {
    const strangers = [...offsets.keys()].filter((name) => !names.has(name))
    if (strangers.length === 0) continue
    const some = strangers.slice(0, 3).join(', ')
    at.findings.note(
      file,
      `it has partitions that are not here: ${some}${strangers.length > 3 ? ' and more' : ''}`,
      'They do no harm.',
    )
  }
}
