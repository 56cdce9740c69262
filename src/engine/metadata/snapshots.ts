/**
 * Writes snapshots of the metadata and takes away what they make superfluous (KIP-630; SnapshotGenerator, KafkaMetadataLog). A snapshot
 * is made from the files, the one before and the log behind it, and not from what the engine has in memory: so nothing is lost that the
 * engine has no use for. The work comes in small steps; a server does other things between them.
 */
import { batchSize, HEADER_SIZE, isControl, lastOffset, maxTimestamp, partitionLeaderEpoch } from '../../protocol/batch'
import { readRecords } from '../../protocol/batch-reader'
import { clusterMetadata } from '../../protocol/records/cluster-metadata'
import { decodeMetadataRecord, peekMetadataRecord } from '../../protocol/records/metadata-record'
import type { Log } from '../../storage/log'
import type { FileSystem } from '../../system/system'
import type { Engine } from '../engine'
import type { MetadataChange } from './changes'
import { Committed } from './committed'
import { type Control, controlBatch, dataBatch } from './format'
import type { MetadataLog } from './metadata-log'
import { isWhole, type SnapshotId, snapshotName } from './snapshot-file'
import { snapshotRecords, Unwritable } from './snapshot-records'
import { SnapshotState } from './snapshot-state'

/** What one step reads of the log: a few milliseconds of work. */
const STEP_BYTES = 64 * 1024
/** RaftSnapshotWriter's and KafkaRaftClient's. */
const RECORDS_AT_ONCE = 1024
const BATCH_BYTES = 8 * 1024 * 1024

/** Why no snapshot was written, though one was due. */
export class NoSnapshot extends Error {}

interface Read {
  readonly state: SnapshotState
  /** Records of a snapshot that only a newer Kafka knows: they are state there, and stay so. */
  readonly carried: readonly Buffer[]
  readonly epoch: number
  /** Of the newest batch, in ms. */
  readonly timestamp: number
}

/** What the snapshot before and the log up to `end` add up to. */
function* readState(fs: FileSystem, metadataLog: MetadataLog, end: number): Generator<void, Read> {
  const log: Log = metadataLog.partitionLog
  const state = new SnapshotState()
  const carried: Buffer[] = []
  const committed = new Committed((record) => state.apply(record))
  const take = (bytes: Buffer, at: number, isSnapshot: boolean) => {
    for (const { value } of isControl(bytes, at) ? [] : readRecords(bytes, at)) {
      if (!value) continue
      const { type, version } = peekMetadataRecord(value)
      const known = clusterMetadata.byType.get(type)
      if (known && version <= known.versions[1]) committed.take(decodeMetadataRecord(clusterMetadata, value))
      else if (isSnapshot) carried.push(Buffer.from(value))
      else throw new NoSnapshot('it has records that only a newer Kafka knows')
    }
  }
  let offset = 0
  let epoch = 0
  let timestamp = 0
  const { snapshot } = metadataLog
  if (snapshot) {
    const bytes = fs.readFile(`${metadataLog.folder}/${snapshot.name}`)
    if (!isWhole(bytes)) throw new NoSnapshot(`${snapshot.name} is damaged`)
    for (let at = 0; at < bytes.length; at += batchSize(bytes, at)) {
      take(bytes, at, true)
      yield
    }
    offset = snapshot.endOffset
    epoch = snapshot.epoch
  }
  while (offset < end) {
    const { bytes } = log.read(offset, end, STEP_BYTES, 'one-at-least')
    if (bytes.length === 0) throw new NoSnapshot(`the log cannot be read at offset ${offset}`)
    for (let at = 0; at + HEADER_SIZE <= bytes.length; at += batchSize(bytes, at)) {
      if (lastOffset(bytes, at) < offset) continue
      take(bytes, at, false)
      offset = lastOffset(bytes, at) + 1
      epoch = partitionLeaderEpoch(bytes, at)
      timestamp = maxTimestamp(bytes, at)
    }
    yield
  }
  if (committed.isOpen) throw new NoSnapshot('a metadata transaction has not ended')
  return { state, carried, epoch, timestamp }
}

