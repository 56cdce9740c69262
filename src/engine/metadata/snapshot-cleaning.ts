/**
 * What of the metadata may go when there are newer snapshots (KafkaMetadataLog.maybeClean): while log and snapshots take more than
 * metadata.max.retention.bytes, or the oldest snapshot is older than metadata.max.retention.ms, the log's start moves to the next
 * snapshot, and what lies before is renamed `.deleted` at once and removed a minute later. The newest snapshot stays, and nothing goes
 * that a damaged snapshot stands for.
 */
import { DELETED } from '../../storage/cleaner/settle'
import { advanceStart, dropSegments, startBreach } from '../../storage/log-retention'
import type { Engine } from '../engine'
import { isWhole, listSnapshots, newestTimestamp, type SnapshotId } from './snapshot-file'

const REMOVE_AFTER_MS = 60_000

/** Gives the names of the snapshots that went. */
export function cleanMetadata(engine: Engine): string[] {
  return [...cleanBySize(engine), ...cleanByAge(engine)]
}

function cleanBySize(engine: Engine): string[] {
  const { settings, metadataLog, system } = engine
  const most = settings.metadataMaxRetentionBytes
  if (most < 0) return []
  const sizeOf = ({ name }: SnapshotId) => system.fs.stat(`${metadataLog.folder}/${name}`)?.size ?? 0
  let total = listSnapshots(system.fs, metadataLog.folder).reduce((sum, id) => sum + sizeOf(id), 0)
  return clean(engine, (oldest) => {
    if (metadataLog.partitionLog.sizeBytes + total <= most) return false
    total -= sizeOf(oldest)
    return true
  })
}
function cleanByAge(engine: Engine): string[] {
  const { settings, metadataLog, system } = engine
  if (settings.metadataMaxRetentionMs < 0) return []
  return clean(engine, ({ name }) => {
    const timestamp = newestTimestamp(system.fs.readFile(`${metadataLog.folder}/${name}`))
    return timestamp !== undefined && system.clock.now() - timestamp > settings.metadataMaxRetentionMs
  })
}

/** Takes away the oldest snapshot, and what of the log lies before the next, as long as it may go. */
function clean(engine: Engine, mayGo: (oldest: SnapshotId) => boolean): string[] {
  const { metadataLog, system } = engine
  const gone: string[] = []
  let [oldest, ...rest] = listSnapshots(system.fs, metadataLog.folder)
  while (oldest && rest[0] && mayGo(oldest)) {
    const next = rest[0]
    if (metadataLog.partitionLog.startOffset >= next.endOffset) break
    if (!isWhole(system.fs.readFile(`${metadataLog.folder}/${next.name}`))) break
    deleteBefore(engine, next, oldest)
    gone.push(oldest.name)
    ;[oldest, ...rest] = rest
  }
  return gone
}

function deleteBefore(engine: Engine, next: SnapshotId, oldest: SnapshotId): void {
  const { metadataLog, system, directory } = engine
  const log = metadataLog.partitionLog
  advanceStart(log, next.endOffset)
  const { files } = dropSegments(log, startBreach(log), log.endOffset)
  const path = `${metadataLog.folder}/${oldest.name}`
  system.fs.rename(path, path + DELETED)
  const doomed = directory.doom([...files, path + DELETED])
  system.clock.after(REMOVE_AFTER_MS, () => doomed.remove(), 'idle')
}

/** Removes what an earlier end left: files that were to be deleted, and snapshots that were never finished. */
export function removeMetadataLeftovers({ metadataLog, system: { fs }, directory }: Engine): void {
  const names = fs.exists(metadataLog.folder) ? fs.list(metadataLog.folder) : []
  const left = names.filter((name) => name.endsWith(DELETED) || name.endsWith('.checkpoint.part'))
  directory.doom(left.map((name) => `${metadataLog.folder}/${name}`)).remove()
}
