/** `cleaner-offset-checkpoint`: how far each log of a data directory is compacted (form: ../checkpoints.ts). Read at first use. */
import type { FileSystem } from '../../system/system'
import { type Offsets, readOffsets, writeOffsets, writeOffsetsLater } from '../checkpoints'

export class CleanerOffsets {
  private offsets: Offsets | undefined
  /** Counts the writings, so that a slow one does not replace a newer one. */
  private writings = 0
  private later: Promise<void> = Promise.resolve()

  constructor(
    private readonly fs: FileSystem,
    private readonly path: string,
  ) {}

  private all(): Offsets {
    this.offsets ??= readOffsets(this.fs, this.path)
    return this.offsets
  }
  /** By 'topic-partition'. Undefined: never compacted. */
  get(name: string): number | undefined {
    return this.all().get(name)
  }
  /**
   * Notes how far a log is compacted; of logs that are not there any more, as `isThere` says, it is forgotten. Kept when it is on disk,
   * which is looked for in the background; the file stays as it was if the writing is not `wanted` any more then. Rejects with the disk's
   * error.
   */
  async set(name: string, offset: number, isThere: (name: string) => boolean, wanted: () => boolean): Promise<void> {
    const offsets = this.all()
    for (const one of [...offsets.keys()]) if (!isThere(one)) offsets.delete(one)
    offsets.set(name, offset)
    const before = this.later.catch(() => {}) // whoever asked for it has been told
    this.later = before.then(async () => {
      const mine = ++this.writings
      if (wanted()) await writeOffsetsLater(this.fs, this.path, offsets, () => this.writings === mine && wanted())
    })
    return this.later
  }
  /** The log is taken away: another of the same name begins anew. */
  forget(name: string): void {
    if (!this.all().delete(name)) return
    this.writings++
    writeOffsets(this.fs, this.path, this.all())
  }
}
