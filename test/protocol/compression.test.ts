/** The codecs: what others made is read, what kt makes is what Kafka read, and nothing hostile gets further than Malformed. */
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readRecords } from '../../src/protocol/batch-reader'
import { codecNames, codecs, compress, decompress } from '../../src/protocol/compression/codec'
import { xxh32 } from '../../src/protocol/compression/xxhash'
import { zstdLibrary } from '../../src/protocol/compression/zstd-library'
import { Malformed, TooLarge } from '../../src/protocol/reader'
import { readArchive } from '../golden/archive'
import { digestOf, madeBatches, madeOptions, makers } from '../golden/batches/made'

const { gzip, snappy, lz4, zstd } = codecs
const LIMIT = 4 << 20

/** Both ways to zstd are tried on every Node: the library, and what `compress` takes. */
const ways = [
  ...[gzip, snappy, lz4, zstd].map((codec) => ({
    name: codecNames[codec] as string,
    pack: (bytes: Buffer) => compress(codec, bytes),
    unpack: (bytes: Buffer, limit: number) => decompress(codec, bytes, limit),
  })),
  { name: 'zstd by the library', pack: (bytes: Buffer) => zstdLibrary.compress(bytes, 3), unpack: zstdLibrary.decompress },
]

/** Bytes that do not compress, the same every time. */
function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  let seed = 1
  for (let i = 0; i < size; i++) {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
    bytes[i] = seed >>> 16
  }
  return bytes
}
const lines = (): Buffer => {
  let text = ''
  for (let i = 0; text.length < 300_000; i++) text += `line ${(i * i) % 97} of what others compressed\n`
  return Buffer.from(text)
}
const hello = 'hello hello hello hello'
const contents: Record<string, Buffer> = { lines: lines(), hello: Buffer.from(hello), 'hello twice': Buffer.from(hello + hello) }

interface Frame {
  readonly name: string
  readonly codec: number
  readonly content: string
  readonly hex: string
  readonly refused?: true
}
const frames = readArchive('batches/frames.json.gz') as Frame[]

describe('what the command-line tools lz4, zstd and gzip wrote is read', () => {
  for (const { name, codec, content, hex, refused } of frames) {
    const expected = contents[content] as Buffer
    const readers = [(limit: number) => decompress(codec, Buffer.from(hex, 'hex'), limit)]
    if (codec === zstd) readers.push((limit) => zstdLibrary.decompress(Buffer.from(hex, 'hex'), limit))
    test(name, () => {
      for (const read of readers) {
        if (refused) {
          expect(() => read(LIMIT)).toThrow(/dependent blocks/)
          continue
        }
        expect(read(expected.length).equals(expected)).toBe(true)
        expect(() => read(expected.length - 1)).toThrow(Malformed)
      }
    })
  }

  test('snappy: a raw block, and two streams one after the other', () => {
    const raw = Buffer.from([hello.length, (hello.length - 1) << 2, ...Buffer.from(hello)])
    expect(decompress(snappy, raw, LIMIT).toString()).toBe(hello)
    const stream = compress(snappy, Buffer.from(hello))
    expect(decompress(snappy, Buffer.concat([stream, stream]), LIMIT).toString()).toBe(hello + hello)
  })
})

