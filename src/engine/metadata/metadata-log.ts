/**
 * The log of __cluster_metadata: the newest snapshot and the records behind it make the image, and every change is appended here
 * before it is applied (KIP-595, KIP-631). kt is the one voter of its quorum: it goes on in the epoch that the last leader left,
 * writes nothing when it comes and goes, and only in a directory that has never had a leader says so, as Kafka does.
 */
import { baseOffset, batchSize, checkCrc, HEADER_SIZE, isControl } from '../../protocol/batch'
import { readRecords } from '../../protocol/batch-reader'
import { clusterMetadata } from '../../protocol/records/cluster-metadata'
import { decodeControl } from '../../protocol/records/control'
import { decodeMetadataRecord } from '../../protocol/records/metadata-record'
import { replaceFile } from '../../storage/checkpoints'
import type { DataDirectory } from '../../storage/directory'
import type { Log, LogSettings } from '../../storage/log'
import { ForeignDirectory } from '../../storage/meta-properties'
import { randomUuid } from '../../system/system'
import { change, type MetadataChange, records } from './changes'
import { FEATURES } from './features'
import { controlBatch, dataBatch, METADATA_FOLDER, METADATA_TOPIC_ID, type Voter, votersRecord } from './format'
import type { Effect, MetadataImage, MetadataRecord } from './image'

const ELR_FEATURE = 'eligible.leader.replicas.version'

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

export interface EndPoint {
  readonly name: string
  readonly host: string
  readonly port: number
}
export interface Identity {
  readonly broker: readonly EndPoint[]
  readonly controller: EndPoint
}

export class MetadataLog {
  private readonly log: Log
  private epoch: number
  private voters: Voter[] | undefined
  private voterIds: number[] | undefined
  /** Records of a metadata transaction that has not ended (KIP-868). */
  private open: MetadataRecord[] | undefined

  constructor(
    private readonly directory: DataDirectory,
    private readonly image: MetadataImage,
    private readonly onEffect: (effect: Effect) => void,
  ) {
    this.log = directory.log(METADATA_FOLDER, METADATA_TOPIC_ID, SETTINGS)
    this.epoch = this.readEpoch()
  }
  get partitionLog(): Log {
    return this.log
  }
  get leaderEpoch(): number {
    return this.epoch
  }

  private file(name: string): string {
    return this.directory.file(`${METADATA_FOLDER}/${name}`)
  }
  private readEpoch(): number {
    const { fs } = this.directory.system
    if (!fs.exists(this.file('quorum-state'))) return Math.max(this.log.lastEpoch, 0)
    try {
      const { leaderEpoch } = JSON.parse(fs.readFile(this.file('quorum-state')).toString('utf8')) as { leaderEpoch?: unknown }
      return Math.max(typeof leaderEpoch === 'number' ? leaderEpoch : 0, this.log.lastEpoch)
    } catch {
      return Math.max(this.log.lastEpoch, 0)
    }
  }

  /** Makes the image from what is there. Throws ForeignDirectory when a part of it cannot be had any more. */
  load(): void {
    const snapshot = this.newestSnapshot()
    let offset = snapshot?.endOffset ?? 0
    if (offset < this.log.startOffset) {
      const where = this.directory.file(METADATA_FOLDER)
      throw new ForeignDirectory(
        `${where} has records from offset ${this.log.startOffset} on, and no sound snapshot of those before`,
      )
    }
    if (snapshot) this.replay(snapshot.bytes)
    while (offset < this.log.endOffset) {
      const { bytes, nextOffset } = this.log.read(offset, this.log.endOffset, 1 << 20, 'one-at-least')
      if (bytes.length === 0) break
      this.replay(bytes, offset)
      offset = nextOffset
    }
    this.image.endOffset = this.log.endOffset
    this.checkQuorum()
  }
  /** The newest snapshot whose checksums are right. That at 0-0 is of the formatting and names only the voters. */
  private newestSnapshot(): { endOffset: number; bytes: Buffer } | undefined {
    const { fs } = this.directory.system
    const folder = this.directory.file(METADATA_FOLDER)
    const names = (fs.exists(folder) ? fs.list(folder) : []).filter((name) => /^\d{20}-\d{10}\.checkpoint$/.test(name))
    for (const name of names.reverse()) {
      const endOffset = Number(name.slice(0, 20))
      const bytes = fs.readFile(this.file(name))
      if (isWhole(bytes)) return { endOffset, bytes }
      this.directory.report(`the metadata snapshot ${name} is damaged; an older one and the log make up for it`)
    }
    return undefined
  }

