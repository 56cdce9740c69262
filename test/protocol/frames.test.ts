import { expect, test } from 'vitest'
import { allApis } from '../../src/protocol/apis/all'
import { ApiVersions } from '../../src/protocol/apis/api-versions'
import { Fetch } from '../../src/protocol/apis/fetch'
import { Heartbeat } from '../../src/protocol/apis/heartbeat'
import { isFlexible } from '../../src/protocol/codecs'
import {
  correlationIdOf,
  decodeRequest,
  decodeRequestHeader,
  decodeResponse,
  encodeRequest,
  encodeResponse,
} from '../../src/protocol/frames'
import { type JsonObject, toJson } from '../../src/protocol/json'
import { Malformed, Reader } from '../../src/protocol/reader'
import { type Api, api } from '../../src/protocol/types'
import { readArchive } from '../golden/archive'

interface HeaderCase {
  readonly api: string
  readonly key: number
  readonly kind: string
  readonly version: number
  readonly correlationId: number
  readonly clientId: string | null
  readonly json: JsonObject
  readonly hex: string
  readonly decodeOnly?: true
}
const { headers } = readArchive('./wire/wire.json.gz') as { readonly headers: readonly HeaderCase[] }
const of = (kind: string) => headers.filter((one) => one.api === kind || one.kind === kind)

/** An API of no fields, to see headers alone; its body is a byte of no tags when it is flexible. */
const bare = (key: number, flexible: number | null) =>
  api({ key, name: 'Bare', versions: [0, 32767], flexible, route: 'any', request: {}, response: {} })
const hexOf = (pieces: Uint8Array[]) => Buffer.concat(pieces).toString('hex')
const framed = (hex: string) => (hex.length / 2).toString(16).padStart(8, '0') + hex

test('request headers are Kafka’s', () => {
  expect(of('RequestHeader').length).toBeGreaterThan(10)
  for (const { version, json, hex, decodeOnly } of of('RequestHeader')) {
    const { requestApiKey, requestApiVersion, ...rest } = json as unknown as Record<string, number>
    const flexible = version === 2 ? -32768 : null
    const header = decodeRequestHeader(new Reader(Buffer.from(hex, 'hex')), () => flexible)
    expect(header).toEqual({ apiKey: requestApiKey, apiVersion: requestApiVersion, ...rest })
    if (decodeOnly) continue
    const { apiKey, apiVersion, correlationId, clientId } = header
    const frame = encodeRequest(bare(apiKey, flexible), apiVersion, correlationId, clientId, {})
    expect(hexOf(frame)).toBe(framed(version === 2 ? `${hex}00` : hex))
  }
})

test('response headers are Kafka’s', () => {
  expect(of('ResponseHeader').length).toBeGreaterThan(3)
  for (const { version, json, hex, decodeOnly } of of('ResponseHeader')) {
    const some = bare(1, version === 1 ? 0 : null)
    const reader = new Reader(Buffer.from(version === 1 ? `${hex}00` : hex, 'hex'))
    expect(correlationIdOf(reader.buffer)).toBe(json['correlationId'])
    expect(decodeResponse(some, 0, reader)).toEqual({})
    expect(reader.left).toBe(0)
    if (decodeOnly) continue
    expect(hexOf(encodeResponse(some, 0, json['correlationId'] as number, {}))).toBe(framed(version === 1 ? `${hex}00` : hex))
  }
})

test('whole request frames are Kafka’s', () => {
  const frames = of('frame')
  expect(frames.length).toBeGreaterThan(50)
  for (const { key, version, correlationId, clientId, json, hex } of frames) {
    const api = allApis.find((each) => each.key === key) as Api
    const reader = new Reader(Buffer.from(hex, 'hex'), 4)
    expect(decodeRequestHeader(reader)).toEqual({ apiKey: key, apiVersion: version, correlationId, clientId })
    const request = decodeRequest(api, version, reader)
    expect(reader.left).toBe(0)
    expect(toJson(api.request, version, request)).toEqual(json)
    expect(hexOf(encodeRequest(api, version, correlationId, clientId, request))).toBe(hex)
  }
})

test('the reply to ApiVersions has no tags in its header, in no version', () => {
  const reply = { errorCode: 35, apiKeys: [] }
  expect(hexOf(encodeResponse(ApiVersions, 0, 7, reply))).toBe('0000000a00000007002300000000')
  expect(hexOf(encodeResponse(ApiVersions, 3, 7, reply))).toBe(`0000000c${'00000007'}${'0023'}01${'00000000'}00`)
  const frame = Buffer.concat(encodeResponse(ApiVersions, 3, 7, reply)).subarray(4)
  expect(decodeResponse(ApiVersions, 3, new Reader(frame))).toMatchObject(reply)
})

test('every API can be told from the header alone, with and without tags', () => {
  for (const api of allApis) {
    for (let version = api.versions[0]; version <= api.versions[1]; version++) {
      const tags = isFlexible(api, version) ? '00' : ''
      const start = Buffer.alloc(8)
      start.writeInt16BE(api.key, 0)
      start.writeInt16BE(version, 2)
      const reader = new Reader(Buffer.from(`${start.toString('hex')}ffff${tags}`, 'hex'))
      expect(decodeRequestHeader(reader)).toMatchObject({ apiKey: api.key, apiVersion: version, clientId: null })
      expect(reader.left, api.name).toBe(0)
    }
  }
})

test('a request of an unknown API can be reported, with its version and client', () => {
  const reader = new Reader(Buffer.from('7000000900000001000161ffffffff', 'hex'))
  expect(decodeRequestHeader(reader)).toEqual({ apiKey: 0x7000, apiVersion: 9, correlationId: 1, clientId: 'a' })
})

test('a header that is cut, or whose tags lie, is malformed', () => {
  const whole = Buffer.concat(
    encodeRequest(Heartbeat, 4, 1, 'client', { groupId: 'g', generationId: 1, memberId: 'm' }),
  ).subarray(4)
  for (let size = 0; size < 2 + 2 + 4 + 2 + 6 + 1; size++) {
    expect(() => decodeRequestHeader(new Reader(whole.subarray(0, size))), `${size} bytes`).toThrow(Malformed)
  }
  const lies = (tags: string) => new Reader(Buffer.from(`000c000400000001ffff${tags}`, 'hex'))
  expect(() => decodeRequestHeader(lies('ffffffff0f'))).toThrow(Malformed) // four billion tags
  expect(() => decodeRequestHeader(lies('01057f'))).toThrow(Malformed) // one of 127 bytes, and the frame is over
  expect(() => decodeRequestHeader(lies('0205000500'))).toThrow('out of order')
  expect(correlationIdOf(Buffer.alloc(3))).toBeUndefined()
  expect(() => decodeResponse(Heartbeat, 0, new Reader(Buffer.alloc(3)))).toThrow(Malformed)
})

test('record batches pass through a response as they are, without a copy', () => {
  const records = Buffer.alloc(10_000, 7)
  const partitions = [
    { partitionIndex: 0, errorCode: 0, highWatermark: 1, abortedTransactions: null, records: [records, records] },
  ]
  const pieces = encodeResponse(Fetch, 12, 5, { responses: [{ topic: 't', partitions }] })
  expect(pieces.filter((piece) => piece === records).length).toBe(2)
  const frame = Buffer.concat(pieces)
  expect(frame.readInt32BE(0)).toBe(frame.length - 4)
  const reply = decodeResponse(Fetch, 12, new Reader(frame, 4))
  expect(reply.responses[0]?.partitions[0]?.records?.length).toBe(20_000)
})
