/**
 * Snappy as Kafka has it: in the stream format of xerial's snappy-java, blocks of 32 KiB.
 *
 *    0  82 'SNAPPY' 00      8 bytes of magic
 *    8  version             i32   1
 *   12  compatible version  i32   1
 *   16  size                i32   of the block that follows, big-endian, unlike anything in snappy itself
 *   20  block                     raw snappy: its own uncompressed size as LEB128, then the elements
 *   ..  size, block, ...          to the end; a second stream may follow, magic and all
 *
 * Some clients send one raw block without any of this; SnappyInputStream, and so Kafka, takes it.
 */
import { Malformed, TooLarge } from '../reader'
import { MOST_BLOCKS, snappyCompressBlock, snappyDecompressBlock } from './blocks'

const HEADER = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])
const MAGIC = HEADER.subarray(0, 8)
/** The first half of the magic, where the size of a block should be: another stream begins. */
const MAGIC_HEAD = 0x82534e41 | 0
const BLOCK_SIZE = 32 * 1024

export function snappyCompress(bytes: Buffer): Buffer {
  const pieces: Buffer[] = [HEADER]
  for (let at = 0; at < bytes.length; at += BLOCK_SIZE) {
    const block = snappyCompressBlock(bytes.subarray(at, at + BLOCK_SIZE))
    const size = Buffer.allocUnsafe(4)
    size.writeInt32BE(block.length)
    pieces.push(size, block)
  }
  return Buffer.concat(pieces)
}

/** The uncompressed size that a raw block says it has. */
function saidSize(block: Buffer): number {
  let size = 0
  for (let i = 0; i < 5 && i < block.length; i++) {
    const byte = block[i] as number
    size += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return size
  }
  throw new Malformed(0, 'a snappy block without a size')
}

const isStream = (bytes: Buffer): boolean =>
  bytes.length >= MAGIC.length && bytes.compare(MAGIC, 0, MAGIC.length, 0, MAGIC.length) === 0

/** The raw blocks of a stream; what is no stream is one. */
function* blocksOf(bytes: Buffer): Generator<Buffer, void, undefined> {
  if (!isStream(bytes)) {
    yield bytes
    return
  }
  let count = 0
  for (let at = HEADER.length; at < bytes.length; ) {
    if (count++ > MOST_BLOCKS) throw new Malformed(at, `snappy data of more than ${MOST_BLOCKS} blocks`)
    if (bytes.length - at < 4) return // less than a size is the end, as for snappy-java
    const size = bytes.readInt32BE(at)
    if (size === MAGIC_HEAD) {
      at += HEADER.length
      continue
    }
    if (size < 0 || size > bytes.length - at - 4) throw new Malformed(at, `a snappy block of ${size} bytes`)
    yield bytes.subarray(at + 4, at + 4 + size)
    at += 4 + size
  }
}

/** All blocks say beforehand what they hold; one that holds something else is refused by the module. */
export function snappyDecompress(bytes: Buffer, limit: number): Buffer {
  let total = 0
  for (const block of blocksOf(bytes)) total += saidSize(block)
  if (total > limit) throw new TooLarge(0, `snappy data of ${total} bytes where ${limit} are allowed`)
  const output = Buffer.allocUnsafe(total)
  let at = 0
  for (const block of blocksOf(bytes)) at += snappyDecompressBlock(block, output, at)
  return output.subarray(0, at)
}
