/**
 * A data directory as Kafka keeps it (LogManager): meta.properties, a folder for each partition, the checkpoint files and the
 * marker of a clean stop. Logs are opened when they are first asked for. Nothing is written by opening and reading; before
 * the first write the marker is removed, and a clean close puts it back last, after everything it vouches for is on disk.
 */
import type { System } from '../system/system'
import { type Offsets, readOffsets, replaceFile, writeOffsets, writeOffsetsLater } from './checkpoints'
import { CleanerOffsets } from './cleaner/cleaner-offsets'
import { closeClean, settleAll } from './closing'
import { type Doomed, DoomedFiles } from './doomed'
import { Gradual, type Steps } from './gradual'
import type { Log, LogSettings } from './log'
import { openLog } from './log-open'
import { peekLog } from './log-peek'
import { type MetaProperties, NO_DIRECTORY, writeMetaProperties } from './meta-properties'
import { isFutureCopy, outgoingName } from './outgoing-name'
import { isOfTopicId, readTopicId, TopicIds } from './partition-metadata'
import { passes, sayTrouble } from './trouble'

const CLEAN_MARKER = '.kafka_cleanshutdown'
const RECOVERY_POINTS = 'recovery-point-offset-checkpoint'
const HIGH_WATERMARKS = 'replication-offset-checkpoint'
const LOG_STARTS = 'log-start-offset-checkpoint'
const CLEANER_OFFSETS = 'cleaner-offset-checkpoint'

export interface DirectoryOptions {
  readonly report: (finding: string) => void
  /** Nobody has ever written here: there is nothing that a crash could have torn. */
  readonly isNew?: boolean
  /** Logs that lost what was on disk go on without it (kt.accept.loss). */
  readonly acceptLoss?: boolean
  /** meta.properties has no directory.id yet; it is written before anything else. */
  readonly metaIsNew?: boolean
  /** Which broker epoch the clean-stop marker names (KIP-966). */
  readonly brokerEpoch: () => number
}

export interface Leaving extends Doomed {
  /** To be called when the deletion is a fact. */
  readonly gone: () => void
}

/** The doors of a data directory, or of several as one: directories.ts. */
export type Directory = Omit<Pick<DataDirectory, keyof DataDirectory>, 'cleanerOffsets'> & {
  readonly cleanerOffsets: Pick<CleanerOffsets, keyof CleanerOffsets>
}

export class DataDirectory {
  private readonly logs = new Map<string, Log>()
  /** Logs that are being opened in steps. */
  private readonly openings = new Gradual<string, Log>()
  /** Partitions whose deletion may yet be undone by a power cut. */
  private readonly leaving = new Set<string>()
  /** What is left of deleted partitions and segments. */
  private readonly doomed: DoomedFiles
  private readonly recoveryPoints: Offsets
  /** Logs of which the checkpoints on disk say something: how much is on disk, or where they start. */
  private vouchedFor: ReadonlySet<string>
  private readonly logStarts: Offsets
  private readonly highWatermarks: Offsets
  /** How far each log is compacted. */
  readonly cleanerOffsets: CleanerOffsets
  private readonly topicIds: TopicIds
  private readonly cleanAtOpen: boolean
  private changed = false
  /** The marker is removed, and that may not be on disk yet. */
  private markerGone = false
  /** Counts the writings of checkpoint files, so that a slow one does not replace a newer one. */
  private checkpoints = 0
  private later: Promise<unknown> = Promise.resolve()

  constructor(
    readonly system: System,
    readonly path: string,
    readonly meta: MetaProperties,
    private readonly options: DirectoryOptions,
  ) {
    const { fs } = system
    this.cleanAtOpen = options.isNew === true || fs.exists(this.file(CLEAN_MARKER))
    this.recoveryPoints = readOffsets(fs, this.file(RECOVERY_POINTS))
    this.logStarts = readOffsets(fs, this.file(LOG_STARTS))
    this.vouchedFor = new Set([...this.recoveryPoints.keys(), ...this.logStarts.keys()])
    this.highWatermarks = readOffsets(fs, this.file(HIGH_WATERMARKS))
    this.cleanerOffsets = new CleanerOffsets(fs, this.file(CLEANER_OFFSETS))
    this.doomed = new DoomedFiles(fs)
    this.topicIds = new TopicIds(fs, options.report)
  }

