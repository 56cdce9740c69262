/**
 * What takes a fixed number of bytes, read from and written to a place in a buffer that is known to be there: the smallest steps of
 * Reader and Writer, and what staged code does with a run of such fields after one look at the bounds. Big-endian, like all of Kafka.
 *
 * Plain loads and stores are compiled in place; Buffer's methods check their offset each time, and cost twice as much.
 * The `!` say what the caller has checked.
 */
import { Malformed } from './malformed'
import { ZERO_UUID } from './types'

type Bytes = Uint8Array

export const getBool = (b: Bytes, at: number): boolean => b[at] !== 0
export const getInt8 = (b: Bytes, at: number): number => (b[at]! << 24) >> 24
export const getInt16 = (b: Bytes, at: number): number => ((b[at]! << 24) >> 16) | b[at + 1]!
export const getUint16 = (b: Bytes, at: number): number => (b[at]! << 8) | b[at + 1]!
export const getInt32 = (b: Bytes, at: number): number => (b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!
export const getUint32 = (b: Bytes, at: number): number => getInt32(b, at) >>> 0
/** Throws Malformed beyond 2^53. */
export function getInt64(b: Bytes, at: number): number {
  const value = getInt32(b, at) * 4294967296 + getUint32(b, at + 4)
  if (!Number.isSafeInteger(value)) throw new Malformed(at, 'a 64-bit number beyond 2^53')
  return value
}
export const getExact64 = (b: Bytes, at: number): bigint => (BigInt(getInt32(b, at)) << 32n) | BigInt(getUint32(b, at + 4))

const double = new Float64Array(1)
const doubleBytes = new Uint8Array(double.buffer)
const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1
export function getFloat64(b: Bytes, at: number): number {
  for (let i = 0; i < 8; i++) doubleBytes[littleEndian ? 7 - i : i] = b[at + i]!
  return double[0]!
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const ALPHABET = new Uint8Array(64)
/** The value of a character of the alphabet, -1 of any other below 128. */
const VALUES = new Int8Array(128).fill(-1)
for (let value = 0; value < 64; value++) {
  ALPHABET[value] = LETTERS.charCodeAt(value)
  VALUES[ALPHABET[value]!] = value
}
/** 16 bytes as 22 characters of base64url. */
export function getUuid(b: Bytes, at: number): string {
  const c = ALPHABET
  const p = getUint24(b, at)
  const q = getUint24(b, at + 3)
  const r = getUint24(b, at + 6)
  const s = getUint24(b, at + 9)
  const t = getUint24(b, at + 12)
  const u = b[at + 15]!
  if ((p | q | r | s | t | u) === 0) return ZERO_UUID
  return String.fromCharCode(
    c[p >> 18]!,
    c[(p >> 12) & 63]!,
    c[(p >> 6) & 63]!,
    c[p & 63]!,
    c[q >> 18]!,
    c[(q >> 12) & 63]!,
    c[(q >> 6) & 63]!,
    c[q & 63]!,
    c[r >> 18]!,
    c[(r >> 12) & 63]!,
    c[(r >> 6) & 63]!,
    c[r & 63]!,
    c[s >> 18]!,
    c[(s >> 12) & 63]!,
    c[(s >> 6) & 63]!,
    c[s & 63]!,
    c[t >> 18]!,
    c[(t >> 12) & 63]!,
    c[(t >> 6) & 63]!,
    c[t & 63]!,
    c[u >> 2]!,
    c[(u << 4) & 63]!,
  )
}
const getUint24 = (b: Bytes, at: number): number => (b[at]! << 16) | (b[at + 1]! << 8) | b[at + 2]!

function refuse(value: unknown, what: string): never {
  throw new RangeError(`${String(value)} is not ${what}`)
}

export function putBool(b: Bytes, at: number, value: boolean): void {
  b[at] = value ? 1 : 0
}
export function putInt8(b: Bytes, at: number, value: number): void {
  if ((value << 24) >> 24 !== value) refuse(value, 'a whole number of 8 bits')
  b[at] = value
}
export function putInt16(b: Bytes, at: number, value: number): void {
  if ((value << 16) >> 16 !== value) refuse(value, 'a whole number of 16 bits')
  b[at] = value >> 8
  b[at + 1] = value
}
export function putUint16(b: Bytes, at: number, value: number): void {
  if ((value & 0xffff) !== value) refuse(value, 'a whole number of 16 bits without a sign')
  b[at] = value >> 8
  b[at + 1] = value
}
export function putInt32(b: Bytes, at: number, value: number): void {
  if ((value | 0) !== value) refuse(value, 'a whole number of 32 bits')
  b[at] = value >> 24
  b[at + 1] = value >> 16
  b[at + 2] = value >> 8
  b[at + 3] = value
}
export function putUint32(b: Bytes, at: number, value: number): void {
  if (value >>> 0 !== value) refuse(value, 'a whole number of 32 bits without a sign')
  putInt32(b, at, value | 0)
}
export function putInt64(b: Bytes, at: number, value: number): void {
  if (!Number.isSafeInteger(value)) refuse(value, 'a whole number within 2^53')
  putInt32(b, at, Math.floor(value / 4294967296))
  putInt32(b, at + 4, value | 0)
}
export function putExact64(b: Bytes, at: number, value: bigint): void {
  if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) refuse(value, 'a whole number of 64 bits')
  putInt32(b, at, Number(value >> 32n))
  putInt32(b, at + 4, Number(BigInt.asIntN(32, value)))
}
export function putFloat64(b: Bytes, at: number, value: number): void {
  if (typeof value !== 'number') refuse(value, 'a number')
  double[0] = value
  for (let i = 0; i < 8; i++) b[at + i] = doubleBytes[littleEndian ? 7 - i : i]!
}

export function putUuid(b: Bytes, at: number, value: string): void {
  if (value === ZERO_UUID) {
    b.fill(0, at, at + 16)
    return
  }
  if (typeof value !== 'string' || value.length !== 22) refuse(`'${value}'`, 'a uuid of 22 characters')
  let bits = 0
  let wrong = 0
  let to = at
  for (let i = 0; i < 22; i++) {
    const part = VALUES[value.charCodeAt(i)] ?? -1
    wrong |= part
    bits = (bits << 6) | part
    if ((i & 3) !== 3) continue
    b[to] = bits >> 16
    b[to + 1] = bits >> 8
    b[to + 2] = bits
    to += 3
  }
  b[to] = bits >> 4
  if (wrong < 0) refuse(`'${value}'`, 'a uuid of 22 characters')
}
