/** `--help` as kt: examples first, then the options with the common ones last; and the same as a page of plain text. */
import type { Command } from './command'
import { exit } from './errors'
import { tableOf } from './globals'
import { type AnyOption, nameOf, type OptionTable, type Voice } from './options'
import type { Out } from './out'

interface Asked {
  readonly command: Command
  readonly voice: Voice
}

/** Prints the help of a command, or of one of its sub-commands. */
export async function printHelp({ command, voice }: Asked, subcommand: string | undefined, out: Out): Promise<number> {
  if (voice === 'kafka') {
    const { argparseHelp } = await import('./help-argparse')
    out.line(argparseHelp(command, subcommand))
    return command.kafka.helpExit ?? exit.done
  }
  out.line(ktHelp(command, subcommand))
  return exit.done
}

/** What `kt COMMAND --help` prints, without a newline at its end. */
export function ktHelp(command: Command, subcommand?: string): string {
  const chosen = subcommand === undefined ? undefined : command.subcommands?.[subcommand]
  const words = [
    `kt ${command.name}`,
    subcommand ?? (command.subcommands ? 'COMMAND' : ''),
    '[OPTIONS]',
    command.positionals ?? '',
  ]
  const lines = [`Usage: ${words.filter((word) => word !== '').join(' ')}`, '', `${chosen?.summary ?? command.summary}.`]
  const examples = command.examples.filter(([, line]) => !subcommand || line.includes(` ${subcommand}`))
  if (examples.length > 0) {
    lines.push('', 'Examples:', ...examples.flatMap(([what, line]) => [`  # ${what}`, `  ${line}`]))
  }
  if (command.subcommands && !chosen) {
    const names = Object.keys(command.subcommands)
    const width = Math.max(...names.map((name) => name.length))
    lines.push('', 'Commands:', ...names.map((name) => `  ${name.padEnd(width)}  ${command.subcommands?.[name]?.summary ?? ''}`))
  }
  const own = chosen ? { ...chosen.options, ...command.options } : command.options
  const common = Object.fromEntries(
    Object.entries(tableOf(command, 'kt')).filter(([key]) => !(key in command.options) || isCommon(key)),
  )
  const special = Object.fromEntries(Object.entries(own).filter(([key]) => !isCommon(key)))
  lines.push(...section('Options:', special), ...section('Common options:', common))
  return lines.join('\n')
}

const isCommon = (key: string) => key === 'bootstrapServer' || key === 'commandConfig'

const WIDTH = 80
const COLUMN = 30

function section(title: string, table: OptionTable): string[] {
  const shown = shownAsKt(table)
  if (shown.length === 0) return []
  return ['', title, ...shown.flatMap(([key, option]) => optionLines(key, option))]
}

/** The options that kt's help and pages show, in the order of their declaration. */
export function shownAsKt(table: OptionTable): [key: string, option: AnyOption][] {
  return Object.entries(table).filter(([, { spec }]) => !spec.isHidden && spec.onlyFor !== 'kafka')
}

/** `-c, --config FILE`. */
export function spelled(key: string, option: AnyOption): string {
  const { short, arity } = option.spec
  const word = arity === 'none' ? '' : arity === 'one' ? ` ${wordFor(option)}` : `[=${wordFor(option)}]`
  return `${short === undefined ? '' : `-${short}, `}--${nameOf(key, option)}${word}`
}

/** What stands for the word after an option: `NAME`, `N`, `FILE`; from Kafka's help where that is one short word. */
function wordFor({ spec }: AnyOption): string {
  if (spec.choices && spec.choices.join('|').length <= 24) return spec.choices.join('|')
  if (spec.type === 'Integer' || spec.type === 'Long' || spec.type === 'Double') return 'N'
  if (/file/i.test(spec.argument)) return 'FILE'
  if (/prop$/.test(spec.argument)) return 'KEY=VALUE'
  if (/connect to|bootstrap|host/i.test(spec.argument)) return 'HOST:PORT'
  return /^[\w=.-]{1,16}$/.test(spec.argument) ? spec.argument.toUpperCase() : 'VALUE'
}

export function descriptionAsKt({ spec }: AnyOption): string {
  const text = spec.summary ?? spec.description.replace(/^REQUIRED: /, '').replace(/\s+/g, ' ')
  const fallback = spec.ktDefaultText === undefined ? (spec.defaultText ?? null) : spec.ktDefaultText
  return fallback === null ? text : `${text} (default: ${fallback})`
}

function optionLines(key: string, option: AnyOption): string[] {
  const left = `  ${spelled(key, option)}`
  const lines = foldWords(descriptionAsKt(option), WIDTH - COLUMN)
  const first = left.length < COLUMN - 1 ? `${left.padEnd(COLUMN)}${lines.shift() ?? ''}` : left
  return [first.trimEnd(), ...lines.map((line) => `${' '.repeat(COLUMN)}${line}`)]
}

/** Folds a text into lines of at most `width` characters, where its words allow. */
export function foldWords(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

/** The page as plain text. */
export function plainPage(command: Command): string {
  const paragraphs = (command.description ?? '')
    .split('\n\n')
    .map((one) => foldWords(one.replace(/\s+/g, ' ').trim(), WIDTH).join('\n'))
  const subcommands = Object.keys(command.subcommands ?? {}).map((name) => `\n${ktHelp(command, name)}`)
  return [ktHelp(command), ...paragraphs.map((one) => (one === '' ? '' : `\n${one}`)), ...subcommands]
    .filter((one) => one !== '')
    .join('\n')
}