  file(name: string): string {
    return `${this.path}/${name}`
  }
  /** The directories that hold partitions. */
  get all(): readonly Directory[] {
    return [this]
  }
  /** Paths of directories that cannot be used. */
  get offline(): readonly string[] {
    return []
  }
  /** Chooses a directory.id for each new partition in turn. */
  placement(): () => string {
    return () => this.meta.directoryId
  }
  /** Whether a partition that the metadata see in the directory of that id is in none that is here. */
  lacks(name: string, directoryId: string): boolean {
    return directoryId !== this.meta.directoryId && !NO_DIRECTORY.test(directoryId) && !this.system.fs.exists(this.file(name))
  }
  /** Ends the use of the directory of that log after an error, where there are others to go on with. */
  lose(_name: string, _error: unknown): boolean {
    return false
  }
  /** Looks whether directories can still be used, where there are several. */
  look(): void {}
  report(finding: string): void {
    this.options.report(finding)
  }
  /** Whether the last writer of this directory ended cleanly. */
  get clean(): boolean {
    return this.cleanAtOpen
  }

  /** Everything that an unclean end left has been made good: the next end can be a clean one, though nothing is written until then. */
  noteRepaired(): void {
    this.changed = true
  }
  get hasChanged(): boolean {
    return this.changed
  }
  /** Whether a partition's folder holds, or should hold, more than the id of its topic: what an unclean end could have torn. */
  wasWritten(name: string): boolean {
    const { fs } = this.system
    if (this.recoveryPoints.get(name)) return true
    const folder = this.file(name)
    return fs.exists(folder) && fs.list(folder).some((file) => !isOfTopicId(file))
  }
  /** Bytes of a partition's segments, without opening it. */
  sizeOf(name: string): number {
    return peekLog(this.system.fs, this.file(name)).sizeBytes
  }

  /** The log of a partition ('topic-0'), opened at first use. `topicId` is written beside a new one. */
  log(name: string, topicId: string, settings: LogSettings): Log {
    return this.logs.get(name) ?? this.openings.now(name, () => this.open(name, topicId, settings))
  }
  /** The same in steps, for a log that is not open. */
  opening(name: string, topicId: string, settings: LogSettings): Steps<Log> {
    return this.openings.begin(name, () => this.open(name, topicId, settings))
  }
  private *open(name: string, topicId: string, settings: LogSettings): Steps<Log> {
    const isAnother = this.setStrayAside(name, topicId)
    const log = yield* openLog(this.system, this.file(name), name, {
      settings,
      // Kafka opens __cluster_metadata as after a crash whatever the marker says; it has no recovery point
      clean: this.cleanAtOpen,
      recoveryPoint: isAnother ? 0 : (this.recoveryPoints.get(name) ?? 0),
      startOffset: this.leaving.has(name) ? 0 : (this.logStarts.get(name) ?? 0),
      acceptLoss: this.options.acceptLoss === true,
      report: this.options.report,
    })
    log.onFirstWrite = () => this.beforeWrite(name, topicId)
    this.logs.set(name, log)
    if (!this.cleanAtOpen) this.topicIds.ensure(this.file(name), topicId)
    if (this.options.acceptLoss && (this.recoveryPoints.get(name) ?? 0) > log.recoveryPoint) this.noteLoss()
    return log
  }
  /** What was given up is asked for once. */
  private noteLoss(): void {
    this.removeMarker()
    this.checkpoint()
  }
  opened(name: string): Log | undefined {
    return this.logs.get(name)
  }
  openLogs(): Iterable<Log> {
    return this.logs.values()
  }

  private beforeWrite(name: string, topicId: string): void {
    this.removeMarker()
    this.createFolder(name, topicId)
  }
  private removeMarker(): void {
    if (this.changed) return
    const { fs } = this.system
    const marked = fs.exists(this.file(CLEAN_MARKER))
    if (marked) fs.remove(this.file(CLEAN_MARKER))
    if (marked || this.markerGone) {
      this.markerGone = true
      fs.syncFolder(this.path)
    }
    if (this.options.metaIsNew) writeMetaProperties(fs, this.path, this.meta, this.system.clock.now())
    this.changed = true
  }
  /** Makes a partition's folder. One of another topic of this name is set aside as a stray, as by Kafka. */
  createFolder(name: string, topicId: string): void {
    this.removeMarker()
    const { fs } = this.system
    const folder = this.file(name)
    if (readTopicId(fs, folder) === topicId) return
    this.setStrayAside(name, topicId)
    fs.makeFolder(folder)
    this.topicIds.write(folder, topicId)
  }
  /** The same in the background, as long as it is wanted. */
  async createFolderLater(name: string, topicId: string, wanted: () => boolean): Promise<void> {
    if (!this.changed || this.topicIds.isThere(this.file(name))) return this.createFolder(name, topicId)
    await this.topicIds.makeFolderLater(this.file(name), topicId, wanted)
  }
  /** After an unclean end, of a partition that was never written: its folder, if it has one, is to say whose it is. */
  identify(name: string, topicId: string): void {
    if (!this.setStrayAside(name, topicId)) this.topicIds.ensure(this.file(name), topicId)
  }
  /** Of a folder that is no partition's, or is on its way out: it is to say whose it is, or nothing. */
  disown(folder: string): void {
    this.topicIds.removeUnreadable(folder)
  }

