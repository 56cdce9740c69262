/**
 * Reading a log: whole batches from an offset on, or by their time. A reader whose last bytes were there quickly finds the next in the
 * page cache as well, and reads them at once, which costs half of what it does in another thread. Everybody else reads in the background
 * (`readLater`), for the bytes may have to come from the disk. Meanwhile segments may come and go; what is being read stays open.
 */
import { baseOffset, batchSize, HEADER_SIZE, lastOffset, maxTimestamp, recordCount } from '../protocol/batch'
import { giveBuffer } from '../protocol/pool'
import type { Log } from './log'
import type { Segment } from './segment'

/** Whole batches, from the one that contains the offset asked for. */
export interface LogRead {
  readonly bytes: Buffer
  /** Offset behind them. */
  readonly nextOffset: number
}
type Least = 'one-at-least' | 'strict'

interface Place {
  readonly segment: Segment
  readonly position: number
}
/** A place in the log, remembered so that the next fetch of the same reader need not search. */
interface Hint extends Place {
  readonly offset: number
  /** What was read just before it was there quickly. */
  readonly quick: boolean
}
const HINTS = 16
/** A read that takes no longer was of memory, or of a disk that is as good: what comes next may be read at once. */
const QUICK_MS = 1
const QUICK_BYTES_PER_MS = 1e6

const EMPTY = Buffer.alloc(0)

export class LogReader {
  private readonly hints: Hint[] = []
  private hintAt = 0

  constructor(private readonly log: Log) {}

  /**
   * Reads whole batches from the one that contains `offset`, up to `maxBytes`, and none that begins at or above `limit`. The first
   * batch is read even when it is larger, if `oneAtLeast`. Empty at the end of the log.
   */
  read(offset: number, limit: number, maxBytes: number, oneAtLeast: Least): LogRead {
    const place = offset < limit ? this.find(offset) : undefined
    if (!place) return { bytes: EMPTY, nextOffset: offset }
    const { segment, position } = place
    const began = this.log.system.clock.monotonic()
    let bytes = segment.read(position, Math.max(maxBytes, HEADER_SIZE))
    const first = batchSize(bytes, 0)
    if (first > maxBytes && oneAtLeast === 'strict') return { bytes: EMPTY, nextOffset: offset }
    if (first > bytes.length) bytes = segment.read(position, first)
    return this.whole(bytes, offset, limit, place, began)
  }
  /** The same in the background. */
  async readLater(offset: number, limit: number, maxBytes: number, oneAtLeast: Least): Promise<LogRead> {
    const place = offset < limit ? this.find(offset) : undefined
    if (!place) return { bytes: EMPTY, nextOffset: offset }
    const { segment, position } = place
    const began = this.log.system.clock.monotonic()
    let bytes = await segment.readLater(position, Math.max(maxBytes, HEADER_SIZE))
    const first = bytes.length < HEADER_SIZE ? 0 : batchSize(bytes, 0)
    if (first > maxBytes && oneAtLeast === 'strict') {
      giveBuffer(bytes)
      return { bytes: EMPTY, nextOffset: offset }
    }
    if (first > bytes.length) {
      giveBuffer(bytes)
      bytes = await segment.readLater(position, first)
    }
    return this.whole(bytes, offset, limit, place, began)
  }

  /** Where the first batch at or behind `offset` stands. */
  private find(offset: number): Place | undefined {
    const { segments } = this.log
    for (let index = this.log.segmentIndex(offset); index < segments.length; index++) {
      const segment = segments[index] as Segment
      const position = this.hinted(offset, segment)?.position ?? segment.positionOf(offset)
      if (position + HEADER_SIZE <= segment.size) return { segment, position }
    }
    return undefined
  }
  /** Cuts `bytes` behind the last whole batch that begins below `limit`. */
  private whole(bytes: Buffer, offset: number, limit: number, { segment, position }: Place, began: number): LogRead {
    let at = 0
    let nextOffset = offset
    while (at + HEADER_SIZE <= bytes.length) {
      const size = batchSize(bytes, at)
      if (size < HEADER_SIZE || at + size > bytes.length || baseOffset(bytes, at) >= limit) break
      nextOffset = lastOffset(bytes, at) + 1
      at += size
    }
    const tookMs = this.log.system.clock.monotonic() - began
    const quick = tookMs < QUICK_MS + bytes.length / QUICK_BYTES_PER_MS
    if (at > 0 && this.log.segments.includes(segment)) {
      this.hints[this.hintAt] = { offset: nextOffset, segment, position: position + at, quick }
      this.hintAt = (this.hintAt + 1) % HINTS
    }
    return { bytes: bytes.subarray(0, at), nextOffset }
  }

  /** Bytes from `offset` on, at most about `most`; cheap for a reader that is known. */
  bytesFrom(offset: number, most: number): number {
    const { segments } = this.log
    const index = this.log.segmentIndex(offset)
    const segment = segments[index] as Segment
    let bytes = segment.size - (this.hinted(offset, segment)?.position ?? segment.positionOf(offset))
    for (let later = index + 1; later < segments.length && bytes < most; later++) bytes += (segments[later] as Segment).size
    return Math.min(bytes, most)
  }
  /**
   * How many bytes a read of at most `most` from `offset` on would copy, if it will be quick: the reader is known, and what it read just
   * before was there quickly. Undefined: they may have to come from a disk. Looks at no file.
   */
  quickBytes(offset: number, most: number): number | undefined {
    const segment = this.log.segments[this.log.segmentIndex(offset)] as Segment
    const hint = this.hinted(offset, segment)
    return hint?.quick ? Math.min(most, segment.size - hint.position) : undefined
  }
  private hinted(offset: number, segment: Segment): Hint | undefined {
    for (const hint of this.hints) if (hint.offset === offset && hint.segment === segment) return hint
    return undefined
  }
  forget(): void {
    this.hints.length = 0
    this.hintAt = 0
  }

  // ---- by time ----

  /** The segment whose records have the greatest timestamp in the log; undefined when the log is empty. */
  greatestTimestamp(): { segment: Segment; timestamp: number } | undefined {
    let best: { segment: Segment; timestamp: number } | undefined
    for (const segment of this.log.segments) {
      if (segment.size === 0) continue
      const timestamp = segment.newestTime(this.log.settings.indexIntervalBytes)
      if (!best || timestamp > best.timestamp) best = { segment, timestamp }
    }
    return best
  }
  /**
   * The batches that have a record of at least `timestamp` by their headers, as wholes, in order, from the log's start. The first of them
   * need not have one that is left: compaction has emptied it, or that record lies below the log's start. Of segments that are older
   * only the last entry of the time index is looked at; within the right one, what lies between two entries.
   */
  *batchesByTime(timestamp: number): Generator<Buffer, void, undefined> {
    const { segments, startOffset, settings } = this.log
    for (const segment of segments) {
      if (segment.size === 0 || segment.newestTime(settings.indexIntervalBytes) < timestamp) continue
      segment.loadIndexes(settings.indexIntervalBytes)
      let from = segment.offsets.lookup(segment.times.lookup(timestamp))
      while (from < segment.size) {
        let found: { position: number; size: number } | undefined
        segment.scan(from, segment.size, (bytes, at, position) => {
          const isOld = maxTimestamp(bytes, at) < timestamp || lastOffset(bytes, at) < startOffset
          if (isOld || recordCount(bytes, at) === 0) return undefined
          found = { position, size: batchSize(bytes, at) }
          return 'stop'
        })
        if (!found) break
        yield segment.read(found.position, found.size)
        from = found.position + found.size
      }
    }
  }
}
