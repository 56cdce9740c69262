/**
 * Messages as JSON, in the shape of golden data, as chance will have them: every field that the version has, with what is likely and
 * with what is at its limits. 64-bit numbers are bigints here, since Kafka's own converters want them as numbers and golden data have
 * them as texts.
 */
import type { AnyType, Fields } from '../../src/protocol/types'
import type { Chance } from '../fuzz/random'

export type Wide = null | boolean | number | string | bigint | Wide[] | { [name: string]: Wide }

const TEXTS = ['', 'a', 'orders', 'é😀', '日本\\', '"\t\n\0"', '__consumer_offsets', 'consumer-1', '\ufffd', 'Ω'.repeat(70)]
/** Java takes no whole number for one. */
const FLOATS = [-1.5, 0.1, 1e300, -1e-300, 5e-324, 1.7976931348623157e308]

/** What a message of `version` may say. */
export function someJson(fields: Fields, version: number, chance: Chance): { [name: string]: Wide } {
  const out: { [name: string]: Wide } = {}
  for (const [name, type] of Object.entries(fields)) {
    const { since, until, tag, tagSince } = type.rules
    if (version < since || version > until) continue
    if (tag !== undefined && version >= tagSince && chance.once(3)) continue
    out[name] = partOf(type, version, chance)
  }
  return out
}

function partOf(type: AnyType, version: number, chance: Chance): Wide {
  const { shape, rules } = type
  if (version >= rules.nullSince && chance.once(4)) return null
  switch (shape.kind) {
    case 'bool':
      return chance.once(2)
    case 'int8':
      return Number(whole(8n, chance))
    case 'int16':
      return Number(whole(16n, chance))
    case 'uint16':
      return Number(BigInt.asUintN(16, whole(16n, chance)))
    case 'int32':
      return Number(whole(32n, chance))
    case 'uint32':
      return Number(BigInt.asUintN(32, whole(32n, chance)))
    case 'int64':
    case 'exact64':
      return whole(64n, chance)
    case 'float64':
      return chance.pick(FLOATS)
    case 'uuid':
      return (chance.once(4) ? Buffer.alloc(16) : chance.bytes(16)).toString('base64url')
    case 'string':
      return textOf(chance)
    case 'bytes':
    case 'records':
      return chance.bytes(chance.once(10) ? 200 : chance.below(12)).toString('base64')
    case 'array':
      return Array.from({ length: lengthOf(shape.element, chance) }, () => partOf(shape.element, version, chance))
    case 'struct':
      return someJson(shape.fields, version, chance)
  }
}

/** A signed number of so many bits: small, at a limit, or anywhere. */
function whole(bits: bigint, chance: Chance): bigint {
  const half = 2n ** (bits - 1n)
  const roll = chance.below(8)
  if (roll < 3) return BigInt(chance.below(6)) - 2n
  if (roll === 3)
    return chance.pick(
      [half - 1n, -half, half - 2n, 2n ** 53n, -(2n ** 53n) - 1n, 2n ** 31n].map((n) => BigInt.asIntN(Number(bits), n)),
    )
  return BigInt.asIntN(Number(bits), (BigInt(chance.next()) << 32n) | BigInt(chance.next()))
}

function textOf(chance: Chance): string {
  if (chance.once(40)) return 'x'.repeat(chance.pick([126, 127, 128, 16_383, 16_384, 32_767]))
  return chance.pick(TEXTS)
}

/** Most arrays are short; those of plain values are now and then longer than a byte of a varint tells. */
function lengthOf({ shape }: AnyType, chance: Chance): number {
  const isPlain = shape.kind !== 'struct' && shape.kind !== 'array'
  return isPlain && chance.once(12) ? chance.pick([126, 127, 128, 300]) : chance.below(4)
}

/** As golden data have it: 64-bit numbers are texts. */
export const goldenText = (json: Wide): string =>
  JSON.stringify(json, (_, value) => (typeof value === 'bigint' ? String(value) : value))
/** As Kafka's converters read it: 64-bit numbers are numbers. */
export const javaText = (json: Wide): string =>
  JSON.stringify(json, (_, value) => (typeof value === 'bigint' ? `\u0001${value}\u0001` : value)).replace(
    /"\\u0001(-?\d+)\\u0001"/g,
    '$1',
  )
