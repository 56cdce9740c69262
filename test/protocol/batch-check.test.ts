/** What a broker answers to a Produce request: all that a live Kafka 4.2.1 was sent, and the rules of topics. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkCrc, stampBatch, stampCrc, stampCreateTime, stampLogAppendTime } from '../../src/protocol/batch'
import { BatchBuilder, type BatchOptions, type NewRecord } from '../../src/protocol/batch-builder'
import { checkProduced, checkRecords, inspectProduce, isRefusal } from '../../src/protocol/batch-check'
import { readRecords } from '../../src/protocol/batch-reader'
import { errors } from '../../src/protocol/errors'
import { Malformed } from '../../src/protocol/reader'
import { brokenBatches, bytesOf, goldenBatches, legacyBatches, validatedBatches } from '../golden/batches/cases'

const broken = brokenBatches()
const rules = { topicPartition: 't-0' }

describe('a broken batch gets the answer that Kafka gave', () => {
  for (const { produce, ...golden } of [...broken, ...legacyBatches()]) {
    test(golden.name, () => {
      const records = bytesOf(golden)
      if (produce.sentWithBaseOffset !== undefined) records.writeBigInt64BE(BigInt(produce.sentWithBaseOffset), 0)
      const verdict = checkProduced(records, rules)
      const { error, message } = isRefusal(verdict) ? verdict : { error: errors.NONE, message: null }
      expect({ error, message }).toEqual({ error: produce.errorCode, message: produce.message })
    })
  }
})

describe('damage is seen where MemoryRecords sees it', () => {
  for (const golden of broken) {
    const [first] = golden.memory
    const records = bytesOf(golden)
    if (first?.recordsRead === undefined || records[16] !== 2 || golden.name === 'base offset negative') continue // -2^56
    test(golden.name, () => {
      expect(checkCrc(records, 0)).toBe(first.ensureValid === 'ok')
      let read = 0
      let said = 'ok'
      try {
        for (const _ of readRecords(records, 0)) read++
      } catch (error) {
        if (!(error instanceof Malformed)) throw error
        said = 'malformed'
      }
      expect(said === 'ok').toBe(first.iterate === 'ok')
      if (said === 'ok') expect(read).toBe(first.recordsRead)
    })
  }
})

/** Batches that a client may send; control batches and those of the cleaner are not. */
const sendable = goldenBatches().filter(({ batches: [first], name }) => {
  const header = first!.batch
  const whole = Number(header.lastOffset) - Number(header.baseOffset) + 1 === header['count']
  return whole && !header['control'] && !name.startsWith('greatest') && name !== 'two batches in a row'
})

describe('a batch that Kafka wrote is taken, with what its records say', () => {
  for (const golden of sendable) {
    test(golden.name, () => {
      const buffer = bytesOf(golden)
      buffer.fill(0, 0, 8)
      const view = inspectProduce(buffer)
      expect(view).toMatchObject({ error: 0, size: buffer.length, recordCount: golden.batches[0]!.records.length })
      const records = [...readRecords(buffer, 0)]
      const checked = checkRecords(buffer, 0)
      if (isRefusal(checked)) throw new Error(`refused with ${checked.error}`)
      expect(checked.firstKeyless).toBe(records.findIndex(({ key }) => key === null))
      expect(checked.consecutive).toBe(records.every(({ offset }, i) => offset === i))
      if (golden.batches[0]!.batch.timestampType === 'CreateTime') {
        expect(checked.maxTimestamp).toBe(Math.max(...records.map(({ timestamp }) => timestamp)))
        expect(checked.minTimestamp).toBe(Math.min(...records.map(({ timestamp }) => timestamp)))
      }
    })
  }
})

const build = (records: readonly NewRecord[], options?: BatchOptions): Buffer => {
  const builder = new BatchBuilder()
  for (const record of records) builder.append(record)
  return builder.build(options)
}
const key = Buffer.from('k')
const at = (timestamp: number): NewRecord => ({ timestamp, key })

