/**
 * Where Java lets a line end (java.text.BreakIterator.getLineInstance, the JDK's own rules): both option parsers of Kafka's
 * tools fold their texts by it, so it shows in every help. A token is an opening bracket or quote, then a word or a number,
 * then dashes or closing punctuation, then blanks; the longest reading wins.
 */

const OPENING = '$£¥(\\[{"‘“«'
const CLOSING = ')\\]}!"%.,:;?’”»'
// an apostrophe stands before, within and behind words
const CHAR = `[^\\s\\-${OPENING}${CLOSING}]`
const SUFFIX = `(?:-+|[${CLOSING}']*)`
const SPACES = '(?:[^\\S\\t\\n\\f]*[\\t\\n\\f]?)'

const word = new RegExp(`[${OPENING}']*${CHAR}*${SUFFIX}${SPACES}`, 'y')
const number = new RegExp(`[${OPENING}-]*\\d+(?:[.,]\\d+)*${SUFFIX}${SPACES}`, 'y')

/** The pieces of `text` between which a line may end; joined they are `text` again. */
export function lineTokens(text: string): string[] {
  const tokens: string[] = []
  for (let at = 0; at < text.length; ) {
    const length = Math.max(matchAt(word, text, at), matchAt(number, text, at), 1)
    tokens.push(text.slice(at, at + length))
    at += length
  }
  return tokens
}

function matchAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0].length ?? 0
}
