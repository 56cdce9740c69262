/**
 * Runs a command: words in, exit code out. It speaks in one of two voices: under a `kafka-*.sh` name with Kafka's words,
 * streams and exit codes; as `kt` in its own (complain.ts).
 */
import type { System } from '../system'
import type { Command, Context, LegacyKind } from './command'
import { type Complaint, complain, complainOfOptions, printUsage } from './complain'
import { exit, OptionError } from './errors'
import type { OptionTable, Values, Voice } from './options'
import { createOut, type Form, type Out } from './out'
import { optionsOf, type Typed } from './parse'
import { isPlaceNamed, type Place, type PlaceOptions, placeOptions, type Where } from './place'
import { colouredStyle, plainStyle, wantsColour } from './style'
import type { Terminal } from './terminal'
import { checkParser, isGiven, noteOldNames, type Parsed, readValues, understand } from './understand'

/** The ways to a place, handed in so that they are loaded when they are needed and so that a test can be the place. */
export interface Doors {
  openPlace(terminal: Terminal, system: System, options: PlaceOptions): Promise<Place>
  legacyServer(terminal: Terminal, system: System, kind: LegacyKind, address: string): Promise<Where | undefined>
}

interface Running extends Complaint {
  readonly system: System
  readonly doors: Doors
}

/** What is left to do once every word is understood. */
interface Ready extends Parsed {
  readonly options: Values<OptionTable>
  /** The place that an old option named. */
  readonly where: Where | undefined
}

/** Runs `command` with the words `argv` and gives the exit code. Never rejects. */
export async function runCommand(
  command: Command,
  voice: Voice,
  terminal: Terminal,
  system: System,
  doors: Doors,
  argv: readonly string[] = terminal.argv,
): Promise<number> {
  const program = voice === 'kafka' && command.script !== undefined ? command.script : `kt ${command.name}`
  const running: Running = { command, terminal, system, doors, voice, program, argv }
  const plain = createOut(terminal, system, { form: 'kafka' })
  try {
    const ready = await prepare(running, plain)
    return typeof ready === 'number' ? ready : await perform(running, ready, await outFor(running, ready.typed))
  } catch (error) {
    return await complainOfOptions(running, error, plain)
  } finally {
    await plain.flush()
  }
}

/** Everything up to the command itself; a number where that was all. */
async function prepare(running: Running, out: Out): Promise<Ready | number> {
  const { command, voice } = running
  const argv = await wordsOf(running)
  const { intro, noArguments = intro } = command.kafka
  const isJopt = command.parser !== 'argparse'
  if (voice === 'kafka' && isJopt && argv.length === 0 && noArguments !== 'run') return printUsage(running, noArguments, out)

  const parsed = understand(running, argv)
  if (isGiven(parsed.typed, 'help')) {
    if (voice === 'kafka' && isJopt) return printUsage(running, intro, out)
    return (await import('./help')).printHelp(running, parsed.subcommandName, out)
  }
  if (isGiven(parsed.typed, 'version') && !('version' in command.options)) {
    const { ktVersion, kafkaVersion } = await import('./version')
    out.line(voice === 'kafka' ? (command.kafka.version ?? kafkaVersion) : ktVersion)
    return exit.done
  }
  const where = command.legacy ? await oldPlace(running, command.legacy, parsed, out) : undefined
  const hasPlace = where !== undefined || isPlaceNamed(running, isGiven(parsed.typed, 'dataDir'))
  const typed = { ...parsed.typed, assumed: new Set(hasPlace ? ['bootstrapServer'] : []) }
  const options = optionsOf(typed, parsed.table)
  const ready: Ready = { ...parsed, typed, options, where }
  checkParser(running, ready)
  if (voice === 'kt' || !isJopt) readValues(options, parsed)
  if (voice === 'kafka' && !command.kafka.checksFirst) noteOldNames(typed, out)
  return ready
}

