/**
 * What a Kafka does, on one data directory: answers every API it knows through `Call`. One request runs to its end without an
 * await unless it has to wait; so there is never more than one thing happening to the state. What answers an API is in handlers/,
 * what the cluster agrees on in metadata/, what changes it in controller/, consumer groups in groups/.
 */
import type { Call, Peer, Served, Service } from '../protocol/call'
import { fillRequest, fillResponse } from '../protocol/codecs'
import { type Api, type Reply, ZERO_UUID } from '../protocol/types'
import type { Directory } from '../storage/directory'
import { Flusher } from '../storage/flusher'
import type { Steps } from '../storage/gradual'
import type { Log } from '../storage/log'
import { OfflineDirectory, passes } from '../storage/trouble'
import type { System } from '../system/system'
import { type BrokerSettings, brokerSettings } from './configs/broker-settings'
import { type TopicSettings, topicSettings } from './configs/topic-settings'
import { FetchSessions } from './fetch-sessions'
import type { GroupCoordinator } from './groups/coordinator'
import { GROUP_TOPIC } from './groups/placement'
import type { Handler } from './handler'
import { findHandler } from './handlers/index'
import { fencingChanges } from './metadata/begin'
import { type Effect, MetadataImage, RESOURCE } from './metadata/image'
import { type Identity, MetadataLog } from './metadata/metadata-log'
import { Partition, type PartitionState } from './partition'
import type { Recovery } from './recovery'
import { TroubleReport } from './trouble-report'
import { wake } from './waiting'

export interface EngineOptions {
  readonly settings: BrokerSettings
  /** What this node says of itself when it first leads a new directory. */
  readonly identity: Identity
  /** A line about something that was not as it should be. */
  readonly report: (line: string) => void
  /** The disk failed: nothing more may be acknowledged. */
  readonly onFatal: (error: unknown) => void
}

/** Unrepaired logs that a passing command opens at its end: more would be felt. */
const QUICK_RECOVERY_BYTES = 64 * 1024 * 1024
/** Folders of partitions that were never written, looked through then. */
const QUICK_FOLDERS = 2000

export class Engine implements Service {
  readonly metadata = new MetadataImage()
  readonly fetchSessions = new FetchSessions()
  readonly system: System
  readonly metadataLog: MetadataLog
  /** Transactions are not coordinated yet: docs/SKIPPED.md. */
  readonly transactions = false
  /** False after a failed write or sync. */
  writable = true
  /** How many it has been asked so far. */
  requests = 0
  /** What has been put off and a clean end must not leave undone. */
  readonly beforeClose = new Set<() => void>()
  private readonly partitions = new Map<string, Partition[]>()
  /** By topic; those of all topics that set nothing themselves under the empty name. */
  private readonly settingsOf = new Map<string, TopicSettings>()
  private readonly flusher: Flusher
  /** Logs that flush.ms will have synced. */
  private readonly toSync = new Set<Log>()
  /** A server's, after an unclean end. */
  recovery: Recovery | undefined
  readonly trouble: TroubleReport
  private groupCoordinator: GroupCoordinator | undefined
  private currentSettings: BrokerSettings | undefined

  constructor(
    readonly directory: Directory,
    readonly options: EngineOptions,
  ) {
    this.system = directory.system
    this.trouble = new TroubleReport(this.system.clock, options.report)
    this.flusher = new Flusher(this.system, {
      onFailure: (error) => this.failed(error),
      isAlone: ({ name }, error) => this.directory.lose(name, error),
      onFull: ({ name }, error) => this.trouble.note(`records of ${name} are not on disk and not acknowledged`, error),
      onRoom: (log, endOffset) => this.hasRoom(log, endOffset),
    })
    this.metadataLog = new MetadataLog(directory, this.metadata, (effect) => this.act(effect), options.settings)
    this.metadataLog.load()
  }

  get nodeId(): number {
    return this.directory.meta.nodeId
  }
  get clusterId(): string {
    return this.directory.meta.clusterId
  }
  get brokerEpoch(): number {
    return this.metadata.brokers.get(this.nodeId)?.epoch ?? -1
  }
  get flushesOnAcks(): boolean {
    return this.settings.ktFlushOnAcks
  }

  // ---- metadata ----

  /** What a change of the metadata means for the partitions here. */
  private act(effect: Effect): void {
    switch (effect.kind) {
      case 'topic created':
        this.partitions.set(effect.topic.name, [])
        break
      case 'partition': {
        const { topic, index } = effect
        const state = topic.partitions[index]
        const known = this.partitions.get(topic.name)
        if (!state || !known) break
        const partition = known[index]
        if (partition) partition.state = state
        else known[index] = new Partition(topic.name, state, (one) => this.openLog(one))
        break
      }
      case 'partitions':
        for (const { name, partitions } of effect.topics) {
          for (const partition of this.partitions.get(name) ?? [])
            partition.state = partitions[partition.index] ?? partition.state
        }
        break
      case 'topic removed':
        for (const partition of this.partitions.get(effect.topic.name) ?? []) partition.deleted = true
        this.partitions.delete(effect.topic.name)
        this.settingsOf.delete(effect.topic.name)
        void this.groupCoordinator
          ?.topicDeleted(effect.topic.name)
          .catch((error: unknown) => this.refused(`offsets of ${effect.topic.name} are kept`, error))
        break
      case 'config':
        this.forgetSettings(effect.resourceType, effect.name)
        break
    }
  }

