/**
 * Bytes that nobody meant are a value or Malformed, and take no more of the heap than they pay for. The same cases as `node
 * bench/fuzz.mjs`, of which this is the short run, and the sharpest that were found or thought of.
 */
import { describe, expect, test } from 'vitest'
import { allApis } from '../../src/protocol/apis/all'
import { stampCrc } from '../../src/protocol/batch'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { isFlexible } from '../../src/protocol/codecs'
import { Writer } from '../../src/protocol/writer'
import { type Case, caseAt } from './cases'
import { decode } from './decode'
import { sizeOf } from './size'

const mostHeap = ({ bytes }: Case) => 4 * bytes.length + 65_536

test('4,000 cases of damaged, hollow and random bytes', () => {
  let refused = 0
  for (let index = 0; index < 4000; index++) {
    const one = caseAt(20_261_121, index)
    const found = decode(one)
    if (found.every((each) => each === undefined)) refused++
    if (one.kind !== 'batch') expect(sizeOf(found), `case ${index}`).toBeLessThan(mostHeap(one))
  }
  expect(refused).toBeGreaterThan(1000)
  expect(refused).toBeLessThan(3500) // what is damaged is sometimes whole
})

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
]
test.each(seeds)('seed %d, case %d: %s', (seed, index) => {
  const one = caseAt(seed, index)
  const found = decode(one)
  if (one.kind !== 'batch') expect(sizeOf(found)).toBeLessThan(mostHeap(one))
})

describe('every request and reply, with a count at its first place that just fits, and nothing behind', () => {
  const header = (key: number, version: number, flexible: boolean) => {
    const writer = new Writer()
    writer.int16(key)
    writer.int16(version)
    writer.int32(1)
    writer.stringOrNull(null)
    if (flexible) writer.uvarint(0)
    return writer.whole()
  }
  test.each([0, 1, 2, 0x7f, 0x80, 0xff])(
    'the byte %d, ten thousand times',
    (byte) => {
      const bytes = Buffer.alloc(10_000, byte)
      for (const api of allApis) {
        for (let version = api.versions[0]; version <= api.versions[1]; version++) {
          const flexible = isFlexible(api, version)
          const cases: Case[] = [
            { kind: 'request', bytes: Buffer.concat([header(api.key, version, flexible), bytes]) },
            { kind: 'response', api, version, bytes: Buffer.concat([Buffer.alloc(flexible ? 5 : 4), bytes]) },
          ]
          // a count of all the bytes left at each of the first places
          for (let at = 0; at < 40; at++) {
            const counted = Buffer.from(bytes)
            if (flexible) counted.set([0x80 | (9000 & 0x7f), 9000 >> 7], at)
            else counted.writeInt32BE(9000, at)
            cases.push({ kind: 'request', bytes: Buffer.concat([header(api.key, version, flexible), counted]) })
          }
          for (const one of cases) {
            const found = decode(one)
            if (one.kind === 'request') expect(sizeOf(found), `${api.name} ${version}`).toBeLessThan(mostHeap(one))
          }
        }
      }
    },
    60_000,
  )
})

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
