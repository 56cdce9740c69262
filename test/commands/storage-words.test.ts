/** kafka-storage.sh: voters and SCRAM users as they are written on the command line, well or badly, and Kafka's own reading of each. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runCommand } from '../../src/cli/run'
import storage from '../../src/commands/storage'
import { parseVoters } from '../../src/commands/storage-voters'
import { parseScram } from '../../src/engine/metadata/scram'
import { terminalFor } from '../cli/harness'
import { Disk, worldOn } from '../storage/disk'

type Row = readonly [argument: string, outcome: { readonly ok: string } | { readonly error: string }]
type Words = Readonly<Record<'initialControllers' | 'addScram', readonly Row[]>>
const words: Words = JSON.parse(readFileSync('test/golden/storage/words.json', 'utf8'))

function outcomeOf(read: () => string): Row[1] {
  try {
    return { ok: read() }
  } catch (error) {
    return { error: (error as Error).message }
  }
}
const bracketed = (host: string) => (host.includes(':') ? `[${host}]` : host)

test('each list of voters is read, or refused in the words, of DynamicVoters', () => {
  const text = (argument: string) =>
    parseVoters(argument, 'CONTROLLER')
      .map(({ id, host, port, directoryId }) => `${id}@${bracketed(host)}:${port}:${directoryId}`)
      .join(',')
  const read = words.initialControllers.map(([argument]): Row => [argument, outcomeOf(() => text(argument))])
  expect(read).toEqual(words.initialControllers)
})

test('each SCRAM user is read, or refused in the words, of ScramParser', () => {
  const random = { ...worldOn(new Disk()).random }
  const text = (argument: string) => {
    const { name, mechanism, iterations, storedKey } = parseScram(argument, random)
    const key = argument.includes('salt=') ? ` ${storedKey.toString('base64').slice(0, 8)}` : '' // else it is made of chance
    return `${name} ${mechanism} ${iterations}${key}`
  }
  const read = words.addScram.map(([argument]): Row => [argument, outcomeOf(() => text(argument))])
  expect(read).toEqual(words.addScram)
})

async function call(files: Readonly<Record<string, string>>, argv: readonly string[]) {
  const disk = new Disk()
  disk.makeFolder('/here')
  for (const [name, text] of Object.entries(files)) {
    const fd = disk.open(`/here/${name}`, 'create')
    disk.write(fd, Buffer.from(text), 0)
    disk.close(fd)
  }
  const { printed, terminal } = terminalFor({}, argv)
  const doors = { openPlace: () => Promise.reject(new Error('none')), legacyServer: async () => undefined }
  const code = await runCommand(storage, 'kafka', terminal, worldOn(disk), doors, argv)
  return { ...printed, code }
}
const PROPERTIES =
  'process.roles=broker,controller\nnode.id=1\nlog.dirs=/here/data\nlisteners=PLAINTEXT://:9092,CONTROLLER://:9093\n' +
  'controller.listener.names=CONTROLLER\ncontroller.quorum.bootstrap.servers=localhost:9093\n'

test('a word that begins with @ is a file of words, and files may name files', async () => {
  const files = { p: PROPERTIES, one: '-t\nAAAAAAAAAAAAAAAAAAAABQ\n@two\n', two: '--standalone\r\n-c\r\np' }
  expect(await call(files, ['format', '@one'])).toMatchObject({ err: '', code: 0 })
})

test.each([
  [['format', '-c', 'p', '-t', 'x', '-I', '@h:1'], 'h:1', 'usage: kafka-storage format '],
  [['@none'], 'none', 'usage: kafka-storage [-h]'],
  [['format', '@itself'], 'itself', 'usage: kafka-storage format '],
])('%j names a file that cannot be read', async (argv, name, usage) => {
  const { err, out, code } = await call({ p: PROPERTIES, itself: '@itself\n' }, argv)
  expect({ out, code }).toEqual({ out: '', code: 1 })
  expect(err.startsWith(usage)).toBe(true)
  expect(err.endsWith(`kafka-storage: error: Could not read arguments from file '${name}'\n`)).toBe(true)
})
