/**
 * The compression of record batches. A codec is a number, as in a batch's attributes. Nothing is loaded before it is used.
 *
 * Everything that is decompressed is bounded: at most `limit` bytes come out, and at most twice as much memory, and a few megabytes
 * for lz4's largest blocks, is taken on the way. What kt compresses, Kafka's Java clients and brokers read.
 */
import { Malformed, TooLarge } from '../reader'
import { lz4Compress, lz4Decompress } from './lz4'
import { snappyCompress, snappyDecompress } from './snappy'
import { isTooLarge, zstdCompress, zstdDecompress } from './zstd'

export const codecs = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const
export type CodecName = keyof typeof codecs
/** The names of the codecs, by number. */
export const codecNames = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const satisfies readonly CodecName[]

/**
 * `bytes` compressed with `codec` (0-4). `level` is for gzip (1-9, default 6) and zstd (-131072 to 22, default 3); lz4 has only
 * its fast way here and snappy has none. Throws RangeError for another codec or level.
 */
export function compress(codec: number, bytes: Buffer, level?: number): Buffer {
  switch (codec) {
    case codecs.none:
      return bytes
    case codecs.gzip:
      return process.getBuiltinModule('node:zlib').gzipSync(bytes, { level: level ?? -1 })
    case codecs.snappy:
      return snappyCompress(bytes)
    case codecs.lz4:
      return lz4Compress(bytes)
    case codecs.zstd:
      return zstdCompress(bytes, level)
    default:
      throw new RangeError(`${codec} is no codec`)
  }
}

/**
 * What `bytes` held before they were compressed with `codec`. Throws Malformed if they cannot be decompressed or there is no such
 * codec, and TooLarge if they hold more than `limit` bytes.
 */
export function decompress(codec: number, bytes: Buffer, limit: number): Buffer {
  switch (codec) {
    case codecs.none:
      if (bytes.length > limit) throw new TooLarge(0, `${bytes.length} bytes where ${limit} are allowed`)
      return bytes
    case codecs.gzip:
      return gunzip(bytes, limit)
    case codecs.snappy:
      return snappyDecompress(bytes, limit)
    case codecs.lz4:
      return lz4Decompress(bytes, limit)
    case codecs.zstd:
      return zstdDecompress(bytes, limit)
    default:
      throw new Malformed(0, `unknown compression type id ${codec}`)
  }
}

/** What zlib writes to at once: at least this, at most so much. */
const LEAST_CHUNK = 16 * 1024
const MOST_CHUNK = 4 << 20

/**
 * Sound gzip data end with the size of what they hold (of the last member, if there are several; RFC 1952). Given just that room, zlib
 * writes to where it stays, instead of in pieces that are joined.
 */
function gunzip(bytes: Buffer, limit: number): Buffer {
  const said = bytes.length < 4 ? 0 : bytes.readUInt32LE(bytes.length - 4)
  const chunkSize = said > limit ? LEAST_CHUNK : Math.min(Math.max(said + 64, LEAST_CHUNK), MOST_CHUNK)
  let output: Buffer
  try {
    // Loaded here and not above, since zlib costs a program's start a millisecond. It wants a limit of at least 1.
    output = process.getBuiltinModule('node:zlib').gunzipSync(bytes, { maxOutputLength: Math.max(limit, 1), chunkSize })
  } catch (error) {
    if (isTooLarge(error)) throw new TooLarge(0, `gzip data of more than ${limit} bytes`)
    throw new Malformed(0, `gzip data that do not decompress (${(error as Error).message})`)
  }
  if (output.length > limit) throw new TooLarge(0, `gzip data of more than ${limit} bytes`)
  return output
}
