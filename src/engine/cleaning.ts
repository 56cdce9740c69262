/**
 * Compaction: which partition is next, and what is told of it (LogCleaner, LogCleanerManager). Of the topics with cleanup.policy=compact
 * the one with the greatest share of dirty bytes is compacted first, and one at a time, a large one in a thread of its own, a small one in short slices: everybody
 * else has their turn in between. What is done to one log is storage/cleaner.
 */
import { Malformed } from '../protocol/malformed'
import { Uncleanable } from '../storage/cleaner/batches'
import { type Bounds, boundsOf, isFilthy } from '../storage/cleaner/bounds'
import { Cleaning, DiskFailure } from '../storage/cleaner/clean'
import type { Cleaned } from '../storage/cleaner/compaction'
import type { Range } from '../storage/cleaner/job'
import { Interrupted } from '../storage/cleaner/pace'
import { putOnDisk } from '../storage/cleaner/put-on-disk'
import { peekLog } from '../storage/log-peek'
import { isOffline, passes } from '../storage/trouble'
import { CleaningPace } from './cleaning-pace'
import type { Engine } from './engine'
import type { Partition } from './partition'
import { allPartitions } from './retention'
import { removeLater } from './retention-logs'

interface Choice {
  readonly partition: Partition
  readonly bounds: Bounds
}

/** Less is done in slices on the event loop within a moment. */
const THREAD_FROM_BYTES = 8 << 20

export class Cleaner {
  private readonly pace: CleaningPace
  private readonly uncleanable = new WeakSet<Partition>()
  /** Not opened yet, and with nothing but an active segment: so it stays until somebody opens it. */
  private readonly settled = new WeakSet<Partition>()
  private current: Cleaning | undefined
  private stopped = false

  /** `log` takes a line for every log that was compacted. */
  constructor(
    private readonly engine: Engine,
    private readonly log: (line: string) => void,
  ) {
    this.pace = new CleaningPace(engine, () => this.stopped)
  }

  /** Ends it at once; what has not taken its place is removed. */
  stop(): void {
    this.stopped = true
    this.current?.cancel()
  }

  /** Compacts one log after the other until none is filthy. */
  async cleanAll(): Promise<void> {
    if (!this.engine.settings.logCleanerEnable) return
    try {
      while (!this.stopped && this.engine.writable) {
        await this.pace.rest()
        const choice = await this.filthiest()
        if (!choice || !(await this.clean(choice))) return
      }
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error
    }
  }

