/** One .log file, batch by batch, with what follows it: its indexes, the epochs, the transactions that were aborted in it. */
import {
  baseOffset,
  batchSize,
  checkCrc,
  HEADER_SIZE,
  HEADER_TO_MAGIC,
  isControl,
  isTransactional,
  lastOffset,
  maxTimestamp,
  partitionLeaderEpoch,
  recordCount,
} from '../../protocol/batch'
import { Malformed } from '../../protocol/reader'
import { readMarker } from '../marker'
import { type AbortedTransaction, Producers } from '../producers'
import { couldBeBatch, type ReadInto, scanBatches } from '../scan'
import { batchFlaw, isCleaned } from './batch'
import { describeDamage, nextSound } from './damage'
import type { EpochCheck } from './epochs'
import { type At, openToRead, unreadable } from './files'
import type { Checking } from './finding'
import type { IndexCheck } from './indexes'

/** What is the same for all segments of a partition, and grows with them. */
export interface Walk {
  readonly at: At
  /** Records may be gone from between others. */
  compacted: boolean
  readonly deep: boolean
  /** The least offset that may come next; undefined before the first batch. */
  expected: number | undefined
  /** A batch could not be read: what is missing behind it has been told. */
  broken: boolean
  readonly epochs: EpochCheck
  /** Open transactions, as far as the log tells. */
  readonly producers: Producers
  /** Told of every sound batch. */
  readonly onBatch: ((bytes: Buffer, at: number, file: string) => void) | undefined
}

export interface SegmentToCheck {
  readonly file: string
  readonly base: number
  readonly size: number
  readonly indexes: readonly IndexCheck[]
  /** Whether the next opening reads the segment anew and cuts off what is not sound, from this offset on; Infinity: it does not. */
  readonly repairedFrom: number
  /** What is to be done about damage, by whether sound batches stand behind it. */
  readonly advice: (goesOn: boolean) => string
}

/** How much is read in one step. */
const STEP_BYTES = 4 << 20
const MISTAKE = 'A writer has made a mistake, the disk has not. Please report it, with what kt dump-log --deep-iteration says.'

export const newProducers = () => new Producers()

/** Checks a segment; gives the transactions that are aborted in it. */
export function* checkSegment(walk: Walk, segment: SegmentToCheck): Checking<AbortedTransaction[]> {
  const { at } = walk
  const aborted: AbortedTransaction[] = []
  const fd = openToRead(at, segment.file)
  if (fd === undefined) {
    walk.broken = true
    return aborted
  }
  const read: ReadInto = (room, length, position) => at.fs.read(fd, room, 0, length, position)
  try {
    let position = 0
    while (position < segment.size) {
      const began = position
      let paused = false
      position = scanBatches(
        read,
        position,
        segment.size,
        (bytes, start, where) => {
          paused = where - began >= STEP_BYTES
          return paused || !takeBatch(walk, segment, bytes, start, where, aborted) ? 'stop' : 'on'
        },
        'batches',
      )
      if (!paused && position < segment.size) position = damage(walk, segment, read, position)
      yield position - began
    }
    for (const index of segment.indexes) index.end()
  } catch (error) {
    unreadable(at, segment.file, error)
    walk.broken = true
  } finally {
    at.fs.close(fd)
  }
  return aborted
}

/** Takes a batch in; false when recovery would not: a wrong checksum, or offsets that go back. */
function takeBatch(
  walk: Walk,
  { file, base, indexes }: SegmentToCheck,
  bytes: Buffer,
  start: number,
  position: number,
  aborted: AbortedTransaction[],
): boolean {
  if (!checkCrc(bytes, start)) return false
  const [first, last] = [baseOffset(bytes, start), lastOffset(bytes, start)]
  if (first < (walk.expected ?? base) || last < first) return false
  const { findings } = walk.at
  const where = { position, offset: first }
  if (!walk.compacted && isCleaned(bytes, start) && !isControl(bytes, start)) walk.compacted = true
  checkGap(walk, file, base, where)
  if (last - base > 0x7fffffff) findings.error(file, `offset ${last} is too far from the first of its segment`, MISTAKE, where)
  walk.expected = last + 1
  walk.broken = false
  try {
    const flaw = batchFlaw(bytes, start, walk)
    if (flaw !== undefined) findings.error(file, `the batch has a right checksum, but ${flaw}`, MISTAKE, where)
    walk.epochs.batch(file, partitionLeaderEpoch(bytes, start), where)
    for (const index of indexes) index.batch(position, first, last, maxTimestamp(bytes, start))
    if (isTransactional(bytes, start)) {
      const marker = isControl(bytes, start) ? readMarker(bytes, start) : undefined
      const ended = walk.producers.take(bytes, start, marker)
      if (ended) aborted.push(ended)
    }
    walk.onBatch?.(bytes, start, file)
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    findings.error(file, `the batch has a right checksum, but ${error.message}`, MISTAKE, where)
  }
  findings.counts.batches++
  findings.counts.records += Math.max(0, recordCount(bytes, start))
  findings.counts.bytes += batchSize(bytes, start)
  return true
}

function checkGap(walk: Walk, file: string, base: number, where: { position: number; offset: number }): void {
  const { expected = base, broken, compacted } = walk
  if (where.offset === expected || broken || compacted) return
  const missing = where.offset - expected
  walk.at.findings.error(
    file,
    `offsets ${expected} to ${where.offset - 1} are missing (${missing})`,
    'The topic is not compacted, so nothing should be missing; unless it was once, or is by the settings of its server, they are lost.',
    where,
  )
}

/** Tells of what stands at `position`, and gives where to go on: the next sound batch, or the end. */
function damage(walk: Walk, segment: SegmentToCheck, read: ReadInto, position: number): number {
  const { findings } = walk.at
  const expected = walk.expected ?? segment.base
  const next = nextSound(read, position + 1, segment.size, expected)
  const what = describeStop(read, position, segment.size, expected)
  const behind = next === undefined ? '' : `; sound batches go on at byte ${next}`
  const level = next === undefined && expected >= segment.repairedFrom ? 'note' : 'error'
  findings.add(level, segment.file, what + behind, segment.advice(next !== undefined), { position, offset: expected })
  walk.broken = true
  const to = next ?? segment.size
  for (const index of segment.indexes) index.skip(to)
  return to
}

function describeStop(read: ReadInto, position: number, size: number, expected: number): string {
  const bytes = Buffer.alloc(Math.min(size - position, HEADER_TO_MAGIC))
  read(bytes, bytes.length, position)
  const length = bytes.length < HEADER_TO_MAGIC ? 0 : batchSize(bytes, 0)
  if (length >= HEADER_SIZE && length <= size - position && isSoundAt(read, position, length)) {
    return `the batch begins with offset ${baseOffset(bytes, 0)}, where ${expected} should come`
  }
  return describeDamage(read, position, size)
}

function isSoundAt(read: ReadInto, position: number, length: number): boolean {
  const bytes = Buffer.alloc(length)
  read(bytes, length, position)
  return couldBeBatch(bytes, 0) && checkCrc(bytes, 0)
}
