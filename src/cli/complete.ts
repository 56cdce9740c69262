/**
 * Completion for shells: `kt completion bash` prints a script, which asks `kt __complete WORDS...` (the words after `kt`, the last
 * one being typed) and gets one candidate a line.
 */
import type { Entry } from '../commands'
import type { Command } from './command'
import { tableOf } from './globals'
import { shownAsKt } from './help'
import { type AnyOption, nameOf, type OptionTable } from './options'

/** Words of kt itself that are no commands. */
const OWN_WORDS = ['help', 'version', 'completion']
export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** What the last of `words` may become. */
export async function candidates(words: readonly string[], entries: readonly Entry[]): Promise<string[]> {
  const [first = '', ...rest] = words
  const begun = words.at(-1) ?? ''
  const names = entries.map(({ name }) => name).sort()
  if (rest.length === 0) return startingWith(begun, [...names, ...OWN_WORDS])
  if (first === 'help') return startingWith(begun, names)
  if (first === 'completion') return startingWith(begun, SHELLS)
  const entry = entries.find(({ name }) => name === first)
  if (!entry) return []
  const { default: command } = await entry.load()
  return forCommand(command, rest.slice(0, -1), begun)
}

function forCommand(command: Command, before: readonly string[], begun: string): string[] {
  const subcommands = command.subcommands ?? {}
  const chosen = before.find((word) => word in subcommands)
  const table: OptionTable = { ...tableOf(command, 'kt'), ...(chosen === undefined ? {} : subcommands[chosen]?.options) }
  const options = shownAsKt(table)
  const asked = options.find(([key, option]) => `--${nameOf(key, option)}` === before.at(-1))
  if (asked && asked[1].spec.arity === 'one') return startingWith(begun, asked[1].spec.choices ?? [])
  const words = options.map(([key, option]: [string, AnyOption]) => `--${nameOf(key, option)}`)
  return startingWith(begun, chosen === undefined ? [...Object.keys(subcommands), ...words] : words)
}

const startingWith = (begun: string, words: readonly string[]) => words.filter((word) => word.startsWith(begun))

/** The script that makes a shell ask. Where kt has no candidates, names of files are completed. */
export function completionScript(shell: Shell): string {
  switch (shell) {
    case 'bash':
      return `_kt() {
  local IFS=$'\\n'
  COMPREPLY=($(kt __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _kt kt`
    case 'zsh':
      return `#compdef kt
_kt() {
  local -a found
  found=("\${(@f)$(kt __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found" ]]; then compadd -a found; else _files; fi
}
compdef _kt kt`
    case 'fish':
      return `complete -c kt -f -a '(kt __complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
complete -c kt -F -n 'test -z "$(kt __complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)"'`
  }
}