describe('the rules of the topic', () => {
  for (const golden of validatedBatches()) {
    test(`${golden.name}: the verdict of LogValidator`, () => {
      const batch = bytesOf(golden)
      const { compacted, timestampType, now, from, to } = golden
      const timestamps = timestampType === 'CreateTime' ? { timestamps: { now, beforeMs: now - from, afterMs: to - now } } : {}
      const verdict = checkProduced(batch, { ...rules, compacted, ...timestamps })
      if (!golden.header || /gaps|dups/.test(golden.name)) {
        expect(verdict.error).toBe(golden.exception?.endsWith('InvalidTimestampException') ? 32 : errors.INVALID_RECORD)
        if (golden.recordErrors) expect(verdict).toMatchObject({ message: golden.message, recordErrors: golden.recordErrors })
        return
      }
      if (isRefusal(verdict)) throw new Error(`refused with ${verdict.error}`)
      stampBatch(batch, 0, 100, 5)
      if (timestampType === 'LogAppendTime') stampLogAppendTime(batch, 0, now)
      else stampCreateTime(batch, 0, verdict.maxTimestamp)
      expect(batch.toString('hex', 0, 61)).toBe(golden.header)
    })
  }

  test('a producer may not send control records, a sequence-less producer id, or zstd before version 7', () => {
    expect(inspectProduce(build([at(1)], { control: true }))).toMatchObject({ error: errors.INVALID_RECORD })
    expect(inspectProduce(build([at(1)], { producerId: 5, producerEpoch: 0 }))).toMatchObject({ error: errors.INVALID_RECORD })
    expect(inspectProduce(build([at(1)], { producerId: 5, producerEpoch: 0, baseSequence: 0 })).error).toBe(0)
    expect(inspectProduce(build([at(1)], { codec: 4 }), 6).error).toBe(errors.UNSUPPORTED_COMPRESSION_TYPE)
    expect(inspectProduce(build([at(1)], { codec: 4 }), 7).error).toBe(0)
  })

  test('two batches are one too many', () => {
    expect(inspectProduce(Buffer.concat([build([at(1)]), build([at(1)])])).error).toBe(errors.INVALID_RECORD)
  })

  test('a batch that unpacks to more than the limit is refused', () => {
    const batch = build([{ timestamp: 1, value: Buffer.alloc(1 << 20) }], { codec: 1 })
    expect(checkRecords(batch, 0, 1 << 19).error).toBe(errors.MESSAGE_TOO_LARGE)
    expect(checkRecords(batch, 0, 1 << 21).error).toBe(0)
  })
})

describe('a batch is as large as max.message.bytes allows', () => {
  const refusalOf = (batch: Buffer, maxBytes: number) => checkProduced(batch, { ...rules, maxBytes }).error

  test('its checksum is not even looked at where it is larger', () => {
    const batch = build([at(1)])
    expect(refusalOf(batch, batch.length)).toBe(errors.NONE)
    batch[batch.length - 1]! ^= 1
    expect(refusalOf(batch, batch.length)).toBe(errors.CORRUPT_MESSAGE)
    expect(refusalOf(batch, batch.length - 1)).toBe(errors.MESSAGE_TOO_LARGE)
  })

  test.each([1, 2, 3, 4])('codec %d: what it unpacks to may be twice that, and a bomb is refused as too large', (codec) => {
    const filled = (size: number) => build([{ timestamp: 1, value: Buffer.alloc(size) }], { codec })
    expect(refusalOf(filled(190_000), 100_000)).toBe(errors.NONE)
    expect(refusalOf(filled(200_000), 100_000)).toBe(errors.MESSAGE_TOO_LARGE)
    const bomb = filled(32 << 20)
    expect(refusalOf(bomb, Math.max(bomb.length, 1 << 20))).toBe(errors.MESSAGE_TOO_LARGE)
  })
})

test('a header that no number holds is refused, not thrown', () => {
  const batch = build([at(1)])
  batch.fill(0x7f, 35, 43)
  stampCrc(batch, 0)
  expect(inspectProduce(batch).error).toBe(errors.INVALID_TIMESTAMP)
})

test('no damage makes the check throw, and what it takes can be read', () => {
  const seeds = [...sendable, ...broken].filter(({ hex }) => hex.length < 4000 && hex.length > 2 * 61).map(bytesOf)
  const change = fc.tuple(fc.nat(), fc.nat({ max: 255 }))
  fc.assert(
    fc.property(fc.constantFrom(...seeds), fc.array(change, { maxLength: 4 }), (seed, changes) => {
      const batch = Buffer.from(seed)
      for (const [place, value] of changes) batch[17 + (place % (batch.length - 17))] = value
      batch.fill(0, 0, 8)
      if (batch.readInt32BE(8) + 12 === batch.length) stampCrc(batch, 0)
      if (isRefusal(checkProduced(batch, { ...rules, maxBytes: 1 << 20 }))) return
      const records = [...readRecords(batch, 0, 1 << 20)]
      expect(records.length).toBe(batch.readInt32BE(57))
    }),
    { numRuns: 3000 },
  )
})
