/**
 * Usage, help and errors as Kafka's argparse4j tools print them, in 75 columns: texts are folded and then justified, the extra
 * blanks going into the middle gaps first.
 */
import type { Command, Group, Subcommand } from './command'
import { tableOf } from './globals'
import { lineTokens } from './java-lines'
import { type AnyOption, flag, nameOf, type OldName, type OptionTable } from './options'
import { distance } from './suggest'

const WIDTH = 75
const COLUMN = 25
const WIDEST_TITLE = 21

/** One argument as it is printed. */
interface Argument {
  readonly key: string
  readonly flags: readonly string[]
  /** What follows the flag; '' for nothing. */
  readonly metavar: string
  readonly isRequired: boolean
  readonly help: string
}

/** What a parser prints about itself: the command's or a sub-command's. */
interface Parser {
  readonly program: string
  /** What the parser above insists on, and the sub-command's name. */
  readonly before: readonly string[]
  readonly named: readonly Argument[]
  readonly groups: readonly Group[]
  readonly description: string
  readonly subcommands: Readonly<Record<string, Subcommand>>
  readonly command: Command
}

function parserOf(command: Command, subcommand: string | undefined): Parser {
  const { kafka, script, name } = command
  const program = kafka.program ?? script ?? name
  const { help = flag('') } = tableOf(command, 'kafka')
  const mine = argumentsOf(command.options, help, command)
  const groups = command.groups ?? []
  const chosen = subcommand === undefined ? undefined : command.subcommands?.[subcommand]
  if (!chosen || subcommand === undefined) {
    const { intro } = kafka
    return { program, before: [], named: mine, groups, description: intro, subcommands: command.subcommands ?? {}, command }
  }
  const required = mine.filter((one) => one.isRequired && !isExclusive(one.key, groups)).map(shortSyntax)
  const before = [
    ...required,
    ...groups.filter((group) => group.isRequired).flatMap((group) => groupSyntax(group, mine)),
    subcommand,
  ]
  const named = argumentsOf(chosen.options, help, command)
  return { program, before, named, groups: chosen.groups ?? [], description: '', subcommands: {}, command }
}

function argumentsOf(table: OptionTable, help: AnyOption, { kafka }: Command): Argument[] {
  const helpArgument: Argument = {
    key: 'help',
    flags: ['-h', '--help'],
    metavar: '',
    isRequired: false,
    help: help.spec.description === '' ? '' : 'show this help message and exit',
  }
  const rest = Object.entries(table)
    .filter(([, { spec }]) => !spec.isHidden && spec.onlyFor !== 'kt')
    .flatMap(([key, option]) => [
      ...option.spec.oldNames.map((old) => oldArgument(key, option, old)),
      newArgument(key, option, kafka.showsDefaults === true),
    ])
  return [helpArgument, ...rest]
}

function newArgument(key: string, option: AnyOption, showsDefaults: boolean): Argument {
  const { spec } = option
  const name = nameOf(key, option)
  const flags = [`--${name}`, ...(spec.short === undefined ? [] : [`-${spec.short}`])]
  if (spec.isLetterFirst) flags.reverse()
  const byDefault = spec.defaultText ?? (spec.arity === 'none' ? 'false' : undefined)
  const help = showsDefaults && byDefault !== undefined ? `${spec.description} (default: ${byDefault})` : spec.description
  return { key, flags, metavar: metavarOf(name, option, spec.argument), isRequired: spec.isRequired, help }
}

function oldArgument(key: string, option: AnyOption, old: OldName): Argument {
  const metavar = metavarOf(old.name, option, old.argument ?? option.spec.argument)
  return { key, flags: [`--${old.name}`], metavar, isRequired: false, help: old.description }
}

function metavarOf(name: string, { spec }: AnyOption, argument: string): string {
  if (spec.arity === 'none') return ''
  const choices = spec.choices === undefined ? undefined : `{${spec.choices.join(',')}}`
  const word = argument === '' ? (choices ?? name.toUpperCase().replaceAll('-', '_')) : argument
  return spec.arity === 'many' ? `${word} [${word} ...]` : spec.arity === 'optional' ? `[${word}]` : word
}

