/**
 * Several data directories of one broker (log.dirs, JBOD; KIP-112, KIP-858), with the doors of one: what is asked of a partition goes to
 * the directory that has its folder, what is asked of all goes to each. Every directory has its own meta.properties, checkpoints and
 * marker. One of them has the metadata log; it may hold nothing else. A directory that could not be opened is offline, and so is one whose
 * disk breaks (watched-files.ts): what lies in it is away. That of the metadata log cannot be done without.
 */
import type { System } from '../system/system'
import type { Directory, Leaving } from './directory'
import type { Doomed } from './doomed'
import type { Log, LogSettings } from './log'
import { type MetaProperties, NO_DIRECTORY } from './meta-properties'
import { isOffline, OfflineDirectory } from './trouble'
import type { WatchedFiles } from './watched-files'

export interface DirectoriesOptions {
  /** The one with the metadata log. */
  readonly metadata: Directory
  /** Those that hold partitions, in the order of log.dirs. */
  readonly data: readonly Directory[]
  /** The files of those that may break without ending all. */
  readonly watched: ReadonlyMap<Directory, WatchedFiles>
  /** One broke, with partitions of these names; there are no others left to hold any: `isLast`. Called when nobody is at work on them. */
  readonly onLost: (lost: { readonly names: readonly string[]; readonly isLast: boolean; readonly error: Error }) => void
  /** Paths of those that cannot be used. */
  readonly offline: readonly string[]
  /** The directory.id that the metadata name for a partition ('topic-0'). */
  readonly assigned: (name: string) => string | undefined
  readonly report: (finding: string) => void
}

export class DataDirectories implements Directory {
  private readonly homes = new Map<string, Directory>()
  private readonly counts: Map<Directory, number>
  private readonly lost = new Set<Directory>()
  /** Partitions that lie in one that broke. */
  private readonly astray = new Set<string>()

  constructor(private readonly options: DirectoriesOptions) {
    this.counts = new Map(options.data.map((one) => [one, 0]))
    for (const one of options.data)
      for (const name of this.system.fs.list(one.path)) if (/^.+-\d+$/.test(name)) this.found(name, one)
    for (const [one, files] of options.watched) files.onBroken = (error) => this.brokeDown(one, error)
  }
  private found(name: string, home: Directory): void {
    if (name.startsWith('__cluster_metadata-')) return
    const other = this.homes.get(name)
    if (other) {
      this.options.report(`${name} lies in ${other.path} and in ${home.path}; the metadata decide, the other is left alone`)
      if (this.options.assigned(name) !== home.meta.directoryId) return
    }
    this.homes.set(name, home)
    this.counts.set(home, (this.counts.get(home) ?? 0) + 1)
  }

  private brokeDown(one: Directory, error: Error): void {
    this.lost.add(one)
    this.counts.delete(one)
    const names = [...this.homes].flatMap(([name, home]) => (home === one ? [name] : []))
    for (const name of names) {
      this.homes.delete(name)
      this.astray.add(name)
    }
    const some = names.length === 0 ? 'it held no partition' : `${listed(names)} cannot be used`
    this.options.report(
      `Stopping serving logs in dir ${one.path}: ${error.message}; ${some} until it is mended and the server started again`,
    )
    this.system.clock.soon(() => {
      one.abandon()
      this.options.onLost({ names, isLast: this.all.length === 0, error })
    })
  }
  lose(name: string, error: unknown): boolean {
    if (this.astray.has(name) || isOffline(error)) return true
    const home = this.homes.get(name)
    const files = home && this.options.watched.get(home)
    files?.breakOff(error as Error)
    return files !== undefined
  }
  look(): void {
    for (const files of this.options.watched.values()) files.look()
  }

  /** Where a partition lies, or is to lie; undefined: in a directory that is not here. */
  private find(name: string): Directory | undefined {
    if (name.startsWith('__cluster_metadata-') || !/-\d+$/.test(name)) return this.options.metadata
    if (this.astray.has(name)) return undefined
    let home = this.homes.get(name)
    if (!home) {
      const assigned = this.options.assigned(name)
      home = this.all.find(({ meta }) => meta.directoryId === assigned)
      if (!home && assigned !== undefined && !NO_DIRECTORY.test(assigned)) return undefined
      home ??= this.emptiest(this.counts)
      this.homes.set(name, home)
      this.counts.set(home, (this.counts.get(home) ?? 0) + 1)
    }
    return home
  }
  private of(name: string): Directory {
    const home = this.find(name)
    if (!home) throw new OfflineDirectory(`the data directory of ${name}`)
    return home
  }
  private emptiest(counts: ReadonlyMap<Directory, number>): Directory {
    const [first] = [...counts].sort(([, a], [, b]) => a - b)
    return first?.[0] ?? this.options.metadata
  }
  /** Chooses a directory.id for each new partition in turn: that of the directory with the fewest (LogManager.nextLogDirs). */
  placement(): () => string {
    const counts = new Map(this.counts)
    return () => {
      const home = this.emptiest(counts)
      counts.set(home, (counts.get(home) ?? 0) + 1)
      return home.meta.directoryId
    }
  }
  lacks(name: string, directoryId: string): boolean {
    if (this.astray.has(name)) return true
    if (this.homes.has(name) || NO_DIRECTORY.test(directoryId)) return false
    return !this.all.some(({ meta }) => meta.directoryId === directoryId)
  }
  get all(): readonly Directory[] {
    return this.lost.size === 0 ? this.options.data : this.options.data.filter((one) => !this.lost.has(one))
  }
  get offline(): readonly string[] {
    return [...this.options.offline, ...[...this.lost].map(({ path }) => path)]
  }
  private get each(): readonly Directory[] {
    const { metadata } = this.options
    return this.all.includes(metadata) ? this.all : [...this.all, metadata]
  }

