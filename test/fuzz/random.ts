/** Chance that comes out the same for the same seed (sfc32 by Chris Doty-Humphrey, seeded by splitmix32). */

export interface Chance {
  /** A whole number of 32 bits, without a sign. */
  next(): number
  /** A whole number from 0 to `count` - 1. */
  below(count: number): number
  /** True once in `times`. */
  once(times: number): boolean
  pick<T>(list: readonly T[]): T
  bytes(size: number): Buffer
}

export function chance(...seeds: readonly number[]): Chance {
  let state = 0x9e3779b9
  for (const seed of seeds) state = mix((state ^ seed) | 0)
  let [a, b, c] = [mix(state), mix(state + 1), mix(state + 2)]
  let counter = 1
  const next = (): number => {
    const sum = (a + b + counter++) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  const below = (count: number): number => Math.floor((next() / 4294967296) * count)
  return {
    next,
    below,
    once: (times) => below(times) === 0,
    pick: (list) => list[below(list.length)]!,
    bytes(size) {
      const bytes = Buffer.allocUnsafe(size)
      for (let i = 0; i < size; i++) bytes[i] = next()
      return bytes
    },
  }
}

function mix(seed: number): number {
  let z = (seed + 0x9e3779b9) | 0
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return z ^ (z >>> 15)
}
