/** Reading batches: every one that Kafka's own classes wrote, header and records. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as batch from '../../src/protocol/batch'
import { readRecords } from '../../src/protocol/batch-reader'
import { codecNames } from '../../src/protocol/compression/codec'
import { type LegacyBatch, readLegacyBatch } from '../../src/protocol/legacy'
import { Malformed } from '../../src/protocol/reader'
import { bytesOf, type GoldenBatch, type GoldenRecord, goldenBatches, legacyBatches, showRecord } from '../golden/batches/cases'

const modern = goldenBatches()
const legacy = legacyBatches()

/** What the golden cases say of a header, read through the accessors. */
function showHeader(buffer: Buffer, at: number): GoldenBatch {
  return {
    baseOffset: String(batch.baseOffset(buffer, at)),
    lastOffset: String(batch.lastOffset(buffer, at)),
    sizeInBytes: batch.batchSize(buffer, at),
    magic: batch.magic(buffer, at),
    crc: String(batch.batchCrc(buffer, at)),
    compression: codecNames[batch.codecOf(buffer, at)] as string,
    timestampType: batch.isLogAppendTime(buffer, at) ? 'LogAppendTime' : 'CreateTime',
    maxTimestamp: String(batch.maxTimestamp(buffer, at)),
    partitionLeaderEpoch: batch.partitionLeaderEpoch(buffer, at),
    baseTimestamp: String(batch.baseTimestamp(buffer, at)),
    transactional: batch.isTransactional(buffer, at),
    control: batch.isControl(buffer, at),
    deleteHorizonMs: batch.hasDeleteHorizon(buffer, at) ? String(batch.baseTimestamp(buffer, at)) : null,
    producerId: String(batch.producerId(buffer, at)),
    producerEpoch: batch.producerEpoch(buffer, at),
    baseSequence: batch.baseSequence(buffer, at),
    lastSequence: batch.lastSequence(buffer, at),
    count: batch.recordCount(buffer, at),
  }
}

describe('a batch that Kafka wrote reads as Kafka reads it', () => {
  for (const golden of modern) {
    if (golden.name.startsWith('greatest values')) continue
    test(golden.name, () => {
      const buffer = bytesOf(golden)
      let at = 0
      for (const { batch: header, records } of golden.batches) {
        expect(showHeader(buffer, at)).toEqual(header)
        expect(batch.checkCrc(buffer, at)).toBe(true)
        expect([...readRecords(buffer, at)].map(showRecord)).toEqual(records.map(({ size, ...record }) => record))
        at += batch.batchSize(buffer, at)
      }
      expect(at).toBe(buffer.length)
    })
  }

  test('but for offsets beyond 2^53, which are refused', () => {
    const buffer = bytesOf(modern.find(({ name }) => name.startsWith('greatest values'))!)
    expect(() => batch.baseOffset(buffer, 0)).toThrow(Malformed)
    expect(() => [...readRecords(buffer, 0)]).toThrow(Malformed)
    expect(batch.checkCrc(buffer, 0)).toBe(true)
  })
})

describe('a message set of magic 0 or 1 that Kafka wrote reads as Kafka reads it', () => {
  const show = ({ records, ...header }: LegacyBatch): [GoldenBatch, Omit<GoldenRecord, 'size' | 'sequence'>[]] => [
    {
      baseOffset: String(header.baseOffset),
      lastOffset: String(header.lastOffset),
      sizeInBytes: header.size,
      magic: header.magic,
      crc: String(header.crc),
      compression: codecNames[header.codec] as string,
      timestampType: header.timestampType ?? 'NoTimestampType',
      maxTimestamp: String(header.maxTimestamp),
    },
    records.map(showRecord).map(({ sequence, ...record }) => record),
  ]
  for (const golden of legacy) {
    test(golden.name, () => {
      const buffer = bytesOf(golden)
      let at = 0
      for (const { batch: header, records } of golden.batches) {
        const found = readLegacyBatch(buffer, at)
        expect(show(found)).toEqual([header, records])
        expect(found.sound).toBe(true)
        at += found.size
      }
      expect(at).toBe(buffer.length)
    })
  }

  test('and a wrong checksum is told', () => {
    const buffer = Buffer.from(bytesOf(legacy[0]!))
    buffer[buffer.indexOf('k0')]! ^= 1
    expect(readLegacyBatch(buffer, 0).sound).toBe(false)
  })
})

