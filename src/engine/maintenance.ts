/**
 * What a server does by the clock, and a passing command does not: taking away old records every log.retention.check.interval.ms,
 * compaction when log.cleaner.backoff.ms have passed since the last, checkpoints of what is on disk every log.flush.offset.checkpoint.interval.ms, of high watermarks every
 * replica.high.watermark.checkpoint.interval.ms, forgetting producers after producer.id.expiration.ms, and removing what an earlier
 * end left of deleted topics.
 */
import { passes } from '../storage/trouble'
import type { Timer } from '../system/system'
import type { Cleaner } from './cleaning'
import type { Engine } from './engine'
import { removeLeftovers } from './leftovers'
import { keepSnapshots } from './metadata/snapshot-keeper'
import type { Partition } from './partition'
import { allPartitions, expireRecords } from './retention'

/** Begins the periodic work of a server; gives the function that ends it. `log` takes what is done; failures go to the engine's report. */
export function startMaintenance(engine: Engine, log: (line: string) => void = () => {}): () => void {
  const { clock } = engine.system
  const timers = new Set<Timer>()
  let stopped = false
  const repeat = (intervalMs: () => number, task: () => unknown, firstMs = intervalMs()) => {
    const timer = clock.after(
      firstMs,
      () => {
        timers.delete(timer)
        if (stopped || !engine.writable) return
        void attempt(engine, task).then(() => {
          if (!stopped) repeat(intervalMs, task)
        })
      },
      'idle',
    )
    timers.add(timer)
  }
  const retention = () => expireRecords(engine, { log, stopped: () => stopped })
  if (!engine.metadataLog.begun) void attempt(engine, () => engine.commit([])) // a server leads from its start on
  removeLeftovers(engine)
  const endSnapshots = keepSnapshots(engine, log)
  if (engine.groupsLoaded) engine.groups.start()
  repeat(() => engine.settings.logRetentionCheckIntervalMs, retention, engine.settings.logInitialTaskDelayMs)
  repeat(
    () => engine.settings.logFlushOffsetCheckpointIntervalMs,
    () => checkpoint(engine),
  )
  repeat(
    () => engine.settings.replicaHighWatermarkCheckpointIntervalMs,
    () => {
      engine.directory.look()
      return noteHighWatermarks(engine) ? engine.directory.checkpointLater('high watermarks') : undefined
    },
  )
  repeat(
    () => engine.settings.producerIdExpirationCheckIntervalMs,
    () => expireProducers(engine),
  )
  let cleaner: Cleaner | undefined
  repeat(
    () => engine.settings.logCleanerBackoffMs,
    async () => {
      if (!cleaner) {
        const loaded = await import('./cleaning')
        if (stopped) return
        cleaner = new loaded.Cleaner(engine, log)
      }
      await cleaner.cleanAll()
    },
  )
  return () => {
    stopped = true
    cleaner?.stop()
    endSnapshots()
    for (const timer of timers) timer.cancel()
  }
}

/** What goes wrong is told, and tried again next time. */
async function attempt(engine: Engine, task: () => unknown): Promise<void> {
  try {
    await task()
  } catch (error) {
    if (passes(error)) engine.trouble.note('what a server does by the clock is put off', error)
    else engine.options.report(`maintenance: ${(error as Error).message}`)
  }
}

function openPartitions(engine: Engine): Partition[] {
  return allPartitions(engine).filter((partition) => partition.isOpen)
}

/** Segments that are full are put on disk, then it is written down how far each log is. */
async function checkpoint(engine: Engine): Promise<void> {
  for (const { log } of openPartitions(engine)) {
    const { segments, active } = log
    if (!segments.some((segment) => segment !== active && segment.unsynced)) continue
    try {
      await log.flush()
    } catch (error) {
      return engine.refused(`records of ${log.name} are not on disk`, error)
    }
  }
  noteHighWatermarks(engine)
  await engine.directory.checkpointLater('all')
}

/** True when one has moved. */
function noteHighWatermarks(engine: Engine): boolean {
  const { directory } = engine
  let moved = false
  for (const { name, highWatermark } of openPartitions(engine)) {
    if (directory.highWatermarkOf(name) === highWatermark) continue
    directory.noteHighWatermark(name, highWatermark)
    moved = true
  }
  return moved
}

function expireProducers(engine: Engine): void {
  const before = engine.system.clock.now() - engine.settings.producerIdExpirationMs
  for (const { log } of openPartitions(engine)) log.producers.expire(before)
}
