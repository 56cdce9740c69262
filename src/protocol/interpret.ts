/**
 * Reads and writes messages by walking through their declaration (types.ts), field by field. Nothing has to be made before the
 * first message, which is why a command that exchanges a handful of each kind begins with this; what comes often is staged
 * (stage.ts). Both agree on every byte, every value and whatever is refused: a property test compares them.
 */

import type { Reader } from './reader'
import type { Codec } from './stage'
import {
  ARRAY_COST,
  defaultOf,
  exists,
  heapCost,
  isForeignTag,
  isNullable,
  isTagged,
  leastSize,
  METHOD,
  readMethod,
  type Version,
  writeMethod,
} from './stage-fields'
import type { AnyType, Fields, In, Out } from './types'
import { Unsayable } from './unsayable'
import { Writer } from './writer'

type Struct = Record<string, unknown>

/** Interprets `fields` at `version`. */
export function interpret<F extends Fields>(fields: F, version: number, flexible: boolean): Codec<F> {
  const v: Version = { version, flexible, exact: false }
  return {
    read: (reader) => readStruct(reader, fields, v) as Out<F>, // a property for each field, of the type it reads
    write: (writer, value) => writeStruct(writer, fields, value as Struct, v),
  }
}

/** Fills in the defaults of what a writer would take, giving what a reader would give. */
export function interpretFill<F extends Fields>(fields: F): (value: In<F>) => Out<F> {
  return (value) => fillStruct(fields, value as Struct) as Out<F> // as above
}

const isCompact = ({ rules }: AnyType, v: Version) => v.flexible && !rules.plain
/** Written with its size before it, it may be null. */
const takesSize = ({ shape }: AnyType) => METHOD[shape.kind] !== undefined

// ---- reading ----

function readStruct(r: Reader, fields: Fields, v: Version): Struct {
  const out: Struct = {}
  for (const name in fields) {
    const type = fields[name] as AnyType
    const isInline = exists(type.rules, v) && !isTagged(type.rules, v)
    out[name] = isInline ? readValue(r, type, v) : defaultOf(type, v.exact)
  }
  if (v.flexible && r.hasTags()) readTags(r, fields, out, v)
  return out
}

function readTags(r: Reader, fields: Fields, out: Struct, v: Version): void {
  const count = r.uvarint()
  r.room(count, 2)
  for (let i = 0, last = -1; i < count; i++) {
    const tag = r.uvarint()
    if (tag <= last) r.fail(`tagged field ${tag} out of order`)
    last = tag
    const end = r.tagSize()
    const known = Object.entries(fields).find(([, { rules }]) => rules.tag === tag)
    if (known) {
      const [name, type] = known
      if (isForeignTag(type.rules, v)) r.foreignTag(tag)
      out[name] = readValue(r, type, v)
      r.tagEnd(end)
    } else r.position = end
  }
}

function readValue(r: Reader, type: AnyType, v: Version): unknown {
  const { shape, rules } = type
  if (shape.kind === 'array') return readArray(r, type, shape.element, v)
  if (shape.kind !== 'struct') return (r as unknown as Readers)[readMethod(type, v)]?.() // it names a method of Reader
  if (isNullable(rules, v)) {
    const isAbsent = isTagged(rules, v) ? r.uvarint() === 0 : r.int8() < 0
    if (isAbsent) return null
  }
  return readStruct(r, shape.fields, v)
}
type Readers = { readonly [method: string]: () => unknown }

function readArray(r: Reader, type: AnyType, element: AnyType, v: Version): unknown[] | null {
  const count = isCompact(type, v) ? r.uvarint() - 1 : r.int32()
  if (count < 0 && isNullable(type.rules, v)) return null
  if (count < 0) r.fail(`a count of ${count}`)
  r.room(count, leastSize(element, v), ARRAY_COST + count * heapCost(element, v))
  const out: unknown[] = []
  for (let i = 0; i < count; i++) out.push(readValue(r, element, v))
  return out
}

