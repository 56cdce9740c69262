/** The entries of .index and .timeindex files, read when they are wanted: Kafka lays out millions of zeros in advance. */
import { type Long, readLong } from './dump-log-long'

export interface Entries<T> {
  readonly count: number
  at(i: number): T
}
export interface OffsetEntry {
  readonly offset: number
  readonly position: number
}
export interface TimeEntry {
  readonly timestamp: Long
  readonly offset: number
}

export const OFFSET_ENTRY = 8
export const TIME_ENTRY = 12

export const offsetEntries = (bytes: Buffer, base: number): Entries<OffsetEntry> => ({
  count: Math.floor(bytes.length / OFFSET_ENTRY),
  at: (i) => ({
    offset: base + bytes.readInt32BE(i * OFFSET_ENTRY),
    position: bytes.readInt32BE(i * OFFSET_ENTRY + 4),
  }),
})
export const timeEntries = (bytes: Buffer, base: number): Entries<TimeEntry> => ({
  count: Math.floor(bytes.length / TIME_ENTRY),
  at: (i) => ({ timestamp: readLong(bytes, i * TIME_ENTRY), offset: base + bytes.readInt32BE(i * TIME_ENTRY + 8) }),
})

/** Where Kafka looks first; that matters only where the entries do not ascend. */
const WARM = 8192 / OFFSET_ENTRY

/** Where in the log to begin to look for `offset` (AbstractIndex.largestLowerBoundSlotFor). */
export function positionFor({ count, at }: Entries<OffsetEntry>, offset: number): number {
  if (count === 0) return 0
  const warm = Math.max(0, count - 1 - WARM)
  if (at(warm).offset < offset) return search(at, offset, warm, count - 1)
  return at(0).offset > offset ? 0 : search(at, offset, 0, warm)
}
function search(at: (i: number) => OffsetEntry, offset: number, low: number, high: number): number {
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    const found = at(middle)
    if (found.offset === offset) return found.position
    if (found.offset > offset) high = middle - 1
    else low = middle
  }
  return at(low).position
}
