/** What a reader does with bytes that ask for more than they are, and with texts. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CreateTopics } from '../../src/protocol/apis/create-topics'
import { DescribeConfigs } from '../../src/protocol/apis/describe-configs'
import { Metadata } from '../../src/protocol/apis/metadata'
import { requestCodec } from '../../src/protocol/codecs'
import { requestAllowance } from '../../src/protocol/frames'
import { interpret } from '../../src/protocol/interpret'
import { Malformed, Reader } from '../../src/protocol/reader'
import { stage } from '../../src/protocol/stage'
import { array, bytes, int8, int32, string, struct } from '../../src/protocol/types'
import { Writer } from '../../src/protocol/writer'

const hex = (text: string) => new Reader(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const write = (work: (writer: Writer) => void): Reader => {
  const writer = new Writer()
  work(writer)
  return new Reader(writer.whole())
}

describe('texts', () => {
  test('are what was written, again and again', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 50 }),
      fc.string({ unit: 'binary-ascii', maxLength: 50 }),
      fc.constantFrom('orders', 'orders-1', 'orders-2', 'é', 'ordér', '\ufffd', '\0'),
    )
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 20 }), (all) => {
        for (const text of [...all, ...all]) {
          const whole = Buffer.from(text).toString() // no lone surrogates
          expect(write((writer) => writer.string(whole)).string()).toBe(whole)
          expect(write((writer) => writer.compactString(whole)).compactString()).toBe(whole)
        }
      }),
      { numRuns: 200 },
    )
  })

  test('that are not UTF-8 are refused, short and long, also where they were seen before', () => {
    expect(hex('0003 616263').string()).toBe('abc')
    for (const wrong of ['ff', 'c3', 'e282', 'eda080', 'f8888080', 'c080']) {
      for (const before of ['', '616263'.repeat(20)]) {
        const size = ((before.length + wrong.length) / 2).toString(16).padStart(4, '0')
        expect(() => hex(size + before + wrong).string(), wrong).toThrow('a string that is not UTF-8')
      }
    }
    expect(hex('0003 efbfbd').string()).toBe('\ufffd')
  })

  test('of a length that is negative, or more than Kafka takes, are refused before anything is read', () => {
    expect(() => hex('fffe').string()).toThrow('a string of -2 bytes')
    expect(() => hex('00').compactString()).toThrow('a string of -1 bytes')
    const longest = 32767
    const long = (size: number) =>
      write((writer) => {
        writer.uvarint(size + 1)
        writer.raw(Buffer.alloc(size, 'x'))
      })
    expect(long(longest).compactString().length).toBe(longest)
    expect(() => long(longest + 1).compactString()).toThrow('a string of 32768 bytes (at most 32767 are taken)')
  })
})

describe('a count', () => {
  const ints = stage({ list: array(int32) }, 0, false)
  test('of more than the bytes left can be is refused before there is a list', () => {
    expect(() => ints.read(hex('7fffffff 00000000'))).toThrow('2147483647 elements wanted, 4 bytes left')
    expect(() => ints.read(hex('fffffffe'))).toThrow('a count of -2')
    expect(ints.read(hex('00000000'))).toEqual({ list: [] })
    expect(ints.read(hex('00000002 00000001 ffffffff'))).toEqual({ list: [1, -1] })
  })

  test('of elements that take much more memory than bytes is refused', () => {
    const hollow = stage({ list: array(struct({ a: string, b: array(int8), c: string, d: array(string) })) }, 0, true)
    const reader = (count: number) =>
      write((writer) => {
        writer.uvarint(count + 1)
        for (let i = 0; i < count; i++) for (const byte of [1, 1, 1, 1, 0]) writer.bool(byte === 1)
        writer.uvarint(0)
      })
    const strict = (count: number) => {
      const one = reader(count)
      one.allowance = 4 * one.left + 65536
      return one
    }
    expect(hollow.read(strict(400)).list.length).toBe(400)
    expect(() => hollow.read(strict(1000))).toThrow('much more memory wanted than bytes sent')
    expect(hollow.read(reader(1000)).list.length).toBe(1000)
    expect(() => hollow.read(reader(1_000_000))).toThrow(Malformed)
  })

  test('of texts or of bytes of nothing much is refused as well', () => {
    const strings = stage({ list: array(string) }, 0, true)
    const blobs = stage({ list: array(bytes) }, 0, true)
    const many = (byte: number[]) =>
      write((writer) => {
        writer.uvarint(2_000_001)
        for (let i = 0; i < 2_000_000; i++) for (const each of byte) writer.int8(each)
        writer.uvarint(0)
      })
    const strict = (one: Reader) => {
      one.allowance = 4 * one.left + 65536
      return one
    }
    const refused = 'much more memory wanted than bytes sent'
    expect(() => strings.read(strict(many([1])))).toThrow(refused) // a place in the array each
    expect(() => strings.read(strict(many([3, 0x61, 0x62])))).not.toThrow() // which is found among the names
    expect(() => blobs.read(many([2, 7]))).toThrow(refused)
  })
})

describe('honest requests are far from the limits of a server', () => {
  const least = (reader: Reader) => {
    reader.allowance = requestAllowance(reader.left)
    return reader
  }
  test('5,000 topics to create, 10,000 to describe the settings of, 10,000 to ask about', () => {
    const topics = Array.from({ length: 10_000 }, (_, i) => `topic-${i}`)
    const make = topics
      .slice(0, 5000)
      .map((name) => ({ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }))
    const created = write((writer) => requestCodec(CreateTopics, 7).write(writer, { topics: make, timeoutMs: 1 }))
    expect(requestCodec(CreateTopics, 7).read(least(created)).topics.length).toBe(5000)
    const resources = topics.map((resourceName) => ({ resourceType: 2, resourceName, configurationKeys: null }))
    const described = write((writer) => requestCodec(DescribeConfigs, 4).write(writer, { resources }))
    expect(requestCodec(DescribeConfigs, 4).read(least(described)).resources.length).toBe(10_000)
    const asked = write((writer) => requestCodec(Metadata, 12).write(writer, { topics: topics.map((name) => ({ name })) }))
    expect(requestCodec(Metadata, 12).read(least(asked)).topics?.length).toBe(10_000)
  })
})

test('a varint of more than its bits is refused, one cut short as well', () => {
  expect(hex('ffffffff0f').uvarint()).toBe(0xffffffff)
  expect(() => hex('ffffffff1f').uvarint()).toThrow('a varint of more than 32 bits')
  expect(() => hex('ffffffffff01').uvarint()).toThrow('a varint of more than 5 bytes')
  for (const cut of ['', '80', 'ffffffff']) expect(() => hex(cut).uvarint()).toThrow('1 bytes wanted, 0 left')
})

test.each([stage, interpret])(
  'a tagged field of another version is refused, one that nobody knows is skipped (%o)',
  (codecOf) => {
    const codec = codecOf({ a: int8, b: int8.tag(1, 2) }, 1, true)
    expect(() => codec.read(hex('05 01 01 01 07'))).toThrow('tagged field 1 is of another version at byte 4')
    expect(codec.read(hex('05 01 09 01 07'))).toEqual({ a: 5, b: 0 })
  },
)