  /**
   * Appends metadata changes and applies them, at once; the promise is kept when they are on disk. It is rejected when
   * that is in doubt. Throws when nothing changed: the disk is full. Everything that changes the metadata comes through here.
   */
  commit(changes: readonly Buffer[]): Promise<void> {
    try {
      this.begin()
      this.metadataLog.append(changes)
    } catch (error) {
      this.refused('changes of the metadata are refused', error)
      throw error
    }
    return this.flusher.flush(this.metadataLog.partitionLog) // Kafka's metadata is flushed, too, whatever its records are
  }
  /** A directory that never had a leader gets one before its first change. */
  begin(): void {
    if (!this.metadataLog.begun) this.metadataLog.begin(this.options.identity)
  }

  /** The broker's settings as they are now: the file's, with what was set at run time over them (KIP-226). */
  get settings(): BrokerSettings {
    this.currentSettings ??= brokerSettings({
      ...this.options.settings.layers,
      allBrokers: this.metadata.configOf(RESOURCE.BROKER, ''),
      thisBroker: this.metadata.configOf(RESOURCE.BROKER, String(this.nodeId)),
    })
    return this.currentSettings
  }
  topicSettings(topic: string): TopicSettings {
    const overrides = this.metadata.configOf(RESOURCE.TOPIC, topic)
    const key = overrides.size === 0 ? '' : topic
    let settings = this.settingsOf.get(key)
    if (!settings) {
      settings = topicSettings(overrides, this.settings)
      this.settingsOf.set(key, settings)
    }
    return settings
  }
  private forgetSettings(resourceType: number, name: string): void {
    if (resourceType === RESOURCE.TOPIC) this.settingsOf.delete(name)
    else if (resourceType === RESOURCE.BROKER) {
      this.settingsOf.clear()
      this.currentSettings = undefined
    } else return
    for (const log of this.directory.openLogs()) {
      const topic = log.name.slice(0, log.name.lastIndexOf('-'))
      if (this.partitions.has(topic)) log.settings = this.topicSettings(topic)
    }
  }

  // ---- partitions ----

  partition(topic: string, index: number): Partition | undefined {
    return this.partitions.get(topic)?.[index]
  }
  partitionsOf(topic: string): readonly Partition[] {
    return this.partitions.get(topic) ?? []
  }
  /** The directory.id that the metadata name for this node's replica of a partition ('topic-0'). */
  assignedDirectory(name: string): string | undefined {
    const dash = name.lastIndexOf('-')
    const state = this.partition(name.slice(0, dash), Number(name.slice(dash + 1)))?.state
    return state?.directories[state.replicas.indexOf(this.nodeId)]
  }
  /** Whether a partition lies in a data directory that is not here: KAFKA_STORAGE_ERROR, and nobody leads it. */
  isAway(state: PartitionState): boolean {
    const id = state.directories[state.replicas.indexOf(this.nodeId)]
    if (id === this.directory.meta.directoryId || (id === undefined && this.directory.offline.length === 0)) return false
    return this.directory.lacks(`${this.metadata.nameOf(state.topicId)}-${state.index}`, id ?? ZERO_UUID)
  }
  private openLog({ name, topic, topicId, state }: Partition): Log {
    if (this.isAway(state)) throw new OfflineDirectory(`the data directory of ${name}`)
    const log = this.directory.log(name, topicId, this.topicSettings(topic))
    log.settings = this.topicSettings(topic) // they may have changed since its opening began
    return log
  }
  /** A data directory broke: who waits for what lies there is answered, and the rest goes on, if there is any. */
  directoryLost({ names, isLast, error }: { names: readonly string[]; isLast: boolean; error: Error }): void {
    for (const name of names) {
      const dash = name.lastIndexOf('-')
      const [topic, index] = [name.slice(0, dash), Number(name.slice(dash + 1))]
      const partition = this.partition(topic, index)
      const known = this.partitions.get(topic)
      if (!partition || !known) continue
      known[index] = new Partition(topic, partition.state, (one) => this.openLog(one))
      partition.isLost = true
      partition.deleted = true
      wake(partition)
      if (topic === GROUP_TOPIC) this.groupCoordinator?.lose(index)
    }
    if (isLast) this.failed(error)
  }
  /** Opens a partition's log in steps. */
  *opening(partition: Partition): Steps<void> {
    const { name, topic, topicId, isOpen } = partition
    if (!isOpen) yield* this.directory.opening(name, topicId, this.topicSettings(topic))
    if (!partition.deleted) void partition.log
  }
  /** Kept when everything appended to `log` is on disk; at once when the broker is told never to flush (kt.flush.on.acks=false). */
  flush(log: Log): Promise<void> {
    return this.flushesOnAcks ? this.flusher.flush(log) : Promise.resolve()
  }
  /** Kept when everything appended to `log` is on disk, whatever kt.flush.on.acks says. */
  sync(log: Log): Promise<void> {
    return this.flusher.flush(log)
  }
  /** Puts everything appended to `log` on disk `ms` from now at the latest (flush.ms). */
  syncWithin(log: Log, ms: number): void {
    if (ms === Number.POSITIVE_INFINITY || this.toSync.has(log)) return
    this.toSync.add(log)
    const sync = () => {
      this.toSync.delete(log)
      if (log.recoveryPoint < log.endOffset) void this.flusher.flush(log).catch(() => {}) // the flusher tells of it
    }
    this.system.clock.after(ms, sync, 'idle')
  }
  /** A write went well: what was refused before is taken again. */
  tookWrite(): void {
    if (!this.flusher.waitsForRoom) this.trouble.over()
  }
  private hasRoom(log: Log, endOffset: number): void {
    this.tookWrite()
    const dash = log.name.lastIndexOf('-')
    this.partition(log.name.slice(0, dash), Number(log.name.slice(dash + 1)))?.advance(endOffset)
  }
  /** A write failed: what passes (a full disk) is reported as `what`, and the broker goes on; anything else ends it. */
  refused(what: string, error: unknown): void {
    if (passes(error)) this.trouble.note(what, error)
    else this.failed(error)
  }
  failed(error: unknown): void {
    if (!this.writable) return
    this.writable = false
    this.options.onFatal(error)
  }