// ---- usage ----

const bare = ({ flags, metavar }: Argument) => `${flags[0]}${metavar === '' ? '' : ` ${metavar}`}`
const shortSyntax = (one: Argument) => (one.isRequired ? bare(one) : `[${bare(one)}]`)
const isExclusive = (key: string, groups: readonly Group[]) =>
  groups.some((group) => group.isExclusive && group.keys.includes(key))

/** `(--a A`, `|`, `--b B)`: the pieces between which a usage line may end. */
function groupSyntax({ keys, isExclusive, isRequired }: Group, named: readonly Argument[]): string[] {
  const members = named.filter(({ key }) => keys.includes(key)).map(bare)
  if (!isExclusive || members.length < 2) return []
  const [open, close] = isRequired ? ['(', ')'] : ['[', ']']
  return members.flatMap((text, i) => {
    const piece = `${i === 0 ? open : ''}${text}${i === members.length - 1 ? close : ''}`
    return i === 0 ? [piece] : ['|', piece]
  })
}

/** `usage: kafka-storage info [-h] --config CONFIG`, folded. */
export function usageOf(command: Command, subcommand: string | undefined): string {
  const { program, before, named, groups, subcommands } = parserOf(command, subcommand)
  const { positional, subcommandsTitle } = command.kafka
  const pieces = [...before, ...named.filter(({ key }) => !isExclusive(key, groups)).map(shortSyntax)]
  for (const group of groups) pieces.push(...groupSyntax(group, named))
  if (positional) pieces.push(positional.usage)
  const names = Object.keys(subcommands)
  if (names.length > 0) pieces.push(subcommandsTitle ? 'COMMAND' : `{${names.join(',')}}`, '...')
  return foldUsage(`usage: ${program}`, pieces)
}

function foldUsage(start: string, pieces: readonly string[]): string {
  const isLong = start.length > 30
  const indent = ' '.repeat(isLong ? 6 : start.length)
  const lines = isLong ? [start, indent] : [start]
  let isFirst = true
  for (const piece of pieces) {
    const last = lines[lines.length - 1] as string
    if (!isFirst && last.length + piece.length + 1 > WIDTH) {
      lines.push(`${indent} ${piece}`)
    } else {
      lines[lines.length - 1] = `${last} ${piece}`
      isFirst = false
    }
  }
  return lines.join('\n')
}

// ---- help ----

/** The whole help, without a newline at its end. */
export function argparseHelp(command: Command, subcommand: string | undefined): string {
  const { named, groups, description, subcommands } = parserOf(command, subcommand)
  const { positional, subcommandsTitle } = command.kafka
  const hasOwnHelp = (key: string) => groups.some((group) => group.keys.includes(key) && isSeparate(group))
  const lines = [usageOf(command, subcommand)]
  if (description !== '') lines.push('', wrap(description, 0, ''))
  const names = Object.keys(subcommands)
  const listed = names.length === 0 ? [] : subcommandLines(subcommands, subcommandsTitle ? 'COMMAND' : `{${names.join(',')}}`)
  if (positional || (listed.length > 0 && !subcommandsTitle)) {
    lines.push('', 'positional arguments:')
    if (positional) lines.push(...helpLines(positional.name, positional.help))
    if (!subcommandsTitle) lines.push(...listed)
  }
  lines.push('', 'optional arguments:', ...named.filter(({ key }) => !hasOwnHelp(key)).flatMap(argumentLines))
  if (subcommandsTitle && listed.length > 0) lines.push('', `${subcommandsTitle}:`, ...listed)
  for (const group of groups.filter(isSeparate)) {
    lines.push('')
    if (group.title !== undefined) lines.push(`${group.title}:`)
    if (group.description !== undefined) lines.push(`  ${wrap(group.description, 2, '  ')}`, '')
    lines.push(...named.filter(({ key }) => group.keys.includes(key)).flatMap(argumentLines))
  }
  return lines.join('\n')
}

