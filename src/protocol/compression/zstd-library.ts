/**
 * The C library of Zstandard as WebAssembly, for Nodes without one of their own. Its simple functions take a whole frame and a
 * room for the result, which for reading is computed here, for Java's frames do not say how much they hold.
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
import { instantiate, type Memory, type Module, Trap, Wasm } from './wasm'

const MAGIC = 0xfd2fb528
/** No block holds more. */
const BLOCK_MAX = 128 * 1024

interface Library {
  readonly memory: Memory
  readonly isError: (result: number) => number
  readonly compressBound: (size: number) => number
  readonly compress: (to: number, room: number, from: number, size: number, level: number) => number
  readonly decompress: (to: number, room: number, from: number, size: number) => number
  readonly malloc: (size: number) => number
  readonly free: (at: number) => void
}

function abort(): never {
  throw new Trap('zstd gave up')
}

/** The one-letter names are those of build 0.0.27, which package.json pins; those not linked are for dictionaries. */
function start(module: Module): Library {
  /** What Emscripten asks its surroundings when malloc has used up the memory. */
  const grow = (size: number): number => {
    try {
      made.f.grow(Math.ceil(((size >>> 0) - made.f.buffer.byteLength) / 65536))
      return 1
    } catch {
      return 0 // malloc then gives 0
    }
  }
  const imports = { a: { a: abort, b: () => {}, c: abort, d: () => 0, e: grow } }
  type Function = (...values: number[]) => number
  type Made = { readonly f: Memory } & { readonly [name in 'g' | 'h' | 'i' | 'm' | 'r' | 's' | 't']: Function }
  const made = instantiate<Made>(module, imports)
  made.g()
  const { f: memory, h: isError, i: compressBound, m: compress, r: decompress, s: malloc, t: free } = made
  return { memory, isError, compressBound, compress, decompress, malloc, free }
}

const library = new Wasm<Library>('@bokuweb/zstd-wasm', 'zstd.wasm', start)

/** Runs a function of the library from `bytes` into at most `room` bytes. Undefined: it refused. */
function run(bytes: Buffer, room: number, work: (library: Library, to: number, from: number) => number): Buffer | undefined {
  return library.run((wasm) => {
    const from = wasm.malloc(bytes.length + room)
    if (from === 0) throw new RangeError(`no memory for ${bytes.length + room} bytes of zstd`)
    const to = from + bytes.length
    new Uint8Array(wasm.memory.buffer, from, bytes.length).set(bytes)
    const size = work(wasm, to, from)
    const output = wasm.isError(size) ? undefined : Buffer.from(new Uint8Array(wasm.memory.buffer, to, size)) // copies
    wasm.free(from)
    return output
  })
}

function compress(bytes: Buffer, level: number): Buffer {
  const room = library.run((wasm) => wasm.compressBound(bytes.length))
  const output = run(bytes, room, (wasm, to, from) => wasm.compress(to, room, from, bytes.length, level))
  if (!output) throw new RangeError(`zstd refuses to compress at level ${level}`)
  return output
}

function decompress(bytes: Buffer, limit: number): Buffer {
  const room = Math.min(mostContent(bytes), limit)
  const output = run(bytes, room, (wasm, to, from) => wasm.decompress(to, room, from, bytes.length))
  if (!output) throw new Malformed(0, `zstd data that do not decompress to ${limit} bytes`)
  return output
}

/** No fewer bytes than the frames hold, from their headers and those of their blocks. Throws Malformed if they are cut. */
function mostContent(bytes: Buffer): number {
  let sum = 0
  let at = 0
  const skip = (size: number) => {
    if (size > bytes.length - at) throw new Malformed(at, 'zstd data that end early')
    at += size
  }
  while (at < bytes.length) {
    const frame = at
    skip(8)
    const magic = bytes.readUInt32LE(frame)
    if (magic >>> 4 === 0x184d2a5) {
      skip(bytes.readUInt32LE(frame + 4))
      continue
    }
    if (magic !== MAGIC) throw new Malformed(frame, 'zstd data without their magic')
    const descriptor = bytes[frame + 4] as number
    const single = (descriptor >> 5) & 1
    const dictionaryId = [0, 1, 2, 4][descriptor & 3] as number
    const contentSize = [single, 2, 4, 8][descriptor >> 6] as number
    at = frame
    skip(5 + (1 - single) + dictionaryId + contentSize)
    for (let last = 0; last === 0; ) {
      skip(3)
      const header = bytes.readUIntLE(at - 3, 3)
      const kind = (header >> 1) & 3
      const size = header >> 3
      sum += kind === 2 ? BLOCK_MAX : size
      skip(kind === 1 ? 1 : size)
      last = header & 1
    }
    if ((descriptor & 4) !== 0) skip(4)
  }
  return sum
}

export const zstdLibrary = { compress, decompress }