describe('what kt makes is what Kafka has read', () => {
  for (const { name, codec, hex, digest } of madeBatches()) {
    test(`${name}, ${codecNames[codec]}`, () => {
      expect(digestOf(readRecords(Buffer.from(hex, 'hex'), 0))).toBe(digest)
      const made = makers[name]().build({ ...madeOptions, codec })
      expect(digestOf(readRecords(made, 0))).toBe(digest)
      // zlib and zstd may compress otherwise from one Node to the next
      if (codec !== gzip && codec !== zstd) expect(made.toString('hex')).toBe(hex)
    })
  }

  test('snappy comes in the frames of xerial, blocks of 32 KiB', () => {
    const bytes = compress(snappy, noise(70_000))
    expect(bytes.toString('hex', 0, 16)).toBe('82534e41505059000000000100000001')
    expect(bytes.readInt32BE(16)).toBeGreaterThan(32 << 10)
    expect(bytes.readInt32BE(16)).toBeLessThan(33 << 10)
  })

  test('lz4 comes in independent blocks of 64 KiB with the header that Java writes', () => {
    const bytes = compress(lz4, noise(70_000))
    expect(bytes.toString('hex', 0, 7)).toBe('04224d18604082')
    expect(bytes.readUInt32LE(7)).toBe(0x80000000 + (64 << 10)) // stored, since it got no smaller
    expect(bytes.toString('hex', bytes.length - 4)).toBe('00000000')
  })
})

describe.each(ways)('$name', ({ name, pack, unpack }) => {
  const sizes = [1, 100, 32767, 32768, 32769, 65535, 65536, 65537, 131072, 131073, 300_000]
  test('gives back what it took, at the borders of blocks too', () => {
    for (const size of sizes) {
      for (const bytes of [noise(size), Buffer.alloc(size, 'ab')]) {
        expect(unpack(pack(bytes), size).equals(bytes)).toBe(true)
      }
    }
    expect(unpack(pack(Buffer.alloc(0)), 0).length).toBe(0)
  })

  test('gives back any bytes', () => {
    const piece = fc.tuple(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 1, max: 400 }))
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const bytes = Buffer.concat(pieces.flatMap(([part, times]) => Array.from({ length: times }, () => part)))
        return unpack(pack(bytes), bytes.length).equals(bytes)
      }),
    )
  })

  test('refuses one byte more than the limit, and a bomb', () => {
    const bytes = noise(100_000)
    expect(() => unpack(pack(bytes), bytes.length - 1)).toThrow(TooLarge)
    const bomb = pack(Buffer.alloc(64 << 20))
    expect(() => unpack(bomb, 1 << 20)).toThrow(TooLarge)
  })

  test('refuses what ends early', () => {
    const content = Buffer.from(hello.repeat(5000))
    const bytes = pack(content)
    for (let size = 1; size < bytes.length; size += 1 + (size >> 5)) {
      let got: Buffer | undefined
      try {
        got = unpack(bytes.subarray(0, size), LIMIT)
      } catch (error) {
        if (!(error instanceof Malformed)) throw error
      }
      // between two blocks of snappy only the records can tell that something is missing
      const wholeBlocks = name === 'snappy' && got && got.length % 32768 === 0 && got.equals(content.subarray(0, got.length))
      if (got && !wholeBlocks) throw new Error(`${size} of ${bytes.length} bytes were taken for the whole`)
    }
  })

  test('damage is Malformed or other bytes, never worse, and the next call does not suffer', () => {
    const good = [pack(contents['lines'] as Buffer), pack(noise(500)), pack(Buffer.from(hello))]
    const change = fc.tuple(fc.nat(), fc.nat({ max: 255 }))
    fc.assert(
      fc.property(fc.constantFrom(...good), fc.array(change, { minLength: 1, maxLength: 5 }), (bytes, changes) => {
        const copy = Buffer.from(bytes)
        for (const [at, value] of changes) copy[at % copy.length] = value
        try {
          expect(unpack(copy, LIMIT).length).toBeLessThanOrEqual(LIMIT)
        } catch (error) {
          if (!(error instanceof Malformed)) throw error
        }
        expect(unpack(good[2] as Buffer, 100).toString()).toBe(hello)
      }),
      { numRuns: 500 },
    )
  })

  test('bytes that are no compressed data are Malformed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
        try {
          return unpack(Buffer.from(bytes), 1000).length <= 1000
        } catch (error) {
          return error instanceof Malformed
        }
      }),
    )
  })
})