// ---- writing ----

function writeStruct(w: Writer, fields: Fields, value: Struct, v: Version): void {
  const tagged: [tag: number, name: string, type: AnyType, value: unknown][] = []
  for (const name in fields) {
    const type = fields[name] as AnyType
    const { rules } = type
    const given = value[name] === undefined ? defaultOf(type, v.exact) : value[name]
    if (!exists(rules, v)) {
      if (rules.ignorable || !differs(type, given, v)) continue
      throw new Unsayable(`version ${v.version} cannot carry ${name}`)
    }
    if (!isTagged(rules, v)) writeValue(w, type, given, v, name)
    else if (differs(type, given, v)) tagged.push([rules.tag as number, name, type, given])
  }
  if (!v.flexible) return
  w.uvarint(tagged.length)
  for (const [tag, name, type, given] of tagged.sort(([a], [b]) => a - b)) {
    const content = new Writer(64)
    writeValue(content, type, given, v, name)
    w.uvarint(tag)
    w.sized(content.whole())
  }
}

function writeValue(w: Writer, type: AnyType, value: unknown, v: Version, name: string): void {
  const { shape, rules } = type
  const hasParts = shape.kind === 'array' || shape.kind === 'struct'
  const nullable = isNullable(rules, v)
  if (value === null && !nullable && (hasParts || takesSize(type))) {
    throw new Unsayable(`${name} cannot be null in version ${v.version}`)
  }
  if (shape.kind === 'array') writeArray(w, type, shape.element, value as unknown[] | null, v, name)
  else if (shape.kind !== 'struct')
    (w as unknown as Writers)[writeMethod(type, v)]?.(value) // it names a method of Writer
  else if (value === null) {
    // Kafka says presence with a byte, and in a tagged field with a varint
    if (isTagged(rules, v)) w.uvarint(0)
    else w.int8(-1)
  } else {
    if (nullable) w.int8(1)
    writeStruct(w, shape.fields, value as Struct, v)
  }
}
type Writers = { readonly [method: string]: (value: unknown) => void }

function writeArray(w: Writer, type: AnyType, element: AnyType, value: unknown[] | null, v: Version, name: string): void {
  const compact = isCompact(type, v)
  if (compact) w.uvarint(value === null ? 0 : value.length + 1)
  else w.int32(value === null ? -1 : value.length)
  if (value) for (const one of value) writeValue(w, element, one, v, name)
}

/** Whether `value` is not the default of `type`. */
function differs(type: AnyType, value: unknown, v: Version): boolean {
  const { shape } = type
  const absent = defaultOf(type, v.exact)
  if (absent === null) return value !== null
  if (shape.kind === 'array' || (takesSize(type) && shape.kind !== 'string'))
    return value === null || (value as unknown[]).length > 0
  if (shape.kind !== 'struct') return value !== absent
  if (value === null) return true
  const struct = value as Struct
  return Object.entries(shape.fields).some(([name, field]) => struct[name] !== undefined && differs(field, struct[name], v))
}

// ---- filling in ----

function fillStruct(fields: Fields, value: Struct): Struct {
  const out: Struct = {}
  for (const name in fields) {
    const type = fields[name] as AnyType
    out[name] = value[name] === undefined ? defaultOf(type, false) : fillValue(type, value[name])
  }
  return out
}

function fillValue({ shape }: AnyType, value: unknown): unknown {
  if (shape.kind === 'struct') return value === null ? null : fillStruct(shape.fields, value as Struct)
  if (shape.kind === 'records') return Array.isArray(value) ? Buffer.concat(value) : value
  if (shape.kind !== 'array' || shape.element.shape.kind !== 'struct' || value === null) return value
  const { fields } = shape.element.shape
  return (value as Struct[]).map((one) => fillStruct(fields, one))
}
