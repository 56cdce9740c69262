/**
 * What can be said of a field once its version is known: whether it is there, how many bytes and how much memory it takes at least,
 * and which method reads or writes it. stage.ts asks all of this once, and no reader asks it again.
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
export const isNullable = (rules: Rules, v: Version) => v.version >= rules.nullSince

/** The value that stands for a field that is absent, as source text. */
export function defaultText(type: AnyType, exact: boolean): string {
  const { hasDefault, defaultValue } = type.rules
  switch (type.shape.kind) {
    case 'bool':
    case 'float64':
    case 'int8':
    case 'int16':
    case 'uint16':
    case 'int32':
    case 'uint32':
    case 'string':
    case 'uuid':
      if (hasDefault) return JSON.stringify(defaultValue)
      return { bool: 'false', string: '""', uuid: `"${ZERO_UUID}"` }[type.shape.kind as string] ?? '0'
    case 'int64':
      return `${hasDefault ? String(defaultValue) : '0'}${exact ? 'n' : ''}`
    case 'exact64':
      return `${hasDefault ? String(defaultValue) : '0'}n`
    case 'array':
      return hasDefault && defaultValue === null ? 'null' : '[]'
    case 'bytes':
    case 'records':
      return hasDefault && defaultValue === null ? 'null' : 'EMPTY'
    case 'struct': {
      if (hasDefault && defaultValue === null) return 'null'
      const fields = Object.entries(type.shape.fields)
      return `{ ${fields.map(([name, field]) => `${name}: ${defaultText(field, exact)}`).join(', ')} }`
    }
  }
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
