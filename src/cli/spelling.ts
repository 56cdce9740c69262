/**
 * From what people type to what commander takes. Kafka's tools have two parsers with their own habits, and kt has a third:
 *
 *   jopt      `-create` is `--create`; an option takes whatever word follows; `--flag=x` is `--flag`; no prefixes
 *   argparse  letters (`-c FILE`, `-cFILE`); unambiguous prefixes; a word that looks like an option is not taken as a value
 *   kt        all of it, and a known option is never taken for another one's value
 *
 * Out comes `--name`, `--name=word`, then `--` and the words that belong to no option.
 */
import { OptionError } from './errors'
import { type AnyOption, nameOf, type OldName, type OptionTable, spellingsOf, type Voice } from './options'
import { nearest } from './suggest'

export type Dialect = 'jopt' | 'argparse' | 'kt'

/** What one spelling means. */
export interface Slot {
  readonly key: string
  /** Without dashes. */
  readonly name: string
  readonly option: AnyOption
  /** Set where the spelling is an earlier one. */
  readonly old: OldName | undefined
}

/** Every long spelling and every letter that `voice` has, by its name without dashes. */
export function slotsOf(table: OptionTable, voice: Voice): Map<string, Slot> {
  const slots = new Map<string, Slot>()
  for (const [key, option] of Object.entries(table)) {
    const { onlyFor, oldNames, short } = option.spec
    if (onlyFor !== undefined && onlyFor !== voice) continue
    const name = nameOf(key, option)
    const slot: Slot = { key, name, option, old: undefined }
    slots.set(name, slot)
    if (short !== undefined) slots.set(short, slot)
    for (const old of oldNames) slots.set(old.name, { key, name: old.name, option, old })
  }
  return slots
}

export interface Spelled {
  /** What commander takes. */
  readonly words: readonly string[]
  /** The options among them. */
  readonly found: ReadonlySet<Slot>
  /** Words left over from the first sub-command on, where the command has any. */
  readonly rest: readonly string[]
}

/** Rewrites `argv`; `stop` ends it before the first word that belongs to no option. Throws OptionError. */
export function spell(argv: readonly string[], slots: ReadonlyMap<string, Slot>, dialect: Dialect, stop = false): Spelled {
  const options: string[] = []
  const plain: string[] = []
  const slotsFound = new Set<Slot>()
  const all = dialect === 'argparse' ? argv.flatMap((word) => lettersOf(word, slots)) : argv
  for (let i = 0; i < all.length; i++) {
    const word = all[i] as string
    if (word === '--') {
      plain.push(...all.slice(i + 1))
      break
    }
    if (!isOption(word, dialect)) {
      if (stop) return { words: options, found: slotsFound, rest: all.slice(i) }
      plain.push(word)
      continue
    }
    const found = lookUp(word, slots, dialect)
    slotsFound.add(found.slot)
    const { arity } = found.slot.option.spec
    const dashed = `--${found.slot.name}`
    if (arity === 'none' && found.value !== undefined && dialect !== 'jopt') throw needsNoValue(found.slot, found.value)
    if (arity === 'none') {
      options.push(dashed)
    } else if (found.value !== undefined) {
      options.push(`${dashed}=${found.value}`)
    } else if (arity === 'many') {
      const first = i
      while (i + 1 < all.length && !isOption(all[i + 1] as string, dialect)) options.push(`${dashed}=${all[++i]}`)
      if (i === first) throw noValue(found.slot, all[i + 1], dialect)
    } else {
      const next = all[i + 1]
      const taken = next !== undefined && takes(next, arity, slots, dialect) ? next : undefined
      if (taken !== undefined) i++
      else if (arity === 'one') throw noValue(found.slot, next, dialect)
      options.push(taken === undefined ? dashed : `${dashed}=${taken}`)
    }
  }
  return { words: plain.length > 0 ? [...options, '--', ...plain] : options, found: slotsFound, rest: [] }
}

