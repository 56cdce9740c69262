/**
 * Bytes that nobody meant are a value or Malformed, and take no more of the heap than they pay for. The same cases as `node
 * bench/fuzz.mjs`, of which this is the short run, and the sharpest that were found or thought of.
 */
import { describe, expect, test } from 'vitest'
import { allApis } from '../../src/protocol/apis/all'
import { stampCrc } from '../../src/protocol/batch'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { isFlexible } from '../../src/protocol/codecs'
import { encodeRequest, requestAllowance } from '../../src/protocol/frames'
import type { Api } from '../../src/protocol/types'
import { type Case, caseAt } from './cases'
import { decode } from './decode'
import { hollowValues } from './hollow'
import { sizeOf } from './size'

const mostHeap = ({ bytes }: Case) => 4 * bytes.length + 65_536
/** Bytes of heap of the largest value that a reader made of a case; each reader is a decoding of its own. */
const largest = (found: readonly unknown[]) => Math.max(...found.map(sizeOf))

test('4,000 cases of damaged, hollow and random bytes', () => {
  let refused = 0
  for (let index = 0; index < 4000; index++) {
    const one = caseAt(20_261_121, index)
    const found = decode(one)
    if (found.every((each) => each === undefined)) refused++
    if (one.kind !== 'batch') expect(largest(found), `case ${index}`).toBeLessThan(mostHeap(one))
  }
  expect(refused).toBeGreaterThan(1000)
  expect(refused).toBeLessThan(3500) // what is damaged is sometimes whole
}, 60_000)

test('case and seed are the bytes, today and tomorrow', () => {
  const digest = (index: number) => caseAt(1, index).bytes.subarray(0, 12).toString('hex')
  expect([digest(740), digest(7)]).toEqual(['0033000000000001ffff0081', '005800009854335400000001'])
})

const seeds: [seed: number, index: number, what: string][] = [
  [1, 7, 'a StreamsGroupHeartbeat whose counts fit and whose elements are empty'],
  [1, 583, 'a StreamsGroupDescribe reply of empty groups'],
  [1, 740, 'thousands of tagged fields in each of hundreds of deletions'],
  [1, 424, 'a small batch that unpacks to all that is allowed'],
  [1, 33_625, 'an old message set with records in a large block'],
  [7, 64_650, 'a thousand topics without a name, for which a consumer may be asked twice over'],
]
test.each(seeds)('seed %d, case %d: %s', (seed, index) => {
  const one = caseAt(seed, index)
  const found = decode(one)
  if (one.kind !== 'batch') expect(largest(found)).toBeLessThan(mostHeap(one))
})

describe('every array of every request, long and hollow', () => {
  const allVersions = ({ versions: [least, most] }: Api) => Array.from({ length: most - least + 1 }, (_, i) => least + i)
  /** How many such requests there are, and how many are taken. */
  function tryAll(
    size: number,
    most: (bytes: number) => number,
    versions: (api: Api) => number[],
  ): { all: number; taken: number } {
    let [all, taken] = [0, 0]
    for (const api of allApis) {
      for (const version of versions(api)) {
        for (const value of hollowValues(api.request, version, isFlexible(api, version), size)) {
          const frame = Buffer.concat(encodeRequest(api, version, 1, null, value)).subarray(4)
          const [found] = decode({ kind: 'request', bytes: frame })
          all++
          if (found !== undefined) taken++
          expect(sizeOf(found), `${api.name} ${version}: ${Object.keys(value)}`).toBeLessThan(most(frame.length))
        }
      }
    }
    return { all, taken }
  }
  test('of 10 kB take no more than four times that and 64 KiB', () => {
    const { all, taken } = tryAll(10_000, (bytes) => 4 * bytes + 65_536, allVersions)
    expect(all).toBeGreaterThan(400)
    expect(taken).toBeLessThan(all - 100)
  }, 60_000)
  test('of 60 kB take no more than ten times that', () => {
    const { all, taken } = tryAll(
      60_000,
      (bytes) => 1.01 * requestAllowance(bytes),
      ({ versions }) => [versions[1]],
    )
    expect(taken).toBeLessThan(all - 20)
  }, 60_000)
})

test.each([0, 1, 2, 0x7f, 0x80, 0xff])(
  'every request and reply, and the byte %d ten thousand times instead of its body',
  (byte) => {
    const bytes = Buffer.alloc(10_000, byte)
    for (const api of allApis) {
      for (let version = api.versions[0]; version <= api.versions[1]; version++) {
        const flexible = isFlexible(api, version)
        const start = Buffer.concat(encodeRequest(api, version, 1, null, {} as never)).subarray(4, flexible ? 15 : 14)
        const request: Case = { kind: 'request', bytes: Buffer.concat([start, bytes]) }
        expect(sizeOf(decode(request)), `${api.name} ${version}`).toBeLessThan(mostHeap(request))
        decode({ kind: 'response', api, version, bytes: Buffer.concat([Buffer.alloc(flexible ? 5 : 4), bytes]) })
      }
    }
  },
)

describe('bombs', () => {
  const bomb = (codec: number, size: number) => {
    const builder = new BatchBuilder()
    builder.append({ timestamp: 1, value: Buffer.alloc(size) })
    return builder.build({ codec })
  }
  test.each([1, 2, 3, 4])('codec %d: 16 MB of nothing', (codec) => {
    const [verdict, records] = decode({ kind: 'batch', bytes: bomb(codec, 16 << 20) })
    expect(verdict).toMatchObject({ error: 10 }) // MESSAGE_TOO_LARGE
    expect(records).toBeUndefined()
  })
  test('a batch that says it has 2^31 - 1 records, and one whose record says it has as many headers', () => {
    for (const [at, bytes] of [
      [57, '7fffffff'],
      [61, `${'12'}000000010101${'feffffff0f'}`],
    ] as const) {
      const batch = Buffer.concat([bomb(0, 10), Buffer.alloc(20)])
      Buffer.from(bytes, 'hex').copy(batch, at)
      batch.writeInt32BE(batch.length - 12, 8)
      stampCrc(batch, 0)
      expect(decode({ kind: 'batch', bytes: batch })[1]).toBeUndefined()
    }
  })
})
