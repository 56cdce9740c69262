/**
 * java.util.regex.Pattern read as a JavaScript RegExp, for the options that Kafka documents as regular expressions. What the
 * two write differently is rewritten: \Q..\E, possessive quantifiers and atomic groups (taken as ordinary ones), flags at the
 * start, \A \Z \z \h \R and POSIX classes.
 */
import { Failure } from './errors'

const POSIX: Record<string, string> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  ASCII: '\\x00-\\x7F',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Punct: '!-\\/:-@\\[-`{-~',
  Graph: '!-~',
  Print: ' -~',
  Blank: ' \\t',
  Cntrl: '\\x00-\\x1F\\x7F',
  XDigit: '0-9a-fA-F',
  Space: '\\s',
}

const ESCAPES: Record<string, string> = {
  A: '^',
  Z: '(?=\\n?$)',
  z: '$',
  h: '[ \\t\\xA0]',
  R: '(?:\\r\\n|[\\n-\\r\\u2028\\u2029])',
  e: '\\x1B',
  a: '\\x07',
}

/** A RegExp that matches a whole text where Java's String.matches would. Throws Failure for what is no pattern. */
export const javaPattern = (source: string): RegExp => compile(source, (body) => `^(?:${body})$`)

function compile(source: string, around: (body: string) => string): RegExp {
  const flags = /^\(\?([imsux]+)\)/.exec(source)
  const own = new Set(['u', ...(flags?.[1] ?? '').replace(/[ux]/g, '')])
  const body = around(translate(source.slice(flags?.[0].length ?? 0)))
  try {
    return new RegExp(body, [...own].join(''))
  } catch {
    own.delete('u') // Java takes escapes of ordinary letters, which the u flag refuses
    try {
      return new RegExp(body, [...own].join(''))
    } catch (error) {
      throw new Failure(`${source} is an invalid regex.`, { hint: error instanceof Error ? error.message : '' })
    }
  }
}

/** Splits as java.util.regex.Pattern.split does: empty pieces at the end go, a text without a match stays as it is. */
export function javaSplitter(source: string): (text: string) => string[] {
  const separator = /^[^\\^$.*+?()[\]{}|]+$/.test(source) ? source : compile(source, (body) => body)
  return (text) => {
    const pieces = splitAt(text, separator)
    if (pieces.length === 1) return pieces
    while (pieces.at(-1) === '') pieces.pop()
    return pieces
  }
}

function splitAt(text: string, separator: string | RegExp): string[] {
  if (typeof separator === 'string') return text.split(separator)
  const pieces: string[] = []
  let from = 0
  for (const match of text.matchAll(new RegExp(separator, `${separator.flags}g`))) {
    const end = match.index + match[0].length
    if (end === 0) continue // a match of nothing at the beginning
    pieces.push(text.slice(from, match.index))
    from = end
  }
  return [...pieces, text.slice(from)]
}

function translate(source: string): string {
  let out = ''
  let inClass = false
  for (let i = 0; i < source.length; i++) {
    const char = source[i] as string
    const next = source[i + 1]
    if (char === '\\' && next === 'Q') {
      const end = source.indexOf('\\E', i + 2)
      const quoted = source.slice(i + 2, end < 0 ? undefined : end)
      out += quoted.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
      i = end < 0 ? source.length : end + 1
    } else if (char === '\\' && (next === 'p' || next === 'P')) {
      const name = /^\{(\w+)\}/.exec(source.slice(i + 2))
      const set = name?.[1] === undefined ? undefined : POSIX[name[1]]
      if (set === undefined) out += char + next
      else out += inClass && next === 'p' ? set : `[${next === 'P' ? '^' : ''}${set}]`
      i += 1 + (set === undefined ? 0 : (name?.[0].length ?? 0))
    } else if (char === '\\') {
      out += (!inClass && next !== undefined ? ESCAPES[next] : undefined) ?? char + (next ?? '')
      i++
    } else if (char === '+' && !inClass && /[*+?}]$/.test(out) && !/\\[*+?}]$/.test(out)) {
      // possessive: takes as much as it can; without the promise never to give back it matches the same names or more
    } else if (source.startsWith('(?>', i)) {
      out += '(?:'
      i += 2
    } else {
      if (char === '[') inClass = true
      if (char === ']') inClass = false
      out += char
    }
  }
  return out
}

/** Names that Kafka keeps for itself (org.apache.kafka.common.internals.Topic). */
const INTERNAL = new Set(['__consumer_offsets', '__transaction_state', '__share_group_state'])
export const isInternal = (topic: string): boolean => INTERNAL.has(topic)

/**
 * Which topics an option means: a pattern for the whole name, in which commas mean "or" and blanks nothing
 * (org.apache.kafka.server.util.TopicFilter.IncludeList).
 */
export function topicFilter(pattern: string): (topic: string) => boolean {
  const source = pattern
    .trim()
    .replaceAll(',', '|')
    .replaceAll(' ', '')
    .replace(/^["']+/, '')
    .replace(/["']+$/, '')
  if (/^[\w-]*$/.test(source)) return (topic) => topic === source
  const regex = javaPattern(source)
  return (topic) => regex.test(topic)
}
