/**
 * Arbitrary values of a declaration, as its reader gives them: what the version cannot carry is at its default. They are
 * derived from the declaration, so that a new field is tested without anybody thinking of it.
 */
import fc from 'fast-check'
import { stageFill } from '../../src/protocol/stage'
import type { AnyType, Fields, In, Out } from '../../src/protocol/types'

const BATCH_BYTES = 40

export function arbitraryOf<F extends Fields>(fields: F, version: number): fc.Arbitrary<Out<F>> {
  const absent = stageFill(fields)({} as In<F>) as Readonly<Record<string, unknown>>
  const parts: Record<string, fc.Arbitrary<unknown>> = {}
  for (const [name, type] of Object.entries(fields)) {
    const { since, until } = type.rules
    parts[name] = version >= since && version <= until ? anyOf(type, version) : fc.constant(absent[name])
  }
  return fc.record(parts, { noNullPrototype: true }) as fc.Arbitrary<Out<F>> // one part per field
}

function anyOf(type: AnyType, version: number): fc.Arbitrary<unknown> {
  const some = someOf(type, version)
  return version >= type.rules.nullSince ? fc.option(some, { nil: null, freq: 4 }) : some
}

function someOf({ shape }: AnyType, version: number): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'bool':
      return fc.boolean()
    case 'int8':
      return fc.integer({ min: -(2 ** 7), max: 2 ** 7 - 1 })
    case 'int16':
      return fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 })
    case 'uint16':
      return fc.integer({ min: 0, max: 2 ** 16 - 1 })
    case 'int32':
      return fc.integer()
    case 'uint32':
      return fc.integer({ min: 0, max: 2 ** 32 - 1 })
    case 'int64':
      return fc.maxSafeInteger()
    case 'exact64':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    case 'float64':
      return fc.double()
    case 'uuid':
      return bytesOf(16, 16).map((bytes) => bytes.toString('base64url'))
    case 'string':
      return fc.oneof(
        { weight: 6, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }) },
        fc.constantFrom('\ufffd', '\0', 'é😀'),
      )
    case 'bytes':
    case 'records':
      return bytesOf(0, BATCH_BYTES)
    case 'array':
      return fc.array(anyOf(shape.element, version), { maxLength: 2 })
    case 'struct':
      return arbitraryOf(shape.fields, version)
  }
}
const bytesOf = (minLength: number, maxLength: number) =>
  fc.uint8Array({ minLength, maxLength }).map((bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
