/**
 * Messages as the JSON text that Kafka's tools print: 64-bit numbers are numbers, whatever JavaScript can hold, and floating point
 * numbers are Java's.
 */
import { type Json, type JsonObject, toJson, type Value } from '../protocol/json'
import type { AnyType, Fields } from '../protocol/types'

/** `replace` gives the text of a field by its name, or undefined. */
export type Replace = (name: string, type: AnyType, value: Json) => string | undefined

/** `value` was read by these fields. */
export const messageText = (fields: Fields, version: number, value: unknown, replace?: Replace): string =>
  structText(fields, toJson(fields, version, value as Value), replace)

function structText(fields: Fields, json: JsonObject, replace: Replace | undefined): string {
  const parts = Object.entries(json).map(([name, part]) => {
    const type = fields[name] as AnyType // toJson takes its names from there
    return `${JSON.stringify(name)}:${replace?.(name, type, part) ?? fieldText(type, part, replace)}`
  })
  return `{${parts.join(',')}}`
}

function fieldText(type: AnyType, json: Json, replace: Replace | undefined): string {
  const { shape } = type
  if (json === null) return 'null'
  if (shape.kind === 'array') return `[${(json as Json[]).map((each) => fieldText(shape.element, each, replace)).join(',')}]`
  if (shape.kind === 'struct') return structText(shape.fields, json as JsonObject, replace)
  if (shape.kind === 'int64' || shape.kind === 'exact64') return String(json)
  if (shape.kind === 'float64' && typeof json === 'number') return javaDouble(json)
  return typeof json === 'string' ? javaString(json) : JSON.stringify(json)
}

/** As Jackson writes it: the digits of an escaped character are upper case. */
const javaString = (text: string): string =>
  JSON.stringify(text).replace(/\\(?:u([0-9a-f]{4})|.)/g, (whole, digits?: string) =>
    digits === undefined ? whole : `\\u${digits.toUpperCase()}`,
  )

/** As java.lang.Double prints it: 1024.0, 1.0E7. */
export function javaDouble(value: number): string {
  const size = Math.abs(value)
  if (size !== 0 && (size >= 1e7 || size < 1e-3)) {
    const [digits = '', exponent = ''] = value.toExponential().split('e')
    return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`
  }
  return Number.isInteger(value) ? `${value}.0` : String(value)
}
