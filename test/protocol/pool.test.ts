import { expect, test } from 'vitest'
import { giveBuffer, takeBuffer } from '../../src/protocol/pool'

test('a buffer that was given back is used again, once', () => {
  const first = takeBuffer(100_000)
  first.fill(7)
  giveBuffer(first)
  giveBuffer(first.subarray(0, 10))
  const second = takeBuffer(100_000)
  const third = takeBuffer(100_000)
  expect(second.buffer).toBe(first.buffer)
  expect(third.buffer).not.toBe(first.buffer)
  expect(second.length).toBe(100_000)
})

test('bytes of somebody else are left alone', () => {
  const strange = Buffer.alloc(200_000)
  giveBuffer(strange)
  expect(takeBuffer(200_000).buffer).not.toBe(strange.buffer)
})
