/**
 * Compacts one log: has the long part done of its files (compaction.ts), in a thread of its own where it is long (thread.ts), and puts
 * what comes out of it in the place of segments. Nothing is taken from a log of which not every batch in question is sound.
 */
import type { System } from '../../system/system'
import type { Log } from '../log'
import type { Segment } from '../segment'
import { type Cleaned, type Compacting, Compaction } from './compaction'
import { type CleanedGroup, type Job, type JobSettings, jobFor, type Range } from './job'
import { Interrupted, type Pace } from './pace'
import { swapIn } from './swap'
import { CompactionThread, PROGRAM } from './thread'

export interface CleanOptions extends JobSettings {
  readonly pace: Pace
  /** Kept when all below the end of the range is on disk: what replaces a record must be before the record goes. */
  readonly onDisk: Promise<void>
  /** So much to read is worth a thread, which costs some ten milliseconds and megabytes. */
  readonly threadFromBytes: number
  /** As it is now: log.cleaner.io.max.bytes.per.second. */
  readonly bytesPerSecond: () => number
  /** The broker ends: nothing may be touched any more. */
  readonly stopped: () => boolean
  /** Takes the paths of files that nobody needs any more. */
  readonly doom: (paths: readonly string[]) => void
}

/** The disk failed where files were changing their names: the next opening puts them right. */
export class DiskFailure extends Error {
  constructor(override readonly cause: unknown) {
    super(`compaction: ${(cause as Error).message}`)
  }
}
/** A cleaning that has begun; `cancel` takes away at once what it has written so far. */
export class Cleaning {
  private work: Compacting | undefined

  constructor(
    private readonly log: Log,
    private readonly range: Range,
    private readonly options: CleanOptions,
  ) {}

  cancel(): void {
    this.work?.cancel()
  }

  /** Rejects with Uncleanable or Malformed when the log cannot be compacted, with Interrupted, or with the disk's error. */
  async run(): Promise<Cleaned> {
    const { log, range, options } = this
    if (!log.written) log.beginWriting()
    const { deleteRetentionMs, dedupeBufferBytes, loadFactor, ioBufferBytes } = options
    const job = jobFor(log, range, { deleteRetentionMs, dedupeBufferBytes, loadFactor, ioBufferBytes })
    this.work = this.begin(log.system, job)
    return await this.work.run()
  }
  private begin(system: System, job: Job): Compacting {
    const { pace, bytesPerSecond, threadFromBytes } = this.options
    const swap = (group: CleanedGroup) => this.swap(group)
    const bytes = job.segments.reduce((sum, { size }) => sum + size, 0)
    const thread = bytes >= threadFromBytes ? system.startThread?.(PROGRAM) : undefined
    if (thread) return new CompactionThread(system.fs, thread, job, bytesPerSecond, swap)
    return new Compaction(system.fs, job, this.whileWanted(pace), swap)
  }
  /** Ends the work where it rests when nobody has a use for it any more. */
  private whileWanted(pace: Pace): Pace {
    const checked = async (rested: Promise<void>) => {
      await rested
      if (this.options.stopped() || this.log.isGone) throw new Interrupted()
    }
    return {
      isDue: (bytes) => pace.isDue(bytes),
      rest: () => checked(pace.rest()),
      spend: (bytes) => checked(pace.spend(bytes)),
      pause: (ms) => pace.pause(ms),
    }
  }

  private async swap({ base, bases }: CleanedGroup): Promise<void> {
    const { log, options } = this
    await options.onDisk
    // retention may have taken segments, or a deletion the topic
    const old = log.segments.filter((segment) => bases.includes(segment.base))
    if (options.stopped() || log.isGone || old.length !== bases.length) throw new Interrupted()
    const files = await swapIn(log, old as [Segment, ...Segment[]], base, options.stopped).catch((error: unknown) => {
      throw new DiskFailure(error)
    })
    if (!files) throw new Interrupted()
    options.doom(files)
  }
}
