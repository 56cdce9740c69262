/** The records of Kafka's internal topics, of control batches and of consumers, against the bytes that Kafka's classes write. */
import { describe, expect, test } from 'vitest'
import { isFlexible } from '../../src/protocol/codecs'
import { fromJson, type JsonObject, toJson } from '../../src/protocol/json'
import { Malformed, Reader } from '../../src/protocol/reader'
import {
  clusterMetadata,
  decodeMetadata,
  encodeMetadata,
  PartitionChangeRecord,
} from '../../src/protocol/records/cluster-metadata'
import {
  ConsumerGroupMemberMetadata,
  ConsumerGroupMetadata,
  consumerOffsets,
  decodeOffsetsRecord,
  type OffsetsRecord,
} from '../../src/protocol/records/consumer-offsets'
import {
  ConsumerProtocolAssignment,
  ConsumerProtocolSubscription,
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../src/protocol/records/consumer-protocol'
import {
  type ControlName,
  controlTypes,
  decodeControl,
  EndTxnMarker,
  encodeControlKey,
  encodeControlValue,
} from '../../src/protocol/records/control'
import {
  decodeRecord,
  encodeKey,
  encodeValue,
  type RecordTable,
  type RecordType,
} from '../../src/protocol/records/coordinator-record'
import { DefaultPrincipalData, decodePrincipal, encodePrincipal } from '../../src/protocol/records/principal'
import { shareGroupState } from '../../src/protocol/records/share-group-state'
import { TransactionLog, transactionState } from '../../src/protocol/records/transaction-state'
import { stage } from '../../src/protocol/stage'
import type { Fields, In, Message } from '../../src/protocol/types'
import { Writer } from '../../src/protocol/writer'
import { readArchive } from '../golden/archive'

interface Case {
  readonly type: string
  readonly id: number
  readonly part: 'key' | 'value'
  readonly version: number
  readonly name: string
  readonly json: JsonObject
  readonly hex: string
  readonly decodeOnly?: true
}
interface ControlCase extends Omit<Case, 'hex' | 'id'> {
  readonly controlType: number
  readonly keyHex: string
  readonly valueHex: string
}
type Topic = 'consumer_offsets' | 'transaction_state' | 'share_group_state' | 'cluster_metadata' | 'embedded'
const golden = readArchive('./records/records.json.gz') as { readonly [T in Topic]: readonly Case[] } & {
  readonly control: readonly ControlCase[]
}

/** Whether reading it as plain numbers loses nothing. */
const isSafe = (json: unknown): boolean =>
  JSON.stringify(json)
    .match(/"-?\d{16,19}"/g)
    ?.every((text) => Number.isSafeInteger(Number(text.slice(1, -1)))) ?? true
const bytesOf = (hex: string) => Buffer.from(hex, 'hex')

/** Checks the bytes of a message behind `framing`, with all of its 64 bits. */
function checkExactly(message: Message, one: Omit<Case, 'id'>, framing: string): void {
  const label = `${one.type} v${one.version} ${one.name}`
  expect(one.hex.slice(0, framing.length), label).toBe(framing)
  const codec = stage(message.fields, one.version, isFlexible(message, one.version), true)
  const reader = new Reader(bytesOf(one.hex.slice(framing.length)))
  expect(toJson(message.fields, one.version, codec.read(reader)), label).toEqual(one.json)
  expect(reader.left, label).toBe(0)
  if (one.decodeOnly) return
  const writer = new Writer()
  codec.write(writer, fromJson(message.fields, one.version, one.json))
  expect(framing + writer.whole().toString('hex'), label).toBe(one.hex)
}
const int16 = (value: number) => (value & 0xffff).toString(16).padStart(4, '0')

describe('what the coordinators keep', () => {
  const topics: [Topic, RecordTable<RecordType>][] = [
    ['consumer_offsets', consumerOffsets],
    ['transaction_state', transactionState],
    ['share_group_state', shareGroupState],
  ]
  test.each(topics)('%s', (topic, table) => {
    const cases = golden[topic]
    expect(new Set(cases.map(({ id }) => id))).toEqual(new Set(table.byType.keys()))
    for (const type of table.types) {
      const own = cases.filter(({ id }) => id === type.type)
      const key = bytesOf(own.find(({ part }) => part === 'key')?.hex as string)
      const [least, most] = type.value.versions
      const versions = new Set(own.filter(({ part }) => part === 'value').map(({ version }) => version))
      expect(versions.size, type.name).toBe(most - least + 1)
      for (const one of own) {
        expect(one.type).toBe(type[one.part].name)
        checkExactly(type[one.part], one, int16(one.part === 'key' ? type.type : one.version))
        if (!one.decodeOnly && isSafe(one.json)) checkFramed(table, type, key, one)
      }
    }
  })
})

/** What any record is when its kind is only known at run time. */
interface AnyDecoded {
  readonly name: string
  readonly key: In<Fields>
  readonly version: number | null
  readonly value: In<Fields>
}
function checkFramed(table: RecordTable<RecordType>, type: RecordType, someKey: Buffer, one: Case): void {
  const bytes = bytesOf(one.hex)
  const isKey = one.part === 'key'
  const decoded = (isKey ? decodeRecord(table, bytes, null) : decodeRecord(table, someKey, bytes)) as AnyDecoded
  expect([decoded.name, decoded.version]).toEqual([type.name, isKey ? null : one.version])
  const again = isKey ? encodeKey(type, decoded.key) : encodeValue(type, one.version, decoded.value)
  expect(again.toString('hex')).toBe(one.hex)
}

test('a record of a kind to come is told by its number; a version to come is refused', () => {
  expect(decodeOffsetsRecord(bytesOf('00630000'), null)).toEqual({ name: 'unknown', type: 99 })
  const key = encodeKey(TransactionLog, { transactionalId: 't' })
  expect(() => decodeRecord(transactionState, key, bytesOf('0002'))).toThrow(Malformed)
  expect(() => decodeRecord(transactionState, key, bytesOf('ffff'))).toThrow(Malformed)
  expect(decodeRecord(transactionState, key, null)).toMatchObject({ key: { transactionalId: 't' }, value: null })
})

test('a member of the consumer protocol says that it has no classic one: a null in a tagged field', () => {
  const key = encodeKey(ConsumerGroupMemberMetadata, { groupId: 'next', memberId: 'm' })
  const written = // by a broker of Kafka 4.2.1
    '00000c6e6578742d737461746963077261636b2d61076e6578742d310b2f3132372e302e302e3103076f7264657273097061796d656e747301' +
    '000493e00001000100'
  const { name, value } = decodeOffsetsRecord(key, bytesOf(written)) as OffsetsRecord & { name: 'ConsumerGroupMemberMetadata' }
  expect([name, value]).toMatchObject(['ConsumerGroupMemberMetadata', { clientId: 'next-1', classicMemberMetadata: null }])
  if (value) expect(encodeValue(ConsumerGroupMemberMetadata, 0, value).toString('hex')).toBe(written)
})

test('the hash of a group keeps all of its 64 bits', () => {
  const metadataHash = 0x7fed_cba9_8765_4321n
  const key = encodeKey(ConsumerGroupMetadata, { groupId: 'g' })
  const value = encodeValue(ConsumerGroupMetadata, 0, { epoch: 1, metadataHash })
  expect(decodeOffsetsRecord(key, value)).toMatchObject({ name: 'ConsumerGroupMetadata', value: { metadataHash } })
})

test('what the controller keeps', () => {
  const cases = golden.cluster_metadata
  expect(new Set(cases.map(({ id }) => id))).toEqual(new Set(clusterMetadata.byType.keys()))
  const versions = clusterMetadata.types.flatMap(({ name, versions: [least, most] }) =>
    Array.from({ length: most - least + 1 }, (_, i) => `${name} ${least + i}`),
  )
  expect(new Set(cases.map(({ type, version }) => `${type} ${version}`))).toEqual(new Set(versions))
  for (const one of cases) {
    const type = clusterMetadata.byType.get(one.id) as (typeof clusterMetadata.types)[number]
    expect(one.type).toBe(type.name)
    checkExactly(type, one, `01${int16(one.id).slice(2)}${int16(one.version).slice(2)}`)
    if (one.decodeOnly || !isSafe(one.json)) continue
    const decoded = decodeMetadata(bytesOf(one.hex))
    expect(decoded).toMatchObject({ name: type.name, version: one.version })
    expect(
      encodeMetadata(
        type as Parameters<typeof encodeMetadata>[0],
        one.version,
        decoded.value as Parameters<typeof encodeMetadata>[2],
      ).toString('hex'),
    ).toBe(one.hex)
  }
})

test('a metadata record of a kind to come is told by its number; garbage, versions and frames to come are refused', () => {
  expect(decodeMetadata(bytesOf('01630242'))).toEqual({ name: 'unknown', type: 99, version: 2, value: bytesOf('42') })
  const good = encodeMetadata(PartitionChangeRecord, 0, { topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', leader: 1 }).toString('hex')
  expect(decodeMetadata(bytesOf(good))).toMatchObject({ name: 'PartitionChangeRecord', value: { leader: 1, isr: null } })
  expect(() => decodeMetadata(bytesOf(`${good}00`))).toThrow('1 bytes behind a PartitionChangeRecord')
  expect(() => decodeMetadata(bytesOf('010503'))).toThrow(Malformed)
  expect(() => decodeMetadata(bytesOf('020500'))).toThrow(Malformed)
})

test('control records', () => {
  expect(golden.control.length).toBeGreaterThan(50)
  for (const one of golden.control) {
    if (one.keyHex === undefined) {
      checkExactly(EndTxnMarker, { ...one, hex: one.valueHex }, '0000')
      continue
    }
    const name = one.type as ControlName
    const { type, message } = controlTypes[name]
    expect(type).toBe(one.controlType)
    expect(encodeControlKey(name).toString('hex')).toBe(one.keyHex)
    const isMarker = name === 'ABORT' || name === 'COMMIT'
    checkExactly(message, { ...one, hex: one.valueHex }, isMarker ? '0000' : '')
    if (one.version !== 0 || one.decodeOnly || !isSafe(one.json)) continue // Kafka writes version 0 only
    const decoded = decodeControl(bytesOf(one.keyHex), bytesOf(one.valueHex))
    if (decoded.name === 'unknown') throw new Error(`${name} is not in its table`)
    expect(decoded.name).toBe(name)
    expect(encodeControlValue(name, decoded.value as Parameters<typeof encodeControlValue>[1]).toString('hex')).toBe(one.valueHex)
  }
  expect(decodeControl(bytesOf('00000063'), bytesOf(''))).toEqual({ name: 'unknown', type: 99 })
  expect(() => decodeControl(bytesOf('ffff0000'), bytesOf('000000000000'))).toThrow(Malformed)
  expect(() => decodeControl(bytesOf('00000000'), bytesOf('0000'))).toThrow(Malformed)
})

describe('what clients embed', () => {
  const messages = { ConsumerProtocolSubscription, ConsumerProtocolAssignment, DefaultPrincipalData }
  test.each(Object.entries(messages))('%s', (name, message) => {
    const cases = golden.embedded.filter(({ type }) => type === name)
    expect(new Set(cases.map(({ version }) => version)).size).toBe(message.versions[1] + 1)
    for (const one of cases) {
      checkExactly(message, one, int16(one.version))
      if (!one.decodeOnly) expect(embedAgain(one).toString('hex')).toBe(one.hex)
    }
  })
  function embedAgain({ type, version, hex }: Case): Buffer {
    if (type === 'ConsumerProtocolSubscription') return encodeSubscription(version, decodeSubscription(bytesOf(hex)))
    if (type === 'ConsumerProtocolAssignment') return encodeAssignment(version, decodeAssignment(bytesOf(hex)))
    return encodePrincipal(decodePrincipal(bytesOf(hex)))
  }

  test('a subscription of a version to come is read as the newest known', () => {
    const newest = encodeSubscription(3, { topics: ['t'], rackId: 'r' })
    const later = Buffer.concat([bytesOf('0009'), newest.subarray(2), bytesOf('cafe')])
    expect(decodeSubscription(later)).toEqual(decodeSubscription(newest))
    expect(() => decodeSubscription(bytesOf('ffff'))).toThrow(Malformed)
    expect(() => decodeAssignment(bytesOf(''))).toThrow(Malformed)
  })
})
