/** Building batches: byte for byte what Kafka's own builder makes, and back again whatever goes in. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  batchSize,
  checkCrc,
  codecOf,
  isControl,
  isTransactional,
  lastOffset,
  partitionLeaderEpoch,
} from '../../src/protocol/batch'
import { BatchBuilder, estimateSize, type NewRecord } from '../../src/protocol/batch-builder'
import { checkProduced } from '../../src/protocol/batch-check'
import { readRecords } from '../../src/protocol/batch-reader'
import { bytesOf, goldenBatches } from '../golden/batches/cases'

const unhex = (hex: string | null): Buffer | null => (hex === null ? null : Buffer.from(hex, 'hex'))

describe('the same records and header make the same bytes as with Kafka', () => {
  for (const golden of goldenBatches()) {
    const [{ batch: header, records }] = golden.batches as [(typeof golden.batches)[number]]
    // codecs make other bytes of the same; of LogAppendTime the records' own timestamps are not told
    if (header.compression !== 'none' || header.timestampType !== 'CreateTime') continue
    if (golden.name.startsWith('greatest') || golden.batches.length > 1) continue
    test(golden.name, () => {
      const builder = new BatchBuilder(64, Number(header['baseTimestamp']))
      const baseOffset = Number(header.baseOffset)
      for (const { timestamp, key, value, headers, offset } of records) {
        const record = {
          timestamp: Number(timestamp),
          key: unhex(key),
          value: unhex(value),
          headers: headers.map(([name, bytes]) => ({ key: name, value: unhex(bytes) })),
        }
        builder.append(record, Number(offset) - baseOffset)
      }
      const made = builder.build({
        baseOffset,
        lastOffsetDelta: Number(header.lastOffset) - baseOffset,
        partitionLeaderEpoch: Number(header['partitionLeaderEpoch']),
        producerId: Number(header['producerId']),
        producerEpoch: Number(header['producerEpoch']),
        baseSequence: Number(header['baseSequence']),
        transactional: header['transactional'] === true,
        control: header['control'] === true,
        hasDeleteHorizon: header['deleteHorizonMs'] !== null,
        ...(records.length === 0 && { maxTimestamp: Number(header.maxTimestamp) }),
      })
      expect(made.toString('hex')).toBe(bytesOf(golden).toString('hex'))
    })
  }
})

const bytes = fc.option(fc.uint8Array({ maxLength: 200 }).map((part) => Buffer.from(part)))
const anyRecord = fc.record({
  timestamp: fc.oneof(fc.constant(-1), fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.nat({ max: 2 ** 52 })),
  key: bytes,
  value: bytes,
  headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme', maxLength: 20 }), value: bytes }), { maxLength: 4 }),
})

test('a timestamp far below the first of its batch is read as it was written', () => {
  const timestamps = [2 ** 52, -1, 2 ** 53 - 2, 0]
  const builder = new BatchBuilder(61)
  for (const timestamp of timestamps) builder.append({ timestamp, key: null, value: null, headers: [] })
  const made = builder.build({})
  expect(checkProduced(made, { topicPartition: 't-0' })).toMatchObject({ error: 0, maxTimestamp: 2 ** 53 - 2 })
  expect([...readRecords(made, 0)].map(({ timestamp }) => timestamp)).toEqual(timestamps)
})

test('what is built with any codec is taken by a broker and reads back equal', () => {
  const header = fc.record({ producerId: fc.nat({ max: 2 ** 52 }), baseSequence: fc.nat({ max: 2 ** 31 - 1 }) })
  const codec = fc.integer({ min: 0, max: 4 })
  fc.assert(
    fc.property(
      fc.array(anyRecord, { minLength: 1, maxLength: 40 }),
      codec,
      header,
      (records, wanted, { producerId, baseSequence }) => {
        const builder = new BatchBuilder(61)
        for (const record of records) {
          const foreseen = builder.sizeWith(record)
          builder.append(record)
          expect(builder.size).toBe(foreseen)
        }
        const made = builder.build({ codec: wanted, producerId, producerEpoch: 3, baseSequence })
        expect(batchSize(made, 0)).toBe(made.length)
        if (wanted === 0) expect(made.length).toBe(builder.size)
        expect(checkProduced(made, { topicPartition: 't-0' })).toMatchObject({ error: 0 })
        const read = [...readRecords(made, 0)]
        expect(read).toEqual(records.map((record, i) => ({ ...record, offset: i, sequence: (baseSequence + i) % 2 ** 31 })))
      },
    ),
    { numRuns: 300 },
  )
})

test('everything in the header is where it belongs', () => {
  const builder = new BatchBuilder()
  builder.append({ timestamp: 5 })
  const made = builder.build({ baseOffset: 2 ** 45, transactional: true, control: true, partitionLeaderEpoch: 9, codec: 3 })
  expect([lastOffset(made, 0), partitionLeaderEpoch(made, 0), codecOf(made, 0)]).toEqual([2 ** 45, 9, 3])
  expect([isTransactional(made, 0), isControl(made, 0), checkCrc(made, 0)]).toEqual([true, true, true])
})

test('timestamps whose distance no number holds are refused', () => {
  const builder = new BatchBuilder()
  builder.append({ timestamp: -(2 ** 52) })
  expect(() => builder.append({ timestamp: Number.MAX_SAFE_INTEGER })).toThrow(RangeError)
  expect(() => builder.append({ timestamp: 1.5 })).toThrow(RangeError)
  builder.append({ timestamp: 2 ** 52 - 1 })
  expect([...readRecords(builder.build(), 0)].map(({ timestamp }) => timestamp)).toEqual([-(2 ** 52), 2 ** 52 - 1])
})

describe('the estimate of a record', () => {
  test('is the number in "The message is 1100088 bytes when serialized which is larger than 1048576"', () => {
    expect(estimateSize({ value: Buffer.alloc(1_100_000) })).toBe(1_100_088)
  })
  test('is never less than what the batch takes', () => {
    fc.assert(
      fc.property(anyRecord, (record: NewRecord) => {
        const builder = new BatchBuilder()
        builder.append(record)
        return builder.build().length <= estimateSize(record)
      }),
    )
  })
})
