/**
 * The log of __cluster_metadata: the newest sound snapshot and the records behind it make the image, and every change is appended here
 * before it is applied (KIP-595, KIP-630, KIP-631). kt is the one voter of its quorum: it goes on in the epoch that the last leader
 * left, writes nothing when it comes and goes, and only in a directory that has never had a leader says so, as Kafka does (begin.ts).
 */
import { baseOffset, batchSize, checkCrc, HEADER_SIZE, isControl, lastOffset } from '../../protocol/batch'
import { readRecords } from '../../protocol/batch-reader'
import { Malformed } from '../../protocol/reader'
import type { ControlRecord } from '../../protocol/records/control'
import { replaceFile } from '../../storage/checkpoints'
import type { Directory } from '../../storage/directory'
import type { Log, LogSettings } from '../../storage/log'
import { beginAt } from '../../storage/log-open'
import { ForeignDirectory } from '../../storage/meta-properties'
import { bootstrapChanges, brokerChange, controllerChanges, type EndPoint, type Identity } from './begin'
import type { MetadataChange } from './changes'
import { Committed } from './committed'
import { controlBatch, dataBatch, METADATA_FOLDER, METADATA_TOPIC_ID, votersRecord } from './format'
import type { Effect, MetadataImage } from './image'
import { type QuorumState, quorumState, readQuorumState } from './quorum-state'
import { Readable } from './readable'
import { controlsOf, isWhole, listSnapshots, type SnapshotId } from './snapshot-file'

export type { EndPoint, Identity }

/** metadata.log.segment.bytes and .ms. */
export interface MetadataLogSettings {
  readonly metadataLogSegmentBytes: number
  readonly metadataLogSegmentMs: number
}

const SETTINGS: LogSettings = {
  segmentBytes: 1024 ** 3,
  rollMs: 604800000,
  segmentJitterMs: 0,
  segmentIndexBytes: 10485760,
  indexIntervalBytes: 4096,
  retentionMs: Number.POSITIVE_INFINITY,
  retentionBytes: -1,
  fileDeleteDelayMs: 60000,
  delete: false,
}

/** Asked for when something is appended: to look up a setting of a broker is felt at every start. */
const logSettings = (settings: MetadataLogSettings): LogSettings => ({
  ...SETTINGS,
  get segmentBytes() {
    return settings.metadataLogSegmentBytes
  },
  get rollMs() {
    return settings.metadataLogSegmentMs
  },
})

type Voters = Extract<ControlRecord, { name: 'KRAFT_VOTERS' }>['value']

export class MetadataLog {
  private readonly log: Log
  private epoch = 0
  private readonly quorum: QuorumState | undefined
  /** The last KRaftVoters record, whole: a snapshot repeats it. */
  voters: Voters | undefined
  /** kraft.version: 1 where voters may change (KIP-853), 0 where they stand in controller.quorum.voters. */
  kraftVersion = 0
  private voterIds: readonly number[] | undefined
  private readonly committed: Committed
  private readonly readable: Readable
  /** The snapshot that the image began with. */
  snapshot: SnapshotId | undefined
  /** Bytes of records behind the newest snapshot. */
  bytesSinceSnapshot = 0
  /** Called after something was appended. */
  onAppend: (() => void) | undefined

  constructor(
    private readonly directory: Directory,
    private readonly image: MetadataImage,
    onEffect: (effect: Effect) => void,
    settings?: MetadataLogSettings,
  ) {
    this.log = directory.log(METADATA_FOLDER, METADATA_TOPIC_ID, settings ? logSettings(settings) : SETTINGS)
    this.quorum = readQuorumState(directory, `${METADATA_FOLDER}/quorum-state`)
    this.readable = new Readable(directory)
    this.committed = new Committed((record) => {
      const effect = image.apply(record)
      if (effect) onEffect(effect)
    })
  }
  get partitionLog(): Log {
    return this.log
  }
  get leaderEpoch(): number {
    return this.epoch
  }
  get folder(): string {
    return this.directory.file(METADATA_FOLDER)
  }
  /** A metadata transaction has begun in the log and not ended. */
  get isInTransaction(): boolean {
    return this.committed.isOpen
  }
  /** Records behind the snapshot that only a newer Kafka knows. */
  get hasUnknown(): boolean {
    return this.readable.unknownInLog > 0
  }

  /** Makes the image from what is there. Throws ForeignDirectory when a part of it cannot be had any more or not be understood. */
  load(): void {
    const found = this.newestSnapshot()
    const from = found?.id.endOffset ?? 0
    this.checkReach(from)
    if (found) {
      this.snapshot = found.id
      this.readable.source = found.id.name
      this.replay(found.bytes)
      if (from > this.log.endOffset) beginAt(this.log, from, (finding) => this.directory.report(finding))
    }
    this.epoch = Math.max(this.quorum?.leaderEpoch ?? 0, this.log.lastEpoch, found?.id.epoch ?? 0)
    this.readable.source = 'log'
    this.replayLog(from)
    this.image.endOffset = this.log.endOffset
    this.readable.tell()
    this.checkQuorum()
  }
  private checkReach(from: number): void {
    if (from < this.log.startOffset) {
      throw new ForeignDirectory(
        `${this.folder} has records from offset ${this.log.startOffset} on, and no sound snapshot of those before`,
      )
    }
  }
  /** The newest snapshot whose checksums are right. That at 0-0 is of the formatting and names only the voters. */
  private newestSnapshot(): { id: SnapshotId; bytes: Buffer } | undefined {
    const { fs } = this.directory.system
    for (const id of listSnapshots(fs, this.folder).reverse()) {
      const bytes = fs.readFile(`${this.folder}/${id.name}`)
      if (isWhole(bytes)) return { id, bytes }
      this.directory.report(`the metadata snapshot ${id.name} is damaged; an older one and the log make up for it`)
    }
    return undefined
  }

