/** Bytes that are no sound batch: what is wrong with them, and where sound batches go on behind them. */
import {
  attributes,
  baseOffset,
  batchCrc,
  batchSize,
  checkCrc,
  HEADER_SIZE,
  HEADER_TO_MAGIC,
  lastOffsetDelta,
  magic,
  recordCount,
} from '../../protocol/batch'
import { couldBeBatch, type ReadInto } from '../scan'

const SEARCH_BYTES = 1 << 20

/** Says what stands at `position` of a file of `size` bytes, where scanning stopped. */
export function describeDamage(read: ReadInto, position: number, size: number): string {
  const left = size - position
  if (isZero(read, position, size)) return `${left} zero bytes to the end of the file, where a batch should begin`
  const header = Buffer.alloc(Math.min(HEADER_SIZE, left))
  read(header, header.length, position)
  if (left < HEADER_TO_MAGIC) return `${left} bytes, which is less than the header of a batch`
  const version = magic(header, 0)
  if (version === 0 || version === 1) return `a message of format ${version}, of a Kafka before 0.11, which kt does not read`
  if (version !== 2) return `no batch begins here: its magic byte is ${version}, not 2`
  const length = batchSize(header, 0)
  if (length < HEADER_SIZE) return `the batch says that it has ${length} bytes, which is less than its header`
  if (length > left) return `the batch says that it has ${length} bytes, and only ${left} are there`
  if (!couldBeBatch(header, 0)) return 'the batch has an offset beyond 2^53'
  return `the batch has a wrong checksum (${hex(batchCrc(header, 0))} is written there)`
}

const hex = (value: number) => `0x${value.toString(16).padStart(8, '0')}`

function isZero(read: ReadInto, from: number, size: number): boolean {
  const room = Buffer.alloc(Math.min(SEARCH_BYTES, size - from))
  for (let at = from; at < size; at += room.length) {
    const got = read(room, Math.min(room.length, size - at), at)
    if (got === 0) return true
    if (room.subarray(0, got).some((byte) => byte !== 0)) return false
  }
  return true
}

/** Where, from `from` on, the next sound batch begins whose offset is `least` or greater. */
export function nextSound(read: ReadInto, from: number, size: number, least: number): number | undefined {
  const room = Buffer.alloc(Math.min(SEARCH_BYTES, Math.max(HEADER_SIZE, size - from)))
  for (let start = from; start + HEADER_SIZE <= size; start += room.length - HEADER_SIZE + 1) {
    const got = read(room, Math.min(room.length, size - start), start)
    const most = got - HEADER_SIZE
    // the magic byte is the only one that a batch is sure to have
    for (let at = room.indexOf(2, HEADER_TO_MAGIC - 1); at >= 0; at = room.indexOf(2, at + 1)) {
      const begin = at - HEADER_TO_MAGIC + 1
      if (begin > most) break
      if (isLikely(room, begin, size - start - begin, least) && isSound(read, start + begin, batchSize(room, begin))) {
        return start + begin
      }
    }
    if (got < room.length) return undefined
  }
  return undefined
}

/** Whether a header may be one: only then is it worth it to read what it heads. */
function isLikely(bytes: Buffer, at: number, left: number, least: number): boolean {
  if (!couldBeBatch(bytes, at)) return false
  const size = batchSize(bytes, at)
  if (size < HEADER_SIZE || size > left || baseOffset(bytes, at) < least) return false
  const delta = lastOffsetDelta(bytes, at)
  const count = recordCount(bytes, at)
  return (attributes(bytes, at) & 0xff80) === 0 && delta >= 0 && count >= 0 && count <= delta + 1
}

function isSound(read: ReadInto, position: number, size: number): boolean {
  const bytes = Buffer.alloc(size)
  return read(bytes, size, position) === size && checkCrc(bytes, 0)
}
