/** The smallest steps of reading and writing, against Node's own. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as fixed from '../../src/protocol/fixed'

const AT = 3 // at no even place
const int = (bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 })
const uint = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 })
const exact64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })

interface Kind<T> {
  readonly values: fc.Arbitrary<T>
  readonly put: (b: Uint8Array, at: number, value: T) => void
  readonly get: (b: Uint8Array, at: number) => T
  readonly node: (b: Buffer, value: T) => void
}
const kind = <T>(one: Kind<T>) => one as Kind<unknown>
const kinds: Record<string, Kind<unknown>> = {
  bool: kind({
    values: fc.boolean(),
    put: fixed.putBool,
    get: fixed.getBool,
    node: (b, value) => b.writeInt8(value ? 1 : 0, AT),
  }),
  int8: kind({ values: int(8), put: fixed.putInt8, get: fixed.getInt8, node: (b, value) => b.writeInt8(value, AT) }),
  int16: kind({ values: int(16), put: fixed.putInt16, get: fixed.getInt16, node: (b, value) => b.writeInt16BE(value, AT) }),
  uint16: kind({ values: uint(16), put: fixed.putUint16, get: fixed.getUint16, node: (b, value) => b.writeUInt16BE(value, AT) }),
  int32: kind({ values: int(32), put: fixed.putInt32, get: fixed.getInt32, node: (b, value) => b.writeInt32BE(value, AT) }),
  uint32: kind({ values: uint(32), put: fixed.putUint32, get: fixed.getUint32, node: (b, value) => b.writeUInt32BE(value, AT) }),
  int64: kind({
    values: fc.maxSafeInteger(),
    put: fixed.putInt64,
    get: fixed.getInt64,
    node: (b, value) => b.writeBigInt64BE(BigInt(value), AT),
  }),
  exact64: kind({
    values: exact64,
    put: fixed.putExact64,
    get: fixed.getExact64,
    node: (b, value) => b.writeBigInt64BE(value, AT),
  }),
  float64: kind({
    values: fc.double(),
    put: fixed.putFloat64,
    get: fixed.getFloat64,
    node: (b, value) => b.writeDoubleBE(value, AT),
  }),
  uuid: kind({
    values: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
    put: fixed.putUuid,
    get: fixed.getUuid,
    node: (b, value) => b.write(value, AT, 'base64url'),
  }),
}

describe('is written as Node writes it, read back, and touches nothing else', () => {
  test.each(Object.entries(kinds))('%s', (_name, { values, put, get, node }) => {
    fc.assert(
      fc.property(values, (value) => {
        const [mine, theirs] = [Buffer.alloc(24, 0xaa), Buffer.alloc(24, 0xaa)]
        put(mine, AT, value)
        node(theirs, value)
        expect(mine.toString('hex')).toBe(theirs.toString('hex'))
        expect(get(mine, AT)).toEqual(value)
      }),
      { numRuns: 300 },
    )
  })
})

describe('what does not fit is refused, never cut', () => {
  const bytes = Buffer.alloc(16)
  const wrong: [string, unknown[]][] = [
    ['int8', [128, -129, 0.5, Number.NaN, '1', undefined, null]],
    ['int16', [32768, -32769, 0.5, Number.NaN, '1', undefined, null]],
    ['uint16', [65536, -1, 0.5, '1', undefined]],
    ['int32', [2 ** 31, -(2 ** 31) - 1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '1', undefined, null]],
    ['uint32', [2 ** 32, -1, 0.5, '1', undefined]],
    ['int64', [2 ** 53, -(2 ** 53), 0.5, Number.NaN, '1', undefined]],
    ['exact64', [2n ** 63n, -(2n ** 63n) - 1n, 1, undefined]],
    ['float64', ['1', undefined, null, 1n]],
    ['uuid', ['A', `${'A'.repeat(21)}+`, `${'A'.repeat(21)}é`, 'A'.repeat(23), undefined, null]],
  ]
  test.each(wrong)('%s', (name, values) => {
    for (const value of values) expect(() => kinds[name]?.put(bytes, 0, value), String(value)).toThrow(RangeError)
  })
})

test('a 64-bit number that no number holds is Malformed where it stands', () => {
  const bytes = Buffer.alloc(12)
  for (const [value, isHeld] of [
    [2n ** 53n - 1n, true],
    [2n ** 53n, false],
    [-(2n ** 53n) + 1n, true],
    [-(2n ** 53n), false],
    [2n ** 63n - 1n, false],
  ] as const) {
    bytes.writeBigInt64BE(value, 4)
    if (isHeld) expect(fixed.getInt64(bytes, 4)).toBe(Number(value))
    else expect(() => fixed.getInt64(bytes, 4)).toThrow('a 64-bit number beyond 2^53 at byte 4')
  }
})
