/**
 * A case of golden data: bytes, and what Kafka says they mean. Checkers throw at the first difference, in words that say where it
 * is: a JSON path, or a position in the bytes.
 */
import type { Json, JsonObject } from '../protocol/json'

/** What was found is not what the case says, or the case says nothing that can be checked. */
export class Difference extends Error {}

export type Case = JsonObject

const nameOf = (json: Json | undefined): string => {
  const text = json === undefined ? 'nothing' : JSON.stringify(json)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/** Throws a Difference at the first place where `found` is not `expected`; `path` leads to both. */
export function sameJson(expected: Json | undefined, found: Json | undefined, path: string): void {
  if (expected === found || (Number.isNaN(expected) && Number.isNaN(found))) return
  if (Array.isArray(expected) && Array.isArray(found)) {
    const length = Math.max(expected.length, found.length)
    for (let i = 0; i < length; i++) sameJson(expected[i], found[i], `${path}[${i}]`)
    return
  }
  if (isObject(expected) && isObject(found)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
      sameJson(expected[key], found[key], path === '' ? key : `${path}.${key}`)
    }
    return
  }
  throw new Difference(`${path}: ${nameOf(expected)} expected, ${nameOf(found)} found`)
}

export const isObject = (json: Json | undefined): json is JsonObject =>
  json !== null && typeof json === 'object' && !Array.isArray(json)

/** Throws a Difference at the first byte of `found` that is not that of `expected`. */
export function sameBytes(expected: Buffer, found: Buffer, where: string): void {
  if (expected.equals(found)) return
  let at = 0
  while (at < expected.length && expected[at] === found[at]) at++
  throw new Difference(`${where}, byte ${at}: ${byteAt(expected, at)} expected, ${byteAt(found, at)} written`)
}
const byteAt = (bytes: Buffer, at: number): string => (at < bytes.length ? bytes.toString('hex', at, at + 1) : 'the end')

/** The text at `key`. */
export function textAt(one: Case, key: string): string {
  const text = one[key]
  if (typeof text !== 'string') throw new Difference(`${key}: a text expected, ${nameOf(text)} found`)
  return text
}
/** The whole number at `key`. */
export function numberAt(one: Case, key: string): number {
  const number = one[key]
  if (typeof number !== 'number' || !Number.isInteger(number))
    throw new Difference(`${key}: a whole number expected, ${nameOf(number)} found`)
  return number
}
/** The list of objects at `key`. */
export function listAt(one: Case, key: string): JsonObject[] {
  const list = one[key]
  if (!Array.isArray(list) || !list.every(isObject))
    throw new Difference(`${key}: a list of objects expected, ${nameOf(list)} found`)
  return list
}
/** The object at `key`. */
export function objectAt(one: Case, key: string): JsonObject {
  const found = one[key]
  if (!isObject(found)) throw new Difference(`${key}: an object expected, ${nameOf(found)} found`)
  return found
}

/** The bytes that the hexadecimal text at `key` stands for. */
export function bytesAt(one: Case, key = 'hex'): Buffer {
  const text = textAt(one, key)
  if (text.length % 2 !== 0 || /[^0-9a-f]/i.test(text)) throw new Difference(`${key}: no hexadecimal text`)
  return Buffer.from(text, 'hex')
}

/** Whether reading its 64-bit numbers, which stand there as decimal texts, as plain numbers loses nothing. */
export function isSafe(json: Json): boolean {
  if (typeof json === 'string') return !/^-?\d{16,19}$/.test(json) || Number.isSafeInteger(Number(json))
  if (Array.isArray(json)) return json.every(isSafe)
  return isObject(json) ? Object.values(json).every(isSafe) : true
}