/** The batches of a snapshot (RecordsSnapshotWriter): offsets count from 0. */
function* batches(
  { state, carried, epoch, timestamp }: Read,
  { kraftVersion, voters }: MetadataLog,
  now: number,
): Generator<Buffer> {
  const first: Control[] = [{ name: 'SNAPSHOT_HEADER', value: { lastContainedLogTimestamp: timestamp } }]
  if (kraftVersion > 0) {
    first.push({ name: 'KRAFT_VERSION', value: { kRaftVersion: kraftVersion } })
    if (voters) first.push({ name: 'KRAFT_VOTERS', value: voters })
  }
  yield controlBatch(first, 0, epoch, now)
  let offset = first.length
  let gathered: MetadataChange[] = []
  let gatheredBytes = 0
  let group: MetadataChange[] = []
  const end = () => {
    const batch = dataBatch(gathered, offset, epoch, now)
    offset += gathered.length
    gathered = []
    gatheredBytes = 0
    return batch
  }
  for (const record of snapshotRecords(state, carried)) {
    group.push(record)
    if (group.length < RECORDS_AT_ONCE) continue
    const bytes = sizeOf(group)
    if (gathered.length > 0 && gatheredBytes + bytes > BATCH_BYTES) yield end()
    gathered.push(...group)
    gatheredBytes += bytes
    group = []
    yield Buffer.alloc(0)
  }
  if (gathered.length > 0 && gatheredBytes + sizeOf(group) > BATCH_BYTES) yield end()
  gathered.push(...group)
  if (gathered.length > 0) yield end()
  yield controlBatch([{ name: 'SNAPSHOT_FOOTER', value: {} }], offset, epoch, now)
}
/** With what a record has around its value, at most. */
const sizeOf = (group: readonly MetadataChange[]): number => group.reduce((sum, { length }) => sum + length + 20, 0)

interface Written {
  readonly id: SnapshotId
  readonly part: string
  readonly fd: number
}

/** Writes everything up to `end` into a file that does not bear its name yet; it is to be synced, and finished. */
function* write({ system, metadataLog }: Engine, end: number): Generator<void, Written> {
  const { fs, clock } = system
  const read = yield* readState(fs, metadataLog, end)
  const name = snapshotName(end, read.epoch)
  const part = `${metadataLog.folder}/${name.replace(/\.checkpoint$/, '-0.checkpoint.part')}`
  fs.remove(part)
  const written = { id: { name, endOffset: end, epoch: read.epoch }, part, fd: fs.open(part, 'new', 0o400) }
  let done = false
  try {
    let position = 0
    for (const bytes of batches(read, metadataLog, clock.now())) {
      fs.write(written.fd, bytes, position)
      position += bytes.length
      yield
    }
    done = true
  } finally {
    if (!done) giveUp(fs, written)
  }
  return written
}
/** The file is on disk under its name, or gone. */
function finish({ system: { fs }, metadataLog }: Engine, { id, part, fd }: Written, bytesBefore: number): SnapshotId {
  fs.close(fd)
  fs.rename(part, `${metadataLog.folder}/${id.name}`)
  fs.syncFolder(metadataLog.folder)
  metadataLog.snapshot = id
  metadataLog.bytesSinceSnapshot -= bytesBefore
  return id
}
function giveUp(fs: FileSystem, { part, fd }: Written): void {
  fs.close(fd)
  fs.remove(part)
}

/** Whether there is anything behind the newest snapshot, and a snapshot could hold it. */
function canWrite({ metadataLog, writable }: Engine): boolean {
  if (!writable || !metadataLog.begun || metadataLog.hasUnknown || metadataLog.isInTransaction) return false
  return metadataLog.partitionLog.endOffset > (metadataLog.snapshot?.endOffset ?? 0)
}

/**
 * Writes a snapshot of all that is in the log now; undefined where that is in one already, or cannot be in one. The log is on disk up
 * to there before. What goes wrong with the snapshot is reported: the log is whole without it. `pause` lets other
 * things be done, or says that there is no time for more.
 */
export async function takeSnapshot(
  engine: Engine,
  pause: () => Promise<'stop' | undefined> | undefined,
): Promise<SnapshotId | undefined> {
  const { metadataLog, system, options } = engine
  if (!canWrite(engine)) return undefined
  const bytes = metadataLog.bytesSinceSnapshot
  const end = metadataLog.partitionLog.endOffset
  await engine.commit([]) // a failure of this flush ends the broker
  const work = write(engine, end)
  try {
    let step = work.next()
    while (!step.done) {
      if ((await pause()) === 'stop') return undefined
      step = work.next()
    }
    const written = step.value
    await system.fs.dataSync(written.fd).catch((error: unknown) => {
      giveUp(system.fs, written)
      throw error
    })
    return finish(engine, written, bytes)
  } catch (error) {
    const why = error instanceof Unwritable ? `metadata.version is too low for ${error.message}` : (error as Error).message
    options.report(`no snapshot of the metadata was written: ${why}`)
    return undefined
  } finally {
    work.return({} as never) // what was begun and not ended leaves no file
  }
}
