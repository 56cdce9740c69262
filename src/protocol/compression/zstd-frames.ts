/**
 * The outside of zstd data: where each frame ends, and how much it can hold at most. Needed since Node's own decoder stops without
 * a word after the first frame, and (22) at the end of a cut one, and since the C library wants to know how much room to have,
 * which Java's frames do not say.
 *
 *   0  28 b5 2f fd         magic (50-5f 2a 4d 18: a frame to skip, its size behind as u32)
 *   4  descriptor          u8    7-6 size of the content size, 5 single segment, 2 checksum, 1-0 size of the dictionary id
 *   5  window              u8    unless single segment
 *   .. dictionary id             0, 1, 2 or 4 bytes
 *   .. content size              0 (1 if single segment), 2, 4 or 8 bytes
 *   .. blocks                    u24: 0 last, 1-2 kind (0 raw, 1 one byte repeated, 2 compressed), 3-23 size; then the bytes
 *   .. checksum            u32   if the descriptor says so
 *
 * All little-endian. Source: RFC 8878.
 */
import { Malformed } from '../reader'

const MAGIC = 0xfd2fb528
/** No block holds more. */
const BLOCK_MAX = 128 * 1024

/** More frames than anybody makes of a batch, which is one frame. */
const MOST_FRAMES = 1024

export interface ZstdFrame {
  readonly start: number
  readonly end: number
  /** Bytes that it holds at most. */
  readonly most: number
}

/** The frames of `bytes` that hold something, one after the other. Throws Malformed where they are cut or are none. */
export function* zstdFrames(bytes: Buffer): Generator<ZstdFrame, void, undefined> {
  let count = 0
  for (let start = 0; start < bytes.length; ) {
    if (count++ > MOST_FRAMES) throw new Malformed(start, `zstd data of more than ${MOST_FRAMES} frames`)
    if (bytes.length - start < 8) throw new Malformed(start, 'zstd data that end early')
    const magic = bytes.readUInt32LE(start)
    if (magic >>> 4 === 0x184d2a5) {
      start += 8 + bytes.readUInt32LE(start + 4)
      if (start > bytes.length) throw new Malformed(start, 'zstd data that end early')
      continue
    }
    if (magic !== MAGIC) throw new Malformed(start, 'zstd data without their magic')
    const frame = readFrame(bytes, start)
    yield frame
    start = frame.end
  }
}

/** Follows the blocks of the frame at `start`, of which eight bytes are there. */
function readFrame(bytes: Buffer, start: number): ZstdFrame {
  const descriptor = bytes[start + 4] as number
  const single = (descriptor >> 5) & 1
  const dictionaryId = [0, 1, 2, 4][descriptor & 3] as number
  const contentSize = [single, 2, 4, 8][descriptor >> 6] as number
  let most = 0
  let at = start + 5 + (1 - single) + dictionaryId + contentSize
  for (let last = 0; last === 0; ) {
    if (bytes.length - at < 3) throw new Malformed(at, 'zstd data that end early')
    const header = bytes.readUIntLE(at, 3)
    const kind = (header >> 1) & 3
    const size = header >> 3
    most += kind === 2 ? BLOCK_MAX : size
    at += 3 + (kind === 1 ? 1 : size)
    last = header & 1
  }
  const end = at + ((descriptor & 4) !== 0 ? 4 : 0)
  if (end > bytes.length) throw new Malformed(at, 'zstd data that end early')
  return { start, end, most }
}
