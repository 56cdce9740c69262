/**
 * Turns a declaration (types.ts) into the code that reads and writes one version of it. All questions about versions are
 * answered here, once: what comes out is one straight function per struct, kept for as long as the declaration lives.
 * Interpreting the declaration field by field took three to five times as long.
 */
import type { Reader } from './reader'
import { type AnyType, type Fields, type In, type Out, type Rules, ZERO_UUID } from './types'
import { Writer } from './writer'

/** A value that a version cannot say: a field it lacks is not at its default, or null where null is not allowed. */
export class Unsayable extends Error {}

export interface Codec<F extends Fields> {
  read(reader: Reader): Out<F>
  write(writer: Writer, value: In<F>): void
}

interface Version {
  readonly version: number
  readonly flexible: boolean
  /** 64-bit numbers as bigint, so that any bytes come back equal. */
  readonly exact: boolean
}

/** Stages `fields` at `version`. `exact` reads and writes every 64-bit number as a bigint (for tools that show bytes). */
export function stage<F extends Fields>(fields: F, version: number, flexible: boolean, exact = false): Codec<F> {
  const code = new Code({ version, flexible, exact })
  const read = code.reader(fields)
  const write = code.writer(fields)
  return code.link(`{ read: ${read}, write: ${write} }`) as Codec<F>
}

/** Stages the function that fills in the defaults of what a writer would take, giving what a reader would give. */
export function stageFill<F extends Fields>(fields: F): (value: In<F>) => Out<F> {
  const code = new Code({ version: Number.NaN, flexible: true, exact: false })
  return code.link(code.filler(fields)) as (value: In<F>) => Out<F>
}