  /** A deletion whose renaming a power cut undid must not give its records to the next topic of the name. */
  private setStrayAside(name: string, topicId: string): boolean {
    const found = readTopicId(this.system.fs, this.file(name))
    if (found === undefined || found === topicId) return false
    this.setAside(name, 'was of another topic')
    return true
  }
  /** Takes a folder away that belongs to no partition, and keeps what is in it (LogManager: stray). */
  setAside(name: string, why: string): void {
    this.removeMarker()
    this.forget(name)
    this.disown(this.file(name))
    const stray = this.moveAway(name, 'stray')
    this.options.report(`${name} ${why}; its folder is kept as ${stray}`)
  }
  private moveAway(name: string, kind: 'delete' | 'stray'): string {
    const moved = outgoingName(name, this.system.random, kind)
    this.system.fs.rename(this.file(name), this.file(moved))
    this.topicIds.moved(this.file(name), this.file(moved))
    return moved
  }
  private forget(name: string): void {
    for (const offsets of [this.recoveryPoints, this.logStarts, this.highWatermarks]) offsets.delete(name)
    this.cleanerOffsets.forget(name)
    this.checkpoints++ // what is being written still names it
  }

  /**
   * Takes a partition away: its folder is renamed as Kafka does, and goes for good when `remove` is called, or at the clean end.
   * Should its deletion never become a fact, its log starts where it did.
   */
  detach(name: string): Leaving {
    this.removeMarker()
    const { fs } = this.system
    this.openings.forget(name)
    this.logs.get(name)?.forsake()
    this.logs.delete(name)
    const start = this.logStarts.get(name)
    this.forget(name)
    if (start !== undefined) this.logStarts.set(name, start)
    this.leaving.add(name)
    const gone = () => {
      if (this.leaving.delete(name)) this.logStarts.delete(name)
    }
    if (!fs.exists(this.file(name))) return { gone, remove: () => {}, removeLater: async () => {} }
    return { gone, ...this.doom([this.file(this.moveAway(name, 'delete'))]) }
  }
  /** Files and folders that nobody needs any more: gone for good when `remove` is called, or at the clean end. */
  doom(paths: readonly string[]): Doomed {
    return this.doomed.add(paths)
  }
  /** Folders that a deletion left behind, from before, and whose partitions they were. */
  leftovers(): { readonly folder: string; readonly name: string; readonly topicId: string | undefined }[] {
    const names = this.system.fs.list(this.path).filter((name) => name.endsWith('-delete'))
    return names.map((folder) => ({
      folder: this.file(folder),
      name: folder.slice(0, folder.lastIndexOf('.')),
      topicId: readTopicId(this.system.fs, this.file(folder)),
    }))
  }
  /**
   * Before partitions of these names are made: what the checkpoint still says of deleted ones of the same names would make the new
   * ones look as if they had lost it.
   */
  forgetEarlier(names: readonly string[]): void {
    const earlier = names.filter((name) => this.vouchedFor.has(name) && !this.logs.has(name))
    if (earlier.length === 0) return
    for (const offsets of [this.recoveryPoints, this.logStarts, this.highWatermarks]) {
      for (const name of earlier) offsets.delete(name)
    }
    this.removeMarker()
    this.checkpoint()
  }
  /**
   * Takes back a deletion that never became a fact. A folder that stands in its place and is not of the topic came later, and so did
   * not become one either: it is set aside. False when it is of the topic.
   */
  restore({ folder, name, topicId }: { readonly folder: string; readonly name: string; readonly topicId: string }): boolean {
    const { fs } = this.system
    if (this.logs.has(name) || readTopicId(this.system.fs, this.file(name)) === topicId) return false
    this.removeMarker()
    if (fs.exists(this.file(name))) this.moveAway(name, 'stray')
    fs.rename(folder, this.file(name))
    return true
  }

  highWatermarkOf(name: string): number | undefined {
    return this.highWatermarks.get(name)
  }
  noteHighWatermark(name: string, offset: number): void {
    this.highWatermarks.set(name, offset)
  }

