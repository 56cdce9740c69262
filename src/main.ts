/**
 * Finds the command and runs it. `--version` is answered before anything is loaded; after that only the asked command's chunk
 * is, and what it draws on. The name the program was called by chooses the voice: `kafka-topics.sh` is `topics` under Kafka's
 * rules, anything else is kt.
 */
import { kafkaVersion, ktVersion } from './cli/version'
import { commands, type Entry } from './commands'

async function main(): Promise<number> {
  const [, path = 'kt', ...words] = process.argv
  const called = path.slice(path.lastIndexOf('/') + 1)
  const link = commands.find((one) => one.script === called)
  if (words.length === 1 && words[0] === '--version' && (link?.hasVersion ?? true)) {
    process.stdout.write(`${link ? kafkaVersion : ktVersion}\n`)
    return 0
  }
  if (link) return run(link, 'kafka', words)
  const [first = '', ...rest] = words
  const entry = commands.find((one) => one.name === first || one.script === first)
  if (entry && !rest.includes('--completions')) return run(entry, 'kt', rest)
  const { front } = await import('./cli/front')
  return front(words, commands, await world())
}

async function run(entry: Entry, voice: 'kafka' | 'kt', words: readonly string[]): Promise<number> {
  const [{ default: command }, { runCommand }, { terminal, system }] = await Promise.all([
    entry.load(),
    import('./cli/run'),
    world(),
  ])
  return runCommand(command, voice, terminal, system, doors, words)
}

async function world() {
  const [{ processTerminal }, { realSystem }] = await Promise.all([import('./cli/process'), import('./system')])
  return { terminal: processTerminal(), system: realSystem }
}

const doors = {
  openPlace: async (...args: Parameters<typeof import('./cli/where').openPlace>) =>
    (await import('./cli/where')).openPlace(...args),
  legacyServer: async (...args: Parameters<typeof import('./cli/where').legacyServer>) =>
    (await import('./cli/where')).legacyServer(...args),
}

/** Ends the process once what was written has left it; timers and sockets that are still there do not hold it up. */
function end(code: number): void {
  process.exitCode = code
  const { stdout, stderr } = process
  if (stdout.writableLength === 0 && stderr.writableLength === 0) process.exit(code)
  stdout.write('', () => stderr.write('', () => process.exit(code)))
}

main().then(end, (error: unknown) => {
  const words = error instanceof Error ? error.message : String(error)
  const more = process.env['KT_DEBUG'] && error instanceof Error ? `\n${error.stack}` : ' (KT_DEBUG=1 shows where)'
  process.stderr.write(`kt: this should not happen: ${words}${more}\n`)
  end(1)
})
