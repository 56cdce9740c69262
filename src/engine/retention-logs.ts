/**
 * What is too old or too much in one partition. A log that is open is looked at as it is; one that is not is opened only when its files
 * say that something may have to go.
 */
import type { Doomed } from '../storage/doomed'
import { peekLog, peekNewest } from '../storage/log-peek'
import { dropSegments, sizeBreach, startBreach, timeBreach } from '../storage/log-retention'
import { segmentName } from '../storage/segment'
import type { TopicSettings } from './configs/topic-settings'
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
  const [first = ''] = files
  const folder = first.slice(0, first.lastIndexOf('/'))
  engine.system.clock.after(engine.topicSettings(topic).fileDeleteDelayMs, () => remove(engine, folder, doomed), 'idle')
}

function remove(engine: Engine, folder: string, doomed: Doomed): void {
  takeOff(engine, folder, doomed).catch((error: unknown) => {
    engine.options.report(`deleted files could not be removed: ${(error as Error).message}`)
  })
}
/** That they left the log is a fact before they are gone: no power cut brings a segment back without what belongs to it. */
async function takeOff({ system: { fs } }: Engine, folder: string, doomed: Doomed): Promise<void> {
  if (fs.exists(folder)) await fs.syncFolderLater(folder)
  await doomed.removeLater()
}

/**
 * When a log that is not open is worth a look again: its files stay as they are, for nobody changes them but this process, and not
 * before it is open. Thousands of logs that nobody uses cost nothing so.
 */
const looked = new WeakMap<Partition, { readonly settings: TopicSettings; readonly againMs: number }>()

function mayExpire(engine: Engine, partition: Partition, nowMs: number): boolean {
  const settings = engine.topicSettings(partition.topic)
  const last = looked.get(partition)
  if (last?.settings === settings) return nowMs > last.againMs
  const againMs = expiryOf(engine, partition, settings)
  looked.set(partition, { settings, againMs })
  return nowMs > againMs
}

/** From when on the files of a log give reason to open it. Files that an earlier end left `.deleted` are removed. */
function expiryOf(engine: Engine, { name }: Partition, settings: TopicSettings): number {
  const { directory, system } = engine
  const folder = directory.file(name)
  const { sizeBytes, segments, deleted } = peekLog(system.fs, folder)
  if (deleted.length > 0) remove(engine, folder, directory.doom(deleted))
  const [oldest] = segments
  if (!settings.delete || !oldest || sizeBytes === 0) return Number.POSITIVE_INFINITY
  if (sizeBytes - settings.retentionBytes >= oldest.sizeBytes) return Number.NEGATIVE_INFINITY
  if (settings.retentionMs === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY
  const newest = peekNewest(system.fs, `${folder}/${segmentName(oldest.base)}.timeindex`)
  return newest === undefined ? Number.NEGATIVE_INFINITY : newest + settings.retentionMs
}
