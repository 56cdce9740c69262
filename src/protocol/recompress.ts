/**
 * A batch with another codec: compression.type of a topic. What a producer wrote of each record stays byte for byte, and so do offsets,
 * sequence numbers and attributes; only the block is another, and with it size and checksum. Kafka builds the records anew and comes
 * to the same (LogValidator.validateMessagesAndAssignOffsetsCompressed).
 */
import { attributes, batchSize, CODEC_MASK, codecOf, HEADER_SIZE, stampCompressed } from './batch'
import { codecs, compress, decompress } from './compression/codec'

export interface Compression {
  /** 0-4; undefined: as the producer compressed it. */
  readonly codec: number | undefined
  /** See compress. */
  readonly level: number | undefined
}

/**
 * The batch that begins at 0, which must be sound, as `wanted` says; itself when it is so already. Takes at most `limit` bytes out of the
 * old block. Throws Malformed and TooLarge.
 */
export function recompress(batch: Buffer, { codec, level }: Compression, limit: number): Buffer {
  const present = codecOf(batch, 0)
  if (codec === undefined || codec === present) return batch
  const records = decompress(present, batch.subarray(HEADER_SIZE, batchSize(batch, 0)), limit)
  const block = compress(codec, records, level)
  const anew = Buffer.allocUnsafe(HEADER_SIZE + block.length)
  batch.copy(anew, 0, 0, HEADER_SIZE)
  anew.set(block, HEADER_SIZE)
  stampCompressed(anew, 0, anew.length, (attributes(batch, 0) & ~CODEC_MASK) | codec)
  return anew
}

/** compression.type and the levels as a topic has them. `producer`: as it came. */
export function compressionOf(settings: {
  readonly compressionType: string
  readonly compressionGzipLevel: number
  readonly compressionZstdLevel: number
}): Compression {
  switch (settings.compressionType) {
    case 'gzip':
      return { codec: codecs.gzip, level: settings.compressionGzipLevel }
    case 'zstd':
      return { codec: codecs.zstd, level: settings.compressionZstdLevel }
    case 'lz4':
      return { codec: codecs.lz4, level: undefined }
    case 'snappy':
      return { codec: codecs.snappy, level: undefined }
    case 'uncompressed':
      return { codec: codecs.none, level: undefined }
    default:
      return { codec: undefined, level: undefined }
  }
}