const isTagged = (rules: Rules, v: Version) => rules.tag !== undefined && v.version >= rules.tagSince
const exists = (rules: Rules, v: Version) => v.version >= rules.since && v.version <= rules.until
const isNullable = (rules: Rules, v: Version) => v.version >= rules.nullSince

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
function leastSize(type: AnyType, v: Version): number {
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

const METHOD: Partial<Record<string, string>> = { string: 'String', bytes: 'Bytes', records: 'Bytes' }

/** The method of Reader for a type without parts. */
function readMethod(type: AnyType, v: Version): string {
  const kind = type.shape.kind
  if (kind === 'int64') return v.exact ? 'exact64' : 'int64'
  const name = METHOD[kind]
  if (!name) return kind
  const prefix = v.flexible && !type.rules.plain ? `compact${name}` : name.toLowerCase()
  return prefix + (isNullable(type.rules, v) ? 'OrNull' : '')
}
function writeMethod(type: AnyType, v: Version): string {
  if (type.shape.kind === 'records') return v.flexible && !type.rules.plain ? 'compactRecords' : 'records'
  return readMethod(type, v)
}

class Code {
  private readonly lines: string[] = []
  private readonly readers = new Map<Fields, string>()
  private readonly writers = new Map<Fields, string>()
  private serial = 0

  constructor(private readonly v: Version) {}

  link(result: string): unknown {
    const source = `"use strict";\n${this.lines.join('\n')}\nreturn ${result}`
    return new Function('EMPTY', 'Writer', 'Unsayable', source)(Buffer.alloc(0), Writer, Unsayable)
  }
  private define(prefix: string, body: (name: string) => string): string {
    const name = `${prefix}${++this.serial}`
    this.lines.push(body(name))
    return name
  }

  // ---- reading ----

  private readValue(type: AnyType): string {
    const { shape } = type
    if (shape.kind === 'array') return `${this.arrayReader(type, shape.element)}(r)`
    if (shape.kind === 'struct') {
      const read = `${this.reader(shape.fields)}(r)`
      if (!isNullable(type.rules, this.v)) return read
      const isAbsent = isTagged(type.rules, this.v) ? 'r.uvarint() === 0' : 'r.int8() < 0'
      return `(${isAbsent} ? null : ${read})`
    }
    return `r.${readMethod(type, this.v)}()`
  }

  private arrayReader(type: AnyType, element: AnyType): string {
    const each = this.readValue(element)
    const count = this.v.flexible && !type.rules.plain ? 'r.uvarint() - 1' : 'r.int32()'
    const absent = isNullable(type.rules, this.v) ? 'if (n === -1) return null;' : ''
    return this.define(
      'a',
      (name) => `function ${name}(r) {
  const n = ${count}; ${absent}
  if (n < 0) r.fail('a count of ' + n);
  r.room(n, ${leastSize(element, this.v)});
  const out = [];
  for (let i = 0; i < n; i++) out.push(${each});
  return out }`,
    )
  }

  reader(fields: Fields): string {
    const known = this.readers.get(fields)
    if (known) return known
    const { v } = this
    const parts: string[] = []
    const tagged: string[] = []
    for (const [field, type] of Object.entries(fields)) {
      const inline = exists(type.rules, v) && !isTagged(type.rules, v)
      parts.push(`${field}: ${inline ? this.readValue(type) : defaultText(type, v.exact)}`)
      if (exists(type.rules, v) && isTagged(type.rules, v)) {
        tagged.push(`case ${type.rules.tag}: o.${field} = ${this.readValue(type)}; r.tagEnd(end); break;`)
      }
    }
    const tags = !v.flexible
      ? ''
      : `const n = r.uvarint(); r.room(n, 2);
  for (let i = 0, last = -1; i < n; i++) {
    const tag = r.uvarint(); if (tag <= last) r.fail('tagged field ' + tag + ' out of order'); last = tag;
    const end = r.tagSize();
    switch (tag) { ${tagged.join(' ')} default: r.position = end } }`
    const name = this.define(
      'r',
      (name) => `function ${name}(r) {\n  const o = { ${parts.join(', ')} };\n  ${tags}\n  return o }`,
    )
    this.readers.set(fields, name)
    return name
  }

  // ---- writing ----

  /** A condition that holds when `value` is not the default of `type`. */
  private differs(type: AnyType, value: string): string {
    const text = defaultText(type, this.v.exact)
    const { kind } = type.shape
    if (text === 'null') return `${value} !== null`
    if (kind === 'array' || kind === 'bytes' || kind === 'records') return `(${value} === null || ${value}.length > 0)`
    if (type.shape.kind !== 'struct') return `${value} !== ${text}`
    return `(${value} === null || ${this.structDiffers(type.shape.fields)}(${value}))`
  }
  private structDiffers(fields: Fields): string {
    return this.define('d', (name) => {
      const tests = Object.entries(fields).map(([field, type]) => {
        const value = `o.${field}`
        return `(${value} !== undefined && ${this.differs(type, value)})`
      })
      return `function ${name}(o) { return ${tests.join(' || ') || 'false'} }`
    })
  }

  private writeValue(type: AnyType, value: string, writer: string, where: string): string {
    const { shape, rules } = type
    const nullable = isNullable(rules, this.v)
    const refuse = `if (${value} === null) throw new Unsayable(${JSON.stringify(`${where} cannot be null in version ${this.v.version}`)});`
    if (shape.kind === 'array')
      return `${nullable ? '' : refuse} ${this.arrayWriter(type, shape.element, where)}(${writer}, ${value});`
    if (shape.kind === 'struct') {
      const write = `${this.writer(shape.fields)}(${writer}, ${value});`
      if (!nullable) return `${refuse} ${write}`
      // Kafka says presence with a byte, and in a tagged field with a varint
      const absent = isTagged(rules, this.v) ? 'uvarint(0)' : 'int8(-1)'
      return `if (${value} === null) ${writer}.${absent}; else { ${writer}.int8(1); ${write} }`
    }
    const write = `${writer}.${writeMethod(type, this.v)}(${value});`
    return METHOD[shape.kind] && !nullable ? `${refuse} ${write}` : write
  }

  private arrayWriter(type: AnyType, element: AnyType, where: string): string {
    const compact = this.v.flexible && !type.rules.plain
    const absent = compact ? 'w.uvarint(0)' : 'w.int32(-1)'
    const count = compact ? 'w.uvarint(a.length + 1)' : 'w.int32(a.length)'
    const each = this.writeValue(element, 'x', 'w', where)
    return this.define(
      'b',
      (name) => `function ${name}(w, a) {
  if (a === null) { ${absent}; return }
  ${count};
  for (let i = 0; i < a.length; i++) { const x = a[i]; ${each} } }`,
    )
  }

  writer(fields: Fields): string {
    const known = this.writers.get(fields)
    if (known) return known
    const { v } = this
    const body: string[] = []
    const tagged: { tag: number; text: string }[] = []
    for (const [field, type] of Object.entries(fields)) {
      const local = `f_${field}`
      const value = `const ${local} = o.${field} === undefined ? ${defaultText(type, v.exact)} : o.${field};`
      if (!exists(type.rules, v)) {
        if (type.rules.ignorable) continue
        const problem = JSON.stringify(`version ${v.version} cannot carry ${field}`)
        body.push(`${value} if (${this.differs(type, local)}) throw new Unsayable(${problem});`)
      } else if (isTagged(type.rules, v)) {
        body.push(`${value} const has_${field} = ${this.differs(type, local)}; if (has_${field}) n++;`)
        const write = this.writeValue(type, local, 't', field)
        const tag = type.rules.tag as number
        tagged.push({
          tag,
          text: `if (has_${field}) { const t = new Writer(); ${write} w.uvarint(${tag}); w.sized(t.whole()); }`,
        })
      } else {
        body.push(`${value} ${this.writeValue(type, local, 'w', field)}`)
      }
    }
    tagged.sort((a, b) => a.tag - b.tag)
    const end = v.flexible ? `w.uvarint(n);\n  ${tagged.map(({ text }) => text).join('\n  ')}` : ''
    const name = this.define('w', (name) => `function ${name}(w, o) {\n  let n = 0;\n  ${body.join('\n  ')}\n  ${end} }`)
    this.writers.set(fields, name)
    return name
  }

  // ---- filling in ----

  filler(fields: Fields): string {
    const parts = Object.entries(fields).map(([field, type]) => {
      const value = `o.${field}`
      return `${field}: ${value} === undefined ? ${defaultText(type, false)} : ${this.fillValue(type, value)}`
    })
    return this.define('c', (name) => `function ${name}(o) { return { ${parts.join(', ')} } }`)
  }
  private fillValue(type: AnyType, value: string): string {
    const { shape } = type
    if (shape.kind === 'struct') return `(${value} === null ? null : ${this.filler(shape.fields)}(${value}))`
    if (shape.kind === 'records') return `(Array.isArray(${value}) ? Buffer.concat(${value}) : ${value})`
    if (shape.kind !== 'array') return value
    if (shape.element.shape.kind !== 'struct') return value
    return `(${value} === null ? null : ${value}.map(${this.filler(shape.element.shape.fields)}))`
  }
}
