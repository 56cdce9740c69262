/** Reads the dirty part of a log and notes the last offset of each key in it (Cleaner.buildOffsetMap). */
import { baseOffset, batchSize, checkCrc, isControl, lastOffset } from '../../protocol/batch'
import type { FileSystem } from '../../system/system'
import { readBatches, Uncleanable } from './batches'
import { abortedWithin, type Job } from './job'
import type { KeyMap } from './key-map'
import type { Pace } from './pace'
import { RecordWalk } from './record-walk'
import { CleanedTransactions } from './transactions'

/**
 * Fills `map` as far as it has room; its latestOffset tells how far that was. Rejects with Uncleanable, or Malformed, at the first
 * batch that is not sound: nothing can be said of keys that cannot be read.
 */
export async function mapKeys(fs: FileSystem, job: Job, map: KeyMap, pace: Pace, pieceBytes: number): Promise<void> {
  const { from, to } = job.range
  const transactions = new CleanedTransactions()
  transactions.expect(abortedWithin(job.aborted, from, to))
  const dirty = job.segments.filter(({ next }) => next > from)
  for (const { base, next, path, size } of dirty) {
    const extent = { path, from: base <= from ? job.firstPosition : 0, to: size }
    for await (const piece of readBatches(fs, extent, pieceBytes)) {
      for (let at = 0; at < piece.length; at += batchSize(piece, at)) {
        if (pace.isDue(batchSize(piece, at))) await pace.rest()
        if (!checkCrc(piece, at)) throw unsound(path, piece, at)
        if (!mapBatch(piece, at, from, map, transactions)) return
        if (lastOffset(piece, at) >= from) map.latestOffset = lastOffset(piece, at)
      }
      await pace.spend(piece.length)
    }
    map.latestOffset = next - 1
  }
}

export function unsound(path: string, piece: Buffer, at: number): Uncleanable {
  return new Uncleanable(`the checksum of the batch at offset ${baseOffset(piece, at)} in ${path} is wrong`)
}

/** False when there is no room for all of its keys. */
function mapBatch(piece: Buffer, at: number, from: number, map: KeyMap, transactions: CleanedTransactions): boolean {
  if (isControl(piece, at)) {
    transactions.onControlBatch(piece, at)
    return true
  }
  if (transactions.onBatch(piece, at)) return true
  const base = baseOffset(piece, at)
  const walk = new RecordWalk(piece, at)
  while (walk.next()) {
    if (walk.keyLength < 0 || base + walk.offsetDelta < from) continue
    if (map.isFull) return false
    map.put(walk.bytes, walk.keyAt, walk.keyAt + walk.keyLength, base + walk.offsetDelta)
  }
  return true
}
