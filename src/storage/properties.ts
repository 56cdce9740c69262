/**
 * The .properties format of Java, read and written as java.util.Properties does: server.properties, meta.properties and the
 * files that commands are given. Text in, text out; Kafka reads files as ISO 8859-1 and writes meta.properties as UTF-8.
 *
 *     # a comment            ! another
 *     key = value            also `key:value` and `key value`
 *     long = one \           a backslash at the end joins the next line, without its leading blanks
 *            and two
 *     escaped\ key = \u00e9  \t \n \r \f, and any other character stands for itself
 */

/** A text that Java would refuse. */
export class MalformedProperties extends Error {
  readonly line: number
  constructor(message: string, line: number) {
    super(message)
    this.line = line
  }
}

/**
 * The keys and values of a text, in its order; of a key that comes twice the last value counts.
 * @throws MalformedProperties for \u that four hexadecimal digits do not follow.
 */
export function readProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>()
  for (const { content, line } of logicalLines(text)) {
    const [key, value] = split(content)
    const name = unescaped(key, line)
    properties.delete(name)
    properties.set(name, unescaped(value, line))
  }
  return properties
}

const isBlank = (character: string | undefined) => character === ' ' || character === '\t' || character === '\f'

/** Lines that hold something, continued ones joined; `line` counts from 1 and is where it begins. */
function logicalLines(text: string): { content: string; line: number }[] {
  const lines = text.split(/\r\n|\r|\n/)
  const logical: { content: string; line: number }[] = []
  for (let i = 0; i < lines.length; i++) {
    const line = i + 1
    let content = withoutIndent(lines[i] ?? '')
    if (content === '' || content.startsWith('#') || content.startsWith('!')) continue
    while (isContinued(content)) content = content.slice(0, -1) + withoutIndent(lines[++i] ?? '')
    if (content !== '') logical.push({ content, line })
  }
  return logical
}

function withoutIndent(line: string): string {
  let start = 0
  while (isBlank(line[start])) start++
  return line.slice(start)
}

/** Ends in an odd number of backslashes. */
function isContinued(line: string): boolean {
  let count = 0
  while (line[line.length - 1 - count] === '\\') count++
  return count % 2 === 1
}

/** Key and value of a line, still escaped. */
function split(line: string): [string, string] {
  let end = 0
  while (end < line.length && line[end] !== '=' && line[end] !== ':' && !isBlank(line[end])) end += line[end] === '\\' ? 2 : 1
  let start = end
  while (isBlank(line[start])) start++
  if (line[start] === '=' || line[start] === ':') start++
  while (isBlank(line[start])) start++
  return [line.slice(0, end), line.slice(start)]
}

function unescaped(text: string, line: number): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\(u[0-9a-fA-F]{4}|[\s\S]|$)/g, (_, escaped: string) => {
    if (escaped.length > 1) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
    if (escaped === 'u') throw new MalformedProperties('Malformed \\uxxxx encoding.', line)
    return controls.get(escaped) ?? escaped
  })
}

const controls = new Map([
  ['t', '\t'],
  ['n', '\n'],
  ['r', '\r'],
  ['f', '\f'],
])

/**
 * The text of a file as Properties.store(Writer) writes it: the comment if there is one ('' gives a bare `#`), the date as the
 * caller has it (`Sat Nov 21 11:49:00 UTC 2026`), then the entries in the given order.
 */
export function writeProperties(entries: Iterable<readonly [string, string]>, comment: string | null, date: string): string {
  let text = comment === null ? '' : `${commentLines(comment)}\n`
  text += `#${date}\n`
  for (const [key, value] of entries) text += `${escapeText(key, true)}=${escapeText(value, false)}\n`
  return text
}

/** Every line begins with # or !; what is not Latin-1 is escaped. */
function commentLines(comment: string): string {
  const escaped = comment.replace(/[^\0-\xff]/g, (character) => `\\u${hex(character)}`)
  return `#${escaped.replace(/\r\n|\r|\n/g, '\n').replace(/\n(?![#!])/g, '\n#')}`
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
}

/** In a key all blanks are escaped, in a value only the first character if it is one. */
function escapeText(text: string, isKey: boolean): string {
  return text.replace(/[\\ \t\n\r\f=:#!]/g, (character, at: number) => {
    if (character === ' ') return isKey || at === 0 ? '\\ ' : ' '
    return `\\${letters.get(character) ?? character}`
  })
}

const letters = new Map([...controls].map(([name, character]) => [character, name]))
