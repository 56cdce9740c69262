/**
 * From words to what is meant: which options, which sub-command, and whether everything that the parser itself insists on is
 * there. What the tool checks beyond that is the command's own business (checks.ts).
 */
import type { Command, Subcommand } from './command'
import { OptionError, UsageError } from './errors'
import { tableOf } from './globals'
import { nameOf, noticeOf, type OptionTable, type Voice } from './options'
import type { Out } from './out'
import { parse, type Typed } from './parse'
import type { Dialect } from './spelling'
import { nearest } from './suggest'

/** Whose words they are. */
export interface Speaker {
  readonly command: Command
  readonly voice: Voice
}

export interface Parsed {
  readonly typed: Typed
  readonly table: OptionTable
  readonly subcommand: Subcommand | undefined
  readonly subcommandName: string | undefined
}

/** Was the option with this key typed? */
export const isGiven = (typed: Typed, key: string): boolean => typed.occurrences.some((one) => one.key === key)

/** Takes the words apart. Throws OptionError. */
export function understand({ command, voice }: Speaker, argv: readonly string[]): Parsed {
  const dialect: Dialect = voice === 'kt' ? 'kt' : (command.parser ?? 'jopt')
  const table = tableOf(command, voice)
  const { subcommands } = command
  const typed = parse(argv, table, { voice, dialect, hasSubcommands: subcommands !== undefined })
  const [name, ...rest] = typed.rest
  if (!subcommands || name === undefined) return { typed, table, subcommand: undefined, subcommandName: undefined }
  // argparse4j prints the help as soon as it meets the option
  if (isGiven(typed, 'help') && voice === 'kafka') return { typed, table, subcommand: undefined, subcommandName: undefined }

  const subcommand = subcommands[name]
  if (!subcommand) throw unknownSubcommand(name, Object.keys(subcommands))
  const { help } = table
  const all = { ...table, ...subcommand.options }
  const inner = voice === 'kt' || !help ? all : { ...subcommand.options, help }
  const second = parse(rest, inner, { voice, dialect })
  const occurrences = [...typed.occurrences, ...second.occurrences]
  return { typed: { ...second, table: all, occurrences }, table: all, subcommand, subcommandName: name }
}

function unknownSubcommand(name: string, names: readonly string[]): OptionError {
  const close = nearest(name, names)
  const choices = names.map((one) => `'${one}'`).join(', ')
  const sentence =
    close === undefined ? `'${name}' is none of ${names.join(', ')}` : `there is no '${name}'; did you mean ${close}?`
  return new OptionError(`invalid choice: '${name}' (choose from ${choices})`, sentence)
}

/** What the parser itself insists on. Throws OptionError. */
export function checkParser({ command, voice }: Speaker, { typed, subcommand }: Parsed): void {
  if (command.subcommands && !subcommand) {
    throw new OptionError('too few arguments', `say what to do: ${Object.keys(command.subcommands).join(', ')}`)
  }
  // argparse4j meets a sub-command's own requirements first
  const table = subcommand ? { ...subcommand.options, ...typed.table } : typed.table
  const missing = Object.entries(table).filter(
    ([key, option]) => option.spec.isRequired && !typed.assumed.has(key) && !isGiven(typed, key),
  )
  const names = missing.map(([key, option]) => nameOf(key, option))
  const [first] = missing
  if (first && command.parser === 'argparse') {
    const { short } = first[1].spec
    const letter = short === undefined ? '' : `/-${short}`
    throw new OptionError(`argument --${names[0]}${letter} is required`, `--${names[0]} is needed`)
  }
  if (first) {
    const sentence = `${names.map((name) => `--${name}`).join(', ')} ${names.length === 1 ? 'is' : 'are'} needed`
    throw new OptionError(`Missing required option(s) [${names.join(', ')}]`, sentence)
  }
  const [extra] = typed.positionals
  if (extra !== undefined && command.positionals === undefined && (voice === 'kt' || command.parser === 'argparse')) {
    throw new OptionError(`unrecognized arguments: '${extra}'`, `'${extra}' is not expected`)
  }
}

/** Earlier spellings under Kafka's names: a notice on stdout, and never together with the new one (KIP-1147). */
export function noteOldNames(typed: Typed, out: Out): void {
  for (const [key, option] of Object.entries(typed.table)) {
    const mine = typed.occurrences.filter((one) => one.key === key)
    const old = option.spec.oldNames.find(({ name }) => mine.some((one) => one.name === name))
    if (!old) continue
    const name = nameOf(key, option)
    if (mine.some((one) => !one.isOld)) {
      const [one, other] = old.namedFirst ? [old.name, name] : [name, old.name]
      throw new UsageError(`Options --${one} and --${other} cannot be specified together.`)
    }
    if (old.notice !== '') out.line(noticeOf(old, name))
  }
}
