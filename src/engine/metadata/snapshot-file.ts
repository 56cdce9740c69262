/**
 * The snapshots of __cluster_metadata (KIP-630): what the records up to an offset add up to, in a file of its own.
 *
 *     00000000000000000148-0000000001.checkpoint            offset behind the last record in it, epoch of that record
 *     ....checkpoint.part                                   is being written
 *     ....checkpoint.deleted                                is about to be removed
 *
 *     control batch   SnapshotHeader, and with kraft.version 1 KRaftVersion and KRaftVoters
 *     data batches    the records; offsets count from 0 and mean nothing
 *     control batch   SnapshotFooter: a file without it is not whole
 */
import { batchSize, checkCrc, HEADER_SIZE, isControl } from '../../protocol/batch'
import { readRecords } from '../../protocol/batch-reader'
import { type ControlName, type ControlRecord, decodeControl, decodeControlKey } from '../../protocol/records/control'
import { segmentName } from '../../storage/segment'
import type { FileSystem } from '../../system/system'

export interface SnapshotId {
  readonly name: string
  /** Offset behind the last record that it holds. */
  readonly endOffset: number
  readonly epoch: number
}

export const snapshotName = (endOffset: number, epoch: number): string =>
  `${segmentName(endOffset)}-${String(epoch).padStart(10, '0')}.checkpoint`

/** The snapshots in a folder, oldest first. */
export function listSnapshots(fs: FileSystem, folder: string): SnapshotId[] {
  const names = fs.exists(folder) ? fs.list(folder) : []
  return names
    .filter((name) => /^\d{20}-\d{10}\.checkpoint$/.test(name))
    .map((name) => ({ name, endOffset: Number(name.slice(0, 20)), epoch: Number(name.slice(21, 31)) }))
    .sort((a, b) => a.endOffset - b.endOffset || a.epoch - b.epoch)
}

/** Whether all of a snapshot is there: batches with right checksums up to the end, from the header to the footer. */
export function isWhole(bytes: Buffer): boolean {
  let at = 0
  let last = -1
  while (at + HEADER_SIZE <= bytes.length && checkCrc(bytes, at)) {
    last = at
    at += batchSize(bytes, at)
  }
  return (
    at === bytes.length && last > 0 && controlAt(bytes, 0) === 'SNAPSHOT_HEADER' && controlAt(bytes, last) === 'SNAPSHOT_FOOTER'
  )
}
/** Which control record a batch begins with. */
function controlAt(bytes: Buffer, at: number): ControlName | 'unknown' | undefined {
  for (const { key } of isControl(bytes, at) ? readRecords(bytes, at) : []) {
    const name = key ? decodeControlKey(key) : 'unknown'
    return typeof name === 'string' ? name : 'unknown'
  }
  return undefined
}

/** The records of a control batch. */
export function* controlsOf(bytes: Buffer, at: number): Generator<ReturnType<typeof decodeControl>> {
  for (const { key, value } of readRecords(bytes, at)) if (key && value) yield decodeControl(key, value)
}

/** When the newest record of a snapshot was written, in ms; undefined when the file does not say. */
export function newestTimestamp(bytes: Buffer): number | undefined {
  if (bytes.length < HEADER_SIZE || batchSize(bytes, 0) > bytes.length || !isControl(bytes, 0)) return undefined
  for (const control of controlsOf(bytes, 0)) {
    if (control.name === 'SNAPSHOT_HEADER')
      return (control as ControlRecord & { name: 'SNAPSHOT_HEADER' }).value.lastContainedLogTimestamp
  }
  return undefined
}
