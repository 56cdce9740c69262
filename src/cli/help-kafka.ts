/**
 * The table of options as Kafka's jopt-simple tools print it: two columns in 80 characters, sorted by name, every line filled
 * up with blanks (joptsimple.BuiltinHelpFormatter).
 */
import type { Command } from './command'
import { tableOf } from './globals'
import { lineTokens } from './java-lines'
import { type AnyOption, nameOf, type OldName } from './options'

const WIDTH = 80
const GAP = 2
const INDENT = '  '

/** One row before it is folded: the spelling with its argument, and the description. */
type Row = readonly [option: string, description: string]

/** The table, without a newline at its end. */
export function joptHelp(command: Command): string {
  const options = Object.entries(tableOf(command, 'kafka')).filter(([, { spec }]) => !spec.isHidden && spec.onlyFor !== 'kt')
  const rows = options
    .flatMap(([key, option]) => [newRow(nameOf(key, option), option), ...option.spec.oldNames.map((old) => oldRow(old, option))])
    .sort(([a], [b]) => (a.name < b.name ? -1 : 1))
    .map(([, row]) => row)
  const hasRequired = options.some(([, { spec }]) => spec.isRequired)
  return fold([hasRequired ? 'Option (* = required)' : 'Option', 'Description'], rows)
}

type Named = readonly [{ readonly name: string }, Row]

function newRow(name: string, { spec }: AnyOption): Named {
  const { type, argument, arity, isRequired, description, defaultText } = spec
  return [
    { name },
    [`${isRequired ? '* ' : ''}--${name}${argumentText(type, argument, arity)}`, withDefault(description, defaultText)],
  ]
}

function oldRow(old: OldName, { spec }: AnyOption): Named {
  const text = argumentText(spec.type, old.argument ?? spec.argument, spec.arity)
  return [{ name: old.name }, [`--${old.name}${text}`, withDefault(old.description, old.defaultText)]]
}

function argumentText(type: string, argument: string, arity: string): string {
  if (arity === 'none') return ''
  const what = argument === '' ? type : `${type}: ${argument}`
  return arity === 'optional' ? ` [${what}]` : ` <${what}>`
}

const withDefault = (description: string, text: string | undefined) =>
  text === undefined ? description : `${description} (default: ${text})`.trim()

function fold(head: Row, rows: readonly Row[]): string {
  const all = [head, ...rows]
  const left = Math.min(Math.floor((WIDTH - GAP) / 2), Math.max(...all.map(([option]) => option.length)))
  const right = Math.min(WIDTH - left - GAP, Math.max(...all.map(([, description]) => description.length)))
  const folded = rows.map(([option, description]) => [pieces(option, left), pieces(description, right)] as const)
  // columns are no wider than what was folded into them
  const widest = (side: 0 | 1) => Math.max(head[side].length, ...folded.flatMap((row) => row[side].map((piece) => piece.length)))
  const [optionWidth, descriptionWidth] = [widest(0), widest(1)]
  const line = (option: string, description: string) => option.padEnd(optionWidth + GAP) + description.padEnd(descriptionWidth)
  const lines = [line(head[0], head[1]), line('-'.repeat(head[0].length), '-'.repeat(head[1].length))]
  for (const [options, descriptions] of folded) {
    for (let i = 0; i < Math.max(options.length, descriptions.length); i++) {
      lines.push(line(options[i] ?? '', descriptions[i] ?? ''))
    }
  }
  return lines.join('\n')
}

/** Folds a text at `width`; lines after the first are indented by two. */
function pieces(text: string, width: number): string[] {
  return text
    .trim()
    .split('\n')
    .flatMap((line) => piecesOfLine(line, width))
}

function piecesOfLine(text: string, width: number): string[] {
  const done: string[] = []
  let piece = ''
  for (const word of lineTokens(text)) {
    if (piece.length + word.length > width) {
      done.push(piece.trimEnd())
      piece = INDENT + word
    } else {
      piece += word
    }
  }
  return piece === '' ? done : [...done, piece]
}
