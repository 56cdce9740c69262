/**
 * What Java says of a text that is no regular expression (java.util.regex.PatternSyntaxException): a reason, a place, the text,
 * and a mark below it. The reasons are those that a slip of the pen causes; whatever else there is gets a general one.
 */
import { Failure, messageOf } from './errors'

/** Gives what `read` gives, or throws Java's exception in place of what it throws for `source`; as `kt` the words stay. */
export function asJavaReads<T>(source: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    const sentence = error instanceof Failure ? error.sentence : messageOf(error)
    throw new Failure(patternError(source), { javaClass: 'java.util.regex.PatternSyntaxException', sentence })
  }
}

/** The message of Java's exception, three lines at most. */
export function patternError(source: string): string {
  const [reason, at] = wrong(source) ?? ['Illegal pattern', -1]
  const place = at < 0 ? '' : ` near index ${at}`
  const mark = at >= 0 && at < source.length ? `\n${' '.repeat(at)}^` : ''
  return `${reason}${place}\n${source}${mark}`
}

/** The first thing that is wrong with a pattern, and where Java's parser stands when it notices. */
function wrong(source: string): [reason: string, index: number] | undefined {
  let open = 0
  let mayRepeat = false
  for (let i = 0; i < source.length; i++) {
    const char = source[i] as string
    if (char === '\\') {
      if (source.startsWith('\\Q', i)) {
        const end = source.indexOf('\\E', i + 2)
        i = end < 0 ? source.length : end + 1
      } else if (i + 1 === source.length) return ['Unexpected internal error', i + 1]
      else i++
      mayRepeat = true
    } else if (char === '[') {
      const end = endOfClass(source, i)
      if (end < 0) return ['Unclosed character class', source.length - 1]
      i = end
      mayRepeat = true
    } else if (char === '(') {
      open++
      mayRepeat = false
      if (source[i + 1] === '?') i = source.startsWith('(?<', i) ? i + 2 : i + 1
    } else if (char === ')') {
      if (open-- === 0) return ["Unmatched closing ')'", i - 1]
      mayRepeat = true
    } else if (char === '*' || char === '+' || char === '?') {
      if (!mayRepeat) return [`Dangling meta character '${char}'`, i]
      if (source[i + 1] === '+' || source[i + 1] === '?') i++ // possessive, reluctant
      mayRepeat = false
    } else if (char === '{') {
      const count = /^\{\d+(?:,\d*)?/.exec(source.slice(i))?.[0]
      if (!mayRepeat || count === undefined) return ['Illegal repetition', i + 1]
      i += count.length
      if (source[i] !== '}') return ['Unclosed counted closure', i]
    } else mayRepeat = char !== '|'
  }
  return open > 0 ? ['Unclosed group', source.length] : undefined
}

/** Where the character class ends that begins at `start`; classes may stand in classes. */
function endOfClass(source: string, start: number): number {
  let depth = 0
  const first = source[start + 1] === '^' ? start + 2 : start + 1 // there a bracket is itself
  for (let i = start; i < source.length; i++) {
    const char = source[i]
    if (char === '\\') i++
    else if (char === '[') depth++
    else if (char === ']' && i > first && --depth === 0) return i
  }
  return -1
}
