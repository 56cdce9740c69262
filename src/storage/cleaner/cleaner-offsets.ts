/** `cleaner-offset-checkpoint`: how far each log of a data directory is compacted (form: ../checkpoints.ts). Read at first use. */
import type { FileSystem } from '../../system/system'
import { type Offsets, readOffsets, writeOffsets } from '../checkpoints'

export class CleanerOffsets {
  private offsets: Offsets | undefined

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
  /** Notes how far a log is compacted; of logs that are not there any more, as `isThere` says, it is forgotten. */
  set(name: string, offset: number, isThere: (name: string) => boolean): void {
    const offsets = this.all()
    for (const one of [...offsets.keys()]) if (!isThere(one)) offsets.delete(one)
    offsets.set(name, offset)
    writeOffsets(this.fs, this.path, offsets)
  }
  /** The log is taken away: another of the same name begins anew. */
  forget(name: string): void {
    if (this.all().delete(name)) writeOffsets(this.fs, this.path, this.all())
  }
}
