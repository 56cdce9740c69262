import { expect, test } from 'vitest'
import { asJavaReads, patternError } from '../../src/cli/java-regex-error'

// what java.util.regex.Pattern of JDK 17 says
test.each([
  ['[', 'Unclosed character class near index 0\n[\n^'],
  ['a[b', 'Unclosed character class near index 2\na[b\n  ^'],
  ['[]', 'Unclosed character class near index 1\n[]\n ^'],
  ['[^]', 'Unclosed character class near index 2\n[^]\n  ^'],
  ['[[a]', 'Unclosed character class near index 3\n[[a]\n   ^'],
  ['(', 'Unclosed group near index 1\n('],
  ['((a)', 'Unclosed group near index 4\n((a)'],
  ['(?<n>a', 'Unclosed group near index 6\n(?<n>a'],
  ['a)', "Unmatched closing ')' near index 0\na)\n^"],
  ['*', "Dangling meta character '*' near index 0\n*\n^"],
  ['a**', "Dangling meta character '*' near index 2\na**\n  ^"],
  ['x+++', "Dangling meta character '+' near index 3\nx+++\n   ^"],
  ['a|*', "Dangling meta character '*' near index 2\na|*\n  ^"],
  ['(*)', "Dangling meta character '*' near index 1\n(*)\n ^"],
  ['{', 'Illegal repetition near index 1\n{'],
  ['a{,3}', 'Illegal repetition near index 2\na{,3}\n  ^'],
  ['a{2', 'Unclosed counted closure near index 3\na{2'],
  ['a\\', 'Unexpected internal error near index 2\na\\'],
])('%j is no pattern, and Java says why and where', (source, message) => {
  expect(patternError(source)).toBe(message)
})

test('a pattern that JavaScript cannot read is an error of no known place', () => {
  const read = () => {
    throw new Error('why')
  }
  expect(() => asJavaReads('^*[a]]\\Q(\\Ex{2}a++', read)).toThrow('Illegal pattern\n^*[a]]\\Q(\\Ex{2}a++')
  expect(asJavaReads('a', () => 1)).toBe(1)
})
