/** Messages that are small on the wire and large in memory: each array in turn is long, and all that is in it is empty. */

import { leastSize } from '../../src/protocol/stage-fields'
import { type AnyType, type Fields, ZERO_UUID } from '../../src/protocol/types'

const isThere = ({ rules }: AnyType, version: number): boolean => version >= rules.since && version <= rules.until

function empty(type: AnyType, version: number): unknown {
  const { shape, rules } = type
  if (version >= rules.nullSince && shape.kind !== 'array') return null
  switch (shape.kind) {
    case 'bool':
      return false
    case 'string':
      return ''
    case 'uuid':
      return ZERO_UUID
    case 'bytes':
    case 'records':
      return Buffer.alloc(0)
    case 'exact64':
      return 0n
    case 'array':
      return []
    case 'struct':
      return emptyStruct(shape.fields, version)
    default:
      return 0
  }
}

function emptyStruct(fields: Fields, version: number): Record<string, unknown> {
  const there = Object.entries(fields).filter(([, type]) => isThere(type, version) && type.rules.tag === undefined)
  return Object.fromEntries(there.map(([name, type]) => [name, empty(type, version)]))
}

/** Values of about `bytes` bytes, one for each array of `fields`, also those inside others. */
export function* hollowValues(
  fields: Fields,
  version: number,
  flexible: boolean,
  bytes: number,
): Generator<Record<string, unknown>> {
  const rest = emptyStruct(fields, version)
  for (const [name, type] of Object.entries(fields)) {
    const { shape } = type
    if (!isThere(type, version)) continue
    if (shape.kind === 'struct') {
      for (const inner of hollowValues(shape.fields, version, flexible, bytes)) yield { ...rest, [name]: inner }
    }
    if (shape.kind !== 'array') continue
    const { element } = shape
    const least = leastSize(element, { version, flexible, exact: false })
    yield { ...rest, [name]: Array.from({ length: Math.floor(bytes / least) }, () => empty(element, version)) }
    if (element.shape.kind !== 'struct') continue
    for (const inner of hollowValues(element.shape.fields, version, flexible, bytes)) yield { ...rest, [name]: [inner] }
  }
}