/** `-sg` is `-s -g` where `-s` takes no value (argparse4j). */
function lettersOf(word: string, slots: ReadonlyMap<string, Slot>): string[] {
  if (!/^-[^-=][^=]/.test(word)) return [word]
  const { short, arity } = slots.get(word.slice(1, 2))?.option.spec ?? {}
  return short === word.slice(1, 2) && arity === 'none' ? [word.slice(0, 2), ...lettersOf(`-${word.slice(2)}`, slots)] : [word]
}

function isOption(word: string, dialect: Dialect): boolean {
  if (word.length < 2 || !word.startsWith('-')) return false
  return dialect !== 'argparse' || !/^-(\d+(\.\d*)?|\.\d+)$/.test(word)
}

/** Is `next` the value of the option before it? */
function takes(next: string, arity: 'one' | 'optional', slots: ReadonlyMap<string, Slot>, dialect: Dialect): boolean {
  if (dialect === 'argparse') return !isOption(next, dialect)
  if (arity === 'optional') return !isOption(next, dialect) || /^-\d/.test(next)
  if (dialect === 'jopt') return true
  return !(next.startsWith('--') && slots.has(next.slice(2)))
}

function lookUp(word: string, slots: ReadonlyMap<string, Slot>, dialect: Dialect): { slot: Slot; value: string | undefined } {
  const isLong = word.startsWith('--')
  const bare = word.slice(isLong ? 2 : 1)
  const equals = bare.indexOf('=')
  const name = equals < 0 ? bare : bare.slice(0, equals)
  const value = equals < 0 ? undefined : bare.slice(equals + 1)

  const slot = slots.get(name)
  if (slot && (isLong || dialect !== 'argparse' || name.length === 1)) return { slot, value }
  if (!isLong) {
    const letter = slots.get(bare.slice(0, 1))
    if (letter && letter.option.spec.short !== undefined && letter.option.spec.arity !== 'none') {
      return { slot: letter, value: bare.slice(1) }
    }
  }
  if (dialect !== 'jopt' && isLong) {
    const matches = [...new Set([...slots.values()].filter((one) => one.name.startsWith(name) && !one.option.spec.isHidden))]
    const [only] = matches
    if (only && matches.length === 1) return { slot: only, value }
    if (matches.length > 1) throw ambiguous(name, matches)
  }
  throw unknown(word, name, isLong, slots, dialect)
}

function ambiguous(name: string, matches: readonly Slot[]): OptionError {
  const names = matches.map((slot) => `--${slot.name}`).join(', ')
  return new OptionError(`ambiguous option: --${name} could match ${names}`, `--${name} could be any of ${names}`)
}

function unknown(word: string, name: string, isLong: boolean, slots: ReadonlyMap<string, Slot>, dialect: Dialect): OptionError {
  const names = [...slots.values()].filter((slot) => !slot.option.spec.isHidden && !slot.old).map((slot) => slot.name)
  const close = nearest(name, names)
  const sentence = `there is no option ${word.split('=')[0]}${close === undefined ? '' : `; did you mean --${close}?`}`
  if (dialect === 'argparse') return new OptionError(`unrecognized arguments: '${word}'`, sentence, word)
  // jopt takes an unknown word with one dash for a cluster of letters and names the first
  return new OptionError(`${isLong ? name : name.slice(0, 1)} is not a recognized option`, sentence)
}

function needsNoValue(slot: Slot, value: string): OptionError {
  const message = `argument ${spellingsOf(slot.key, slot.option)}: ignore implicit argument '${value}'`
  return new OptionError(message, `--${slot.name} takes no value`)
}

function noValue(slot: Slot, next: string | undefined, dialect: Dialect): OptionError {
  const { argument } = slot.option.spec
  const what = argument === '' ? 'a value' : `a value (${argument})`
  const sentence = `--${slot.name} needs ${what}${next === undefined ? '' : `, and ${next} is an option`}`
  if (dialect !== 'argparse') return new OptionError(`Option ${slot.name} requires an argument`, sentence)
  return new OptionError(`argument ${spellingsOf(slot.key, slot.option)}: expected one argument`, sentence)
}