  /** Writes the checkpoint files: how far each log is on disk and how far it was acknowledged. */
  checkpoint(): void {
    if (!this.changed) return
    this.noteOffsets()
    this.checkpoints++
    const { fs } = this.system
    writeOffsets(fs, this.file(RECOVERY_POINTS), this.recoveryPoints)
    writeOffsets(fs, this.file(LOG_STARTS), this.logStarts)
    this.vouchedFor = new Set([...this.recoveryPoints.keys(), ...this.logStarts.keys()])
    writeOffsets(fs, this.file(HIGH_WATERMARKS), this.highWatermarks)
    fs.syncFolder(this.path) // a rename is on disk when its folder is
  }
  /** The same, or only the high watermarks, in the background; a file that is written anew meanwhile is left alone, and then it gives false. */
  checkpointLater(what: 'all' | 'high watermarks'): Promise<boolean> {
    const before = this.later.catch(() => {}) // whoever asked for it has been told
    const done = before.then(async () => {
      if (!this.changed) return true
      if (what === 'all') this.noteOffsets()
      const mine = ++this.checkpoints
      const current = () => this.checkpoints === mine
      const files: [name: string, offsets: Offsets][] = [[HIGH_WATERMARKS, this.highWatermarks]]
      if (what === 'all') files.push([RECOVERY_POINTS, this.recoveryPoints], [LOG_STARTS, this.logStarts])
      for (const [name, offsets] of files) {
        if (!current()) continue
        if (name !== HIGH_WATERMARKS) this.vouchedFor = new Set([...this.vouchedFor, ...offsets.keys()])
        await writeOffsetsLater(this.system.fs, this.file(name), offsets, current)
      }
      return current()
    })
    this.later = done
    return done
  }
  private noteOffsets(): void {
    for (const log of this.logs.values()) {
      if (log.name.startsWith('__cluster_metadata-') || log.sealed) continue
      this.recoveryPoints.set(log.name, log.recoveryPoint)
      // segments below the start may be back after a power cut until their new names are on disk
      const below = log.startOffset > (log.segments[0]?.base ?? 0) || (log.folderChanged && log.startOffset > 0)
      if (below) this.logStarts.set(log.name, log.startOffset)
      else this.logStarts.delete(log.name)
    }
  }

  /** Does before a clean end, in the background, most of what it would do for logs that have changed; nobody must write any more. */
  async settle(): Promise<void> {
    if (this.changed) await Promise.all([settleAll(this.logs.values()), this.topicIds.settle()])
  }

  /**
   * Ends the use of the directory. If anything was written, everything is put on disk and the marker set last; a directory that
   * was found without it and has logs that nobody has opened since stays without. So does one where there is no room for it all, which is
   * reported: the next start does what it does after a crash. Throws the disk's other errors.
   */
  close(unopened: boolean): void {
    try {
      this.closeAll(unopened)
    } catch (error) {
      this.abandon()
      if (!passes(error)) throw error
      this.report(`${this.path} could not be closed cleanly: ${sayTrouble(error)}; the next start will check its logs`)
    }
  }
  private closeAll(unopened: boolean): void {
    for (const log of this.logs.values()) {
      if (this.changed) closeClean(log)
      else log.close()
    }
    this.doomed.removeAll() // nobody reads them any more, and that is a fact now
    if (!this.changed) return
    this.topicIds.syncAll()
    const logs = [...this.logs.values()]
    for (const log of logs) if (!log.sealed) this.noteHighWatermark(log.name, log.endOffset)
    this.highWatermarks.delete('__cluster_metadata-0')
    const { fs } = this.system
    fs.syncFolder(this.path) // the checkpoint speaks of logs whose folders are on disk
    this.checkpoint()
    if (!fs.exists(this.file(CLEANER_OFFSETS))) fs.close(fs.open(this.file(CLEANER_OFFSETS), 'create'))
    fs.syncFolder(this.path)
    // Kafka goes on with its half-moved copies, and checks them first only where there is no marker: nobody has done it here
    const isUnchecked = !this.cleanAtOpen && (unopened || fs.list(this.path).some(isFutureCopy))
    if (isUnchecked || logs.some((log) => log.sealed)) return
    replaceFile(fs, this.file(CLEAN_MARKER), JSON.stringify({ version: 0, brokerEpoch: this.options.brokerEpoch() }))
    fs.syncFolder(this.path)
  }
  /** Lets go of the files and leaves the directory as a crash would. */
  abandon(): void {
    for (const log of this.logs.values()) log.close()
  }
}
