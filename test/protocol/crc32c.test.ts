/** The checksum against published values, a bit-by-bit computation, and the native one. */
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { crc32c, useNativeCrc32c } from '../../src/protocol/crc32c'

/** As the definition says it: one bit after the other. */
function bitwise(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0)
  }
  return ~crc >>> 0
}
const whole = (bytes: Uint8Array) => crc32c(bytes, 0, bytes.length)

/** Short, long, and every alignment: a view into a larger memory. */
const views = fc
  .tuple(fc.uint8Array({ maxLength: 3000 }), fc.nat({ max: 40 }))
  .map(([bytes, skip]) => bytes.subarray(Math.min(skip, bytes.length)))

function promises(): void {
  test('it gives the values of RFC 3720 B.4', () => {
    expect(whole(new Uint8Array(32))).toBe(0x8a9136aa)
    expect(whole(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43)
    expect(whole(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e)
    expect(whole(Buffer.from('123456789'))).toBe(0xe3069283)
    expect(whole(new Uint8Array())).toBe(0)
  })

  test('any bytes at any alignment give what the definition gives', () => {
    fc.assert(fc.property(views, (bytes) => whole(bytes) === bitwise(bytes)))
  })

  test('a seed goes on where the first part ended', () => {
    const cut = views.chain((bytes) => fc.tuple(fc.constant(bytes), fc.nat({ max: bytes.length })))
    fc.assert(fc.property(cut, ([bytes, at]) => crc32c(bytes, at, bytes.length, crc32c(bytes, 0, at)) === whole(bytes)))
  })

  test('bytes beyond the buffer are refused, not summed', () => {
    const bytes = new Uint8Array(100)
    expect(() => crc32c(bytes, 0, 101)).toThrow(RangeError)
    expect(() => crc32c(bytes, -1, 10)).toThrow(RangeError)
    expect(() => crc32c(bytes, 5, 4)).toThrow(RangeError)
  })
}

test('the first bytes that a process sums, a word a step, give what the definition gives, at any alignment and size', async () => {
  const bytes = Uint8Array.from({ length: 400 }, (_, i) => (i * 89 + (i >> 3)) & 0xff)
  for (let start = 0; start < 4; start++) {
    for (let size = 60; size < 100; size++) {
      vi.resetModules() // a process that has summed nothing yet
      const fresh = (await import('../../src/protocol/crc32c')).crc32c
      expect(fresh(bytes, start, start + size)).toBe(bitwise(bytes.subarray(start, start + size)))
      expect(fresh(bytes, start, 400)).toBe(bitwise(bytes.subarray(start)))
    }
  }
})

describe('in TypeScript', promises)
describe('with the native one for larger inputs', () => {
  test('it is taken where it is installed, and taking it twice is no matter', () => {
    expect(useNativeCrc32c()).toBe(true)
    expect(useNativeCrc32c()).toBe(true)
  })
  promises()
})
