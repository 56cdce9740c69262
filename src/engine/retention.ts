/**
 * What a server does by the clock, and a passing command does not: taking away old records every log.retention.check.interval.ms,
 * checkpoints of what is on disk every log.flush.offset.checkpoint.interval.ms, of high watermarks every
 * replica.high.watermark.checkpoint.interval.ms, forgetting producers after producer.id.expiration.ms, and removing what an earlier
 * end left of deleted topics. Long work is cut up: heartbeats do not wait for it.
 */
import type { Timer } from '../system/system'
import { removeAll } from './controller/topics'
import type { Engine } from './engine'
import type { Partition } from './partition'
import { applyRetention } from './retention-logs'

/** How long one piece of work may keep everything else waiting. */
const SLICE_MS = 4

export interface Housekeeping {
  stop(): void
}

/** Begins the housekeeping of a server; its timers keep no process alive. */
export function startHousekeeping(engine: Engine): Housekeeping {
  const { clock } = engine.system
  const timers = new Set<Timer>()
  let stopped = false
  const repeat = (intervalMs: () => number, task: () => void | Promise<void>, firstMs = intervalMs()) => {
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
  removeLeftovers(engine)
  const { logInitialTaskDelayMs } = engine.settings
  repeat(
    () => engine.settings.logRetentionCheckIntervalMs,
    () => expireRecords(engine, () => stopped),
    logInitialTaskDelayMs,
  )
  repeat(
    () => engine.settings.logFlushOffsetCheckpointIntervalMs,
    () => checkpoint(engine),
  )
  repeat(
    () => engine.settings.replicaHighWatermarkCheckpointIntervalMs,
    () => (noteHighWatermarks(engine) ? engine.directory.checkpointLater('high watermarks') : undefined),
  )
  repeat(
    () => engine.settings.producerIdExpirationCheckIntervalMs,
    () => expireProducers(engine),
  )
  return {
    stop() {
      stopped = true
      for (const timer of timers) timer.cancel()
    },
  }
}

/** What goes wrong here is told, and tried again next time. */
async function attempt(engine: Engine, task: () => void | Promise<void>): Promise<void> {
  try {
    await task()
  } catch (error) {
    engine.options.report(`housekeeping: ${(error as Error).message}`)
  }
}

/** Removes folders of deleted partitions that an earlier end left. */
function removeLeftovers(engine: Engine): void {
  const { directory } = engine
  removeAll(
    engine,
    directory.leftovers().map((name) => directory.doom([directory.file(name)])),
  )
}

function* allPartitions(engine: Engine): Generator<Partition> {
  for (const { name } of engine.metadata.topics()) yield* engine.partitionsOf(name)
}
function* openPartitions(engine: Engine): Generator<Partition> {
  for (const partition of allPartitions(engine)) if (partition.isOpen) yield partition
}

/** Takes away what is too old or too much, partition after partition. */
export async function expireRecords(engine: Engine, stopped: () => boolean = () => false): Promise<void> {
  const { clock } = engine.system
  let began = clock.monotonic()
  for (const partition of [...allPartitions(engine)]) {
    if (clock.monotonic() - began > SLICE_MS) {
      await new Promise<void>((resolve) => clock.soon(resolve))
      began = clock.monotonic()
    }
    if (stopped() || !engine.writable) return
    if (!partition.deleted) await attempt(engine, () => applyRetention(engine, partition, clock.now()))
  }
}

/** Segments that are full are put on disk, then it is written down how far each log is. */
async function checkpoint(engine: Engine): Promise<void> {
  for (const { log } of [...openPartitions(engine)]) {
    const { segments, active } = log
    if (!segments.some((segment) => segment !== active && segment.unsynced)) continue
    try {
      await log.flush()
    } catch (error) {
      return engine.failed(error)
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
