/**
 * Kafka's checks of options that are well formed and do not fit together, with Kafka's texts
 * (org.apache.kafka.server.util.CommandLineUtils) and, as `kt`, a sentence that names the options as they are typed.
 * Each throws UsageError.
 */
import { UsageError } from './errors'
import { has, spellingOf } from './parse'

type Key<T> = keyof T & string

const dashed = <T extends object>(options: T, keys: readonly Key<T>[]) => keys.map((key) => `--${spellingOf(options, key)}`)
const bracketed = <T extends object>(options: T, keys: readonly Key<T>[]) => keys.map((key) => `[${spellingOf(options, key)}]`)

/** `a`, `a or b`, `a, b or c`. */
export function anyOf(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`
}
/** `a`, `a and b`, `a, b and c`. */
export function allOf(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`
}

/** Gives the one of `keys` that was there; `message` is the tool's sentence for none and for several. */
export function exactlyOneAction<T extends object, K extends Key<T>>(options: T, keys: readonly K[], message: string): K {
  const [action, second] = keys.filter((key) => has(options, key))
  if (action !== undefined && second === undefined) return action
  const names = dashed(options, keys)
  const sentence = second
    ? `${allOf(dashed(options, [action as K, second]))} are two actions; choose one`
    : `say what to do: ${anyOf(names)}`
  throw new UsageError(message, sentence)
}

/** All of `keys` must be there. */
export function checkRequired<T extends object>(options: T, ...keys: Key<T>[]): void {
  for (const key of keys) {
    if (has(options, key)) continue
    throw new UsageError(`Missing required argument "${bracketed(options, [key])}"`, `${dashed(options, [key])} is needed`)
  }
}

/** With `used`, none of `invalid` may be there. */
export function checkInvalidArgs<T extends object>(options: T, used: Key<T>, invalid: readonly Key<T>[]): void {
  if (!has(options, used)) return
  for (const key of invalid) {
    if (!has(options, key)) continue
    const message = `Option "${bracketed(options, [used])}" can't be used with option "${bracketed(options, [key])}"`
    throw new UsageError(message, `${dashed(options, [used])} does not go with ${dashed(options, [key])}`)
  }
}

/** With all of `used`, of which the last is the one that is wrong, none of `invalid` may be there; `trailing` is added to Kafka's text. */
export function checkInvalidArgsSet<T extends object>(
  options: T,
  used: readonly Key<T>[],
  invalid: readonly Key<T>[],
  trailing = '',
): void {
  if (!used.every((key) => has(options, key))) return
  for (const key of invalid) {
    if (!has(options, key)) continue
    const combination = `[${bracketed(options, used).join(', ')}]`
    const message = `Option combination "${combination}" can't be used with option "${bracketed(options, [key])}"${trailing}`
    throw new UsageError(message, `${dashed(options, used.slice(-1))} does not go with ${dashed(options, [key])}`)
  }
}

/** Exactly one of `keys` must be there. */
export function checkOneOf<T extends object>(options: T, ...keys: Key<T>[]): void {
  if (keys.filter((key) => has(options, key)).length === 1) return
  const message = `Exactly one of the following arguments is required: ${bracketed(options, keys).join(', ')}`
  throw new UsageError(message, `exactly one of ${anyOf(dashed(options, keys))} is needed`)
}
