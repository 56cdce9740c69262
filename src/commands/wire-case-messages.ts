/**
 * Cases of golden/wire: requests and responses without their headers, headers alone, whole request frames, the table of APIs, and
 * the defaults of every field.
 */
import { apiTable } from '../protocol/apis/index'
import { isFlexible } from '../protocol/codecs'
import { decodeRequest, decodeRequestHeader, encodeRequest } from '../protocol/frames'
import { fromJson, type Json, type JsonObject, toJson } from '../protocol/json'
import { Reader } from '../protocol/reader'
import { type Codec, stage, stageFill } from '../protocol/stage'
import { type Api, type Fields, int16, int32, type Message, message, string } from '../protocol/types'
import { Writer } from '../protocol/writer'
import { bytesAt, type Case, Difference, isObject, isSafe, numberAt, objectAt, sameBytes, sameJson, textAt } from './wire-case'

/** The declaration of the API that the case names, which must have the key that it says. */
async function apiOf(one: Case): Promise<Api> {
  const name = textAt(one, 'api')
  const row = apiTable.find((each) => each.name === name)
  if (!row) throw new Difference(`api: there is no ${name}`)
  if (one['key'] !== undefined) sameJson(one['key'], row.key, 'key')
  return row.load()
}

const kept = new WeakMap<Fields, Map<string, Codec<Fields>>>()
/** Many cases are of one message in one version. */
function staged(fields: Fields, version: number, flexible: boolean, exact: boolean): Codec<Fields> {
  const codecs = kept.get(fields) ?? new Map<string, Codec<Fields>>()
  kept.set(fields, codecs)
  const key = `${version} ${flexible} ${exact}`
  const codec = codecs.get(key) ?? stage(fields, version, flexible, exact)
  codecs.set(key, codec)
  return codec
}

/**
 * Reads the bytes of a message, compares with the JSON, and writes them again, from the JSON and from what was read. Once with
 * all 64 bits, and once more as the program itself reads it, where its plain numbers can hold what is there.
 */
export function checkMessage(declared: Message, version: number, one: Case, hex = bytesAt(one), framing = ''): void {
  const prefix = Buffer.from(framing, 'hex')
  sameBytes(hex.subarray(0, prefix.length), prefix, 'framing')
  const { fields, versions } = declared
  if (!(version >= versions[0] && version <= versions[1])) throw new Difference(`version: ${declared.name} has no ${version}`)
  const json = objectAt(one, 'json')
  for (const exact of isSafe(json) ? [true, false] : [true]) {
    const codec = staged(fields, version, isFlexible(declared, version), exact)
    const reader = new Reader(hex, prefix.length)
    const value = codec.read(reader)
    sameJson(json, toJson(fields, version, value), 'json')
    if (reader.left > 0) throw new Difference(`hex, byte ${reader.position}: ${reader.left} bytes behind the message`)
    if (one['decodeOnly'] === true) continue
    for (const again of exact ? [value, fromJson(fields, version, json)] : [value]) {
      const writer = new Writer()
      writer.raw(prefix)
      codec.write(writer, again)
      sameBytes(hex, writer.whole(), 'hex')
    }
  }
}

/** {api, key, kind: request | response, version, name, json, hex} */
export async function checkApiMessage(one: Case): Promise<void> {
  const api = await apiOf(one)
  const kind = textAt(one, 'kind')
  if (kind !== 'request' && kind !== 'response') throw new Difference(`kind: request or response expected, ${kind} found`)
  const { versions, flexible } = api
  checkMessage({ name: api.name, versions, flexible, fields: api[kind] }, numberAt(one, 'version'), one)
}

/** clientId is a plain string also where the header is flexible (KIP-482). */
const HEADERS: { readonly [name: string]: Message } = {
  RequestHeader: message({
    name: 'RequestHeader',
    versions: [1, 2],
    flexible: 2,
    fields: { requestApiKey: int16, requestApiVersion: int16, correlationId: int32, clientId: string.orNull(1).plain() },
  }),
  ResponseHeader: message({ name: 'ResponseHeader', versions: [0, 1], flexible: 1, fields: { correlationId: int32 } }),
}

/** {api: RequestHeader | ResponseHeader, kind: header, version, json, hex} */
export function checkHeader(one: Case): void {
  const declared = HEADERS[textAt(one, 'api')]
  if (!declared) throw new Difference(`api: there is no header called ${one['api']}`)
  const version = numberAt(one, 'version')
  checkMessage(declared, version, one)
  if (declared.name === 'RequestHeader') checkRequestHeader(one, version)
}
/** The reader of the server says the same. */
function checkRequestHeader(one: Case, version: number): void {
  const reader = new Reader(bytesAt(one))
  const { apiKey, apiVersion, correlationId, clientId } = decodeRequestHeader(reader, () => (version === 2 ? -32768 : null))
  sameJson(one['json'], { requestApiKey: apiKey, requestApiVersion: apiVersion, correlationId, clientId }, 'json')
  if (reader.left > 0) throw new Difference(`hex, byte ${reader.position}: ${reader.left} bytes behind the header`)
}

