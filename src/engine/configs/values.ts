/**
 * How Kafka reads a setting's text, for people write settings for Java: what Integer.parseInt, Double.parseDouble and
 * String.trim take, kt takes, and prints back as Java would. Canonical text stands for the parsed value everywhere, so that a
 * LONG that no JavaScript number holds is shown unharmed (ConfigDef.parseType and convertToString).
 */
export type ConfigType = 'BOOLEAN' | 'STRING' | 'INT' | 'SHORT' | 'LONG' | 'DOUBLE' | 'LIST' | 'CLASS' | 'PASSWORD'

/** The canonical text of `raw`, or null if it is not of the type. */
export function canonical(type: ConfigType, raw: string): string | null {
  const text = javaTrim(raw)
  switch (type) {
    case 'BOOLEAN':
      return /^(true|false)$/i.test(text) ? text.toLowerCase() : null
    case 'INT':
      return integer(text, 31n)
    case 'SHORT':
      return integer(text, 15n)
    case 'LONG':
      return integer(text, 63n)
    case 'DOUBLE':
      return double(text)
    case 'LIST':
      return text.split(/\s*,\s*/).join(',')
    case 'STRING':
    case 'CLASS':
    case 'PASSWORD':
      return text
  }
}

function integer(text: string, bits: bigint): string | null {
  if (!/^[+-]?[0-9]+$/.test(text) || text.length > 40) return null
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text)
  const limit = 1n << bits
  return value >= -limit && value < limit ? value.toString() : null
}

function double(text: string): string | null {
  if (/^[+-]?(NaN|Infinity)$/.test(text)) return text.endsWith('NaN') ? 'NaN' : text.replace('+', '')
  const number = /^([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[fFdD]?$/.exec(text)
  return number ? javaDouble(Number(number[1])) : null
}

/** As Double.toString writes it: `0.5`, `1.0E-7`, `1.7976931348623157E308`. */
export function javaDouble(value: number): string {
  const size = Math.abs(value)
  if (!Number.isFinite(value)) return String(value)
  if (size === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value)
  const [digits = '', exponent = ''] = value.toExponential().split('e')
  return `${digits.includes('.') ? digits : `${digits}.0`}E${exponent.replace('+', '')}`
}

/** Without the characters up to U+0020 at both ends, and only those (String.trim). */
export function javaTrim(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && text.charCodeAt(start) <= 0x20) start++
  while (start < end && text.charCodeAt(end - 1) <= 0x20) end--
  return text.slice(start, end)
}

/** The number of a canonical text; a LONG that is not safe as a number is Infinity or -Infinity, which compares as it should. */
export function toNumber(text: string): number {
  const value = Number(text)
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER || !/^-?[0-9]+$/.test(text)) return value
  return value > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
}
