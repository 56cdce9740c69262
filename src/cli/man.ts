/**
 * Man pages, written from the declarations: the build puts them into man/, and `kt help COMMAND` shows one through man(1)
 * where there is a terminal and a man.
 */
import type { Entry } from '../commands'
import type { Command } from './command'
import { tableOf } from './globals'
import { descriptionAsKt, shownAsKt, spelled } from './help'
import type { OptionTable } from './options'
import type { Terminal } from './terminal'
import { kafkaVersion, version } from './version'

/** A text as roff takes it: what people copy from the page is what they must type, and no line begins as a request. */
export const roff = (text: string): string => text.replace(/[\\'`^~-]/g, (char) => GLYPHS[char] ?? char).replace(/^\./gm, '\\&.')

const GLYPHS: Record<string, string> = { '\\': '\\e', "'": '\\(aq', '`': '\\(ga', '^': '\\(ha', '~': '\\(ti', '-': '\\-' }

const head = (title: string) => `.TH "${title.toUpperCase()}" "1" "" "kt ${version}" "kt Manual"`

/** The page of a command. */
export function manPage(command: Command): string {
  const { name, script, summary, description, examples, subcommands } = command
  const lines = [
    head(`kt-${name}`),
    '.SH NAME',
    roff(`kt-${name} - ${summary.charAt(0).toLowerCase()}${summary.slice(1)}`),
    '.SH SYNOPSIS',
  ]
  const names = Object.keys(subcommands ?? {})
  for (const each of names.length > 0 ? names : ['']) {
    const words = [each, command.positionals ?? ''].filter((word) => word !== '').map((word) => ` ${roff(word)}`)
    lines.push(`.B ${roff(`kt ${name}`)}${words.join('')}`, '[\\fIOPTIONS\\fR]', '.br')
  }
  lines.push('.SH DESCRIPTION', ...paragraphs(description ?? `${summary}.`))
  if (script !== undefined)
    lines.push('.PP', roff(`Called as ${script} it has the options, texts and exit codes of Apache Kafka ${kafkaVersion}.`))
  if (examples.length > 0) lines.push('.SH EXAMPLES')
  for (const [what, line] of examples) lines.push('.PP', roff(`${what}:`), '.PP', '.nf', '.RS 4', roff(line), '.RE', '.fi')
  lines.push('.SH OPTIONS', ...optionsOf(tableOf(command, 'kt')))
  for (const [each, { summary: one, options }] of Object.entries(subcommands ?? {})) {
    lines.push(`.SS ${roff(`${each}`)}`, roff(`${one}.`), ...optionsOf(options))
  }
  lines.push('.SH EXIT STATUS', roff('0 done, 1 failed, 2 wrong usage, 124 timed out.'), '.SH SEE ALSO', '.BR kt (1)')
  return `${lines.join('\n')}\n`
}

function paragraphs(text: string): string[] {
  const pieces = text.split('\n\n').map((one) => roff(one.replace(/\s+/g, ' ').trim()))
  return pieces.flatMap((one, i) => (i === 0 ? [one] : ['.PP', one]))
}

const optionsOf = (table: OptionTable): string[] =>
  shownAsKt(table).flatMap(([key, option]) => [
    '.TP',
    `\\fB${roff(spelled(key, option))}\\fR`,
    roff(`${descriptionAsKt(option)}.`.replace(/\.\.$/, '.')),
  ])

/** The page of kt itself. */
export function ktPage(entries: readonly Entry[]): string {
  const lines = [
    head('kt'),
    '.SH NAME',
    "kt \\- Kafka's command\\-line tools, and a Kafka to use them with",
    '.SH SYNOPSIS',
    '.B kt',
    '\\fICOMMAND\\fR [\\fIOPTIONS\\fR]',
  ]
  lines.push('.SH DESCRIPTION', ...paragraphs(DESCRIPTION), '.SH COMMANDS')
  for (const { name, script, summary } of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    lines.push('.TP', `\\fB${roff(name)}\\fR`, roff(`${summary}${script === undefined ? '' : ` (${script})`}.`))
  }
  lines.push('.SH ENVIRONMENT')
  for (const [name, what] of ENVIRONMENT) lines.push('.TP', `.B ${name}`, roff(what))
  lines.push(
    '.SH EXIT STATUS',
    roff('0 done, 1 failed, 2 wrong usage, 124 timed out. Under a kafka-*.sh name they are those of Kafka.'),
  )
  return `${lines.join('\n')}\n`
}

const DESCRIPTION = `kt is the command-line tools of Apache Kafka in one program that is also a Kafka. Every command works in three places:
in a data directory, which needs nothing to be started and which several commands can share; on a server that kt server-start runs;
and on any Kafka cluster.

The place is the server that --bootstrap-server or KT_BOOTSTRAP_SERVERS names, or else a data directory: --data-dir, KT_DATA_DIR,
the nearest .kt folder going up from the working directory, or ~/.local/share/kt.

On a terminal kt draws tables; in a pipe it prints the plain text of Kafka; --json prints JSON and --plain the plain text anywhere.`

const ENVIRONMENT = [
  ['KT_BOOTSTRAP_SERVERS', 'The server or cluster to speak to, where --bootstrap-server is not given.'],
  ['KT_DATA_DIR', 'The data directory, where --data-dir is not given.'],
  ['NO_COLOR, FORCE_COLOR', 'Colours off, or on where there is no terminal.'],
  ['KT_DEBUG', 'Print stack traces.'],
] as const

/** Shows a page through man(1); false when there is none. */
export async function showPage(page: string, terminal: Terminal): Promise<boolean> {
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  const shown = spawnSync('man', ['-l', '-'], { input: page, stdio: ['pipe', 'inherit', 'inherit'], env: { ...terminal.env } })
  return shown.error === undefined && shown.status === 0
}
