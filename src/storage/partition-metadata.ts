/**
 * partition.metadata: which topic's a partition's folder is (PartitionMetadataFile, KIP-516).
 *
 *     version: 0
 *     topic_id: 7Xm4kz2bQ0yVJpE8mFj3Rw
 *
 * Apache Kafka starts with a folder that has none, and takes it for a stray; it does not start where there is one that is empty or torn,
 * not even in a folder that is on its way out. A server writes it in the background, with a sync before it has its name. Where somebody
 * cannot wait it is written without, for the metadata log has the durable fact: what a power cut left empty or in part is written again
 * after an unclean end. It is synced before anything in the log is said to be on disk, because a folder that was on its way out is
 * only put back if it says whose it is; and before a clean end, which says that all is well.
 */
import type { FileSystem } from '../system/system'
import { replaceFile, replaceLater } from './checkpoints'
import { freeName } from './set-aside'
import { type Syncs, sideBySide, syncing, syncLater, syncNow } from './syncs'
import { passes } from './trouble'

const WHOLE = /^version: 0\ntopic_id: ([\w-]{22})\s*$/
export const topicIdPath = (folder: string): string => `${folder}/partition.metadata`
/** Whether a file is this one, or what is left of it. */
export const isOfTopicId = (file: string): boolean => /^partition\.metadata(\.tmp|\.later\.tmp|\.corrupt-.+)?$/.test(file)

/** Undefined when it does not say. */
export function readTopicId(fs: FileSystem, folder: string): string | undefined {
  const path = topicIdPath(folder)
  return fs.exists(path) ? WHOLE.exec(fs.readText(path))?.[1] : undefined
}

/** In one piece, under its name only when it is whole: a broker that is killed leaves no half of one. */
function writeTopicId(fs: FileSystem, folder: string, text: Buffer): void {
  const path = topicIdPath(folder)
  const draft = `${path}.tmp` // Kafka's name for it
  const fd = fs.open(draft, 'create')
  try {
    fs.write(fd, text, 0)
    fs.rename(draft, path)
  } catch (error) {
    fs.remove(draft)
    throw error
  } finally {
    fs.close(fd)
  }
}

const textOf = (topicId: string): string => `version: 0\ntopic_id: ${topicId}`

/** The files of one data directory. */
export class TopicIds {
  /** Folders whose file may not be on the disk. */
  private readonly unsynced = new Set<string>()
  /** Folders in which its name may not be. */
  private readonly unnamed = new Set<string>()

  /** The last that a file was written for. */
  private latest: { readonly folder: string; readonly topicId: string } | undefined

  constructor(
    private readonly fs: FileSystem,
    private readonly report: (finding: string) => void,
  ) {}

  write(folder: string, topicId: string): void {
    const { fs } = this
    const text = Buffer.from(textOf(topicId))
    const path = topicIdPath(folder)
    if (fs.exists(path)) {
      this.keep(folder, text)
      replaceFile(fs, path, text)
      fs.syncFolder(folder) // or the next power cut brings back what was there
    } else if (!this.link(folder, topicId)) {
      writeTopicId(fs, folder, text)
      this.unsynced.add(folder)
      this.unnamed.add(folder)
      this.latest = { folder, topicId }
    }
  }
  /** All folders of a topic say the same: in one file, where that can be done, which one sync puts on the disk for all of them. */
  private link(folder: string, topicId: string): boolean {
    const { latest } = this
    if (latest?.topicId !== topicId || !this.fs.link(topicIdPath(latest.folder), topicIdPath(folder))) return false
    this.unnamed.add(folder)
    return true
  }
  isThere(folder: string): boolean {
    return this.fs.exists(topicIdPath(folder))
  }
  /**
   * Makes a new folder that says whose it is, in the background, for the file system's journal may be in the way. Somebody may make it here
   * and now meanwhile, or take it away: then it is not `wanted` any more.
   */
  async makeFolderLater(folder: string, topicId: string, wanted: () => boolean): Promise<void> {
    const { fs } = this
    await fs.makeFolderLater(folder)
    const isMissing = () => wanted() && !this.isThere(folder)
    if (!isMissing() || this.link(folder, topicId)) return
    this.unnamed.add(folder) // before: a clean end may come while it gets its name
    await replaceLater(fs, topicIdPath(folder), textOf(topicId), isMissing)
    if (readTopicId(fs, folder) === topicId) this.latest = { folder, topicId }
  }
  /** After an unclean end. Where there is no room it waits for the first record. */
  ensure(folder: string, topicId: string): void {
    if (!this.fs.exists(folder)) return
    this.unsynced.add(folder) // whoever wrote it may not have lived to sync it
    this.unnamed.add(folder)
    if (readTopicId(this.fs, folder) !== undefined) return
    this.unlessFull(() => this.write(folder, topicId))
  }
  /** The same for a folder that is nobody's, or is on its way out: better none than one that says nothing. */
  removeUnreadable(folder: string): void {
    const path = topicIdPath(folder)
    if (!this.fs.exists(path) || readTopicId(this.fs, folder) !== undefined) return
    this.unlessFull(() => {
      this.keep(folder, Buffer.alloc(0))
      this.fs.remove(path)
      this.fs.syncFolder(folder)
    })
  }
  private unlessFull(work: () => void): void {
    try {
      work()
    } catch (error) {
      if (!passes(error)) throw error
    }
  }
  /** What is there and does not say whose folder it is, if it is more than a part of `text`, is kept beside it. */
  private keep(folder: string, text: Buffer): void {
    const { fs } = this
    const path = topicIdPath(folder)
    const bytes = fs.readFile(path)
    if (bytes.every((byte, at) => byte === 0 || byte === text[at])) return
    const aside = freeName(fs, `${path}.corrupt-0`)
    const fd = fs.open(aside, 'new')
    try {
      fs.write(fd, bytes, 0)
      fs.dataSyncNow(fd)
    } finally {
      fs.close(fd)
    }
    fs.syncFolder(folder)
    this.report(`${path} did not say whose folder it is; what it held is kept in ${aside}`)
  }

  /** A folder has another name. */
  moved(from: string, to: string): void {
    for (const folders of [this.unsynced, this.unnamed]) if (folders.delete(from)) folders.add(to)
    if (this.latest?.folder === from) this.latest = undefined
  }
  /** Puts all of them on the disk, and their names. */
  syncAll(): void {
    for (const folder of this.unsynced) syncNow(this.fs, this.sync(folder))
    for (const folder of this.unnamed) {
      if (this.fs.exists(folder)) this.fs.syncFolder(folder)
      this.unnamed.delete(folder)
    }
  }
  /** The same in the background. What cannot be done is left to the end, which says so. */
  async settle(): Promise<void> {
    await sideBySide(this.unsynced, (folder) => syncLater(this.fs, this.sync(folder)).catch(() => {}))
    await sideBySide(this.unnamed, (folder) => this.syncName(folder).catch(() => {}))
  }
  private async syncName(folder: string): Promise<void> {
    await this.fs.syncFolderLater(folder)
    this.unnamed.delete(folder)
  }
  private *sync(folder: string): Syncs {
    yield* syncing(this.fs, topicIdPath(folder))
    this.unsynced.delete(folder)
  }
}