  // ---- groups ----

  get groups(): GroupCoordinator {
    if (!this.groupCoordinator) throw new Error('the group coordinator is not loaded')
    return this.groupCoordinator
  }
  get groupsLoaded(): boolean {
    return this.groupCoordinator !== undefined
  }
  useGroups(groups: GroupCoordinator): void {
    this.groupCoordinator = groups
  }

  // ---- answering ----

  find(apiKey: number): Served | undefined | Promise<Served | undefined> {
    return findHandler(apiKey, this)
  }

  /** The call of a peer whose requests were decoded from bytes and whose replies will be encoded: nothing is filled in. */
  open(peer: Peer): Call {
    const gate = this.recovery?.gate()
    return (async (api: Api, request: object, version?: number) => {
      this.requests++
      const found = findHandler(api.key, this)
      const handler = found instanceof Promise ? await found : found
      if (!handler) throw new Error(`${api.name} is not answered here`)
      const turn = gate?.pass(api.key, request)
      if (turn) await turn
      return this.answer(handler, request, peer, version ?? handler.versions[1])
    }) as unknown as Call // replies are as writers take them
  }

  private answer(handler: Handler, request: object, peer: Peer, version: number): object | Promise<object> {
    return handler.answer(request as never, { engine: this, peer, version, now: this.system.clock.now() })
  }

  /** The call of a peer in this process: objects pass, their defaults filled in on both ways. */
  embedded(peer: Peer): Call {
    const call = this.open(peer)
    return async (api, request, version) => {
      const reply = await call(api, fillRequest(api, request) as never, version)
      return fillResponse(api, reply as never) as Reply<typeof api>
    }
  }

  // ---- the end ----

  /** Says in the metadata that this broker is gone, as a server does before it closes. */
  leave(): void {
    const changes = fencingChanges(this.directory, this.metadata)
    if (changes.length === 0) return
    try {
      this.commit(changes).catch(() => {}) // what cannot be written has been told
    } catch {}
  }

  /** Ends cleanly: everything on disk, and the marker that says so if anything was written. */
  close(): void {
    for (const work of this.beforeClose) work()
    this.groupCoordinator?.close()
    this.recovery?.stop()
    for (const partitions of this.partitions.values()) {
      for (const { waiters } of partitions) for (const waiter of [...waiters]) waiter.leave()
    }
    const unopened = this.directory.clean || !this.directory.hasChanged ? 0 : this.recoverRest()
    this.directory.close(unopened > 0)
    this.writable = false // what still waits for its turn comes too late
  }

  /**
   * After a crash only the logs that were asked for have been repaired. Opens the rest, as far as that is quick, so that a clean
   * end holds for all of them; gives how many are left.
   */
  private recoverRest(): number {
    let left = 0
    let bytes = 0
    let folders = 0
    if (this.recovery?.isDone) return 0
    for (const partitions of this.partitions.values()) {
      for (const partition of partitions) {
        if (partition.isOpen || this.isAway(partition.state)) continue
        if (!this.directory.wasWritten(partition.name)) {
          if (++folders > QUICK_FOLDERS) left++
          else this.directory.identify(partition.name, partition.topicId)
          continue
        }
        bytes += this.directory.sizeOf(partition.name)
        if (bytes > QUICK_RECOVERY_BYTES) left++
        else void partition.log
      }
    }
    return left
  }
}
