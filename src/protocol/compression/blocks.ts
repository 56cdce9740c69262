/**
 * Snappy and lz4 blocks, by the WebAssembly of @platformatic/wasm-utils (Rust's snap and lz4_flex). It answers bad input with a
 * trap, which becomes Malformed here.
 */
import { Malformed } from '../reader'
import { instantiate, type Memory, Trap, Wasm } from './wasm'

type Work = (input: number, size: number) => bigint

/** More blocks than anybody makes of a batch: a call for each costs two microseconds, however little is in it. */
export const MOST_BLOCKS = 16_384

interface Blocks {
  readonly memory: Memory
  readonly alloc: (size: number) => number
  readonly dealloc: (at: number, size: number) => void
  readonly lz4_compress: Work
  readonly lz4_decompress: Work
  readonly snappy_compress: Work
  readonly snappy_decompress: Work
}
type Name = 'lz4_compress' | 'lz4_decompress' | 'snappy_compress' | 'snappy_decompress'

const blocks = new Wasm('@platformatic/wasm-utils', 'native.wasm', instantiate<Blocks>)

/** Hands `pieces` that follow each other to a function of the module; `take` copies what comes back. */
function call<T>(name: Name, pieces: readonly Uint8Array[], take: (output: Uint8Array) => T): T {
  return blocks.run((wasm) => {
    const size = pieces.reduce((sum, piece) => sum + piece.length, 0)
    const input = wasm.alloc(size)
    let at = input
    for (const piece of pieces) {
      new Uint8Array(wasm.memory.buffer, at, piece.length).set(piece)
      at += piece.length
    }
    const place = BigInt.asUintN(64, wasm[name](input, size)) // address and size, 32 bits each
    const address = Number(place >> 32n)
    const length = Number(place & 0xffffffffn)
    const output = take(new Uint8Array(wasm.memory.buffer, address, length))
    wasm.dealloc(address, length)
    wasm.dealloc(input, size)
    return output
  })
}
function refuse<T>(name: Name, pieces: readonly Uint8Array[], take: (output: Uint8Array) => T): T {
  try {
    return call(name, pieces, take)
  } catch (error) {
    if (error instanceof Trap) throw new Malformed(0, `${name.slice(0, name.indexOf('_'))} data that do not decompress`)
    throw error
  }
}

const copy = (output: Uint8Array): Buffer => Buffer.from(output)

/** A raw snappy block. */
export const snappyCompressBlock = (block: Uint8Array): Buffer => call('snappy_compress', [block], copy)
/**
 * Writes what a raw snappy block holds into `into`, which has room for the size that stands at the block's beginning, and gives
 * how many bytes that were.
 */
export const snappyDecompressBlock = (block: Uint8Array, into: Buffer, at: number): number =>
  refuse('snappy_decompress', [block], (output) => {
    into.set(output, at)
    return output.length
  })
/** A whole lz4 frame around at most 64 KiB, in one block. */
export const lz4CompressFrame = (block: Uint8Array): Buffer => call('lz4_compress', [block], copy)
/** What an lz4 frame, given in pieces, holds: no more than its block size allows for each block. */
export const lz4DecompressFrame = (pieces: readonly Uint8Array[]): Buffer => refuse('lz4_decompress', pieces, copy)