describe('stamping', () => {
  const fresh = () => Buffer.from(bytesOf(modern.find(({ name }) => name === 'transactional, zstd')!))

  test('offset and epoch lie outside the checksum', () => {
    const buffer = fresh()
    batch.stampBatch(buffer, 0, 2 ** 40 + 3, 7)
    expect(batch.baseOffset(buffer, 0)).toBe(2 ** 40 + 3)
    expect(batch.partitionLeaderEpoch(buffer, 0)).toBe(7)
    expect(batch.checkCrc(buffer, 0)).toBe(true)
  })

  test("LogAppendTime is every record's timestamp, and other attributes stay", () => {
    const buffer = fresh()
    const before = [...readRecords(buffer, 0)]
    batch.stampLogAppendTime(buffer, 0, 1_800_000_000_123)
    expect(batch.checkCrc(buffer, 0)).toBe(true)
    expect(batch.isTransactional(buffer, 0)).toBe(true)
    expect([...readRecords(buffer, 0)]).toEqual(before.map((record) => ({ ...record, timestamp: 1_800_000_000_123 })))
  })

  test('CreateTime takes it back; a header that is right already is not touched', () => {
    const buffer = fresh()
    const [first] = readRecords(buffer, 0)
    const greatest = batch.maxTimestamp(buffer, 0)
    const untouched = Buffer.from(buffer)
    batch.stampCreateTime(buffer, 0, greatest)
    expect(buffer.equals(untouched)).toBe(true)
    batch.stampLogAppendTime(buffer, 0, 1_800_000_000_123)
    batch.stampCreateTime(buffer, 0, greatest)
    expect(buffer.equals(untouched)).toBe(true)
    expect([...readRecords(buffer, 0)][0]).toEqual(first)
  })
})

test('a batch that does not lie whole in the buffer has no right checksum', () => {
  const buffer = bytesOf(modern[0]!)
  expect(batch.checkCrc(buffer, 0)).toBe(true)
  expect(batch.checkCrc(buffer.subarray(0, -1), 0)).toBe(false)
})

test('a sequence goes from 2^31-1 on to 0', () => {
  expect(batch.incrementSequence(2147483646, 1)).toBe(2147483647)
  expect(batch.incrementSequence(2147483647, 1)).toBe(0)
  expect(batch.incrementSequence(2147483647, 2147483647)).toBe(2147483646)
})

describe('damage never does worse than Malformed', () => {
  const damaged = (cases: readonly { readonly hex: string }[]) =>
    fc
      .tuple(
        fc.constantFrom(...cases.filter(({ hex }) => hex.length < 4000).map(bytesOf)),
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
      )
      .map(([buffer, changes]) => {
        const copy = Buffer.from(buffer)
        for (const [at, value] of changes) copy[at % copy.length] = value
        return copy
      })
  const onlyMalformed = (read: () => unknown) => {
    try {
      read()
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
    }
  }
  test('to a batch', () => {
    fc.assert(
      fc.property(damaged(modern), (buffer) => onlyMalformed(() => [...readRecords(buffer, 0, 1 << 20)])),
      { numRuns: 2000 },
    )
  })
  test('to an old message set', () => {
    fc.assert(
      fc.property(damaged(legacy), (buffer) => onlyMalformed(() => readLegacyBatch(buffer, 0, 1 << 20))),
      { numRuns: 2000 },
    )
  })
})
