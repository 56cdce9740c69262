/** Snapshots, .txnindex, .index and .timeindex: bytes that Kafka's classes wrote, looked up as they do. */
import { describe, expect, test } from 'vitest'
import { Malformed } from '../../src/protocol/reader'
import { OffsetIndex, TimeIndex } from '../../src/storage/indexes'
import { decodeSnapshot, encodeAborted, encodeSnapshot, type ProducerEntry, readAborted } from '../../src/storage/snapshot'
import { readArchive } from '../golden/archive'

interface Case {
  readonly type: 'ProducerSnapshot' | 'TransactionIndex' | 'OffsetIndex' | 'TimeIndex'
  readonly name: string
  readonly hex: string
  readonly error?: string
  readonly json?: readonly { readonly [field: string]: string | number }[]
  readonly lookups?: readonly {
    readonly target: string
    readonly offset: string
    readonly position?: number
    readonly timestamp?: string
  }[]
}
const cases = readArchive('./data/segment_files.json.gz') as readonly Case[]
const ofType = (type: Case['type']) => cases.filter((one) => one.type === type)
/** The segment that the index cases are of. */
const BASE = 5_000_000_000

const entryOf = (json: { readonly [field: string]: string | number }): ProducerEntry => ({
  producerId: Number(json['producerId']),
  epoch: Number(json['producerEpoch']),
  lastSequence: Number(json['lastSequence']),
  lastOffset: Number(json['lastOffset']),
  offsetDelta: Number(json['offsetDelta']),
  timestamp: Number(json['timestamp']),
  coordinatorEpoch: Number(json['coordinatorEpoch']),
  transactionStart: Number(json['currentTxnFirstOffset']),
})

describe('producer snapshots', () => {
  test.each(ofType('ProducerSnapshot').filter(({ json }) => json))('$name', ({ json, hex }) => {
    const bytes = Buffer.from(hex, 'hex')
    const entries = (json ?? []).map(entryOf)
    expect(decodeSnapshot(bytes)).toEqual(entries)
    expect(encodeSnapshot(entries).toString('hex')).toBe(hex)
  })
  test('what Kafka finds broken is refused', () => {
    const broken = ofType('ProducerSnapshot').filter(({ error }) => error)
    expect(broken).toHaveLength(3)
    for (const { hex } of broken) expect(() => decodeSnapshot(Buffer.from(hex, 'hex'))).toThrow(Malformed)
  })
})

test.each(ofType('TransactionIndex'))('.txnindex: $name', ({ json, hex }) => {
  const wanted = (json ?? []).map((one) =>
    Object.fromEntries(Object.entries(one).map(([field, value]) => [field, Number(value)])),
  )
  const bytes = Buffer.from(hex, 'hex')
  const { entries, sound } = readAborted(bytes)
  expect(entries).toEqual(wanted)
  expect(sound).toBe(true)
  expect(Buffer.concat(entries.map(encodeAborted)).toString('hex')).toBe(hex)
  for (let cut = 1; cut < bytes.length; cut++) {
    const part = readAborted(bytes.subarray(0, cut))
    expect(part.entries).toEqual(wanted.slice(0, Math.floor(cut / 34)))
    expect(part.sound).toBe(cut % 34 === 0)
  }
})

test.each(ofType('OffsetIndex'))('.index: $name', ({ json, hex, lookups }) => {
  const index = new OffsetIndex()
  expect(index.load(Buffer.from(hex, 'hex'), 20000)).toBe(true)
  const entries = (json ?? []).map(({ offset, position }) => [Number(offset) - BASE, position])
  expect(index.length).toBe(entries.length)
  expect(index.last()).toEqual({ relativeOffset: entries.at(-1)?.[0], position: entries.at(-1)?.[1] })
  for (const { target, position } of lookups ?? []) expect(index.lookup(Number(target) - BASE)).toBe(position)
  expect(hex.startsWith(index.toBytes().toString('hex'))).toBe(true)
  expect(new OffsetIndex().load(Buffer.from(hex, 'hex'), 16000)).toBe(false) // it points behind the end of the log
})

test.each(ofType('TimeIndex'))('.timeindex: $name', ({ json, hex, lookups }) => {
  const index = new TimeIndex()
  expect(index.load(Buffer.from(hex, 'hex'))).toBe(true)
  expect(index.length).toBe(json?.length)
  // Kafka's lookup gives the last entry at or before a time; kt's where to begin to search for it, one before where it is exact
  for (const { target, timestamp, offset } of lookups ?? []) {
    if (target !== timestamp) expect(index.lookup(Number(target))).toBe(timestamp === '-1' ? 0 : Number(offset) - BASE)
  }
  expect(index.toBytes().toString('hex')).toBe(hex)
})

test('an index of zeros is empty, and one that goes back is none', () => {
  const zeros = new OffsetIndex()
  expect(zeros.load(Buffer.alloc(80), 100)).toBe(true)
  expect(zeros.length).toBe(0)
  const times = new TimeIndex()
  expect(times.load(Buffer.alloc(120))).toBe(true)
  expect(times.length).toBe(0)
  const bytes = Buffer.alloc(16)
  bytes.writeInt32BE(9, 0)
  bytes.writeInt32BE(50, 4)
  bytes.writeInt32BE(8, 8)
  bytes.writeInt32BE(60, 12)
  expect(new OffsetIndex().load(bytes, 100)).toBe(false)
  expect(new OffsetIndex().load(bytes.subarray(0, 9), 100)).toBe(false)
})
