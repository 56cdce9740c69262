/**
 * The sparse indexes of a segment (OffsetIndex, TimeIndex), kept in memory and written with the first sync after the segment's
 * end: after an unclean end they are rebuilt from the recovery point on anyway, so writing them sooner would buy nothing.
 *
 *     .index       relativeOffset i32 (the batch's last offset - base)   position i32
 *     .timeindex   maxTimestamp i64 (greatest so far)   relativeOffset i32 (last offset of the batch that has it)
 */
import type { FileSystem } from '../system/system'
import type { Syncs } from './syncs'

const OFFSET_ENTRY = 8
const TIME_ENTRY = 12

/** Greatest i with key(i) <= wanted, or -1. */
function floor(count: number, wanted: number, key: (index: number) => number): number {
  let low = 0
  let high = count - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    if (key(middle) <= wanted) low = middle + 1
    else high = middle - 1
  }
  return high
}

/** Offsets and positions, both relative to the segment, strictly increasing. */
export class OffsetIndex {
  private entries = new Int32Array(32)
  private count = 0

  get length(): number {
    return this.count
  }
  get sizeBytes(): number {
    return this.count * OFFSET_ENTRY
  }
  append(relativeOffset: number, position: number): void {
    if (this.count * 2 === this.entries.length) {
      const grown = new Int32Array(this.entries.length * 2)
      grown.set(this.entries)
      this.entries = grown
    }
    this.entries[this.count * 2] = relativeOffset
    this.entries[this.count * 2 + 1] = position
    this.count++
  }
  /** The position from which to search for `relativeOffset`: that of the last entry at or below it, else 0. */
  lookup(relativeOffset: number): number {
    const at = floor(this.count, relativeOffset, (index) => this.entries[index * 2] as number)
    return at < 0 ? 0 : (this.entries[at * 2 + 1] as number)
  }
  last(): { relativeOffset: number; position: number } | undefined {
    if (this.count === 0) return undefined
    return {
      relativeOffset: this.entries[this.count * 2 - 2] as number,
      position: this.entries[this.count * 2 - 1] as number,
    }
  }
  clear(): void {
    this.count = 0
  }
  toBytes(): Buffer {
    const bytes = Buffer.allocUnsafe(this.sizeBytes)
    for (let i = 0; i < this.count * 2; i++) bytes.writeInt32BE(this.entries[i] as number, i * 4)
    return bytes
  }
  /** False when the bytes are no index of a segment of `logSize` bytes. Kafka's preallocated zeros at the end are left out. */
  load(bytes: Buffer, logSize: number): boolean {
    this.clear()
    if (bytes.length % OFFSET_ENTRY !== 0) return false
    let lastOffset = -1
    let lastPosition = -1
    for (let at = 0; at < bytes.length; at += OFFSET_ENTRY) {
      const offset = bytes.readInt32BE(at)
      const position = bytes.readInt32BE(at + 4)
      if (offset === 0 && position === 0) break
      if (offset <= lastOffset || position <= lastPosition || position >= Math.max(logSize, 1)) return false
      this.append(offset, position)
      lastOffset = offset
      lastPosition = position
    }
    return true
  }
}

/** Greatest timestamps so far, with the relative offset of the batch that has them; both increasing. */
export class TimeIndex {
  private times: number[] = []
  private offsets: number[] = []

  get length(): number {
    return this.times.length
  }
  get sizeBytes(): number {
    return this.times.length * TIME_ENTRY
  }
  /** Adds an entry if its timestamp is greater than the last one. */
  append(timestamp: number, relativeOffset: number): void {
    if (timestamp < 0) return
    const last = this.times.length - 1
    if (last >= 0 && (timestamp <= (this.times[last] as number) || relativeOffset <= (this.offsets[last] as number))) return
    this.times.push(timestamp)
    this.offsets.push(relativeOffset)
  }
  /** The relative offset from which to search for the first record with a timestamp of at least `timestamp`. */
  lookup(timestamp: number): number {
    const at = floor(this.times.length, timestamp - 1, (index) => this.times[index] as number)
    return at < 0 ? 0 : (this.offsets[at] as number)
  }
  last(): { timestamp: number; relativeOffset: number } | undefined {
    const last = this.times.length - 1
    if (last < 0) return undefined
    return { timestamp: this.times[last] as number, relativeOffset: this.offsets[last] as number }
  }
  clear(): void {
    this.times = []
    this.offsets = []
  }
  toBytes(): Buffer {
    const bytes = Buffer.allocUnsafe(this.sizeBytes)
    this.times.forEach((time, index) => {
      bytes.writeBigInt64BE(BigInt(time), index * TIME_ENTRY)
      bytes.writeInt32BE(this.offsets[index] as number, index * TIME_ENTRY + 8)
    })
    return bytes
  }
  load(bytes: Buffer): boolean {
    this.clear()
    if (bytes.length % TIME_ENTRY !== 0) return false
    let lastTime = Number.NEGATIVE_INFINITY
    for (let at = 0; at < bytes.length; at += TIME_ENTRY) {
      const time = Number(bytes.readBigInt64BE(at))
      const offset = bytes.readInt32BE(at + 8)
      if (offset === 0 && (time === 0 || at > 0)) break
      if (time < lastTime) return false
      this.append(time, offset)
      lastTime = time
    }
    return true
  }
}

/** Writes an index file beside its log. It is trusted only after a clean stop, so it is synced by whoever writes the marker. */
export function* writeIndex(fs: FileSystem, path: string, bytes: Uint8Array): Syncs {
  const fd = fs.open(path, 'create')
  try {
    if (bytes.length > 0) fs.write(fd, bytes, 0)
    if (fs.size(fd) > bytes.length) fs.truncate(fd, bytes.length)
    yield fd
  } finally {
    fs.close(fd)
  }
}
