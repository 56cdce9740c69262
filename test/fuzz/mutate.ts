/** Damages bytes as chance will have it, with a liking for what parsers stumble over. */
import type { Chance } from './random'

const SHARP_BYTES = [0, 1, 2, 0x7f, 0x80, 0xfe, 0xff]
const SHARP_INTS = [0, 1, -1, -2, 0x7fffffff, -0x80000000, 0x7fff, 0x8000, 0xffff, 100 << 20, 1_000_000, 65_536]
const SHARP_VARINTS = [
  'ffffffff0f',
  'ffffffff07',
  '8080808010',
  'ffffffffff01',
  'ffffff7f',
  'ffff03',
  'ff7f',
  '8000',
  '8180808000',
]

const cut = (bytes: Buffer, from: number, to: number, between: Uint8Array = Buffer.alloc(0)): Buffer =>
  Buffer.concat([bytes.subarray(0, from), between, bytes.subarray(to)])

type Change = (bytes: Buffer, chance: Chance, other: () => Buffer) => Buffer

const place = (bytes: Buffer, chance: Chance) => chance.below(bytes.length + 1)
const range = (bytes: Buffer, chance: Chance): [number, number] => {
  const from = place(bytes, chance)
  return [from, Math.min(bytes.length, from + 1 + chance.below(chance.once(4) ? 200 : 8))]
}
const written = (bytes: Buffer, at: number, write: (copy: Buffer, at: number) => void, size: number): Buffer => {
  if (bytes.length < size) return bytes
  const copy = Buffer.from(bytes)
  write(copy, Math.min(at, bytes.length - size))
  return copy
}

const changes: readonly Change[] = [
  (bytes, chance) =>
    written(bytes, place(bytes, chance), (copy, at) => copy.writeUInt8(copy[at]! ^ (1 << chance.below(8)), at), 1),
  (bytes, chance) => written(bytes, place(bytes, chance), (copy, at) => copy.writeUInt8(chance.pick(SHARP_BYTES), at), 1),
  (bytes, chance) => written(bytes, place(bytes, chance), (copy, at) => copy.writeUInt8(chance.below(256), at), 1),
  (bytes, chance) => written(bytes, place(bytes, chance), (copy, at) => copy.writeInt32BE(chance.pick(SHARP_INTS), at), 4),
  (bytes, chance) =>
    written(bytes, place(bytes, chance), (copy, at) => copy.writeInt16BE((chance.pick(SHARP_INTS) << 16) >> 16, at), 2),
  (bytes, chance) => {
    const at = place(bytes, chance)
    return cut(bytes, at, at + (chance.once(2) ? 1 : 0), Buffer.from(chance.pick(SHARP_VARINTS), 'hex'))
  },
  (bytes, chance) => cut(bytes, ...range(bytes, chance)),
  (bytes, chance) => bytes.subarray(0, place(bytes, chance)),
  (bytes, chance) => {
    const at = place(bytes, chance)
    return cut(bytes, at, at, chance.bytes(1 + chance.below(16)))
  },
  (bytes, chance) => {
    const [from, to] = range(bytes, chance)
    return cut(bytes, to, to, bytes.subarray(from, to))
  },
  (bytes, chance) => {
    const at = place(bytes, chance)
    return cut(
      bytes,
      at,
      bytes.length,
      Buffer.alloc(1 + chance.below(chance.once(8) ? 4000 : 60), chance.pick([0, 0, 1, 1, 2, 0x7f, 0xff])),
    )
  },
  (bytes, chance, other) => {
    const tail = other()
    return cut(bytes, place(bytes, chance), bytes.length, tail.subarray(place(tail, chance)))
  },
]

/** `bytes` with one to four changes; `other` gives bytes of the same kind to take a part of. */
export function mutate(bytes: Buffer, chance: Chance, other: () => Buffer): Buffer {
  let changed = bytes
  for (let count = 1 + chance.below(4); count > 0; count--) changed = chance.pick(changes)(changed, chance, other)
  return changed
}