  private replay(bytes: Buffer, from = 0): void {
    for (let at = 0; at + HEADER_SIZE <= bytes.length; at += batchSize(bytes, at)) {
      if (isControl(bytes, at)) {
        this.takeControl(bytes, at)
        continue
      }
      if (baseOffset(bytes, at) < from && from > 0) continue
      for (const { value } of readRecords(bytes, at)) if (value) this.take(value)
    }
  }
  private takeControl(bytes: Buffer, at: number): void {
    for (const { key, value } of readRecords(bytes, at)) {
      const control = key && value ? decodeControl(key, value) : undefined
      if (control?.name === 'LEADER_CHANGE') this.voterIds = control.value.voters.map(({ voterId }) => voterId)
      if (control?.name !== 'KRAFT_VOTERS') continue
      this.voters = control.value.voters.map(({ voterId: id, voterDirectoryId: directoryId, endpoints }) => {
        const { name = '', host = '', port = 0 } = endpoints[0] ?? {}
        return { id, directoryId, name, host, port }
      })
      this.voterIds = this.voters.map(({ id }) => id)
    }
  }
  /** Alone in the lead of a quorum of several, kt would part the cluster in two. */
  private checkQuorum(): void {
    const { nodeId } = this.directory.meta
    const { voterIds = [nodeId] } = this
    if (voterIds.length === 1 && voterIds[0] === nodeId) return
    const who = voterIds.join(', ')
    throw new ForeignDirectory(
      `${this.directory.path} is of node ${nodeId} in a cluster whose metadata nodes ${who} decide on; kt opens directories of single nodes`,
    )
  }
  private take(value: Buffer): void {
    const record = decodeMetadataRecord(clusterMetadata, value)
    if (record.name === 'BeginTransactionRecord') this.open = []
    else if (record.name === 'AbortTransactionRecord') this.open = undefined
    else if (record.name === 'EndTransactionRecord') {
      const ended = this.open ?? []
      this.open = undefined
      for (const one of ended) this.apply(one)
    } else if (this.open) this.open.push(record)
    else this.apply(record)
  }
  private apply(record: MetadataRecord): void {
    const effect = this.image.apply(record)
    if (effect) this.onEffect(effect)
  }

  /** Appends changes as one batch and applies them. They are durable when the log has been flushed. */
  append(changes: readonly MetadataChange[]): void {
    if (changes.length === 0) return
    const now = this.directory.system.clock.now()
    this.log.appendStamped(dataBatch(changes, this.log.endOffset, this.epoch, now), 0)
    for (const value of changes) this.take(value)
    this.image.endOffset = this.log.endOffset
  }

