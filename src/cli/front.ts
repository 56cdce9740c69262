/** What `kt` says when no command was named or none is known by that name: all commands, one command's page, a suggestion. */
import type { Entry } from '../commands'
import type { System } from '../system'
import { exit } from './errors'
import { createOut, type Out } from './out'
import { nearest } from './suggest'
import type { Terminal } from './terminal'
import { kafkaVersion, ktVersion } from './version'

interface World {
  readonly terminal: Terminal
  readonly system: System
}

/** Answers `words`, the first of which is no command. Gives the exit code. */
export async function front(words: readonly string[], entries: readonly Entry[], { terminal, system }: World): Promise<number> {
  const out = createOut(terminal, system, { form: 'kafka' })
  try {
    return await answer(words, entries, out, terminal)
  } finally {
    await out.flush()
  }
}

async function answer(words: readonly string[], entries: readonly Entry[], out: Out, terminal: Terminal): Promise<number> {
  const [first = 'help', second] = words
  if (first === 'help' && second !== undefined) return helpFor(second, entries, out, terminal)
  if (['help', '--help', '-h'].includes(first)) {
    out.line(overview(entries))
    return words.length === 0 ? exit.usage : exit.done
  }
  if (first === 'version' || first === '--version') {
    out.line(ktVersion)
    return exit.done
  }
  if (first === 'completion') return completion(second, out)
  if (first === '__complete') {
    const { candidates } = await import('./complete')
    for (const word of await candidates(words.slice(1), entries)) out.line(word)
    return exit.done
  }
  if (first === '__pages') {
    const { links, pages } = await import('./pages')
    out.json({ links: links(entries), pages: Object.fromEntries(await pages(entries)) })
    return exit.done
  }
  return unknown(first, entries, out)
}

async function completion(shell: string | undefined, out: Out): Promise<number> {
  const { completionScript, SHELLS } = await import('./complete')
  const known = SHELLS.find((one) => one === shell)
  if (!known) {
    out.error(`kt completion: say for which shell: ${SHELLS.join(', ')}`)
    return exit.usage
  }
  out.line(completionScript(known))
  return exit.done
}

/** All commands with one line each. */
export function overview(entries: readonly Entry[]): string {
  const width = Math.max(...entries.map(({ name }) => name.length))
  const rows = [...entries].sort((a, b) => (a.name < b.name ? -1 : 1)).map((one) => `  ${one.name.padEnd(width)}  ${one.summary}`)
  return `Usage: kt COMMAND [OPTIONS]

Apache Kafka's command-line tools, and a Kafka to use them with. Without --bootstrap-server
they work on a data directory, and nothing needs to be started.

Commands:
${rows.join('\n')}

'kt COMMAND --help' lists a command's options, 'kt help COMMAND' shows its page, and
'kt completion bash' (zsh, fish) prints what completes them.
Each is also bin/kafka-COMMAND.sh with the options and texts of Kafka ${kafkaVersion}.`
}

async function helpFor(name: string, entries: readonly Entry[], out: Out, terminal: Terminal): Promise<number> {
  const entry = entries.find((one) => one.name === name || one.script === name)
  if (!entry) return unknown(name, entries, out)
  const { default: command } = await entry.load()
  const { manPage, showPage } = await import('./man')
  if (terminal.stdout.isTTY && (await showPage(manPage(command), terminal))) return exit.done
  const { plainPage } = await import('./help')
  out.line(plainPage(command))
  return exit.done
}

function unknown(name: string, entries: readonly Entry[], out: Out): number {
  const bare = name.replace(/^kafka-/, '').replace(/\.sh$/, '')
  const close = nearest(
    bare,
    entries.map((one) => one.name),
  )
  out.error(`kt: there is no command '${name}'${close === undefined ? '' : `; did you mean '${close}'?`}`)
  out.error(`'kt help' lists them.`)
  return exit.usage
}