const SIZE_BYTES = 4

/** {api, key, kind: frame, version, headerVersion, correlationId, clientId, json, hex}: size, header and body of a request. */
export async function checkFrame(one: Case): Promise<void> {
  const api = await apiOf(one)
  const version = numberAt(one, 'version')
  sameJson(one['headerVersion'], isFlexible(api, version) ? 2 : 1, 'headerVersion')
  const hex = bytesAt(one)
  const reader = new Reader(hex)
  sameJson(hex.length - SIZE_BYTES, reader.int32(), 'hex, byte 0: the size')
  const header = decodeRequestHeader(reader)
  const { correlationId, clientId } = header
  sameJson(one['key'], header.apiKey, 'key')
  sameJson(version, header.apiVersion, 'version')
  sameJson(one['correlationId'], correlationId, 'correlationId')
  sameJson(one['clientId'], clientId, 'clientId')
  const start = reader.position
  const body = { name: api.name, versions: api.versions, flexible: api.flexible, fields: api.request }
  checkMessage(body, version, one, hex.subarray(start))
  if (!isSafe(objectAt(one, 'json'))) return
  const request = decodeRequest(api, version, reader)
  sameBytes(hex, Buffer.concat(encodeRequest(api, version, correlationId, clientId, request)), 'hex')
}

/** {key, api, min, max, maxStable, listeners, requestHeaderVersions, responseHeaderVersions, ...}: a row of the table of APIs. */
export async function checkApiFacts(one: Case): Promise<void> {
  const api = await apiOf(one)
  const [min, max] = api.versions
  const stable = api.stable ?? max
  const all = Array.from({ length: max - min + 1 }, (_, i) => isFlexible(api, min + i))
  const facts: JsonObject = {
    min,
    max,
    maxStable: stable,
    unstableLatest: stable < max,
    listeners: [...(api.listeners ?? [])],
    requestHeaderVersions: all.map((flexible) => (flexible ? 2 : 1)),
    // the reply to ApiVersions must be read before the versions are known (KIP-511)
    responseHeaderVersions: all.map((flexible) => (flexible && api.name !== 'ApiVersions' ? 1 : 0)),
  }
  for (const [key, fact] of Object.entries(facts)) sameJson(one[key], fact, key)
}

/** {message, fields, structs}: the default of every field of a message and of the structures in it. */
export async function checkDefaults(one: Case): Promise<void> {
  const name = textAt(one, 'message')
  const [, apiName, kind] = /^(.*)(Request|Response)$/.exec(name) ?? []
  const api = await apiOf({ api: apiName ?? name })
  const fields = kind === 'Request' ? api.request : api.response
  sameJson(live(name, objectAt(one, 'fields')), defaultsOf(fields), 'fields')
  const own = [...structsOf(fields)].map(defaultsOf)
  for (const [struct, defaults] of Object.entries(objectAt(one, 'structs'))) {
    if (!isObject(defaults)) throw new Difference(`structs.${struct}: an object expected`)
    const wanted = live(name, defaults)
    if (own.some((found) => isSame(wanted, found))) continue
    const named = own.filter((found) => Object.keys(found).join() === Object.keys(wanted).join())
    if (named[0]) sameJson(wanted, named[0], `structs.${struct}`)
    throw new Difference(`structs.${struct}: nothing here has its fields`)
  }
}

const isSame = (a: Json, b: Json): boolean => {
  try {
    sameJson(a, b, '')
    return true
  } catch {
    return false
  }
}

/**
 * What is compared: not the batches of records, whose default in Kafka is null where here whoever writes must say what they are, and
 * not the one field that no version has any more.
 */
const live = (name: string, defaults: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(defaults)
      .filter(([field]) => !/^(records|unalignedRecords)$/.test(field))
      .filter(([field]) => !(name === 'ShareFetchRequest' && field === 'partitionMaxBytes'))
      .map(([field, value]) => [field, plain(value)]),
  )

/** 1.0 and "1" are the same number; a structure stands for its defaults. */
function plain(value: unknown): Json {
  if (typeof value === 'bigint' || typeof value === 'number') return String(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(plain)
  return value !== null && typeof value === 'object' ? {} : (value as Json) // a text, a boolean or null
}

/** In alphabetical order of nothing but the declaration. */
function defaultsOf(fields: Fields): JsonObject {
  const filled = stageFill(fields)({}) as Record<string, unknown> // all fields have a default
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
