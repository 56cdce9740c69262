/**
 * What a log remembers of its producers, and the transactions that were aborted in it, when it is opened: from the newest snapshot
 * that is sound and the batches behind it (ProducerStateManager, LogLoader).
 */
import { baseOffset, batchSize, isControl, isTransactional, partitionLeaderEpoch } from '../protocol/batch'
import { Malformed } from '../protocol/reader'
import { replaceFile } from './checkpoints'
import { DELETED, isWanted } from './cleaner/settle'
import type { Steps } from './gradual'
import type { Log } from './log'
import { readMarker } from './marker'
import { type AbortedTransaction, Producers } from './producers'
import { type Segment, segmentName } from './segment'
import { decodeSnapshot, encodeAborted } from './snapshot'
import { passes } from './trouble'

/** How much is read in one step. */
const STEP_BYTES = 2 * 1024 * 1024

/** The offsets that files of a kind are named after, ascending. */
export function offsetsOf(names: readonly string[], kind: 'log' | 'snapshot' | 'txnindex'): number[] {
  const files = names.filter((file) => /^\d{20}\.[a-z]+$/.test(file) && file.endsWith(`.${kind}`))
  return files.map((file) => Number(file.slice(0, 20))).sort((a, b) => a - b)
}

/** Segment.scan up to the segment's end, with a pause now and then. */
export function* inSteps(
  segment: Segment,
  from: number,
  show: (bytes: Buffer, at: number, position: number) => unknown,
  need: 'headers' | 'batches',
): Steps<number> {
  for (let start = from; ; ) {
    let paused = false
    const end = segment.scan(
      start,
      segment.size,
      (bytes, at, position) => {
        paused = position - start >= STEP_BYTES
        return paused ? 'stop' : show(bytes, at, position)
      },
      need,
    )
    if (!paused) return end
    start = end
    yield
  }
}

const snapshotPath = (log: Log, offset: number): string => `${log.folder}/${segmentName(offset)}.snapshot`

/** Snapshots beyond `end` are of records that are not there: when the log is that long again they would tell of others. */
export function removeSnapshots(log: Log, names: readonly string[], end: number): void {
  for (const offset of offsetsOf(names, 'snapshot')) if (offset > end) log.system.fs.remove(snapshotPath(log, offset))
}

/** The state at `end`, up to which the segments are sound. */
export function* loadProducers(log: Log, names: readonly string[], end: number, report: (finding: string) => void): Steps<void> {
  const most = Math.min(end, repairAborted(log, names, end))
  let from = log.segments[0]?.base ?? 0
  for (const offset of offsetsOf(names, 'snapshot').reverse()) {
    if (offset > most) {
      log.snapshots.older.push(offset)
      continue
    }
    try {
      log.producers.load(decodeSnapshot(log.system.fs.readFile(snapshotPath(log, offset))), offset)
      log.snapshots.found(offset)
      from = offset
      break
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      report(
        `${log.name}: the producer snapshot at ${offset} is damaged (${error.message}); an older one and the log make it again`,
      )
    }
  }
  yield* replay(log, from, end)
}

/**
 * Makes the .txnindex files of segments below `end` end where the log does. Gives the offset up to which the snapshots' word can be
 * taken: aborts behind it have to be found in the log again.
 */
function repairAborted(log: Log, names: readonly string[], end: number): number {
  let most = Number.POSITIVE_INFINITY
  for (const base of offsetsOf(names, 'txnindex')) {
    const segment = base < end ? log.segments.find((one) => one.base === base) : undefined
    if (segment && !segment.repairAborted(log.endOffset)) most = Math.min(most, base)
  }
  return most
}

/**
 * Retention takes a segment's files away by renaming them, and a power cut may undo that for the log and not for its .txnindex: what was
 * aborted there is found again. The file that tells of it goes when that is on the disk, for the power may be cut again. `names`: what was
 * there before the opening.
 */
export function* remakeAborted(log: Log, names: readonly string[]): Steps<void> {
  const { fs } = log.system
  for (const segment of log.segments) {
    const index = `${segmentName(segment.base)}.txnindex`
    const sign = `${index}${DELETED}`
    if (!names.includes(sign) || !isWanted(sign, names)) continue
    const found: AbortedTransaction[] = []
    const producers = new Producers() // of transactions that began before nothing is left
    producers.endOffset = segment.base
    const take = (header: Buffer, at: number, position: number) => {
      if (!isControl(header, at) || !isTransactional(header, at)) return void producers.take(header, at)
      const bytes = segment.read(position, batchSize(header, at))
      const aborted = producers.take(bytes, 0, readMarker(bytes, 0))
      if (aborted) found.push(aborted)
    }
    yield* inSteps(segment, 0, take, 'headers')
    try {
      if (found.length > 0) replaceFile(fs, `${log.folder}/${index}`, Buffer.concat(found.map(encodeAborted)))
      fs.syncFolder(log.folder)
      fs.remove(`${log.folder}/${sign}`)
    } catch (error) {
      if (!passes(error)) throw error
      for (const aborted of found) segment.addAborted(aborted) // there is room in memory
    }
  }
}

/** Takes the batches from `from` to `end` into the producers' state, and epochs that the checkpoint does not have. */
function* replay(log: Log, from: number, end: number): Steps<void> {
  log.producers.endOffset = from
  if (from >= end) return
  for (let index = log.segmentIndex(from); index < log.segments.length; index++) {
    const segment = log.segments[index] as Segment
    if (segment.base >= end) return
    segment.loadIndexes(log.settings.indexIntervalBytes)
    const start = segment.base < from ? segment.positionOf(from) : 0
    const take = (header: Buffer, at: number, position: number) => {
      const epoch = partitionLeaderEpoch(header, at)
      if (epoch > log.lastEpoch) log.beginEpoch(epoch, baseOffset(header, at))
      if (isControl(header, at) && isTransactional(header, at))
        takeIn(log, segment, segment.read(position, batchSize(header, at)), 0)
      else log.producers.take(header, at)
    }
    yield* inSteps(segment, start, take, 'headers')
  }
}

/** Takes one whole batch in; an abort that its segment does not know of yet is noted there. */
export function takeIn(log: Log, segment: Segment, bytes: Buffer, at: number): void {
  const isMarker = isControl(bytes, at) && isTransactional(bytes, at)
  const aborted = log.producers.take(bytes, at, isMarker ? readMarker(bytes, at) : undefined)
  const known = aborted && segment.aborted().some(({ lastOffset }) => lastOffset === aborted.lastOffset)
  if (aborted && !known) segment.addAborted(aborted)
}
