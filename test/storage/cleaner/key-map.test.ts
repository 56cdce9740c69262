/** The map of keys is a map, and takes no more memory than it is given. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashKey } from '../../../src/storage/cleaner/key-hash'
import { KeyMap } from '../../../src/storage/cleaner/key-map'

const bytes = (text: string) => Buffer.from(text, 'latin1')

test('of each key the last offset is found, and of others none', () => {
  const entry = fc.tuple(fc.string({ maxLength: 40, unit: 'binary-ascii' }), fc.nat(2 ** 53 - 2))
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 200 }), fc.array(fc.string()), fc.nat(), (entries, others, seed) => {
      const map = new KeyMap(1 << 20, 0.9, seed)
      const model = new Map<string, number>()
      for (const [key, offset] of entries) {
        map.put(bytes(key), 0, bytes(key).length, offset)
        model.set(key, offset)
      }
      expect(map.size).toBe(model.size)
      for (const key of [...model.keys(), ...others]) {
        const room = bytes(`<${key}>`)
        expect(map.get(room, 1, room.length - 1)).toBe(model.get(key) ?? -1)
      }
    }),
  )
})

test('a hundred thousand keys stay apart', () => {
  const map = new KeyMap(8 << 20, 0.9, 7)
  for (let i = 0; i < 100_000; i++) map.put(bytes(`key-${i}`), 0, `key-${i}`.length, i * 2 ** 20)
  expect(map.size).toBe(100_000)
  const wrong = []
  for (let i = 0; i < 100_000; i++) if (map.get(bytes(`key-${i}`), 0, `key-${i}`.length) !== i * 2 ** 20) wrong.push(i)
  expect(wrong).toEqual([])
})

test('it is full when the memory that it was given is', () => {
  for (const room of [0, 24 * 100, 24 * 10_000]) {
    const map = new KeyMap(room, 0.9, 1)
    let keys = 0
    while (!map.isFull) map.put(bytes(`${++keys}`), 0, `${keys}`.length, keys)
    expect(keys).toBeLessThanOrEqual(room / 24)
    expect(keys).toBeGreaterThanOrEqual(Math.floor((room / 24) * 0.85))
    for (let i = 1; i <= keys; i++) expect(map.get(bytes(`${i}`), 0, `${i}`.length)).toBe(i)
  }
})

/** MurmurHash3_x86_128 of "The quick brown fox jumps over the lazy dog" with seed 0, as published with the reference implementation. */
test('the hash is the published one', () => {
  const out = new Int32Array(4)
  const text = bytes('The quick brown fox jumps over the lazy dog')
  hashKey(text, 0, text.length, 0, out)
  const hex = [...out].map((one) => (one >>> 0).toString(16).padStart(8, '0')).join('')
  expect(hex).toBe('2f1583c3ecee2c675d7bf66ce5e91d2c')
})
