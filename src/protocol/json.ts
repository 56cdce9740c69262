/**
 * Messages as JSON and back, in the shape of Kafka's generated JsonConverters, so that what is printed can be compared with
 * what Kafka's own tools print: a field that the version lacks is absent, and so is a tagged field at its default.
 *
 * Two things differ, because JSON must not lose anything: 64-bit numbers are decimal strings, and record batches are
 * their bytes where Kafka prints only a size. Bytes are base64, uuids Kafka's 22 characters.
 *
 * The values are those of `stage(..., exact)`, where every 64-bit number is a bigint; numbers are understood too.
 */

import { type AnyType, type Fields, type Rules, ZERO_UUID } from './types'
import { Unsayable } from './unsayable'

export type Json = null | boolean | number | string | Json[] | JsonObject
export type JsonObject = { [name: string]: Json }
/** A message with every field that its version has; the shape is checked where it is used. */
export type Value = Readonly<Record<string, unknown>>

const exists = (rules: Rules, version: number) => version >= rules.since && version <= rules.until
const isTagged = (rules: Rules, version: number) => rules.tag !== undefined && version >= rules.tagSince

/** Writes `value` of `version` as JSON. Throws Unsayable where the value does not fit the declaration. */
export function toJson(fields: Fields, version: number, value: Value): JsonObject {
  const out: JsonObject = {}
  for (const [name, type] of Object.entries(fields)) {
    const part = value[name]
    if (!exists(type.rules, version) || (isTagged(type.rules, version) && isDefault(type, part))) continue
    out[name] = part === undefined ? toJsonValue(type, version, defaultOf(type), name) : toJsonValue(type, version, part, name)
  }
  return out
}

function toJsonValue(type: AnyType, version: number, value: unknown, where: string): Json {
  const { shape } = type
  if (value === null) return null
  switch (shape.kind) {
    case 'array':
      if (!Array.isArray(value)) throw new Unsayable(`${where} should be a list`)
      return value.map((each, i) => toJsonValue(shape.element, version, each, `${where}[${i}]`))
    case 'struct':
      return toJson(shape.fields, version, value as Value)
    case 'bytes':
    case 'records':
      return joined(value, where).toString('base64')
    case 'int64':
    case 'exact64':
      return String(value)
    case 'float64':
      return Number.isFinite(value) ? (value as number) : String(value)
    case 'bool':
    case 'string':
    case 'uuid':
    case 'int8':
    case 'int16':
    case 'uint16':
    case 'int32':
    case 'uint32':
      return value as Json // the type says so
  }
}

function joined(value: unknown, where: string): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.length)
  if (Array.isArray(value)) return Buffer.concat(value as Uint8Array[])
  throw new Unsayable(`${where} should be bytes`)
}

/** What stands for a field that is absent, with every 64-bit number a bigint. */
function defaultOf(type: AnyType): unknown {
  const { hasDefault, defaultValue } = type.rules
  const { shape } = type
  switch (shape.kind) {
    case 'int64':
    case 'exact64':
      return hasDefault ? BigInt(defaultValue as number | bigint) : 0n
    case 'struct':
      if (hasDefault && defaultValue === null) return null
      return Object.fromEntries(Object.entries(shape.fields).map(([name, field]) => [name, defaultOf(field)]))
    case 'array':
      return hasDefault && defaultValue === null ? null : []
    case 'bytes':
    case 'records':
      return hasDefault && defaultValue === null ? null : Buffer.alloc(0)
    default:
      if (hasDefault) return defaultValue
      return { bool: false, string: '', uuid: ZERO_UUID }[shape.kind as string] ?? 0
  }
}

function isDefault(type: AnyType, value: unknown): boolean {
  if (value === undefined) return true
  const absent = defaultOf(type)
  if (value === null || absent === null) return value === absent
  switch (type.shape.kind) {
    case 'int64':
    case 'exact64':
      return BigInt(value as number | bigint) === absent
    case 'array':
    case 'bytes':
    case 'records':
      return (value as { length: number }).length === 0
    case 'struct':
      return Object.entries(type.shape.fields).every(([name, field]) => isDefault(field, (value as Value)[name]))
    default:
      return value === absent
  }
}

/**
 * Reads JSON as a value for a writer staged with `exact`. A field that is absent is left out, so that the writer takes its
 * default; a field that the version does not have, or JSON of another type, throws Unsayable with the path to it.
 */
export function fromJson(fields: Fields, version: number, json: Json, where = ''): Record<string, unknown> {
  if (json === null || typeof json !== 'object' || Array.isArray(json))
    throw new Unsayable(`${where || 'it'} should be an object`)
  const out: Record<string, unknown> = {}
  for (const [name, part] of Object.entries(json)) {
    const path = where ? `${where}.${name}` : name
    const type = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (!type || !exists(type.rules, version)) throw new Unsayable(`version ${version} has no field ${path}`)
    out[name] = fromJsonValue(type, version, part, path)
  }
  return out
}

function fromJsonValue(type: AnyType, version: number, json: Json, where: string): unknown {
  const { shape } = type
  if (json === null) {
    if (version < type.rules.nullSince) throw new Unsayable(`${where} cannot be null in version ${version}`)
    return null
  }
  switch (shape.kind) {
    case 'array':
      if (!Array.isArray(json)) throw new Unsayable(`${where} should be a list`)
      return json.map((each, i) => fromJsonValue(shape.element, version, each, `${where}[${i}]`))
    case 'struct':
      return fromJson(shape.fields, version, json, where)
    case 'bool':
      if (typeof json !== 'boolean') throw new Unsayable(`${where} should be true or false`)
      return json
    case 'string':
      if (typeof json !== 'string') throw new Unsayable(`${where} should be text`)
      if (LONE_SURROGATE.test(json)) throw new Unsayable(`${where} holds half a character, which UTF-8 cannot say`)
      return json
    case 'uuid':
      if (typeof json !== 'string' || !/^[\w-]{22}$/.test(json)) throw new Unsayable(`${where} should be a uuid of 22 characters`)
      return json
    case 'bytes':
    case 'records':
      if (typeof json !== 'string' || !BASE64.test(json)) throw new Unsayable(`${where} should be base64`)
      return Buffer.from(json, 'base64')
    case 'float64':
      if (typeof json === 'string' && /^(NaN|-?Infinity)$/.test(json)) return Number(json)
      if (typeof json !== 'number') throw new Unsayable(`${where} should be a number`)
      return json
    default:
      return wholeNumber(shape.kind, json, where)
  }
}

const LONE_SURROGATE = /\p{Surrogate}/u
/** With or without what fills up the last four; what Buffer does not know it would leave out. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/

const RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int8: [-(2n ** 7n), 2n ** 7n - 1n],
  int16: [-(2n ** 15n), 2n ** 15n - 1n],
  uint16: [0n, 2n ** 16n - 1n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  exact64: [-(2n ** 63n), 2n ** 63n - 1n],
}

/** A bigint for 64 bits, else a number. */
function wholeNumber(kind: string, json: Json, where: string): number | bigint {
  const wide = kind === 'int64' || kind === 'exact64'
  const isWhole = typeof json === 'number' ? Number.isSafeInteger(json) : wide && typeof json === 'string' && /^-?\d+$/.test(json)
  if (!isWhole) throw new Unsayable(`${where} should be a whole number`)
  const value = BigInt(json as number | string)
  const [least, most] = RANGES[kind] as readonly [bigint, bigint]
  if (value < least || value > most) throw new Unsayable(`${where} should be a whole number from ${least} to ${most}`)
  return wide ? value : Number(value)
}