const isSeparate = ({ title, description, isExclusive }: Group) =>
  !isExclusive || title !== undefined || description !== undefined

function subcommandLines(subcommands: Readonly<Record<string, Subcommand>>, title: string): string[] {
  return [
    `  ${title}`,
    ...Object.entries(subcommands).flatMap(([name, { summary, help }]) => helpLines(`  ${name}`, help ?? summary)),
  ]
}

const argumentLines = ({ flags, metavar, help }: Argument): string[] =>
  helpLines(flags.map((one) => (metavar === '' ? one : `${one} ${metavar}`)).join(', '), help)

function helpLines(title: string, help: string): string[] {
  if (help === '') return [`  ${title}`]
  const text = wrap(help, COLUMN, ' '.repeat(COLUMN))
  if (title.length <= WIDEST_TITLE) return [`  ${title}`.padEnd(COLUMN) + text]
  return [`  ${title}`, ' '.repeat(COLUMN) + text]
}

// ---- errors ----

/** `kafka-storage: error: ...`, folded and justified, with the words that are like one that was not known. */
export function errorText(
  command: Command,
  subcommand: string | undefined,
  message: string,
  unknown: string | undefined,
): string {
  const { program, named, subcommands } = parserOf(command, subcommand)
  const text = wrap(`${program}: error: ${message}`, 0, '')
  if (unknown === undefined) return text
  const body = unknown.replace(/^-+/, '')
  const isOption = body !== unknown
  const names = isOption ? named.flatMap(({ flags }) => flags.filter((one) => one.length > 2)) : Object.keys(subcommands)
  const similar = body.length < 2 && isOption ? [] : similarTo(body, names)
  return similar.length === 0 ? text : [text, '', 'Did you mean:', ...similar.map((name) => `\t${name}`)].join('\n')
}

function similarTo(body: string, names: readonly string[]): string[] {
  const costs = { insert: 1, remove: 4, change: 2, swap: 0 } // git's, as argparse4j says
  const rated = names.map((name) => {
    const plain = name.replace(/^-+/, '')
    return { name, cost: plain.startsWith(body) ? 0 : distance(body, plain, costs) }
  })
  const least = Math.min(...rated.map(({ cost }) => cost))
  if (least >= 7) return []
  return rated
    .filter(({ cost }) => cost === least)
    .map(({ name }) => name)
    .sort()
}

// ---- folding ----

/** Folds at WIDTH; the first line begins at column `offset`, the others after `indent`. All lines but the last are justified. */
function wrap(text: string, offset: number, indent: string): string {
  const lines: string[] = []
  let line = ''
  let width = offset
  for (const token of lineTokens(text)) {
    if (width + token.length > WIDTH) {
      lines.push(justify(line, width))
      line = ''
      width = indent.length
    }
    line += token
    width += token.length
    if (token.endsWith('\n')) {
      lines.push(line.slice(0, -1))
      line = ''
      width = indent.length
    }
  }
  return [...lines, line].join(`\n${indent}`)
}

/** Fills a line of `width` columns up to WIDTH with blanks between its words, the odd ones in the middle. */
function justify(line: string, width: number): string {
  const trimmed = line.replace(/^ +| +$/g, '')
  const gaps = trimmed.match(/ +/g)?.length ?? 0
  if (gaps === 0) return trimmed
  const missing = WIDTH - (width - (line.length - trimmed.length))
  const each = Math.floor(missing / gaps)
  const rest = missing % gaps
  const first = Math.floor((gaps - rest + 1) / 2)
  let gap = 0
  return trimmed.replace(/ +/g, (blanks) => {
    const extra = each + (gap >= first && gap < first + rest ? 1 : 0)
    gap++
    return blanks + ' '.repeat(extra)
  })
}
