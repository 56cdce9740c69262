/**
 * Zstandard: Node's own where it has it (22.15, 23.8 and later), else the C library as the WebAssembly of @bokuweb/zstd-wasm.
 * What comes out is bounded before it is made: Node stops at a given size; the C function is given just so much room as the
 * frames can fill. Sources: RFC 8878; KIP-110.
 */
import { Malformed, TooLarge } from '../reader'
import { zstdFrames } from './zstd-frames'
import { zstdLibrary } from './zstd-library'

const DEFAULT_LEVEL = 3

/** What newer Nodes' zlib has; the types here are those of Node 20. */
interface ZstdOfNode {
  readonly zstdCompressSync?: (bytes: Buffer, options: { params: Record<number, number> }) => Buffer
  readonly zstdDecompressSync?: (bytes: Buffer, options: { maxOutputLength: number }) => Buffer
  readonly constants: { readonly ZSTD_c_compressionLevel?: number }
}
const ofNode = (): ZstdOfNode => process.getBuiltinModule('node:zlib') as unknown as ZstdOfNode

/** `level` from -131072 (fast) to 22 (small). */
export function zstdCompress(bytes: Buffer, level = DEFAULT_LEVEL): Buffer {
  const { zstdCompressSync, constants } = ofNode()
  if (!zstdCompressSync) return zstdLibrary.compress(bytes, level)
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel as number]: level } })
}

/** Node's zlib stopped at maxOutputLength. */
export const isTooLarge = (error: unknown): boolean => (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE'

/** Nothing at all is what zstd-jni reads nothing from, so it is not an error here either. */
export function zstdDecompress(bytes: Buffer, limit: number): Buffer {
  if (bytes.length === 0) return bytes
  const { zstdDecompressSync } = ofNode()
  if (!zstdDecompressSync) return zstdLibrary.decompress(bytes, limit)
  const pieces: Buffer[] = []
  let left = limit
  for (const { start, end } of zstdFrames(bytes)) {
    try {
      const piece = zstdDecompressSync(bytes.subarray(start, end), { maxOutputLength: Math.max(left, 1) })
      pieces.push(piece)
      left -= piece.length
    } catch (error) {
      if (isTooLarge(error)) throw new TooLarge(start, `zstd data of more than ${limit} bytes`)
      throw new Malformed(start, `zstd data that do not decompress (${(error as Error).message})`)
    }
    if (left < 0) throw new TooLarge(start, `zstd data of more than ${limit} bytes`)
  }
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)
}
