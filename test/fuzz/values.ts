/** Values of a declaration as chance will have them, quick to make: what is damaged should have been whole. */
import type { AnyType, Fields } from '../../src/protocol/types'
import type { Chance } from './random'

const NAMES = ['', 'a', 'orders', 'orders-1', '__consumer_offsets', 'group', 'é😀', 'x'.repeat(249), 'consumer', 'range']
const INTS = [0, 1, 2, 3, -1, -2, 7, 100, 500, 30_000]

/** What a writer of `version` takes for `fields`: fields that it lacks are left out. */
export function someValue(fields: Fields, version: number, chance: Chance): Record<string, unknown> {
  const value: Record<string, unknown> = {}
  for (const [name, type] of Object.entries(fields)) {
    const { since, until, tag } = type.rules
    if (version < since || version > until || (tag !== undefined && chance.once(2))) continue
    value[name] = partOf(type, version, chance)
  }
  return value
}

function partOf(type: AnyType, version: number, chance: Chance): unknown {
  const { shape, rules } = type
  if (version >= rules.nullSince && chance.once(4)) return null
  switch (shape.kind) {
    case 'bool':
      return chance.once(2)
    case 'int8':
      return (chance.pick(INTS) << 24) >> 24
    case 'int16':
      return (chance.pick(INTS) << 16) >> 16
    case 'uint16':
      return chance.pick(INTS) & 0xffff
    case 'int32':
      return chance.once(8) ? chance.next() | 0 : chance.pick(INTS)
    case 'uint32':
      return chance.next()
    case 'int64':
      return chance.once(8) ? (chance.next() - 2 ** 31) * 2 ** chance.below(22) : chance.pick(INTS)
    case 'exact64':
      return BigInt(chance.pick(INTS))
    case 'float64':
      return chance.next() / 7
    case 'uuid':
      return (chance.once(2) ? Buffer.alloc(16) : chance.bytes(16)).toString('base64url')
    case 'string':
      return chance.pick(NAMES)
    case 'bytes':
    case 'records':
      return chance.bytes(chance.below(40))
    case 'array':
      return Array.from({ length: chance.once(10) ? 20 : chance.below(4) }, () => partOf(shape.element, version, chance))
    case 'struct':
      return someValue(shape.fields, version, chance)
  }
}