  private async filthiest(): Promise<Choice | undefined> {
    let best: Choice | undefined
    for (const partition of allPartitions(this.engine)) {
      if (this.pace.isDueNow()) await this.pace.rest()
      const bounds = this.mayBeCleaned(partition) ? this.boundsOf(partition) : undefined
      if (!bounds || !isFilthy(bounds, this.engine.topicSettings(partition.topic))) continue
      if (!best || bounds.ratio > best.bounds.ratio) best = { partition, bounds }
    }
    return best
  }
  private mayBeCleaned(partition: Partition): boolean {
    if (partition.deleted || this.uncleanable.has(partition) || this.engine.recovery?.waitsFor(partition)) return false
    if (!this.engine.topicSettings(partition.topic).compact) return false
    return partition.isOpen || this.isWorthOpening(partition)
  }
  /** Whether the files of a log that is not open give reason to open it. */
  private isWorthOpening(partition: Partition): boolean {
    if (this.settled.has(partition)) return false
    const { directory, system } = this.engine
    const segments = peekLog(system.fs, directory.file(partition.name)).segments.slice(0, -1)
    if (segments.length === 0) {
      this.settled.add(partition)
      return false
    }
    const checkpoint = directory.cleanerOffsets.get(partition.name) ?? 0
    const { minCleanableDirtyRatio, maxCompactionLagMs } = this.engine.topicSettings(partition.topic)
    const sum = (ones: typeof segments) => ones.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0)
    const dirty = sum(segments.filter((_, index) => (segments[index + 1]?.base ?? Number.POSITIVE_INFINITY) > checkpoint))
    return dirty > 0 && (dirty > sum(segments) * minCleanableDirtyRatio || maxCompactionLagMs < Number.POSITIVE_INFINITY)
  }
  private boundsOf(partition: Partition): Bounds | undefined {
    const { cleanerOffsets } = this.engine.directory
    const settings = this.engine.topicSettings(partition.topic)
    try {
      const checkpoint = cleanerOffsets.get(partition.name)
      const { log, lastStableOffset } = partition
      if (log.sealed) return undefined
      const bounds = boundsOf(log, checkpoint, lastStableOffset, settings, this.engine.system.clock.now())
      if (bounds.resets)
        void this.note(partition, bounds.firstDirty).catch((error: unknown) => this.failed(partition, error as Error))
      return bounds
    } catch (error) {
      this.giveUp(partition, error as Error)
      return undefined
    }
  }

  private note({ name }: Partition, offset: number): Promise<void> {
    const { engine } = this
    const names = new Set(allPartitions(engine).map((partition) => partition.name))
    const wanted = () => !this.stopped && engine.writable
    return engine.directory.cleanerOffsets.set(name, offset, (one) => names.has(one), wanted)
  }
  private giveUp(partition: Partition, error: Error): void {
    this.uncleanable.add(partition)
    const { report } = this.engine.options
    report(`${partition.name}: not compacted, and not tried again before the next start: ${error.message}`)
  }

  /** False when nothing more can be done for now. */
  private async clean({ partition, bounds }: Choice): Promise<boolean> {
    const { engine } = this
    const { clock } = engine.system
    const range = { from: bounds.firstDirty, to: bounds.firstUncleanable }
    const began = clock.monotonic()
    try {
      this.current = this.cleaning(partition, range)
      const cleaned = await this.current.run()
      if (!partition.deleted) await this.note(partition, cleaned.to)
      this.log(wordsFor(partition.name, range.from, cleaned, clock.monotonic() - began))
      return true
    } catch (error) {
      return partition.deleted || this.failed(partition, error as Error)
    } finally {
      this.current = undefined
    }
  }
  private async putOnDisk({ log, name }: Partition, to: number): Promise<void> {
    try {
      await putOnDisk(log, to, this.pace)
    } catch (error) {
      if (!(error instanceof Interrupted)) this.engine.refused(`records of ${name} are not on disk`, error)
      throw new Interrupted()
    }
  }
  private cleaning(partition: Partition, range: Range): Cleaning {
    const { engine } = this
    const { logCleanerDedupeBufferSize, logCleanerIoBufferLoadFactor, logCleanerIoBufferSize } = engine.settings
    const onDisk = this.putOnDisk(partition, range.to)
    onDisk.catch(() => {}) // whoever is to take records away sees it
    return new Cleaning(partition.log, range, {
      onDisk,
      deleteRetentionMs: engine.topicSettings(partition.topic).deleteRetentionMs,
      dedupeBufferBytes: logCleanerDedupeBufferSize,
      loadFactor: logCleanerIoBufferLoadFactor,
      ioBufferBytes: logCleanerIoBufferSize,
      pace: this.pace,
      threadFromBytes: THREAD_FROM_BYTES,
      bytesPerSecond: () => engine.settings.logCleanerIoMaxBytesPerSecond,
      stopped: () => this.stopped || !engine.writable,
      doom: (paths) => removeLater(engine, partition.topic, paths),
    })
  }
  /** True when others may have their turn all the same. */
  private failed(partition: Partition, error: Error): boolean {
    const { engine } = this
    if (error instanceof Interrupted) return false
    if (error instanceof DiskFailure && isOffline(error.cause)) return true
    if (error instanceof DiskFailure) engine.failed(error.cause)
    else if (error instanceof Uncleanable || error instanceof Malformed) {
      this.giveUp(partition, error)
      return true
    } else if (passes(error)) engine.trouble.note(`${partition.name} is not compacted`, error)
    else engine.options.report(`${partition.name} could not be compacted: ${error.message}`)
    return false
  }
}

const megabytes = (bytes: number): string => (bytes / (1024 * 1024)).toFixed(1)

function wordsFor(name: string, from: number, cleaned: Cleaned, tookMs: number): string {
  const { to, bytesRead, bytesWritten, read, kept, keyless } = cleaned
  const seconds = (tookMs / 1000).toFixed(1)
  const strays = keyless > 0 ? `; ${keyless} of them without a key` : ''
  return (
    `${name}: compacted, dirty section [${from}, ${to}), ${megabytes(bytesRead)} MB (${read} records) to ` +
    `${megabytes(bytesWritten)} MB (${kept} records) in ${seconds} s${strays}`
  )
}
