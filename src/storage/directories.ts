/**
 * Several data directories of one broker (log.dirs, JBOD; KIP-112, KIP-858), with the doors of one: what is asked of a partition goes to
 * the directory that has its folder, what is asked of all goes to each. Every directory has its own meta.properties, checkpoints and
 * marker. One of them has the metadata log; it may hold nothing else. A directory that could not be opened is offline: what lies in it
 * is away.
 */
import type { System } from '../system/system'
import { type Directory, type Doomed, type Leaving, NO_DIRECTORY } from './directory'
import type { Log, LogSettings } from './log'
import type { MetaProperties } from './meta-properties'

export interface DirectoriesOptions {
  /** The one with the metadata log. */
  readonly metadata: Directory
  /** Those that hold partitions, in the order of log.dirs. */
  readonly data: readonly Directory[]
  /** Paths of those that cannot be used. */
  readonly offline: readonly string[]
  /** The directory.id that the metadata name for a partition ('topic-0'). */
  readonly assigned: (name: string) => string | undefined
  readonly report: (finding: string) => void
}

export class DataDirectories implements Directory {
  private readonly homes = new Map<string, Directory>()
  private readonly counts: Map<Directory, number>

  constructor(private readonly options: DirectoriesOptions) {
    this.counts = new Map(options.data.map((one) => [one, 0]))
    for (const one of options.data)
      for (const name of this.system.fs.list(one.path)) if (/^.+-\d+$/.test(name)) this.found(name, one)
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

  /** Where a partition lies, or is to lie. */
  of(name: string): Directory {
    if (name.startsWith('__cluster_metadata-') || !/-\d+$/.test(name)) return this.options.metadata
    let home = this.homes.get(name)
    if (!home) {
      const assigned = this.options.assigned(name)
      home = this.options.data.find(({ meta }) => meta.directoryId === assigned) ?? this.emptiest(this.counts)
      this.homes.set(name, home)
      this.counts.set(home, (this.counts.get(home) ?? 0) + 1)
    }
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
    if (this.homes.has(name) || NO_DIRECTORY.test(directoryId)) return false
    return !this.options.data.some(({ meta }) => meta.directoryId === directoryId)
  }
  get all(): readonly Directory[] {
    return this.options.data
  }
  get offline(): readonly string[] {
    return this.options.offline
  }
  private get each(): readonly Directory[] {
    const { metadata, data } = this.options
    return data.includes(metadata) ? data : [...data, metadata]
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
    return this.of(name).wasWritten(name)
  }
  sizeOf(name: string): number {
    return this.of(name).sizeOf(name)
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
  setAside(name: string, why: string): void {
    this.of(name).setAside(name, why)
    this.leave(name)
  }
  detach(name: string): Leaving {
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
    const home = this.options.data.find(({ path }) => leftover.folder.startsWith(`${path}/`))
    if (!home || this.homes.has(leftover.name) || !home.restore(leftover)) return false
    this.found(leftover.name, home)
    return true
  }
  highWatermarkOf(name: string): number | undefined {
    return this.of(name).highWatermarkOf(name)
  }
  noteHighWatermark(name: string, offset: number): void {
    this.of(name).noteHighWatermark(name, offset)
  }
  readonly cleanerOffsets: Directory['cleanerOffsets'] = {
    get: (name) => this.of(name).cleanerOffsets.get(name),
    set: (name, offset, isThere) =>
      this.of(name).cleanerOffsets.set(name, offset, (one) => isThere(one) && this.of(one) === this.of(name)),
    forget: (name) => this.of(name).cleanerOffsets.forget(name),
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
  async checkpointLater(what: 'all' | 'high watermarks'): Promise<void> {
    await Promise.all(this.each.map((one) => one.checkpointLater(what)))
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
