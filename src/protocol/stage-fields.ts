/**
 * What can be said of a field once its version is known: whether it is there, how many bytes and how much memory it takes at least,
 * and which method reads or writes it. interpret.ts asks this for each message, stage.ts once and for all.
 */
import { type AnyType, type Fields, type Rules, ZERO_UUID } from './types'

export interface Version {
  readonly version: number
  readonly flexible: boolean
  /** 64-bit numbers as bigint, so that any bytes come back equal. */
  readonly exact: boolean
}

export const isTagged = (rules: Rules, v: Version) => rules.tag !== undefined && v.version >= rules.tagSince
export const exists = (rules: Rules, v: Version) => v.version >= rules.since && v.version <= rules.until
/** A tag that is known, and is not one in this version: Kafka refuses it, where it skips those that it does not know. */
export const isForeignTag = (rules: Rules, v: Version) => rules.tag !== undefined && !(exists(rules, v) && isTagged(rules, v))
export const isNullable = (rules: Rules, v: Version) => v.version >= rules.nullSince

export const EMPTY = Buffer.alloc(0)
const ZEROS: Partial<Record<string, unknown>> = { bool: false, string: '', uuid: ZERO_UUID }

/** The value that stands for a field that is absent; lists and structs are new ones. */
export function defaultOf(type: AnyType, exact: boolean): unknown {
  const { hasDefault, defaultValue } = type.rules
  const { kind } = type.shape
  if (hasDefault && defaultValue === null) return null
  switch (kind) {
    case 'int64':
      return exact ? BigInt(hasDefault ? String(defaultValue) : 0) : hasDefault ? defaultValue : 0
    case 'exact64':
      return BigInt(hasDefault ? String(defaultValue) : 0)
    case 'array':
      return []
    case 'bytes':
    case 'records':
      return EMPTY
    case 'struct': {
      const value: Record<string, unknown> = {}
      for (const [name, field] of Object.entries(type.shape.fields)) value[name] = defaultOf(field, exact)
      return value
    }
    default:
      return hasDefault ? defaultValue : (ZEROS[kind] ?? 0)
  }
}

/** The same as source text, in which EMPTY is known. */
export const defaultText = (type: AnyType, exact: boolean): string => literal(defaultOf(type, exact))
function literal(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (value === EMPTY) return 'EMPTY'
  if (Array.isArray(value)) return '[]'
  const parts = Object.entries(value).map(([name, one]) => `${name}: ${literal(one)}`)
  return `{ ${parts.join(', ')} }`
}

/** Fewest bytes that a value takes: what a count is checked against before anything is allocated. */
export function leastSize(type: AnyType, v: Version): number {
  const { shape, rules } = type
  const compact = v.flexible && !rules.plain
  switch (shape.kind) {
    case 'bool':
    case 'int8':
      return 1
    case 'int16':
    case 'uint16':
      return 2
    case 'int32':
    case 'uint32':
      return 4
    case 'int64':
    case 'exact64':
    case 'float64':
      return 8
    case 'uuid':
      return 16
    case 'string':
      return compact ? 1 : 2
    case 'bytes':
    case 'records':
    case 'array':
      return compact ? 1 : 4
    case 'struct': {
      if (isNullable(rules, v)) return 1
      let sum = v.flexible ? 1 : 0
      for (const field of Object.values(shape.fields)) {
        if (exists(field.rules, v) && !isTagged(field.rules, v)) sum += leastSize(field, v)
      }
      return Math.max(sum, 1)
    }
  }
}

/** Bytes of heap that an array takes besides its places. */
export const ARRAY_COST = 32

/**
 * About how many bytes of heap an element of this type takes in an array, on V8 without pointer compression: its place there, and
 * for a struct three words, one for each field, and what stands for the fields that the version lacks. What is read on the way
 * to it, texts, bytes and further arrays, counts when it is read.
 */
export function heapCost(type: AnyType, v: Version): number {
  const { shape } = type
  return 8 + (shape.kind === 'struct' ? structCost(shape.fields, v) : shape.kind === 'exact64' ? 24 : 0)
}
function structCost(fields: Fields, v: Version): number {
  return Object.values(fields).reduce((sum, field) => sum + 8 + fieldCost(field, v), 24)
}
function fieldCost({ shape, rules }: AnyType, v: Version): number {
  const isAbsent = !exists(rules, v) || isTagged(rules, v)
  if (isAbsent && rules.hasDefault && rules.defaultValue === null) return 0
  if (shape.kind === 'array') return isAbsent ? ARRAY_COST : 0
  return shape.kind === 'struct' ? structCost(shape.fields, v) : 0
}

/** What has a fixed size, in bytes, and no null: `get` and `put` in fixed.ts. */
export const FIXED: Partial<Record<string, number>> = {
  bool: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  exact64: 8,
  float64: 8,
  uuid: 16,
}
export const METHOD: Partial<Record<string, string>> = { string: 'String', bytes: 'Bytes', records: 'Bytes' }

/** int64 is a bigint where all of its bits are wanted. */
export const kindOf = ({ shape: { kind } }: AnyType, v: Version): string => (kind === 'int64' && v.exact ? 'exact64' : kind)

/** The method of Reader for a type without parts. */
export function readMethod(type: AnyType, v: Version): string {
  const kind = kindOf(type, v)
  const name = METHOD[kind]
  if (!name) return kind
  const prefix = v.flexible && !type.rules.plain ? `compact${name}` : name.toLowerCase()
  return prefix + (isNullable(type.rules, v) ? 'OrNull' : '')
}
export function writeMethod(type: AnyType, v: Version): string {
  if (type.shape.kind === 'records') return v.flexible && !type.rules.plain ? 'compactRecords' : 'records'
  return readMethod(type, v)
}
