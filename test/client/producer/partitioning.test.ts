/** Where records go: Kafka's hash, and the sticky choice for records without a key. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { murmur2, partitionOfKey } from '../../../src/client/producer/murmur2'
import { draw, StickyPartition } from '../../../src/client/producer/sticky'
import type { Random } from '../../../src/system/system'

/** Chance as a list; what is over repeats the last. */
const chances = (...values: number[]): Random => ({
  bytes: (size) => Buffer.alloc(size),
  below: (below) => (values.length > 1 ? (values.shift() as number) : (values[0] as number)) % below,
})

test.each([
  // the vectors of Kafka's own UtilsTest
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
  ['', 275646681],
  ['key1', 28543940],
])('murmur2 of %j is %i, as in Java', (key, hash) => {
  expect(murmur2(Buffer.from(key))).toBe(hash)
})

test('the sign of the hash does not make a partition negative', () => {
  expect(partitionOfKey(Buffer.from('foobar'), 1000)).toBe((-790332482 & 0x7fffffff) % 1000)
})

test('records without a key stay on one partition until a batch went there and is ready', () => {
  const sticky = new StickyPartition(100, chances(1, 2), true)
  const candidates = [0, 1, 2].map((partition) => ({ partition, queued: 0 }))
  const choose = () => sticky.choose(() => candidates)
  expect(choose()).toBe(1)
  sticky.note(99, true)
  expect(choose()).toBe(1)
  sticky.note(50, false)
  expect(choose()).toBe(1) // past the limit, but the batch would be split
  sticky.note(1, true)
  expect(choose()).toBe(2)
})

test('records without a key leave a partition for good at twice the limit', () => {
  const sticky = new StickyPartition(100, chances(0, 1), true)
  const choose = () => sticky.choose(() => [0, 1].map((partition) => ({ partition, queued: 0 })))
  expect(choose()).toBe(0)
  sticky.note(200, false)
  expect(choose()).toBe(1)
})

test('the longest queue is drawn least often', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 6 }), (queues) => {
      const candidates = queues.map((queued, partition) => ({ partition, queued }))
      const longest = Math.max(...queues)
      const total = queues.reduce((sum, queued) => sum + longest + 1 - queued, 0)
      const counts = queues.map(() => 0)
      for (let chance = 0; chance < total; chance++) counts[draw(candidates, chances(chance), true)]!++
      expect(counts).toEqual(queues.map((queued) => longest + 1 - queued))
    }),
  )
})
