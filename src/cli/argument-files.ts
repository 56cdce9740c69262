/**
 * `@FILE` among the words of a tool that parses with argparse4j: each line of the file is a word (ArgumentParser.fromFilePrefix). So is
 * `-I @host:1` taken, whose author forgot a node's id.
 */
import { OptionError } from './errors'

/** `read` gives a file's text and throws where there is none; `subcommands` are those in whose name it is complained. Throws OptionError. */
export function withArgumentFiles(
  argv: readonly string[],
  subcommands: readonly string[],
  read: (path: string) => string,
): string[] {
  const words: string[] = []
  const expand = (word: string, depth: number): void => {
    if (word.length < 2 || !word.startsWith('@')) {
      words.push(word)
      return
    }
    for (const line of linesOf(word.slice(1), depth)) expand(line, depth + 1)
  }
  const linesOf = (path: string, depth: number): string[] => {
    try {
      if (depth > DEEPEST) throw new Error('a file that names itself')
      const lines = read(path).split(/\r\n|\r|\n/)
      return lines.at(-1) === '' ? lines.slice(0, -1) : lines
    } catch {
      const error = new OptionError(`Could not read arguments from file '${path}'`)
      error.subcommand = words.find((one) => subcommands.includes(one))
      throw error
    }
  }
  for (const word of argv) expand(word, 0)
  return words
}

/** Files may name files; Java goes on until its stack ends. */
const DEEPEST = 100