  // ---- what is asked of the one with the metadata ----

  get system(): System {
    return this.options.metadata.system
  }
  get path(): string {
    return this.options.metadata.path
  }
  get meta(): MetaProperties {
    return this.options.metadata.meta
  }
  report(finding: string): void {
    this.options.report(finding)
  }
  doom(paths: readonly string[]): Doomed {
    return this.options.metadata.doom(paths)
  }

  // ---- what is asked of a partition ----

  file(name: string): string {
    return this.of(name).file(name)
  }
  wasWritten(name: string): boolean {
    return this.find(name)?.wasWritten(name) ?? false
  }
  sizeOf(name: string): number {
    return this.find(name)?.sizeOf(name) ?? 0
  }
  log(name: string, topicId: string, settings: LogSettings): Log {
    return this.of(name).log(name, topicId, settings)
  }
  opening(name: string, topicId: string, settings: LogSettings) {
    return this.of(name).opening(name, topicId, settings)
  }
  opened(name: string): Log | undefined {
    return this.homes.get(name)?.opened(name) ?? this.options.metadata.opened(name)
  }
  createFolder(name: string, topicId: string): void {
    this.of(name).createFolder(name, topicId)
  }
  createFolderLater(name: string, topicId: string, wanted: () => boolean): Promise<void> {
    return this.of(name).createFolderLater(name, topicId, wanted)
  }
  identify(name: string, topicId: string): void {
    this.find(name)?.identify(name, topicId)
  }
  disown(folder: string): void {
    this.all.find(({ path }) => folder.startsWith(`${path}/`))?.disown(folder)
  }
  setAside(name: string, why: string): void {
    this.of(name).setAside(name, why)
    this.leave(name)
  }
  detach(name: string): Leaving {
    this.astray.delete(name)
    const home = this.homes.get(name)
    if (!home) return { gone: () => {}, remove: () => {}, removeLater: async () => {} } // it lies in a directory that is offline, and is a stray when that is back
    this.leave(name)
    return home.detach(name)
  }
  private leave(name: string): void {
    const home = this.homes.get(name)
    if (home && this.homes.delete(name)) this.counts.set(home, (this.counts.get(home) ?? 1) - 1)
  }
  restore(leftover: { readonly folder: string; readonly name: string; readonly topicId: string }): boolean {
    const home = this.all.find(({ path }) => leftover.folder.startsWith(`${path}/`))
    if (!home || this.homes.has(leftover.name) || !home.restore(leftover)) return false
    this.found(leftover.name, home)
    return true
  }
  highWatermarkOf(name: string): number | undefined {
    return this.find(name)?.highWatermarkOf(name)
  }
  noteHighWatermark(name: string, offset: number): void {
    this.find(name)?.noteHighWatermark(name, offset)
  }
  readonly cleanerOffsets: Directory['cleanerOffsets'] = {
    get: (name) => this.find(name)?.cleanerOffsets.get(name),
    set: (name, offset, isThere, wanted) =>
      this.of(name).cleanerOffsets.set(name, offset, (one) => isThere(one) && this.find(one) === this.find(name), wanted),
    forget: (name) => this.find(name)?.cleanerOffsets.forget(name),
  }

  // ---- what is asked of all ----

  get clean(): boolean {
    return this.each.every(({ clean }) => clean)
  }
  noteRepaired(): void {
    for (const one of this.each) one.noteRepaired()
  }
  get hasChanged(): boolean {
    return this.each.some(({ hasChanged }) => hasChanged)
  }
  *openLogs(): Iterable<Log> {
    for (const one of this.each) yield* one.openLogs()
  }
  leftovers() {
    return this.each.flatMap((one) => one.leftovers())
  }
  forgetEarlier(names: readonly string[]): void {
    for (const one of this.each) one.forgetEarlier(names)
  }
  checkpoint(): void {
    for (const one of this.each) one.checkpoint()
  }
  async checkpointLater(what: 'all' | 'high watermarks'): Promise<boolean> {
    const whole = await Promise.all(this.each.map((one) => one.checkpointLater(what)))
    return whole.every((is) => is)
  }
  async settle(): Promise<void> {
    await Promise.all([...this.each].map((one) => one.settle()))
  }
  close(unopened: boolean): void {
    for (const one of this.each) one.close(unopened)
  }
  abandon(): void {
    for (const one of this.each) one.abandon()
  }
}

/** Some of the names, and how many more. */
const listed = (names: readonly string[]): string =>
  names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '')
