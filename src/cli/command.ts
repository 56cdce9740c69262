/**
 * A command is a value. How to write one (src/commands/NAME.ts, default export; add a line to src/commands/index.ts):
 *
 *     export default command({
 *       name: 'delete-records', script: 'kafka-delete-records.sh', summary: 'Delete the oldest records of partitions',
 *       examples: [['Delete what cut.json says', 'kt delete-records --offset-json-file cut.json']],
 *       options: {
 *         bootstrapServer: text('server(s) to use for bootstrapping', 'REQUIRED: ...').required(),   // Kafka's own words
 *         offsetJsonFile: file('Offset json file path', 'REQUIRED: ...').required(),
 *         commandConfig: file('command config property file path', '...'),
 *       },
 *       kafka: { intro: 'This tool helps to ...' },
 *       check(options) {
 *         checkInvalidArgs(options, 'force', ['list'])            // checks.ts: throws UsageError with Kafka's words
 *       },
 *       async run({ out, connect }, options) {
 *         const { cluster } = await connect()                     // the place; closed for you
 *         ...
 *         if (out.form === 'json') out.json({...}); else if (out.form === 'table') await out.table({...}); else out.line('...')
 *         return 0                                                // the exit code; nothing is 0
 *       },
 *     })
 *
 * - Spellings are the keys in kebab-case; `.named('x')`, `.letter('c')`, `.was('old', description)`, `.required()`, `.default(v)`,
 *   `.orBare(v)`, `.ktOnly()`, `.kafkaOnly()`, `.hidden()`, `.summed('what kt says')`. `has(options, key)` of parse.ts says if
 *   one was there. --help, --version, --data-dir, and as kt --bootstrap-server, --json, --plain, --no-color are added.
 * - A value that does not parse is an OptionError when `options.x` is read; as kt, all are read before `run`.
 * - Throw UsageError (wrong options: table of options and exit 1, or one sentence and exit 2 as kt), Failure (could not be
 *   done), or let the client's KafkaError pass. `kafka.failed` prints it as Kafka's tool does; the default is stderr, exit 1.
 * - `connect()` gives the Place; `bootstrapServer` and `commandConfig` are the keys that it reads.
 * - argparse4j tools set `parser: 'argparse'` and have `subcommands: { format: subcommand({...}) }` and `groups`; an option's
 *   argument is its metavar, '' for the name in capitals; their values are read before `run` in both voices.
 * - Long output: `out.line` as often as you like, and `const wait = out.ready(); if (wait) await wait` every few hundred lines.
 * - Long work: stop when `signal` is aborted, say what was done, and return.
 */

import type { System } from '../system'
import type { OptionTable, Values, Voice } from './options'
import type { Out } from './out'
import type { Terminal } from './terminal'
import type { Place } from './where'

/** How Kafka's tool behaves where its tools differ from each other. */
export interface Manners {
  /** First line of the help. */
  readonly intro: string
  /** First line when it is called without a word; 'run': it goes on and complains about what is missing. */
  readonly noArguments?: string
  /**
   * Whether the table of options follows an option that the parser refuses; a function: the line instead of it; 'failed': it is
   * told as any failure. Default: 'table'.
   */
  readonly badOption?: 'table' | 'words' | 'failed' | ((message: string) => string)
  /** --help and --version, where the tool declares them in its own way. */
  readonly globals?: OptionTable
  /** The name in messages of argparse4j tools; default: the script's. */
  readonly program?: string
  /** Exit code of --help: 1 in jopt tools unless said. */
  readonly helpExit?: number
  /** The tool looks at its own options before it speaks of earlier spellings. */
  readonly checksFirst?: boolean
  /** Prints what went wrong at run time and gives the exit code. Default: the message on stderr, 1. */
  readonly failed?: (error: unknown, out: Out, argv: readonly string[]) => number
  /** What --version prints, where it is not the number alone. */
  readonly version?: string
  /** argparse4j: the help names defaults. */
  readonly showsDefaults?: boolean
  /** argparse4j: sub-commands are `COMMAND` under this heading, instead of {a,b,c} among the positional arguments. */
  readonly subcommandsTitle?: string
  /** argparse4j: what is said of words that belong to no option. */
  readonly positional?: { readonly name: string; readonly usage: string; readonly help: string }
}

