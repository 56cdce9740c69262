/**
 * The .snapshot files of a log: its producers' state where each segment begins, and where the log ended cleanly
 * (ProducerStateManager). They are on disk before the segment is: when retention takes the records away, nothing else tells of them.
 */
import { replacing } from './checkpoints'
import type { Log } from './log'
import { segmentName } from './segment'
import { encodeSnapshot } from './snapshot'
import type { Syncs } from './syncs'

export class ProducerSnapshots {
  /** Where the newest on disk is; -1: none. */
  private newest = -1
  /** Of those that were not read, whatever they are worth. */
  readonly older: number[] = []

  constructor(private readonly log: Log) {}

  /** The newest on disk is at `offset`. */
  found(offset: number): void {
    this.newest = offset
  }
  /** Writes the state at the log's end, replacing the one before unless a segment begins there. */
  *write(): Syncs {
    const { segments, endOffset, folder, producers, system } = this.log
    if (endOffset === this.newest) return
    const pathOf = (offset: number) => `${folder}/${segmentName(offset)}.snapshot`
    for (const segment of segments) yield* segment.syncAborted()
    yield* replacing(system.fs, pathOf(endOffset), encodeSnapshot(producers.toEntries()))
    for (const before of [this.newest, ...this.older.splice(0)]) {
      if (before < 0 || before === endOffset || segments.some(({ base }) => base === before)) continue
      system.fs.remove(pathOf(before))
    }
    this.newest = endOffset
  }
}