  /** Whether this node has ever led here, and said so to the end. */
  get begun(): boolean {
    return this.image.brokers.has(this.directory.meta.nodeId)
  }
  /** The first leader's records, those of Kafka's first start: quorum, bootstrap transaction, both registrations; what is there already is left. */
  begin(identity: Identity): void {
    if (this.log.endOffset === 0) this.beginQuorum(identity)
    if (this.image.features.size === 0) this.append(this.bootstrap())
    this.register(identity)
  }
  private beginQuorum(identity: Identity): void {
    const { meta, system } = this.directory
    const { fs } = system
    const dynamic = fs.exists(this.file('00000000000000000000-0000000000.checkpoint'))
    this.epoch++
    this.directory.createFolder(METADATA_FOLDER, METADATA_TOPIC_ID)
    replaceFile(fs, this.file('quorum-state'), quorumState(meta.nodeId, this.epoch, dynamic))
    const voter = { voterId: meta.nodeId }
    const leader = { name: 'LEADER_CHANGE', value: { leaderId: meta.nodeId, voters: [voter], grantingVoters: [voter] } } as const
    const self = { id: meta.nodeId, directoryId: meta.directoryId, ...identity.controller }
    const level = { name: 'KRAFT_VERSION', value: { kRaftVersion: 1 } } as const
    const controls = dynamic ? [leader, level, votersRecord(this.voters ?? [self])] : [leader]
    this.log.appendStamped(controlBatch(controls, 0, this.epoch, system.clock.now()), 0)
  }
  /** One transaction: the feature levels of bootstrap.checkpoint, and the default that eligible leader replicas ask for (KIP-966). */
  private bootstrap(): MetadataChange[] {
    const found = this.bootstrapRecords()
    const hasElr = found
      .map((value) => decodeMetadataRecord(clusterMetadata, value))
      .some(
        (record) => record.name === 'FeatureLevelRecord' && record.value.name === ELR_FEATURE && record.value.featureLevel > 0,
      )
    const elrDefault = change(records.ConfigRecord, {
      resourceType: 4,
      resourceName: '',
      name: 'min.insync.replicas',
      value: '1',
    })
    return [
      change(records.BeginTransactionRecord, { name: 'Bootstrap records' }),
      ...found,
      ...(hasElr ? [elrDefault] : []),
      change(records.EndTransactionRecord, {}),
    ]
  }
  private bootstrapRecords(): MetadataChange[] {
    const { fs } = this.directory.system
    const path = this.directory.file('bootstrap.checkpoint')
    const bytes = fs.exists(path) ? fs.readFile(path) : Buffer.alloc(0)
    const found: MetadataChange[] = []
    for (let at = 0; at + HEADER_SIZE <= bytes.length; at += batchSize(bytes, at)) {
      if (isControl(bytes, at)) continue
      for (const { value } of readRecords(bytes, at)) if (value) found.push(Buffer.from(value))
    }
    return found
  }

  /** Makes this node known as controller and broker (KIP-919, KIP-631). The broker's epoch is the offset of its record. */
  private register({ broker, controller }: Identity): void {
    const { meta, system } = this.directory
    const endPoint = (one: EndPoint) => ({ ...one, securityProtocol: 0 })
    const features = FEATURES.map(({ name, min, max }) => ({ name, minSupportedVersion: min, maxSupportedVersion: max }))
    const controllerRecord = change(records.RegisterControllerRecord, {
      controllerId: meta.nodeId,
      incarnationId: randomUuid(system.random),
      zkMigrationReady: false,
      endPoints: [endPoint(controller)],
      features,
    })
    if (!this.image.controllers.has(meta.nodeId)) this.append([controllerRecord])
    const brokerEpoch = this.log.endOffset
    this.append([
      change(records.RegisterBrokerRecord, {
        brokerId: meta.nodeId,
        isMigratingZkBroker: false,
        incarnationId: randomUuid(system.random),
        brokerEpoch,
        endPoints: broker.map(endPoint),
        features,
        rack: null,
        fenced: true,
        logDirs: [meta.directoryId],
      }),
    ])
    this.append([change(records.BrokerRegistrationChangeRecord, { brokerId: meta.nodeId, brokerEpoch, fenced: -1 }, 0)])
  }
}

/** Whether all of a snapshot is there: batches with right checksums up to the end, the last of them control records (the footer). */
function isWhole(bytes: Buffer): boolean {
  let at = 0
  let footer = false
  while (at + HEADER_SIZE <= bytes.length && checkCrc(bytes, at)) {
    footer = isControl(bytes, at)
    at += batchSize(bytes, at)
  }
  return at === bytes.length && footer
}

function quorumState(nodeId: number, leaderEpoch: number, dynamic: boolean): string {
  const state = { leaderId: nodeId, leaderEpoch, votedId: -1 }
  if (dynamic) return JSON.stringify({ ...state, votedDirectoryId: 'AAAAAAAAAAAAAAAAAAAAAA', data_version: 1 })
  return JSON.stringify({ clusterId: '', ...state, appliedOffset: 0, currentVoters: [{ voterId: nodeId }], data_version: 0 })
}
