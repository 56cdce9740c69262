/**
 * From words to a record of options. commander parses what spelling.ts has straightened; the record's values are read when
 * they are asked for (options.ts says why), and it remembers which options were there, for the checks of checks.ts.
 */
import { Command as Commander, CommanderError, Option as CommanderOption } from 'commander'
import { OptionError } from './errors'
import { nameOf, type OptionTable, spellingsOf, type Values, type Voice } from './options'
import { type Dialect, type Slot, slotsOf, spell } from './spelling'

/** An option as it was typed. `word` is undefined where none came with it. */
export interface Occurrence {
  readonly key: string
  /** The spelling without dashes. */
  readonly name: string
  readonly word: string | undefined
  readonly isOld: boolean
}

/** What was typed, before any value is read. */
export interface Typed {
  readonly table: OptionTable
  readonly voice: Voice
  readonly dialect: Dialect
  /** In the order of the command line. */
  readonly occurrences: readonly Occurrence[]
  /** Words that belong to no option. */
  readonly positionals: readonly string[]
  /** The first sub-command and what follows it. */
  readonly rest: readonly string[]
  /** Options that count as given although nobody typed them: `bootstrapServer` where a data directory is named. */
  readonly assumed: ReadonlySet<string>
}

/** Takes `argv` apart. Throws OptionError. */
export function parse(
  argv: readonly string[],
  table: OptionTable,
  how: { voice: Voice; dialect: Dialect; hasSubcommands?: boolean },
): Typed {
  const slots = slotsOf(table, how.voice)
  const { words, found, rest } = spell(argv, slots, how.dialect, how.hasSubcommands ?? false)
  const occurrences: Occurrence[] = []
  const commander = new Commander().exitOverride().helpOption(false).allowExcessArguments().argument('[word...]')
  commander.configureOutput({ writeOut: () => {}, writeErr: () => {} })
  // those that are there: what is none of a command's options spell has refused, and to make all of them is felt at every start
  for (const slot of found) {
    commander.addOption(new CommanderOption(`--${slot.name}${PLACE[slot.option.spec.arity]}`))
    commander.on(`option:${slot.name}`, (word: string | null | undefined) => {
      occurrences.push(occurrence(slot, word))
    })
  }
  try {
    commander.parse(words, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) throw new OptionError(error.message.replace(/^error: /, ''))
    throw error
  }
  return { table, voice: how.voice, dialect: how.dialect, occurrences, positionals: commander.args, rest, assumed: new Set() }
}

// `many` comes as one option a word
const PLACE = { none: '', one: ' <word>', optional: ' [word]', many: ' <word>' } as const

const occurrence = (slot: Slot, word: string | null | undefined): Occurrence => ({
  key: slot.key,
  name: slot.name,
  word: word ?? undefined,
  isOld: slot.old !== undefined,
})

const memory = new WeakMap<object, Typed>()

/** The record a command is given. Its properties throw OptionError when they are read and what was typed is no such value. */
export function optionsOf<O extends OptionTable>(typed: Typed, table: O): Values<O> {
  const record = {}
  for (const [key, option] of Object.entries(table)) {
    Object.defineProperty(record, key, {
      enumerable: true,
      get() {
        const mine = typed.occurrences.filter((one) => one.key === key)
        const words = mine.flatMap(({ word }) => (word === undefined ? [] : [word]))
        const name = mine[0]?.name ?? nameOf(key, option)
        const argument = typed.dialect === 'argparse' ? spellingsOf(key, option) : undefined
        return option.spec.read(words, { name, voice: typed.voice, isGiven: mine.length > 0, argument })
      },
    })
  }
  memory.set(record, typed)
  return record as Values<O>
}

/** What was typed for `options`, a record that optionsOf made. */
export function typedOf(options: object): Typed {
  const typed = memory.get(options)
  if (!typed) throw new Error('not a record of options')
  return typed
}

/** Every option in the order of the command line, for tools in which the order counts (kafka-configs). */
export const occurrencesOf = (options: object): readonly Occurrence[] => typedOf(options).occurrences

/** Was the option there? `bootstrapServer` is also where a place is chosen in another way. */
export function has<T extends object>(options: T, key: keyof T & string): boolean {
  const typed = typedOf(options)
  return typed.assumed.has(key) || typed.occurrences.some((one) => one.key === key)
}

/** The spelling of an option, without dashes. */
export function spellingOf<T extends object>(options: T, key: keyof T & string): string {
  const option = typedOf(options).table[key]
  return option ? nameOf(key, option) : key
}

/** Reads the values of `keys` once, so that a bad one is an error now. */
export function readAll(options: object, keys: readonly string[] = Object.keys(options)): void {
  for (const key of keys) void options[key as keyof typeof options]
}
