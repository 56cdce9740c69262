/**
 * The C library of Zstandard as WebAssembly, for Nodes without one of their own. Its simple functions take whole frames and a room
 * for the result.
 */
import { Malformed, TooLarge } from '../reader'
import { instantiate, type Memory, type Module, Trap, Wasm } from './wasm'
import { zstdFrames } from './zstd-frames'

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
  let most = 0
  for (const frame of zstdFrames(bytes)) most += frame.most
  const room = Math.min(most, limit)
  const output = run(bytes, room, (wasm, to, from) => wasm.decompress(to, room, from, bytes.length))
  // it does not say why: that the room was too small is more likely where it was less than the frames can fill
  if (!output && most > limit) throw new TooLarge(0, `zstd data that do not decompress to ${limit} bytes`)
  if (!output) throw new Malformed(0, 'zstd data that do not decompress')
  return output
}

export const zstdLibrary = { compress, decompress }
