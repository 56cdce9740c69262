/** Frames are cut out of a stream whatever its chunks are, and take no more memory than has come. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Assembler } from '../../src/protocol/assembler'
import { Malformed } from '../../src/protocol/reader'

const MOST = 100 << 20

function framed(payload: Uint8Array): Buffer {
  const frame = Buffer.alloc(4 + payload.length)
  frame.writeInt32BE(payload.length)
  frame.set(payload, 4)
  return frame
}
/** The payloads that come out, copied at once, as the memory may be used again. */
function assemble(chunks: readonly Buffer[]): string[] {
  const found: string[] = []
  const assembler = new Assembler(MOST, (payload) => found.push(payload.toString('hex')))
  for (const chunk of chunks) assembler.add(chunk)
  return found
}

test('the frames are the same however the stream is cut', () => {
  const payloads = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 8 })
  const cuts = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 100 })
  fc.assert(
    fc.property(payloads, cuts, (all, sizes) => {
      const stream = Buffer.concat(all.map(framed))
      const chunks: Buffer[] = []
      for (let at = 0, i = 0; at < stream.length; i++) {
        const size = sizes[i % sizes.length] as number
        chunks.push(stream.subarray(at, at + size))
        at += size
      }
      expect(assemble(chunks)).toEqual(all.map((payload) => Buffer.from(payload).toString('hex')))
    }),
    { numRuns: 300 },
  )
})

test('a large frame comes out whole, from chunks of any size, and so does the one behind it', () => {
  const large = Buffer.alloc(5_000_000)
  for (let i = 0; i < large.length; i++) large[i] = (i * 7 + (i >> 8)) & 0xff
  const stream = Buffer.concat([framed(large), framed(Buffer.from('end'))])
  for (const size of [1000, 65_536, 1_000_000, stream.length]) {
    const found: Buffer[] = []
    const assembler = new Assembler(MOST, (payload) => found.push(Buffer.from(payload)))
    for (let at = 0; at < stream.length; at += size) assembler.add(stream.subarray(at, at + size))
    expect(found.map((payload) => payload.length)).toEqual([large.length, 3])
    expect(found[0]?.equals(large)).toBe(true)
    expect(assembler.heldBytes).toBe(0)
  }
})

test('a frame that claims 100 MB is given memory as its bytes come', () => {
  const assembler = new Assembler(MOST, () => {})
  const size = Buffer.alloc(4)
  size.writeInt32BE(MOST)
  assembler.add(size)
  expect(assembler.heldBytes).toBe(16_384)
  let sent = 0
  for (const chunk of [1, 10, 1000, 20_000, 65_536, 65_536, 1_000_000].map((count) => Buffer.alloc(count))) {
    assembler.add(chunk)
    sent += chunk.length
    expect(assembler.heldBytes).toBeLessThanOrEqual(Math.max(8 * sent, 16_384))
    expect(assembler.heldBytes).toBeGreaterThanOrEqual(sent)
  }
})

test('a size that is negative, or more than is taken, is Malformed', () => {
  for (const hex of ['ffffffff', '80000000', '7fffffff', '06400001']) {
    const assembler = new Assembler(MOST, () => {})
    expect(() => assembler.add(Buffer.from(hex, 'hex')), hex).toThrow(Malformed)
    expect(assembler.heldBytes).toBe(0)
  }
})
