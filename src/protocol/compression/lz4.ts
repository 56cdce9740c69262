/**
 * LZ4 frames as Kafka's Java reader takes them: version 1, independent blocks, and no content checksum, which it does not check.
 *
 *   0  04 22 4d 18    magic
 *   4  FLG            u8    01 version, independent blocks, block checksums, content size, content checksum, 0, dictionary id
 *   5  BD             u8    bits 4-6: most that a block holds, 4: 64 KiB, 5: 256 KiB, 6: 1 MiB, 7: 4 MiB
 *   6  content size   u64   if FLG says so; little-endian, like all of the frame
 *   .. dictionary id  u32   if FLG says so
 *   .. HC             u8    second byte of xxh32 over FLG to here
 *   .. blocks               size u32 (top bit: stored, not compressed), bytes, xxh32 of the bytes if FLG says so
 *   .. 00 00 00 00          end
 *
 * Sources: lz4_Frame_format.md; org.apache.kafka.common.compress.Lz4BlockInputStream.
 */
import { Malformed, TooLarge } from '../reader'
import { lz4CompressFrame, lz4DecompressFrame, MOST_BLOCKS } from './blocks'
import { xxh32 } from './xxhash'

const MAGIC = 0x184d2204
const BLOCK_SIZE = 64 * 1024
const STORED = 0x80000000
const END = Buffer.alloc(4)

const INDEPENDENT = 0x20
const BLOCK_CHECKSUM = 0x10
const CONTENT_SIZE = 0x08
const CONTENT_CHECKSUM = 0x04
const DICTIONARY = 0x01

/** The seven bytes in front of independent blocks without checksums of 64 KiB, 256 KiB, 1 MiB or 4 MiB: kinds 0 to 3. */
function headerOf(kind: number): Buffer {
  const header = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x40 | INDEPENDENT, 0x40 + 0x10 * kind, 0])
  header[6] = (xxh32(header, 4, 6) >>> 8) & 0xff
  return header
}
const mostOf = (kind: number): number => BLOCK_SIZE << (2 * kind)

export function lz4Compress(bytes: Buffer): Buffer {
  const pieces: Buffer[] = [headerOf(0)]
  for (let at = 0; at < bytes.length; at += BLOCK_SIZE) {
    // Called once for each block: given all, the module makes blocks of 4 MiB, and so would every reader's buffers be.
    pieces.push(lz4CompressFrame(bytes.subarray(at, at + BLOCK_SIZE)).subarray(7, -4))
  }
  return Buffer.concat([...pieces, END])
}

interface Frame {
  /** Where the blocks begin. */
  readonly blocks: number
  readonly flags: number
  /** 0-3: the block sizes above. */
  readonly kind: number
}

function readFrame(bytes: Buffer): Frame {
  if (bytes.length < 7 || bytes.readUInt32LE(0) !== MAGIC) throw new Malformed(0, 'lz4 data without its magic')
  const flags = bytes[4] as number
  const kind = ((bytes[5] as number) >> 4) - 4
  if (flags >> 6 !== 1 || (flags & 0x02) !== 0) throw new Malformed(4, 'an lz4 frame of an unknown version')
  if ((flags & INDEPENDENT) === 0) throw new Malformed(4, 'an lz4 frame with dependent blocks')
  if (kind < 0 || kind > 3) throw new Malformed(5, 'an lz4 frame of an unknown block size')
  const check = 6 + (flags & CONTENT_SIZE ? 8 : 0) + (flags & DICTIONARY ? 4 : 0)
  if (check >= bytes.length) throw new Malformed(6, 'an lz4 frame that ends in its header')
  // Clients older than 0.10 summed from the magic on (KAFKA-3160), and messages of magic 0 are read as they are.
  const found = bytes[check] as number
  if (found !== ((xxh32(bytes, 4, check) >>> 8) & 0xff) && found !== ((xxh32(bytes, 0, check) >>> 8) & 0xff)) {
    throw new Malformed(check, 'an lz4 header with a wrong checksum')
  }
  return { blocks: check + 1, flags, kind }
}

/** The smallest block size that holds `limit` bytes, if it is smaller than the frame's: a block that holds more is refused. */
function boundedKind(kind: number, limit: number): number {
  let least = 0
  while (least < kind && mostOf(least) < limit) least++
  return least
}

/** The block with its size in front, of a frame whose blocks are of `kind`. */
function decompressBlock(block: Buffer, kind: number, limit: number): Buffer {
  const bounded = boundedKind(kind, limit)
  try {
    return lz4DecompressFrame([headerOf(bounded), block, END])
  } catch (error) {
    // it does not say why: a block that is allowed more than is left has most likely more
    if (bounded < kind && error instanceof Malformed)
      throw new TooLarge(0, `an lz4 block that does not decompress to ${limit} bytes`)
    throw error
  }
}

export function lz4Decompress(bytes: Buffer, limit: number): Buffer {
  const { blocks, flags, kind } = readFrame(bytes)
  const pieces: Buffer[] = []
  let left = limit
  let at = blocks
  for (;;) {
    if (bytes.length - at < 4) throw new Malformed(at, 'lz4 data that end early')
    const word = bytes.readUInt32LE(at)
    if (word === 0) break
    if (pieces.length > MOST_BLOCKS) throw new Malformed(at, `lz4 data of more than ${MOST_BLOCKS} blocks`)
    const end = at + 4 + (word % STORED)
    const next = end + (flags & BLOCK_CHECKSUM ? 4 : 0)
    if (next > bytes.length || end - at - 4 > mostOf(kind)) throw new Malformed(at, `an lz4 block of ${end - at - 4} bytes`)
    if (next > end && xxh32(bytes, at + 4, end) !== bytes.readUInt32LE(end))
      throw new Malformed(at, 'an lz4 block with a wrong checksum')
    const piece = word >= STORED ? bytes.subarray(at + 4, end) : decompressBlock(bytes.subarray(at, end), kind, left)
    left -= piece.length
    if (left < 0) throw new TooLarge(at, `lz4 data of more than ${limit} bytes`)
    pieces.push(piece)
    at = next
  }
  if (flags & CONTENT_CHECKSUM && bytes.length - at < 8) throw new Malformed(at, 'lz4 data that end early')
  return Buffer.concat(pieces)
}
