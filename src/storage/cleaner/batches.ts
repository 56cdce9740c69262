/**
 * Reads a segment's file from one batch to another, in large pieces, in the background, and the next piece while the last one is
 * being looked at. The file is opened for this alone: whatever becomes of the segment meanwhile, the reading goes on.
 */
import { batchSize, HEADER_SIZE, magic } from '../../protocol/batch'
import { giveBuffer, takeBuffer } from '../../protocol/pool'
import type { FileSystem } from '../../system/system'

/** Why a log cannot be compacted. */
export class Uncleanable extends Error {}

export interface Extent {
  readonly path: string
  /** Where the first batch begins, and where the last one ends. */
  readonly from: number
  readonly to: number
}

/** Pieces of whole batches, in order; each is good until the next one is asked for. Throws Uncleanable at what is no batch. */
export async function* readBatches(fs: FileSystem, { path, from, to }: Extent, pieceBytes: number): AsyncGenerator<Buffer, void> {
  if (from >= to) return
  const fd = fs.open(path, 'read')
  const read = (position: number, length: number) => readPiece(fs, fd, position, Math.min(length, to - position))
  let pending: Promise<Buffer> | undefined = read(from, pieceBytes)
  try {
    for (let position = from; pending; ) {
      let piece: Buffer = await pending
      pending = undefined
      const first = firstSize(piece, path, position)
      if (first > to - position) throw new Uncleanable(`a batch of ${first} bytes at ${position} of ${path} goes beyond its end`)
      if (first > piece.length) {
        giveBuffer(piece)
        piece = await read(position, first)
      }
      const whole = wholeBatches(piece, path, position)
      if (whole === 0) throw new Uncleanable(`${path} ends early, at ${position + piece.length}`)
      position += whole
      if (position < to) pending = read(position, pieceBytes)
      yield piece.subarray(0, whole)
      giveBuffer(piece)
    }
  } finally {
    await pending?.catch(() => {}) // it writes into memory of ours until then
    fs.close(fd)
  }
}

async function readPiece(fs: FileSystem, fd: number, position: number, length: number): Promise<Buffer> {
  const buffer = takeBuffer(length)
  let filled = 0
  while (filled < length) {
    const count = await fs.readLater(fd, buffer, filled, length - filled, position + filled)
    if (count === 0) break
    filled += count
  }
  return buffer.subarray(0, filled)
}

/** Size of the first batch; its header may be all that is there. */
function firstSize(piece: Buffer, path: string, position: number): number {
  if (piece.length < HEADER_SIZE) throw new Uncleanable(`${piece.length} bytes at ${position} of ${path} are no batch`)
  return checkedSize(piece, 0, path, position)
}
function checkedSize(piece: Buffer, at: number, path: string, position: number): number {
  const size = batchSize(piece, at)
  const version = magic(piece, at)
  if (version === 0 || version === 1) throw new Uncleanable(`${path} holds messages of magic ${version}, at ${position}`)
  if (version !== 2 || size < HEADER_SIZE) throw new Uncleanable(`${path} holds no batch at ${position}`)
  return size
}

/** Where the last whole batch ends. */
function wholeBatches(piece: Buffer, path: string, position: number): number {
  let at = 0
  while (at + HEADER_SIZE <= piece.length) {
    const size = checkedSize(piece, at, path, position + at)
    if (at + size > piece.length) break
    at += size
  }
  return at
}