  private replayLog(from: number): void {
    let offset = from
    while (offset < this.log.endOffset) {
      const { bytes } = this.log.read(offset, this.log.endOffset, 1 << 20, 'one-at-least')
      if (bytes.length === 0) break
      for (let at = 0; at + HEADER_SIZE <= bytes.length; at += batchSize(bytes, at)) {
        if (lastOffset(bytes, at) < offset) continue
        if (!checkCrc(bytes, at)) throw this.damaged(`the batch at offset ${baseOffset(bytes, at)} is damaged`)
        if (baseOffset(bytes, at) > offset)
          throw this.damaged(`the records from ${offset} to ${baseOffset(bytes, at) - 1} are missing`)
        offset = lastOffset(bytes, at) + 1
        this.bytesSinceSnapshot += batchSize(bytes, at)
        this.replay(bytes.subarray(at, at + batchSize(bytes, at)))
      }
    }
    if (offset < this.log.endOffset) throw this.damaged(`the records from ${offset} to ${this.log.endOffset - 1} are missing`)
  }
  private damaged(what: string): ForeignDirectory {
    return new ForeignDirectory(`the metadata log in ${this.folder} cannot be read: ${what}. Nothing was changed`)
  }

  private replay(bytes: Buffer): void {
    for (let at = 0; at + HEADER_SIZE <= bytes.length; at += batchSize(bytes, at)) {
      if (isControl(bytes, at)) for (const control of controlsOf(bytes, at)) this.takeControl(control)
      else for (const { value, offset } of readRecords(bytes, at)) if (value) this.take(value, offset)
    }
  }
  private takeControl(control: ControlRecord | { name: 'unknown' }): void {
    if (control.name === 'LEADER_CHANGE') this.voterIds = control.value.voters.map(({ voterId }) => voterId)
    if (control.name === 'KRAFT_VERSION') this.kraftVersion = control.value.kRaftVersion
    if (control.name !== 'KRAFT_VOTERS') return
    this.voters = control.value
    this.voterIds = control.value.voters.map(({ voterId }) => voterId)
  }
  /** Alone in the lead of a quorum of several, kt would part the cluster in two. */
  private checkQuorum(): void {
    const { nodeId } = this.directory.meta
    const voterIds = this.voterIds ?? this.quorum?.voterIds ?? [nodeId]
    if (voterIds.length === 1 && voterIds[0] === nodeId) return
    const who = voterIds.join(', ')
    throw new ForeignDirectory(
      `${this.directory.path} is of node ${nodeId} in a cluster whose metadata nodes ${who} decide on; kt opens directories of single nodes`,
    )
  }
  private take(value: Buffer, offset: number): void {
    try {
      const record = this.readable.read(value, offset)
      if (record) this.committed.take(record)
    } catch (error) {
      if (error instanceof Malformed) throw this.damaged(`the record at offset ${offset} is none (${error.message})`)
      throw error
    }
  }

  /** Appends changes as one batch and applies them. They are durable when the log has been flushed. */
  append(changes: readonly MetadataChange[]): void {
    if (changes.length === 0) return
    const now = this.directory.system.clock.now()
    const offset = this.log.endOffset
    const batch = dataBatch(changes, offset, this.epoch, now)
    this.log.appendStamped(batch, 0)
    this.bytesSinceSnapshot += batch.length
    for (const [index, value] of changes.entries()) this.take(value, offset + index)
    this.image.endOffset = this.log.endOffset
    this.onAppend?.()
  }

  /** Whether this node has ever led here, and said so to the end. */
  get begun(): boolean {
    return this.image.brokers.has(this.directory.meta.nodeId)
  }
  /** The first leader's records, those of Kafka's first start but for the unfencing: quorum, bootstrap transaction, both registrations; what is there already is left. */
  begin({ broker, controller }: Identity): void {
    const { directory, image } = this
    if (this.log.endOffset === 0) this.beginQuorum(controller)
    if (image.features.size === 0) this.append(bootstrapChanges(directory))
    this.append(controllerChanges(directory, image, controller))
    const brokerEpoch = this.log.endOffset
    this.append([brokerChange(directory, image, broker, brokerEpoch)])
  }
  private beginQuorum(controller: EndPoint): void {
    const { meta, system } = this.directory
    const { fs } = system
    const dynamic = fs.exists(`${this.folder}/00000000000000000000-0000000000.checkpoint`)
    this.epoch++
    this.directory.createFolder(METADATA_FOLDER, METADATA_TOPIC_ID)
    replaceFile(fs, `${this.folder}/quorum-state`, quorumState(meta.nodeId, this.epoch, dynamic))
    const voter = { voterId: meta.nodeId }
    const leader = { name: 'LEADER_CHANGE', value: { leaderId: meta.nodeId, voters: [voter], grantingVoters: [voter] } } as const
    const self = { id: meta.nodeId, directoryId: meta.directoryId, ...controller }
    const level = { name: 'KRAFT_VERSION', value: { kRaftVersion: 1 } } as const
    const voters = this.voters ? ({ name: 'KRAFT_VOTERS', value: this.voters } as const) : votersRecord([self])
    const controls = dynamic ? [leader, level, voters] : [leader]
    const batch = controlBatch(controls, 0, this.epoch, system.clock.now())
    this.log.appendStamped(batch, 0)
    this.replay(batch)
  }
}
