/**
 * Java's .properties files: `key=value`, `key: value` or `key value`, comments after # or !, a backslash for the next line,
 * for \t \n \r \f, and for \uXXXX (java.util.Properties.load, read as UTF-8).
 */
import type { System } from '../system'
import { Failure } from './errors'
import type { Terminal } from './terminal'

const ESCAPES: Record<string, string> = { t: '\t', n: '\n', r: '\r', f: '\f' }

/** Reads the text of a properties file; of a key that is there twice the last stays. */
export function parseProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>()
  for (const line of logicalLines(text)) {
    const end = /(?:\\.|[^\\=:\s])*/su.exec(line)?.[0].length ?? 0
    const rest = line.slice(end).replace(/^[ \t\f]*[=:]?[ \t\f]*/, '')
    properties.set(unescaped(line.slice(0, end)), unescaped(rest))
  }
  return properties
}

/** Lines without comments and blanks in front, joined where one ends in an odd number of backslashes. */
function logicalLines(text: string): string[] {
  const lines: string[] = []
  let open: string | undefined
  for (const raw of text.split(/\r\n|\r|\n/)) {
    const line = raw.replace(/^[ \t\f]+/, '')
    if (open === undefined && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue
    const joined: string = (open ?? '') + line
    const backslashes = /\\*$/.exec(line)?.[0].length ?? 0
    if (backslashes % 2 === 1) {
      open = joined.slice(0, -1)
    } else {
      lines.push(joined)
      open = undefined
    }
  }
  if (open !== undefined) lines.push(open)
  return lines
}

const unescaped = (text: string): string =>
  text.replace(/\\(u[0-9a-fA-F]{4}|.)/gsu, (_all, code: string) =>
    code.length === 5 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (ESCAPES[code] ?? code),
  )

/** Reads the file that an option names. What Kafka says of a file that is not there is its name. */
export function readProperties(system: System, terminal: Terminal, path: string): Map<string, string> {
  return parseProperties(readText(system, terminal, path))
}

/** The text of a file named on the command line, relative to the working directory. */
export function readText(system: System, terminal: Terminal, path: string): string {
  const absolute = path.startsWith('/') ? path : `${terminal.cwd}/${path}`
  try {
    return system.fs.readText(absolute)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException // System's files throw Node's errors
    if (code === 'ENOENT')
      throw new Failure(path, { javaClass: 'java.nio.file.NoSuchFileException', sentence: `there is no file ${absolute}` })
    if (code === 'EISDIR')
      throw new Failure('Is a directory', { javaClass: 'java.io.IOException', sentence: `${absolute} is a folder` })
    if (code === 'EACCES')
      throw new Failure(path, { javaClass: 'java.nio.file.AccessDeniedException', sentence: `${absolute} cannot be read` })
    throw error
  }
}
