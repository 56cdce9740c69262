/**
 * Properties as Kafka's clients know them: a name, a type, a default and what is allowed. Reading one gives typed values or
 * Kafka's own sentence (org.apache.kafka.common.config.ConfigDef).
 */
import { ConfigException } from '../kafka-error'

/** Gives the value of a property's text, or throws ConfigException. */
export interface Definition<T> {
  readonly fallback: T
  readonly parse: (name: string, text: string) => T
}
export type Definitions = { readonly [name: string]: Definition<unknown> }

/** The values of a table of definitions, by property name. */
export type Values<D extends Definitions> = { readonly [N in keyof D]: D[N] extends Definition<infer T> ? T : never }

/** Property texts by name: what a `.properties` file and `--command-property` give. */
export type Properties = Readonly<Record<string, string>>

export const invalid = (name: string, text: string, why: string): ConfigException =>
  new ConfigException(`Invalid value ${text} for configuration ${name}: ${why}`)

type Check<T> = (name: string, value: T) => void

function number(type: 'INT' | 'LONG', least: number, greatest: number) {
  return (fallback: number, check?: Check<number>): Definition<number> => ({
    fallback,
    parse(name, text) {
      const value = /^[+-]?\d+$/.test(text.trim()) ? Number(text) : Number.NaN
      if (!(value >= least && value <= greatest)) throw invalid(name, text, `Not a number of type ${type}`)
      check?.(name, value)
      return value
    },
  })
}
export const int = number('INT', -0x80000000, 0x7fffffff)
/** Values beyond 2^53 lose their last digits: they mean "for ever" in every property there is. */
export const long = number('LONG', -(2 ** 63), 2 ** 63)

export const atLeast =
  (least: number): Check<number> =>
  (name, value) => {
    if (value < least) throw invalid(name, String(value), `Value must be at least ${least}`)
  }
export const between =
  (least: number, greatest: number): Check<number> =>
  (name, value) => {
    atLeast(least)(name, value)
    if (value > greatest) throw invalid(name, String(value), `Value must be no more than ${greatest}`)
  }

export const flag = (fallback: boolean): Definition<boolean> => ({
  fallback,
  parse(name, text) {
    const value = text.trim().toLowerCase()
    if (value !== 'true' && value !== 'false') throw invalid(name, text, 'Expected value to be either true or false')
    return value === 'true'
  },
})

export const text = (fallback: string): Definition<string> => ({ fallback, parse: (_, value) => value.trim() })

/** A text that may be absent, but not empty. */
export const nonEmptyText: Definition<string | null> = {
  fallback: null,
  parse(name, value) {
    if (value === '') throw invalid(name, value, 'String must be non-empty')
    return value.trim()
  },
}
export const optionalText: Definition<string | null> = { fallback: null, parse: (_, value) => value.trim() }

/** Texts parted by commas. */
export const list = (fallback: readonly string[], mayBeEmpty = true): Definition<readonly string[]> => ({
  fallback,
  parse(name, value) {
    const items = value.trim() === '' ? [] : value.trim().split(/\s*,\s*/)
    if (items.length === 0 && !mayBeEmpty) {
      throw new ConfigException(`Configuration '${name}' must not be empty. Valid values include: any non-empty value`)
    }
    if (items.includes('')) throw new ConfigException(`Configuration '${name}' values must not be empty.`)
    return items
  },
})

export const oneOf = <const T extends string>(fallback: T, allowed: readonly T[]): Definition<T> => ({
  fallback,
  parse(name, value) {
    const found = allowed.find((each) => each === value.trim())
    if (found === undefined) throw invalid(name, value, `String must be one of: ${allowed.join(', ')}`)
    return found
  },
})
/** The same, upper and lower case alike; the value is given as `allowed` spells it. */
export const oneOfAnyCase = <const T extends string>(
  fallback: T,
  allowed: readonly T[],
  shown: readonly string[] = allowed,
): Definition<T> => ({
  fallback,
  parse(name, value) {
    const found = allowed.find((each) => each.toLowerCase() === value.trim().toLowerCase())
    if (found === undefined) throw invalid(name, value, `String must be one of (case insensitive): ${shown.join(', ')}`)
    return found
  },
})

/** The values of `properties`, defaults filled in. Properties that the table lacks are left alone. Throws ConfigException. */
export function readProperties<D extends Definitions>(definitions: D, properties: Properties): Values<D> {
  const values: Record<string, unknown> = {}
  for (const [name, definition] of Object.entries(definitions)) {
    const given = properties[name]
    values[name] = given === undefined ? definition.fallback : definition.parse(name, given)
  }
  return values as Values<D> // each name got what its own definition gives
}
