/**
 * When a server writes snapshots of its metadata: after metadata.log.max.record.bytes.between.snapshots of new records, or when
 * metadata.log.max.snapshot.interval.ms have passed since the last one, or since the start (SnapshotGenerator); and when it looks for
 * what may go: every minute (RaftMetadataLogCleanerManager).
 */
import type { Timer } from '../../system/system'
import type { Engine } from '../engine'
import { cleanMetadata, removeMetadataLeftovers } from './snapshot-cleaning'
import { takeSnapshot } from './snapshots'

const CLEAN_INTERVAL_MS = 60_000

/** Begins; gives the function that ends it. `log` takes what is done. */
export function keepSnapshots(engine: Engine, log: (line: string) => void): () => void {
  const { metadataLog, system, settings } = engine
  const { clock } = system
  const most = settings.metadataLogMaxRecordBytesBetweenSnapshots
  const intervalMs = settings.metadataLogMaxSnapshotIntervalMs
  let lastMs = clock.monotonic()
  let triedBytes = 0
  let busy = false
  let stopped = false
  let timer: Timer | undefined

  const reason = () => {
    if (metadataLog.bytesSinceSnapshot - triedBytes >= most) return `there are at least ${most} bytes of new records`
    if (intervalMs > 0 && clock.monotonic() - lastMs >= intervalMs) return `the last one is at least ${intervalMs} ms old`
    return undefined
  }
  const pause = () => new Promise<'stop' | undefined>((resolve) => clock.soon(() => resolve(stopped ? 'stop' : undefined)))
  const consider = async () => {
    const why = reason()
    if (stopped || busy || why === undefined || !engine.writable) return
    busy = true
    lastMs = clock.monotonic()
    const taken = await takeSnapshot(engine, pause).catch(() => undefined)
    triedBytes = taken ? 0 : metadataLog.bytesSinceSnapshot
    if (taken) log(`Wrote the metadata snapshot ${taken.name}, for ${why}`)
    busy = false
  }
  const clean = () => {
    timer = clock.after(intervalMs > 0 ? Math.min(intervalMs, CLEAN_INTERVAL_MS) : CLEAN_INTERVAL_MS, clean, 'idle')
    if (busy || !engine.writable) return
    try {
      for (const name of cleanMetadata(engine)) log(`Deleted the metadata snapshot ${name}, and the records up to the next`)
    } catch (error) {
      engine.options.report(`old metadata could not be deleted: ${(error as Error).message}`)
    }
    void consider()
  }
  metadataLog.onAppend = () => clock.soon(() => void consider())
  removeMetadataLeftovers(engine)
  clean()
  return () => {
    stopped = true
    metadataLog.onAppend = undefined
    timer?.cancel()
  }
}

/** For a command that is about to end: one snapshot, without letting other things be done in between. */
export async function endWithSnapshot(engine: Engine): Promise<void> {
  if (await takeSnapshot(engine, () => undefined)) cleanMetadata(engine)
}
