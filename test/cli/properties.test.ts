import { expect, test } from 'vitest'
import { command } from '../../src/cli/command'
import { file } from '../../src/cli/options'
import { parseProperties, readProperties } from '../../src/cli/properties'
import type { Terminal } from '../../src/cli/terminal'
import { harness, systemOf } from './harness'

test.each([
  ['a=b', { a: 'b' }],
  ['a = b ', { a: 'b ' }],
  ['a:b', { a: 'b' }],
  ['a b c', { a: 'b c' }],
  ['  a=b', { a: 'b' }],
  ['a', { a: '' }],
  ['a=', { a: '' }],
  ['=b', { '': 'b' }],
  ['a==b', { a: '=b' }],
  ['a\\=b=c', { 'a=b': 'c' }],
  ['a\\ b=c', { 'a b': 'c' }],
  ['a\\:b : c', { 'a:b': 'c' }],
  ['# no\n! no\na=b', { a: 'b' }],
  ['a=b\\\n   c', { a: 'bc' }],
  ['a=b\\\\\nc=d', { a: 'b\\', c: 'd' }],
  ['a=1\r\nb=2\rc=3', { a: '1', b: '2', c: '3' }],
  ['a=\\u00e4\\t\\n\\q', { a: 'ä\t\nq' }],
  ['a=1\na=2', { a: '2' }],
  ['\n \n', {}],
  ['a=日本', { a: '日本' }],
  ['a=b#c', { a: 'b#c' }],
  ['a\\', { a: '' }],
])('%j is read as java.util.Properties reads it', (text, wanted) => {
  expect(Object.fromEntries(parseProperties(text))).toEqual(wanted)
})

test('a file is found from the working directory; one that is not there is named as Java names it', () => {
  const system = systemOf({ files: { '/here/c.properties': 'a=b' } })
  const terminal = { cwd: '/here' } as Terminal // all that is looked at
  expect(readProperties(system, terminal, 'c.properties').get('a')).toBe('b')
  expect(readProperties(system, terminal, '/here/c.properties').get('a')).toBe('b')
  expect(() => readProperties(system, terminal, 'no.properties')).toThrow(/^no\.properties$/)
})

test('--command-config reaches the place, with the client id that it names', async () => {
  const tool = command({
    name: 'tool',
    summary: '',
    examples: [],
    options: { commandConfig: file('file', '') },
    kafka: { intro: '' },
    run: async ({ connect }) => void (await connect()),
  })
  const kt = harness({ files: { '/here/c': 'client.id=me\nrequest.timeout.ms=7' } })
  expect(await kt.run(tool, '--command-config c')).toMatchObject({ code: 0 })
  expect(kt.opened[0]).toMatchObject({
    clientId: 'me',
    properties: new Map([
      ['client.id', 'me'],
      ['request.timeout.ms', '7'],
    ]),
  })
  expect(await kt.run(tool, '--command-config none')).toMatchObject({
    err: 'kt tool: there is no file /here/none\n',
    code: 1,
  })
})