describe('hostile sizes are refused before memory is taken', () => {
  test('a snappy block that says it holds 4 GiB', () => {
    expect(() => decompress(snappy, Buffer.from('ffffffff0f00', 'hex'), LIMIT)).toThrow('4294967295 bytes where')
  })
  test('an lz4 block of 2 GiB, and one longer than its frame allows', () => {
    expect(() => decompress(lz4, Buffer.from('04224d18604082ffffff7f00', 'hex'), LIMIT)).toThrow(Malformed)
    const long = Buffer.concat([Buffer.from('04224d1860408201000100', 'hex'), Buffer.alloc(70_000)])
    expect(() => decompress(lz4, long, LIMIT)).toThrow('an lz4 block of 65537 bytes')
  })
  test('a zstd frame that says it holds 16 EiB', () => {
    const frame = Buffer.from('28b52ffdc00000ffffffffffffffff010000', 'hex')
    expect(() => decompress(zstd, frame, LIMIT)).toThrow(Malformed)
    expect(() => zstdLibrary.decompress(frame, LIMIT)).toThrow(Malformed)
  })
})

describe('data of no use and many parts are refused before they cost anything', () => {
  /** The smallest part of its kind, over and over. */
  const many = (codec: number, head: number, tail: number) => {
    const one = compress(codec, Buffer.from('abc'))
    const part = one.subarray(head, one.length - tail)
    const count = Math.ceil(1_000_000 / part.length)
    return Buffer.concat([one.subarray(0, head), ...Array<Buffer>(count).fill(part), one.subarray(one.length - tail)])
  }
  test.each([
    ['snappy blocks', snappy, 16, 0],
    ['lz4 blocks', lz4, 7, 4],
    ['zstd frames', zstd, 0, 0],
  ])('%s', (_name, codec, head, tail) => {
    const some = compress(codec, Buffer.from('abc'))
    expect(decompress(codec, some, LIMIT).toString()).toBe('abc')
    expect(() => decompress(codec, many(codec, head, tail), LIMIT)).toThrow(/of more than \d+ (blocks|frames)/)
  })
})

test('an lz4 frame with a wrong header checksum is refused, as Java refuses it', () => {
  const bytes = compress(lz4, Buffer.from(hello))
  bytes[6]! ^= 1
  expect(() => decompress(lz4, bytes, LIMIT)).toThrow('wrong checksum')
})

test('an lz4 block with a checksum is held to it', () => {
  const bytes = Buffer.from((frames[0] as Frame).hex, 'hex')
  bytes[40]! ^= 1
  expect(() => decompress(lz4, bytes, LIMIT)).toThrow('an lz4 block with a wrong checksum')
})

test('nothing is an empty zstd stream, but no stream of another codec', () => {
  expect(decompress(zstd, Buffer.alloc(0), LIMIT).length).toBe(0)
  for (const codec of [gzip, snappy, lz4]) expect(() => decompress(codec, Buffer.alloc(0), LIMIT)).toThrow(Malformed)
})

test("levels are the codec's own, and no codec is made up", () => {
  expect(compress(gzip, lines(), 9).length).toBeLessThan(compress(gzip, lines(), 1).length)
  expect(compress(zstd, lines(), 19).length).toBeLessThan(compress(zstd, lines(), -5).length)
  expect(() => compress(5, lines())).toThrow(RangeError)
  expect(() => decompress(5, lines(), LIMIT)).toThrow(Malformed)
  expect(compress(codecs.none, contents['hello'] as Buffer)).toBe(contents['hello'])
})

test('gzip made by anybody is gzip', () => {
  expect(decompress(gzip, gzipSync(lines()), LIMIT).equals(lines())).toBe(true)
})

test('xxh32 gives the values of its specification', () => {
  const of = (text: string) => xxh32(Buffer.from(text), 0, text.length)
  expect(of('')).toBe(0x02cc5d05)
  expect(of('a')).toBe(0x550d7456)
  expect(of('abc')).toBe(0x32d153ff)
  expect(of('Nobody inspects the spammish repetition')).toBe(0xe2293b2f)
})