/** Options that belong together (argparse4j). */
export interface Group {
  readonly keys: readonly string[]
  /** One of them at most. */
  readonly isExclusive?: boolean
  /** One of them at least. */
  readonly isRequired?: boolean
  /** With a title or a description the group stands apart in the help. */
  readonly title?: string
  readonly description?: string
}

/** What a command works with. */
export interface Context {
  readonly terminal: Terminal
  readonly system: System
  readonly out: Out
  readonly voice: Voice
  /** `kafka-topics.sh` or `kt topics`. */
  readonly program: string
  /** Words that belong to no option. */
  readonly positionals: readonly string[]
  /** Aborted by SIGINT and SIGTERM and when nobody reads stdout any more. */
  readonly signal: AbortSignal
  /** The old option that the place was named by; the old tools' words are wanted then. */
  readonly legacy: LegacyKind | undefined
  /** A data directory or a server was named, by an option, the environment or a `.kt` folder. Always, as kt. */
  readonly hasPlace: boolean
  /** Opens the place that the options name. It is closed when the command ends. */
  readonly connect: (more?: Connecting) => Promise<Place>
}

/** How a place is opened where it is not for an administrator. */
export interface Connecting {
  readonly clientId?: string
  readonly properties?: ReadonlyMap<string, string>
  /** Who Kafka's log lines say it is: `Producer clientId=console-producer`. */
  readonly speaker?: string
}

/** What there is before anything is opened. */
export type CheckContext = Pick<Context, 'out' | 'voice' | 'hasPlace' | 'legacy' | 'terminal' | 'system' | 'positionals'>

export type LegacyKind = 'zookeeper' | 'broker-list'

/** Gives the exit code; nothing: it has done its work. */
type Run<O extends OptionTable> = (
  context: Context,
  options: Values<O>,
) => number | undefined | Promise<number | undefined> | Promise<void>

export interface Command<O extends OptionTable = OptionTable> {
  /** As in `kt topics`. */
  readonly name: string
  /** Kafka's name for it; undefined where Kafka has none. */
  readonly script?: string
  /** One line. */
  readonly summary: string
  /** Paragraphs for the man page. */
  readonly description?: string
  /** What it does, and the words that do it. */
  readonly examples: readonly (readonly [string, string])[]
  readonly options: O
  readonly groups?: readonly Group[]
  readonly parser?: 'jopt' | 'argparse'
  /** 'none': it speaks to no cluster, so --bootstrap-server and --data-dir are not added. Default: 'cluster'. */
  readonly place?: 'cluster' | 'none'
  /** What the words that belong to no option are, for help; without this they are ignored, and refused as kt. */
  readonly positionals?: string
  /** Old options that name a place in a walk-through of 2019. */
  readonly legacy?: LegacyKind
  readonly kafka: Manners
  readonly subcommands?: { readonly [name: string]: Subcommand }
  /** What the tool checks before it does anything: errors are those of the command line, whatever `kafka.failed` does. */
  readonly check?: (options: Values<O>, context: CheckContext) => void
  readonly run?: Run<O>
}

export interface Subcommand<O extends OptionTable = OptionTable> {
  /** One line. */
  readonly summary: string
  /** Kafka's own words about it, where they differ. */
  readonly help?: string
  readonly options: O
  readonly groups?: readonly Group[]
  readonly run: Run<O>
}

// A command is stored without its own options' types: only `run` needs them, and it is called with what `options` declares.
export function command<const O extends OptionTable>(declaration: Command<O>): Command {
  return declaration as unknown as Command
}

/** A sub-command; `parent` is the command's own table, whose values `run` is given too. */
export function subcommand<const O extends OptionTable, const P extends OptionTable = Record<never, never>>(
  declaration: Omit<Subcommand<O>, 'run'> & { readonly parent?: P; readonly run: Run<O & P> },
): Subcommand {
  return declaration as unknown as Subcommand
}

/** A context with more in it. What the context works out when it is first asked for stays so: copying it would ask for all. */
export function extended<More extends object>(context: Context, more: More): Context & More {
  return Object.assign(Object.create(context) as Context, more)
}
