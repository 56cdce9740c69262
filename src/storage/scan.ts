/**
 * Walks over the batches of a segment's file from its bytes alone: a read of many headers at a time where batches are small, one header
 * at a time where they are large, everything where whole batches are needed.
 */
import { batchSize, HEADER_SIZE, magic } from '../protocol/batch'
import { giveBuffer, takeBuffer } from '../protocol/pool'

/** Shown a batch: a buffer, where the batch begins there, where in the file. The buffer is used again for the next. */
export type ShowBatch = (bytes: Buffer, at: number, position: number) => unknown

/** Reads up to `length` bytes at `position` into the beginning of `room`; gives how many there were. */
export type ReadInto = (room: Buffer, length: number, position: number) => number

/** Magic 2, and an offset that a number can hold. */
export const couldBeBatch = (bytes: Buffer, at: number): boolean => magic(bytes, at) === 2 && bytes.readUInt16BE(at) < 0x20

/** How much is read at once when looking for a batch. */
const SCAN_BYTES = 64 * 1024
/** Behind batches of this size single headers are read. */
const FAR_BYTES = 8 * 1024
/** How much is read at once where everything is. */
const READ_BYTES = 1024 * 1024

/**
 * Shows every whole batch from `position` to `end`. Only the header is sure to be in the buffer, unless whole batches are needed. Stops
 * at 'stop', at a partial batch, or at one that cannot be a batch; gives the position.
 */
export function scanBatches(
  read: ReadInto,
  position: number,
  end: number,
  show: ShowBatch,
  need: 'headers' | 'batches' = 'headers',
): number {
  let start = position
  let room: Buffer = Buffer.alloc(0)
  let buffer: Buffer = room
  let filled = 0 // where in the file the buffer begins
  let previous = 0 // size of the batch before
  const fill = (wanted: number) => {
    const length = Math.min(wanted, end - start)
    if (room.length < length) {
      giveBuffer(room)
      room = takeBuffer(length)
    }
    buffer = room.subarray(0, read(room, length, start))
    filled = start
  }
  try {
    while (start + HEADER_SIZE <= end) {
      if (start < filled || start + HEADER_SIZE > filled + buffer.length) {
        fill(need === 'batches' ? READ_BYTES : previous > FAR_BYTES ? HEADER_SIZE : SCAN_BYTES)
        if (buffer.length < HEADER_SIZE) break
      }
      let at = start - filled
      const size = batchSize(buffer, at)
      if (size < HEADER_SIZE || start + size > end || !couldBeBatch(buffer, at)) break
      if (need === 'batches' && at + size > buffer.length) {
        fill(Math.max(READ_BYTES, size))
        at = 0
      }
      if (show(buffer, at, start) === 'stop') break
      start += size
      previous = size
    }
    return start
  } finally {
    giveBuffer(room)
  }
}
