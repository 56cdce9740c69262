/**
 * Finds the command and runs it. `--version` is answered before anything is loaded; after that only the asked command's chunk
 * is, and what it draws on. The name the program was called by chooses the voice: `kafka-topics.sh` is `topics` under Kafka's
 * rules, anything else is kt.
 */
import { afterWrites, processTerminal } from './cli/process'
import type { Doors } from './cli/run'
import { kafkaVersion, ktVersion } from './cli/version'
import { commands, type Entry } from './commands'

function main(): void {
  const [, path = 'kt', ...words] = process.argv
  const called = path.slice(path.lastIndexOf('/') + 1)
  const link = commands.find((one) => one.script === called)
  if (words.length === 1 && words[0] === '--version' && (link?.hasVersion ?? true)) {
    processTerminal(words).stdout.write(`${link ? kafkaVersion : ktVersion}\n`)
    return
  }
  process.on('uncaughtException', fatal)
  const [first = '', ...rest] = words
  const entry = commands.find((one) => one.name === first || one.script === first)
  const work = link ? run(link, 'kafka', words) : entry ? run(entry, 'kt', rest) : front(words)
  work.then(end, fatal)
}

async function run(entry: Entry, voice: 'kafka' | 'kt', words: readonly string[]): Promise<number> {
  const [{ default: command }, { runCommand }, { realSystem }] = await Promise.all([
    entry.load(),
    import('./cli/run'),
    import('./system'),
  ])
  return runCommand(command, voice, processTerminal(words), realSystem, doors)
}

async function front(words: readonly string[]): Promise<number> {
  const [{ front }, { realSystem }] = await Promise.all([import('./cli/front'), import('./system')])
  return front(words, commands, { terminal: processTerminal(words), system: realSystem })
}

/** What a place takes to open is loaded by commands that open one. */
const doors: Doors = {
  openPlace: async (...args) => (await import('./cli/where')).openPlace(...args),
  legacyServer: async (...args) => (await import('./cli/legacy')).legacyServer(...args),
}

/** Ends the process once what was written has left it; timers and sockets that are still there do not hold it up. */
function end(code: number): void {
  afterWrites(() => process.exit(code))
}

/** What should never happen: a sentence all the same. */
function fatal(error: unknown): void {
  const words = error instanceof Error ? error.message : String(error)
  const stack = process.env['KT_DEBUG'] && error instanceof Error ? `\n${error.stack}` : ' (KT_DEBUG=1 shows where)'
  process.stderr.write(`kt: this should not happen: ${words}${stack}\n`)
  process.exit(1)
}

main()
