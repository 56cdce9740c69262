/**
 * What is too old or too much in one partition. A log that is open is looked at as it is; one that is not is opened only when its files
 * say that something may have to go.
 */
import { peekLog, peekNewest } from '../storage/log-peek'
import { dropSegments, sizeBreach, startBreach, timeBreach } from '../storage/log-retention'
import type { Engine } from './engine'
import type { Partition } from './partition'

/**
 * Takes away what retention.ms and retention.bytes (if cleanup.policy holds delete) and the log's start leave no reason to keep; gives
 * the number of segments.
 */
export function applyRetention(engine: Engine, partition: Partition, nowMs: number): number {
  if (!partition.isOpen && !mayExpire(engine, partition, nowMs)) return 0
  const { log } = partition
  const below = dropBelowStart(engine, partition)
  if (!engine.topicSettings(partition.topic).delete) return below
  const tooMuch = drop(engine, partition, sizeBreach(log))
  return below + tooMuch + drop(engine, partition, timeBreach(log, nowMs))
}

/** Takes away the segments that lie wholly below the log's start. */
export function dropBelowStart(engine: Engine, partition: Partition): number {
  return drop(engine, partition, startBreach(partition.log))
}

/** The files are renamed at once and removed file.delete.delay.ms later. */
function drop(engine: Engine, partition: Partition, segments: number): number {
  if (segments === 0) return 0
  const { files, dropped } = dropSegments(partition.log, segments, partition.highWatermark)
  removeLater(engine, partition.topic, files)
  return dropped
}

/** Removes files that nobody needs any more, after file.delete.delay.ms. */
export function removeLater(engine: Engine, topic: string, files: readonly string[]): void {
  const doomed = engine.directory.doom(files)
  engine.system.clock.after(engine.topicSettings(topic).fileDeleteDelayMs, () => remove(engine, doomed), 'idle')
}

export function remove(engine: Engine, doomed: { remove: () => void }): void {
  try {
    doomed.remove()
  } catch (error) {
    engine.options.report(`deleted files could not be removed: ${(error as Error).message}`)
  }
}

/** Whether the files of a log that is not open give reason to open it. Files that an earlier end left `.deleted` are removed. */
function mayExpire(engine: Engine, partition: Partition, nowMs: number): boolean {
  const { directory, system } = engine
  const folder = directory.file(partition.name)
  const { sizeBytes, segments, deleted } = peekLog(system.fs, folder)
  if (deleted.length > 0) remove(engine, directory.doom(deleted))
  const settings = engine.topicSettings(partition.topic)
  const [oldest] = segments
  if (!settings.delete || !oldest || sizeBytes === 0) return false
  if (sizeBytes - settings.retentionBytes >= oldest.sizeBytes) return true
  if (settings.retentionMs === Number.POSITIVE_INFINITY) return false
  const newest = peekNewest(system.fs, folder, oldest.base)
  return newest === undefined || nowMs - newest > settings.retentionMs
}
