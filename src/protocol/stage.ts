/**
 * Turns a declaration (types.ts) into the code that reads and writes one version of it. All questions about versions are
 * answered here, once: what comes out is one straight function per struct, kept for as long as the declaration lives. Interpreting
 * the declaration field by field (interpret.ts) takes three to five times as long, but need not be made. Fields of fixed size that
 * stand side by side share one look at the bounds.
 */
import * as fixed from './fixed'
import type { Reader } from './reader'
import {
  ARRAY_COST,
  defaultText,
  EMPTY,
  exists,
  FIXED,
  heapCost,
  isForeignTag,
  isNullable,
  isTagged,
  kindOf,
  leastSize,
  METHOD,
  readMethod,
  type Version,
  writeMethod,
} from './stage-fields'
import type { AnyType, Fields, In, Out } from './types'
import { Unsayable } from './unsayable'
import { Writer } from './writer'

export interface Codec<F extends Fields> {
  read(reader: Reader): Out<F>
  write(writer: Writer, value: In<F>): void
}

/** Stages `fields` at `version`. `exact` reads and writes every 64-bit number as a bigint (for tools that show bytes). */
export function stage<F extends Fields>(fields: F, version: number, flexible: boolean, exact = false): Codec<F> {
  return { read: stageReader(fields, version, flexible, exact), write: stageWriter(fields, version, flexible, exact) }
}
/** One half of it: who reads requests writes none. */
export function stageReader<F extends Fields>(fields: F, version: number, flexible: boolean, exact = false): Codec<F>['read'] {
  const code = new Code({ version, flexible, exact })
  return code.link(code.reader(fields)) as Codec<F>['read']
}
export function stageWriter<F extends Fields>(fields: F, version: number, flexible: boolean, exact = false): Codec<F>['write'] {
  const code = new Code({ version, flexible, exact })
  return code.link(code.writer(fields)) as Codec<F>['write']
}

/** Stages the function that fills in the defaults of what a writer would take, giving what a reader would give. */
export function stageFill<F extends Fields>(fields: F): (value: In<F>) => Out<F> {
  const code = new Code({ version: Number.NaN, flexible: true, exact: false })
  return code.link(code.filler(fields)) as (value: In<F>) => Out<F>
}

const capital = (kind: string): string => kind.slice(0, 1).toUpperCase() + kind.slice(1)

/** V8 makes a hash table of an array that is made much longer than this. */
const MOST_AT_ONCE = 1_000_000

/** A run of fields of fixed size: bytes so far, and the code for each, given the run's place. */
class Run {
  size = 0
  private readonly parts: ((place: string) => string)[] = []

  add(size: number, code: (place: string) => string): void {
    const { size: offset } = this
    this.parts.push((place) => code(offset === 0 ? place : `${place} + ${offset}`))
    this.size += size
  }
  /** `claim` gives the place of so many bytes. */
  flush(place: string, claim: (size: number) => string): string {
    if (this.size === 0) return ''
    const code = `const ${place} = ${claim(this.size)}; ${this.parts
      .splice(0)
      .map((part) => part(place))
      .join(' ')}`
    this.size = 0
    return code
  }
}

class Code {
  private readonly lines: string[] = []
  private readonly functions = new Map<string, string>()
  private readonly readers = new Map<Fields, string>()
  private readonly writers = new Map<Fields, string>()
  private serial = 0

  constructor(private readonly v: Version) {}