/** What was typed, with the files of words that argparse4j reads. */
async function wordsOf({ command, voice, argv, system, terminal }: Running): Promise<readonly string[]> {
  if (voice !== 'kafka' || command.parser !== 'argparse' || !argv.some((word) => word.startsWith('@'))) return argv
  const { withArgumentFiles } = await import('./argument-files')
  const { readText } = await import('./properties')
  return withArgumentFiles(argv, Object.keys(command.subcommands ?? {}), (path) => readText(system, terminal, path))
}

/** The place that an option of 2019 names; honoured under Kafka's names only where a server is found there. */
async function oldPlace(running: Running, kind: LegacyKind, { typed, table }: Parsed, out: Out): Promise<Where | undefined> {
  const { terminal, system, voice, doors } = running
  const address: unknown = optionsOf(typed, table)['oldPlace']
  if (typeof address !== 'string') return undefined
  if (voice === 'kt') {
    out.error('kt needs no ZooKeeper; --zookeeper is ignored')
    return undefined
  }
  const where = await doors.legacyServer(terminal, system, kind, address)
  if (!where) throw new OptionError(`${kind} is not a recognized option`)
  return where
}

async function outFor({ terminal, system, voice }: Running, typed: Typed): Promise<Out> {
  if (voice === 'kafka') return createOut(terminal, system, { form: 'kafka' })
  const isPlain = isGiven(typed, 'plain') || !terminal.stdout.isTTY
  const form: Form = isGiven(typed, 'json') ? 'json' : isPlain ? 'kafka' : 'table'
  const colours = form === 'table' && wantsColour(terminal.stdout, terminal.env, isGiven(typed, 'noColor'))
  return createOut(terminal, system, { form, style: colours ? await colouredStyle() : plainStyle, spins: true })
}

async function perform(running: Running, ready: Ready, out: Out): Promise<number> {
  const { terminal, command } = running
  const { options } = ready
  const stop = new Stop()
  terminal.stdout.onGone(() => stop.abort('EPIPE'))
  const places: Place[] = []
  const context = contextFor(running, ready, out, stop, places)
  command.check?.(options, context)
  if (running.voice === 'kafka' && command.kafka.checksFirst) noteOldNames(ready.typed, out)

  const unlisten = terminal.onSignal((name) => stop.abort(name))
  let code: number
  try {
    const run = ready.subcommand?.run ?? command.run
    if (!run) throw new Error(`${command.name} has nothing to run`)
    code = (await run(context, options)) ?? exit.done
  } catch (error) {
    code = stop.reason !== undefined ? exit.done : await complain(running, error, out)
  }
  for (const place of places) await place.close().catch(() => {}) // what was asked for is done; nothing is lost by a bad end
  unlisten()
  await out.flush()
  return finalCode(code, running.voice, stop.reason)
}

/** Why a command is to end early. The signal is made when it is first looked at: to load what it is costs a short command a start. */
class Stop {
  reason: string | undefined
  private controller: AbortController | undefined

  abort(reason: string): void {
    this.reason ??= reason
    this.controller?.abort(this.reason)
  }
  get signal(): AbortSignal {
    if (!this.controller) {
      this.controller = new AbortController()
      if (this.reason !== undefined) this.controller.abort(this.reason)
    }
    return this.controller.signal
  }
}

function contextFor(running: Running, ready: Ready, out: Out, stop: Stop, places: Place[]): Context {
  const { terminal, system, voice, program, command, doors } = running
  const { typed, options, where } = ready
  return {
    terminal,
    system,
    out,
    voice,
    program,
    positionals: typed.positionals,
    get signal() {
      return stop.signal
    },
    legacy: where && command.legacy,
    hasPlace: typed.assumed.has('bootstrapServer') || isGiven(typed, 'bootstrapServer'),
    async connect(more = {}) {
      const place = await doors.openPlace(terminal, system, placeOptions(running, options, where, more))
      places.push(place)
      return place
    },
  }
}

/** An interrupted command says so by its exit code; one whose reader left has done all that was wanted. */
function finalCode(code: number, voice: Voice, reason: string | undefined): number {
  if (reason === undefined) return code
  if (reason === 'EPIPE') return voice === 'kt' ? exit.done : code
  if (code !== exit.done) return code
  return reason === 'SIGINT' ? exit.interrupted : exit.terminated
}
