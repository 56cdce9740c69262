/**
 * From words to what is meant: which options, which sub-command, and whether everything that the parser itself insists on is
 * there. What the tool checks beyond that is the command's own business (checks.ts).
 */
import type { Command, Group, Subcommand } from './command'
import { OptionError, UsageError } from './errors'
import { tableOf } from './globals'
import { nameOf, noticeOf, type OptionTable, spellingsOf, type Voice } from './options'
import type { Out } from './out'
import { parse, readAll, type Typed } from './parse'
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
  const [word, ...rest] = typed.rest
  const alone: Parsed = { typed, table, subcommand: undefined, subcommandName: undefined }
  // argparse4j prints the help as soon as it meets the option
  if (!subcommands || word === undefined || (isGiven(typed, 'help') && voice === 'kafka')) return alone

  const name = subcommandFor(word, Object.keys(subcommands))
  const subcommand = subcommands[name] as Subcommand
  const { help } = table
  const all = { ...table, ...subcommand.options }
  const inner = voice === 'kt' || !help ? all : { ...subcommand.options, help }
  const second = within(name, () => parse(rest, inner, { voice, dialect }))
  const occurrences = [...typed.occurrences, ...second.occurrences]
  return { typed: { ...second, table: all, occurrences }, table: all, subcommand, subcommandName: name }
}

/** Runs `work` in the name of a sub-command: an OptionError is that one's. */
function within<T>(subcommand: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof OptionError) error.subcommand = subcommand
    throw error
  }
}

/** The sub-command that `word` names, in full or by its beginning. */
function subcommandFor(word: string, names: readonly string[]): string {
  if (names.includes(word)) return word
  const matches = word === '' ? [] : names.filter((name) => name.startsWith(word)).sort()
  const [only, another] = matches
  if (only !== undefined && another === undefined) return only
  if (another !== undefined) {
    const could = matches.join(', ')
    throw new OptionError(`ambiguous command: ${word} could match ${could}`, `'${word}' could be any of ${could}`)
  }
  const close = nearest(word, names)
  const choices = names.map((one) => `'${one}'`).join(', ')
  const sentence =
    close === undefined ? `'${word}' is none of ${names.join(', ')}` : `there is no '${word}'; did you mean ${close}?`
  throw new OptionError(`invalid choice: '${word}' (choose from ${choices})`, sentence, word)
}

/** What the parser itself insists on. Throws OptionError. */
export function checkParser({ command, voice }: Speaker, { typed, subcommand, subcommandName }: Parsed): void {
  if (command.subcommands && !subcommand) {
    throw new OptionError('too few arguments', `say what to do: ${Object.keys(command.subcommands).join(', ')}`)
  }
  if (command.parser === 'argparse') {
    checkArgparse(command, typed, voice)
    if (subcommand && subcommandName !== undefined) within(subcommandName, () => checkArgparse(subcommand, typed, voice))
  } else {
    checkJopt(typed, voice)
  }
  const [extra] = typed.positionals
  if (extra === undefined || command.positionals !== undefined) return
  if (voice === 'kafka' && command.parser !== 'argparse') return
  const names = Object.entries(typed.table).map(([key, option]) => nameOf(key, option))
  const sentence = `'${extra}' is not expected${names.includes(extra) ? `; did you mean --${extra}?` : ''}`
  const error = new OptionError(`unrecognized arguments: '${typed.positionals.join(' ')}'`, sentence)
  error.subcommand = subcommandName
  throw error
}

const isThere = (typed: Typed, key: string) => typed.assumed.has(key) || isGiven(typed, key)

function missingIn(table: OptionTable, typed: Typed, voice: Voice): string[] {
  const isNeeded = (key: string) => table[key]?.spec.isRequired && (table[key].spec.isRequiredBy ?? voice) === voice
  return Object.keys(table).filter((key) => isNeeded(key) && !isThere(typed, key))
}

function checkJopt(typed: Typed, voice: Voice): void {
  const names = missingIn(typed.table, typed, voice).map((key) => nameOf(key, typed.table[key] as OptionTable[string]))
  if (names.length === 0) return
  const sentence = `${names.map((name) => `--${name}`).join(', ')} ${names.length === 1 ? 'is' : 'are'} needed`
  throw new OptionError(`Missing required option(s) [${names.join(', ')}]`, sentence)
}

/** argparse4j: groups of which one may be there, then what must be; of several missing ones it names the last. */
function checkArgparse(
  { options, groups = [] }: { options: OptionTable; groups?: readonly Group[] },
  typed: Typed,
  voice: Voice,
): void {
  const spell = (key: string) => spellingsOf(key, options[key] as OptionTable[string])
  const exclusive = groups.filter((group) => group.isExclusive)
  for (const { keys } of exclusive) {
    const given = [...new Set(typed.occurrences.map((one) => one.key).filter((key) => keys.includes(key)))]
    const [first, second] = given
    if (first === undefined || second === undefined) continue
    throw new OptionError(
      `argument ${spell(second)}: not allowed with argument ${spell(first)}`,
      `${spell(second)} does not go with ${spell(first)}`,
    )
  }
  const missing = missingIn(options, typed, voice).at(-1)
  if (missing !== undefined) throw new OptionError(`argument ${spell(missing)} is required`, `${spell(missing)} is needed`)
  const lacking = exclusive.filter((group) => group.isRequired && !group.keys.some((key) => isThere(typed, key))).at(-1)
  if (!lacking) return
  const names = lacking.keys.map(spell)
  throw new OptionError(`one of the arguments ${names.join(' ')} is required`, `one of ${names.join(', ')} is needed`)
}

/** Reads every value, so that a bad one is an error of the command line. */
export function readValues(options: object, { subcommand, subcommandName }: Parsed): void {
  if (subcommand && subcommandName !== undefined) within(subcommandName, () => readAll(options, Object.keys(subcommand.options)))
  readAll(options)
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
