/** Every API against what Kafka's own classes say and write: the table, the defaults, and the bytes of every version. */
import { describe, expect, test } from 'vitest'
import { allApis } from '../../src/protocol/apis/all'
import { apiTable, loadApi } from '../../src/protocol/apis/index'
import { apiRow } from '../../src/protocol/apis/numbers'
import { isFlexible } from '../../src/protocol/codecs'
import { fromJson, type JsonObject, toJson, type Value } from '../../src/protocol/json'
import { Reader } from '../../src/protocol/reader'
import { type Codec, stage, stageFill } from '../../src/protocol/stage'
import type { Api, Fields } from '../../src/protocol/types'
import { Writer } from '../../src/protocol/writer'
import { readArchive } from '../golden/archive'

interface Case {
  readonly api: string
  readonly key: number
  readonly kind: 'request' | 'response'
  readonly version: number
  readonly name: string
  readonly json: JsonObject
  readonly hex: string
  readonly decodeOnly?: true
}
interface ApiFacts {
  readonly key: number
  readonly api: string
  readonly min: number
  readonly max: number
  readonly maxStable: number
  readonly listeners: readonly string[]
  readonly requestHeaderVersions: readonly number[]
}
type Defaults = Readonly<Record<string, unknown>>
const golden = readArchive('./wire/wire.json.gz') as {
  readonly apis: readonly ApiFacts[]
  readonly defaults: readonly {
    readonly message: string
    readonly fields: Defaults
    readonly structs: Record<string, Defaults>
  }[]
  readonly cases: readonly Case[]
}

test('the APIs are those of Kafka 4.2.1, with its versions and listeners', () => {
  expect(allApis.length).toBe(89)
  for (const [i, facts] of golden.apis.entries()) {
    const api = allApis[i] as Api
    expect([api.key, api.name, api.versions]).toEqual([facts.key, facts.api, [facts.min, facts.max]])
    expect(api.stable ?? api.versions[1]).toBe(facts.maxStable)
    expect(api.listeners).toEqual(facts.listeners)
    const headers = facts.requestHeaderVersions.map((_, n) => (isFlexible(api, facts.min + n) ? 2 : 1))
    expect(headers, api.name).toEqual(facts.requestHeaderVersions)
  }
})

test('the table of numbers says what the declarations say, and loads them', async () => {
  expect(apiTable.map(({ key }) => key)).toEqual(allApis.map(({ key }) => key))
  for (const api of allApis) {
    expect(apiRow(api.key)).toMatchObject({ name: api.name, versions: api.versions, flexible: api.flexible })
    expect(await loadApi(api.name)).toBe(api)
    expect(await apiTable.find(({ key }) => key === api.key)?.load()).toBe(api)
  }
  expect(apiRow(4)).toBeUndefined()
  await expect(loadApi('LeaderAndIsr')).rejects.toThrow("no API called 'LeaderAndIsr'")
  await expect(loadApi('constructor')).rejects.toThrow(RangeError)
})

const messages = new Map<string, Fields>(
  allApis.flatMap(({ name, request, response }) => [
    [`${name}Request`, request],
    [`${name}Response`, response],
  ]),
)

/** JSON as this house writes it: 1.0 and "0" are the same number, and a struct stands for its defaults. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint' || typeof value === 'number') return String(value)
  if (typeof value === 'string' && /^-?\d+$/.test(value)) return value
  if (Buffer.isBuffer(value)) return value.toString('base64')
  if (Array.isArray(value)) return value.map(plain)
  return value !== null && typeof value === 'object' ? {} : value
}
/** The defaults of `fields`, but for record batches: Kafka's is null, and here whoever writes them must say what they are. */
function defaultsOf(fields: Fields): Record<string, unknown> {
  const filled = stageFill(fields)({}) as Record<string, unknown>
  const kept = Object.entries(filled).filter(([name]) => fields[name]?.shape.kind !== 'records')
  return Object.fromEntries(kept.map(([name, value]) => [name, plain(value)]))
}
function* structsOf(fields: Fields): Generator<Fields> {
  for (const { shape } of Object.values(fields)) {
    const inner = shape.kind === 'array' ? shape.element.shape : shape
    if (inner.kind !== 'struct') continue
    yield inner.fields
    yield* structsOf(inner.fields)
  }
}

test('every field has the name and the default that it has in Kafka', () => {
  expect(golden.defaults.length).toBe(2 * 89)
  for (const { message, fields, structs } of golden.defaults) {
    const declared = messages.get(message) as Fields
    const strip = (found: Defaults) =>
      Object.fromEntries(Object.entries(found).flatMap(([name, value]) => (isLive(message, name) ? [[name, plain(value)]] : [])))
    expect(defaultsOf(declared), message).toEqual(strip(fields))
    const own = [...structsOf(declared)].map(defaultsOf)
    for (const [name, found] of Object.entries(structs)) expect(own, `${message}.${name}`).toContainEqual(strip(found))
  }
})
/** Not a batch of records, and not the one field that no version still has. */
function isLive(message: string, field: string): boolean {
  return !/^(records|unalignedRecords)$/.test(field) && !(message === 'ShareFetchRequest' && field === 'partitionMaxBytes')
}

/** Whether reading it as plain numbers loses nothing. */
const isSafe = (json: unknown): boolean =>
  JSON.stringify(json)
    .match(/"-?\d{16,19}"/g)
    ?.every((text) => Number.isSafeInteger(Number(text.slice(1, -1)))) ?? true

describe('what Kafka writes is read as Kafka reads it and written as Kafka writes it', () => {
  for (const api of allApis) {
    test(api.name, () => {
      const cases = golden.cases.filter((one) => one.api === api.name)
      const covered = new Set(cases.map(({ kind, version }) => `${kind} ${version}`))
      expect(covered.size, 'both kinds in all versions').toBe(2 * (api.versions[1] - api.versions[0] + 1))
      for (const one of cases) {
        const fields = api[one.kind]
        const flexible = isFlexible(api, one.version)
        check(one, fields, stage(fields, one.version, flexible, true))
        if (isSafe(one.json)) checkBytes(one, stage(fields, one.version, flexible))
      }
    })
  }
})

function check(one: Case, fields: Fields, codec: Codec<Fields>): void {
  const label = `${one.api} ${one.kind} v${one.version} ${one.name}`
  const value = checkBytes(one, codec)
  expect(toJson(fields, one.version, value), label).toEqual(one.json)
  if (one.decodeOnly) return
  const writer = new Writer()
  codec.write(writer, fromJson(fields, one.version, one.json))
  expect(writer.whole().toString('hex'), `${label}, from JSON`).toBe(one.hex)
}

/** Reads all of the bytes, and writes them again. */
function checkBytes(one: Case, codec: Codec<Fields>): Value {
  const label = `${one.api} ${one.kind} v${one.version} ${one.name}`
  const reader = new Reader(Buffer.from(one.hex, 'hex'))
  const value = codec.read(reader)
  expect(reader.left, label).toBe(0)
  if (one.decodeOnly) return value
  const writer = new Writer()
  codec.write(writer, value)
  expect(writer.whole().toString('hex'), label).toBe(one.hex)
  return value
}
