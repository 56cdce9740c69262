import { expect, test } from 'vitest'
import { describedOrder, hashCode, hashOrder } from '../../src/cli/java-hash'
import { lineTokens } from '../../src/cli/java-lines'
import { javaPattern, topicFilter } from '../../src/cli/java-regex'
import { logLine } from '../../src/cli/log'

test.each([
  ['a.b', ['a.b', 'a-b'], ['a.bc', 'xa.b']],
  ['a|b', ['a', 'b'], ['ab']],
  ['\\Qa.b\\E', ['a.b'], ['a-b']],
  ['\\Qa.b\\E.*', ['a.b', 'a.bc'], ['a-b']],
  ['x\\Q.*', ['x.*'], ['xyz']],
  ['(?i)ABC', ['abc', 'ABC'], ['ab']],
  ['\\p{Alpha}+', ['abc'], ['ab1']],
  ['[\\p{Digit}_]+', ['1_2'], ['a']],
  ['\\P{Alpha}+', ['12'], ['a1']],
  ['a*+b', ['aab'], ['c']],
  ['(?>a+)b', ['aab'], ['a']],
  ['\\Aabc\\z', ['abc'], ['abcd']],
  ['a{2,3}', ['aa', 'aaa'], ['a', 'aaaa']],
  ['[a-c&]+', ['a&'], ['d']],
  ['a\\-b', ['a-b'], ['ab']],
  ['(?<name>a)\\k<name>', ['aa'], ['a']],
])('the Java pattern %s matches whole texts', (pattern, yes, no) => {
  const regex = javaPattern(pattern)
  for (const text of yes) expect([text, regex.test(text)]).toEqual([text, true])
  for (const text of no) expect([text, regex.test(text)]).toEqual([text, false])
})

test('what is no pattern is refused in the words of Kafka', () => {
  expect(() => javaPattern('a[')).toThrow('a[ is an invalid regex.')
  expect(() => topicFilter('*')).toThrow('* is an invalid regex.')
})

test('a topic option is a list or a pattern for whole names, without blanks and quotes around it', () => {
  const all = ['a', 'b', 'ab', 'a.b', 'a-b']
  const chosen = (pattern: string) => all.filter(topicFilter(pattern))
  expect(chosen('a')).toEqual(['a'])
  expect(chosen('a,b')).toEqual(['a', 'b'])
  expect(chosen(' a , b ')).toEqual(['a', 'b'])
  expect(chosen('"a"')).toEqual(['a'])
  expect(chosen('a.b')).toEqual(['a.b', 'a-b'])
  expect(chosen('.*')).toEqual(all)
  expect(chosen('')).toEqual([])
})

test("names come in the order of Java's HashMap", () => {
  expect(hashCode('hello')).toBe(99162322)
  expect(describedOrder(['blue', 'red-1', 'red-2'])).toEqual(['red-1', 'blue', 'red-2'])
  const settings = ['segment.bytes', 'retention.ms', 'min.insync.replicas', 'cleanup.policy', 'compression.type', 'flush.ms']
  const others = Array.from({ length: 27 }, (_, i) => `other.${i}`)
  const ordered = hashOrder([...settings, ...others], hashCode).filter((name) => !name.startsWith('other'))
  expect(ordered).toEqual([
    'compression.type',
    'min.insync.replicas',
    'cleanup.policy',
    'flush.ms',
    'segment.bytes',
    'retention.ms',
  ])
})

test.each([
  ['to --create. (To', ['to ', '--', 'create. ', '(To']],
  ['org.apache.kafka', ['org.', 'apache.', 'kafka']],
  ['3.3-IV3; the', ['3.3-', 'IV3; ', 'the']],
  ['(default: -1)', ['(default: ', '-1)']],
  ['HOST1:PORT1,HOST2', ['HOST1:', 'PORT1,', 'HOST2']],
  ['\tcleanup.policy', ['\t', 'cleanup.', 'policy']],
  ['version=5`.', ['version=5`.']],
])('a line may end inside %j where Java lets it', (text, tokens) => {
  expect(lineTokens(text)).toEqual(tokens)
})

test("a log line has Kafka's form", () => {
  expect(logLine(0, 'WARN', 'careful', 'org.x.Y')).toMatch(/^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,000\] WARN careful \(org\.x\.Y\)$/)
})
