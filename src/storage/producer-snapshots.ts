/**
 * The .snapshot files of a log: its producers' state where each segment begins, and where the log ended cleanly
 * (ProducerStateManager). A state is noted when a segment begins and written with the next sync: until then the recovery point is below
 * it, and whoever opens the log reads the records again.
 */
import { replacing } from './checkpoints'
import type { Log } from './log'
import { segmentName } from './segment'
import { encodeSnapshot } from './snapshot'
import { type Syncs, syncLater } from './syncs'

interface Noted {
  readonly offset: number
  readonly bytes: Buffer
}

export class ProducerSnapshots {
  /** Where the newest on disk is; -1: none. */
  private newest = -1
  /** Of those that were not read, whatever they are worth. */
  readonly older: number[] = []
  private noted: Noted[] = []
  private last: Promise<void> = Promise.resolve()

  constructor(private readonly log: Log) {}

  /** The newest on disk is at `offset`. */
  found(offset: number): void {
    this.newest = offset
  }
  /** Notes the state at the log's end. */
  note(): void {
    const offset = this.log.endOffset
    if (offset === (this.noted.at(-1)?.offset ?? this.newest)) return
    this.noted.push({ offset, bytes: encodeSnapshot(this.log.producers.toEntries()) })
  }
  /** Writes what was noted up to `end`. */
  *write(end: number): Syncs {
    for (let one = this.noted[0]; one && one.offset <= end; one = this.noted[0]) {
      yield* this.put(one)
      this.noted = this.noted.filter((other) => other !== one)
    }
  }
  /** The same in the background, after who else is at it: rejects with the disk's error. */
  writeLater(end: number): Promise<void> {
    if (this.noted.length === 0) return this.last
    const write = () => syncLater(this.log.system.fs, this.write(end))
    const done = this.last.then(write)
    this.last = done.catch(() => {}) // who waited knows; what was noted is still there
    return done
  }
  /** Replaces the one before, unless a segment begins there. */
  private *put({ offset, bytes }: Noted): Syncs {
    const { segments, endOffset, folder, system } = this.log
    const isStart = (at: number) => segments.some(({ base }) => base === at)
    if (offset !== endOffset && !isStart(offset)) return // the segment is gone meanwhile
    for (const segment of segments) yield* segment.syncAborted()
    const pathOf = (at: number) => `${folder}/${segmentName(at)}.snapshot`
    yield* replacing(system.fs, pathOf(offset), bytes)
    this.log.folderChanged = true
    for (const before of [this.newest, ...this.older.splice(0)]) {
      if (before >= 0 && before !== offset && !isStart(before)) system.fs.remove(pathOf(before))
    }
    this.newest = offset
  }
}