  link(result: string): unknown {
    const source = `"use strict";\n${this.lines.join('\n')}\nreturn ${result}`
    const scope = { EMPTY, Writer, Unsayable, ...fixed }
    return new Function(...Object.keys(scope), source)(...Object.values(scope))
  }
  /** The name of a function, which is made once however many fields it is for. */
  private define(prefix: string, body: (name: string) => string): string {
    const text = body('')
    const known = this.functions.get(text)
    if (known) return known
    const name = `${prefix}${++this.serial}`
    this.functions.set(text, name)
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
    const count = this.v.flexible && !type.rules.plain ? 'r.uvarint() - 1' : 'r.int32()'
    const absent = isNullable(type.rules, this.v) ? 'if (n < 0) return null;' : ''
    const size = FIXED[kindOf(element, this.v)]
    // what has a fixed size has its place claimed once for all of them
    const one = (i: string) =>
      size ? `get${capital(kindOf(element, this.v))}(r.buffer, p + ${i} * ${size})` : this.readValue(element)
    const each = one('i')
    // arrays of a size that stands in the code are made in place: most replicas are one or three
    const few = size
      ? `if (n === 1) return [${one('0')}]; if (n === 3) return [${['0', '1', '2'].map(one).join(', ')}];`
      : `if (n === 1) return [${each}];`
    const place = size ? `const p = r.position; r.position = p + n * ${size};` : ''
    return this.define(
      'a',
      (name) => `function ${name}(r) {
  const n = ${count}; ${absent}
  if (n < 0) r.fail('a count of ' + n);
  r.room(n, ${leastSize(element, this.v)}, ${ARRAY_COST} + n * ${heapCost(element, this.v)});
  if (n === 0) return []; ${place} ${few}
  const out = n > ${MOST_AT_ONCE} ? [] : new Array(n);
  for (let i = 0; i < n; i++) out[i] = ${each};
  return out }`,
    )
  }

  reader(fields: Fields): string {
    const known = this.readers.get(fields)
    if (known) return known
    const { v } = this
    const body: string[] = []
    const tagged: string[] = []
    const run = new Run()
    const flush = () => body.push(run.flush(`p${body.length}`, (size) => `r.take(${size})`))
    for (const [field, type] of Object.entries(fields)) {
      if (isForeignTag(type.rules, v)) tagged.push(`case ${type.rules.tag}: r.foreignTag(tag);`)
      if (!exists(type.rules, v)) continue
      if (isTagged(type.rules, v)) {
        tagged.push(`case ${type.rules.tag}: o.${field} = ${this.readValue(type)}; r.tagEnd(end); break;`)
        continue
      }
      const kind = kindOf(type, v)
      const size = FIXED[kind]
      if (size) run.add(size, (place) => `const f_${field} = get${capital(kind)}(b, ${place});`)
      else {
        flush()
        body.push(`const f_${field} = ${this.readValue(type)};`)
      }
    }
    flush()
    const parts = Object.entries(fields).map(([field, type]) => {
      const inline = exists(type.rules, v) && !isTagged(type.rules, v)
      return `${field}: ${inline ? `f_${field}` : defaultText(type, v.exact)}`
    })
    const tags = !v.flexible
      ? ''
      : `if (r.hasTags()) {
    const n = r.uvarint(); r.room(n, 2);
    for (let i = 0, last = -1; i < n; i++) {
      const tag = r.uvarint(); if (tag <= last) r.fail('tagged field ' + tag + ' out of order'); last = tag;
      const end = r.tagSize();
      switch (tag) { ${tagged.join(' ')} default: r.position = end } } }`
    const name = this.define(
      'r',
      (name) => `function ${name}(r) {
  const b = r.buffer;
  ${body.filter((line) => line !== '').join('\n  ')}
  const o = { ${parts.join(', ')} };
  ${tags}
  return o }`,
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
    const run = new Run()
    const flush = () => body.push(run.flush(`p${body.length}`, (size) => `w.need(${size}); b = w.buffer`))
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
          text: `if (has_${field}) { const t = new Writer(64); ${write} w.uvarint(${tag}); w.sized(t.whole()); }`,
        })
      } else {
        const kind = kindOf(type, v)
        const size = FIXED[kind]
        if (size) {
          run.add(size, (place) => `${value} put${capital(kind)}(b, ${place}, ${local});`)
          continue
        }
        flush()
        body.push(`${value} ${this.writeValue(type, local, 'w', field)}`)
      }
    }
    flush()
    tagged.sort((a, b) => a.tag - b.tag)
    const end = v.flexible ? `w.uvarint(n);\n  ${tagged.map(({ text }) => text).join('\n  ')}` : ''
    const name = this.define('w', (name) => `function ${name}(w, o) {\n  let n = 0, b;\n  ${body.join('\n  ')}\n  ${end} }`)
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
