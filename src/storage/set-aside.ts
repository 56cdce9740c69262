/**
 * What recovery must cut off it keeps, beside the log and under a name that Kafka passes over: `<base>.log.corrupt-<offset>`, with
 * the offset at which the log ends now. Kafka has replicas to fetch such records from again; a log with one copy has not. Zeros at the
 * end are not kept.
 */
import { batchSize, HEADER_SIZE, magic, recordCount } from '../protocol/batch'
import type { FileSystem } from '../system/system'
import type { Log } from './log'
import type { Segment } from './segment'

const COPY_BYTES = 1 << 20
/** So many zeros behind other bytes may still be theirs. */
const BLOCK = 4096

/** Takes the bytes from `position` on out of a segment; one that begins behind the end of the log goes as a whole. */
export function setAside(log: Log, segment: Segment, position: number, report: (finding: string) => void): void {
  if (segment.base > log.endOffset) {
    setWholeAside(log, segment, report)
    return
  }
  const end = endOfBytes(segment, position)
  const words = describe(segment, position)
  const aside = freeName(log.system.fs, `${segment.logPath}.corrupt-${log.endOffset}`)
  if (end > position) copyTail(log, segment, position, end, aside)
  const zeros = segment.size - end
  segment.truncate(position)
  segment.syncNow()
  if (end > position) report(told(log, end - position, words, aside))
  else if (zeros > 0 && !log.settings.preallocate)
    report(`${log.name}: ${zeros} zero bytes behind offset ${log.endOffset} were cut off; nothing was written there`)
}

/** From where on there are nothing but zeros, `position` or later: what preallocation, or a length that was quicker than its bytes, leaves. */
function endOfBytes(segment: Segment, position: number): number {
  const zeros = Buffer.alloc(Math.min(COPY_BYTES, segment.size - position))
  let end = position
  for (let at = position; at < segment.size; at += COPY_BYTES) {
    const piece = segment.read(at, COPY_BYTES)
    if (piece.equals(zeros.subarray(0, piece.length))) continue
    let last = piece.length - 1
    while (piece[last] === 0) last--
    end = Math.min(at + last + BLOCK, segment.size) // records may end with a zero
  }
  return end
}

/** Takes a segment's file away from the log. */
export function setWholeAside(log: Log, segment: Segment, report: (finding: string) => void): void {
  const { fs } = log.system
  const { size } = segment
  const words = size === 0 ? '' : describe(segment, 0)
  const aside = freeName(fs, `${segment.logPath}.corrupt-${log.endOffset}`)
  segment.close()
  if (size > 0) fs.rename(segment.logPath, aside)
  else fs.remove(segment.logPath)
  for (const kind of ['index', 'timeindex', 'txnindex'] as const) fs.remove(segment.indexPath(kind))
  fs.syncFolder(log.folder)
  if (size > 0) report(told(log, size, words, aside))
}

const told = (log: Log, size: number, words: string, aside: string): string =>
  `${log.name}: ${size} bytes (${words}) behind offset ${log.endOffset} were not sound; they were cut off and kept in ${aside}`

/** The copy is on disk before the original is cut. */
function copyTail({ system: { fs }, folder }: Log, segment: Segment, position: number, end: number, aside: string): void {
  const fd = fs.open(aside, 'new')
  try {
    for (let at = position; at < end; at += COPY_BYTES) {
      fs.write(fd, segment.read(at, Math.min(COPY_BYTES, end - at)), at - position)
    }
    fs.dataSyncNow(fd)
  } catch (error) {
    fs.remove(aside) // half a copy, of what is all there still
    throw error
  } finally {
    fs.close(fd)
  }
  fs.syncFolder(folder)
}

/** `wanted`, or with a number behind it where that is taken. */
export function freeName(fs: FileSystem, wanted: string): string {
  let name = wanted
  for (let i = 1; fs.exists(name); i++) name = `${wanted}-${i}`
  return name
}

/** What the headers in the bytes claim, as far as they are headers. */
function describe(segment: Segment, position: number): string {
  let records = 0
  for (let at = position; at + HEADER_SIZE <= segment.size; ) {
    const header = segment.read(at, HEADER_SIZE)
    const size = batchSize(header, 0)
    if (magic(header, 0) !== 2 || size < HEADER_SIZE || at + size > segment.size) break
    records += Math.max(0, recordCount(header, 0))
    at += size
  }
  return records === 0 ? 'no whole batch' : records === 1 ? '1 record' : `${records} records`
}
