import { ZERO_UUID } from '../../src/protocol/types'

/** About what a value takes of V8's heap, in bytes: enough to tell a message from what is hollow and enormous. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length < 2 || value === ZERO_UUID ? 0 : 16 + value.length // there is one of those
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? 0 : 16
  if (typeof value === 'bigint') return 24
  if (value === null || typeof value !== 'object') return 0
  if (Buffer.isBuffer(value)) return value.length === 0 ? 0 : 104
  const parts: unknown[] = Array.isArray(value) ? value : Object.values(value)
  return parts.reduce<number>((sum, part) => sum + 8 + sizeOf(part), Array.isArray(value) ? 32 : 24)
}
