/** Reads the dirty part of a log and notes the last offset of each key in it (Cleaner.buildOffsetMap). */
import { baseOffset, batchSize, checkCrc, isControl, lastOffset } from '../../protocol/batch'
import type { Log } from '../log'
import type { Segment } from '../segment'
import { readBatches, Uncleanable } from './batches'
import type { KeyMap } from './key-map'
import type { Pace } from './pace'
import { RecordWalk } from './record-walk'
import { CleanedTransactions } from './transactions'

/** The part of a log from `from` on, up to `to`, which is where a segment begins. */
export interface Range {
  readonly from: number
  readonly to: number
}

/**
 * Fills `map` as far as it has room; its latestOffset tells how far that was. Rejects with Uncleanable, or Malformed, at the first
 * batch that is not sound: nothing can be said of keys that cannot be read.
 */
export async function mapKeys(log: Log, { from, to }: Range, map: KeyMap, pace: Pace, pieceBytes: number): Promise<void> {
  const transactions = new CleanedTransactions()
  transactions.expect(log.abortedBetween(from, to))
  const dirty = log.segments.slice(log.segmentIndex(from)).filter(({ base }) => base < to)
  for (const [index, segment] of dirty.entries()) {
    segment.loadIndexes(log.settings.indexIntervalBytes)
    const extent = { path: segment.logPath, from: segment.offsets.lookup(from - segment.base), to: segment.size }
    for await (const piece of readBatches(log.system.fs, extent, pieceBytes)) {
      for (let at = 0; at < piece.length; at += batchSize(piece, at)) {
        if (pace.isDue(batchSize(piece, at))) await pace.rest()
        if (!checkCrc(piece, at)) throw unsound(segment, piece, at)
        if (!mapBatch(piece, at, from, map, transactions)) return
        if (lastOffset(piece, at) >= from) map.latestOffset = lastOffset(piece, at)
      }
      await pace.spend(piece.length)
    }
    map.latestOffset = (dirty[index + 1]?.base ?? to) - 1
  }
}

export function unsound(segment: Segment, piece: Buffer, at: number): Uncleanable {
  return new Uncleanable(`the checksum of the batch at offset ${baseOffset(piece, at)} in ${segment.logPath} is wrong`)
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
