/** kafka-dump-log.sh: word for word what Kafka's own prints of Kafka's own directories, and of damaged ones. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommand } from '../../src/cli/run'
import dumpLog from '../../src/commands/dump-log'
import { realSystem } from '../../src/system'
import { terminalFor } from '../cli/harness'
import { readArchive } from '../golden/archive'
import { cleanUp, original, removeOriginals, temporaryFolder } from '../storage/golden'

const DIRECTORIES = ['plain', 'segments', 'compact', 'txn', 'groups', 'crash', 'fresh-formatted', 'fresh-started', 'fresh-static']
const TORN = [
  'torn-cut-1',
  'torn-cut-boundary',
  'torn-cut-header',
  'torn-flip-last',
  'torn-index-lost',
  'torn-meta-cut',
  'torn-zeros',
  'torn-cut-clean',
]

interface Step {
  readonly args: readonly string[]
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}
const session = readArchive('./dump/session.json.gz') as { files: Record<string, string>; steps: Step[] }

let folder = ''
beforeAll(() => {
  folder = temporaryFolder()
  for (const name of [...DIRECTORIES, ...TORN]) symlinkSync(original(name), join(folder, name))
  for (const [path, bytes] of Object.entries(session.files)) {
    if (!path.startsWith('x/')) continue
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), Buffer.from(bytes, 'base64'))
  }
})
afterAll(() => {
  cleanUp()
  removeOriginals()
})

const doors = { openPlace: () => Promise.reject(new Error('no place is needed')), legacyServer: async () => undefined }
async function dump(words: readonly string[], cwd = folder, voice: 'kafka' | 'kt' = 'kafka') {
  const { printed, terminal } = terminalFor({}, words)
  const code = await runCommand(dumpLog, voice, { ...terminal, cwd }, realSystem, doors, words)
  return { ...printed, code }
}

describe("a session with Kafka's own tool", () => {
  /** Where Java's own words are said, kt has better ones, or the options' table follows, which has its own test. */
  const differs = ({ args, stderr }: Step) =>
    /String|joptsimple|begin -1|rror checking for remaining|Option +Description/.test(stderr) ||
    args.some((word) => word.endsWith('.DefaultDecoder'))
  test.each(session.steps.filter((step) => !differs(step)).map((step) => [step.args.join(' '), step] as const))(
    '%s',
    async (_name, step) => {
      const { out, err, code } = await dump(step.args)
      expect(out).toBe(step.stdout)
      const said = err
        .replaceAll(folder, '<dir>')
        .replace(/^java\.[\w.]+: /gm, '')
        .trimEnd()
      expect(said).toBe(step.stderr.replace(/^java\.[\w.]+: /gm, ''))
      expect(code).toBe(step.code)
    },
  )
  test('the rest fails where it fails in Kafka', async () => {
    for (const step of session.steps.filter(differs))
      expect([step.args, (await dump(step.args)).code]).toEqual([step.args, step.code])
  })
})

/** `$ words --files <N files>`, what was printed, what was said under `stderr:`, `exit N`; sections apart by an empty line. */
function sectionsOf(name: string) {
  const text = gunzipSync(readFileSync(new URL(`../golden/data/${name}.dump.txt.gz`, import.meta.url))).toString()
  return text
    .split(/^\$ kafka-dump-log /m)
    .slice(1)
    .map((section) => {
      const [line = '', ...rest] = section.replace(/\n+$/, '').split('\n')
      const files = rest.filter((one) => one.startsWith('Dumping ')).map((one) => one.slice('Dumping '.length))
      const code = Number(rest.pop()?.replace('exit ', ''))
      const stderr = rest.indexOf('stderr:')
      const said = stderr < 0 ? [] : rest.splice(stderr).slice(1)
      return { words: line.replace(/ --files.*/, '').split(' '), files, lines: rest, said, code }
    })
}
const CUT = '…[cut]'
/** Files come in the order of Java's hash map; of an exception only the words are kept. */
const saidOf = (lines: readonly string[]) =>
  lines
    .filter((line) => line !== '' && !/^\t|^Caused by/.test(line))
    .map((line) =>
      line
        .replace('Exception in thread "main" ', '')
        .replace(/^(java\.[\w.]+):.*/, '$1')
        .replace(/^.*rror checking for remaining.*|^.*Failed to decompress record stream.*/, 'unreadable'),
    )
    .sort()

test.each([...DIRECTORIES, ...TORN])('%s, every file of it', async (name) => {
  for (const { words, files, lines, said, code } of sectionsOf(name)) {
    const found = await dump([...words, '--files', files.join(',')], join(folder, name))
    const printed = found.out.replace(/\n$/, '').split('\n')
    const cut = printed.map((line, i) => {
      const wanted = lines[i] ?? ''
      return wanted.endsWith(CUT) ? `${line.slice(0, wanted.length - CUT.length)}${CUT}` : line
    })
    expect(cut).toEqual(lines)
    expect(saidOf(found.err.replaceAll(`${folder}/${name}/`, '<dir>/').split('\n'))).toEqual(saidOf(said))
    expect(found.code).toBe(code)
  }
})

test('the records of tiered storage, whole and broken', async () => {
  const { log, stdout } = readArchive('./dump/remote.json.gz') as { log: string; stdout: string }
  const place = temporaryFolder()
  const name = '00000000000000000000.log'
  writeFileSync(join(place, name), Buffer.from(log, 'base64'))
  const { out, code } = await dump(['--remote-log-metadata-decoder', '--files', name], place)
  expect(out).toBe(stdout)
  expect(code).toBe(0)
})

test('as kt: an object a line', async () => {
  const json = async (...words: string[]) =>
    (await dump([...words, '--json'], folder, 'kt')).out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  const [first] = await json('--files', 'txn/tx-0/00000000000000000013.log', '--print-data-log')
  expect(first).toMatchObject({
    baseOffset: 13,
    isControl: true,
    isValid: true,
    records: [{ offset: 13, control: 'endTxnMarker: COMMIT coordinatorEpoch: 0' }],
  })
  expect(await json('--files', 'txn/tx-0/00000000000000000013.txnindex')).toEqual(
    expect.arrayContaining([expect.objectContaining({ version: 0 })]),
  )
  const metadata = await json('--files', 'txn/__cluster_metadata-0/00000000000000000000.log', '--cluster-metadata-decoder')
  expect(metadata.flatMap(({ records }) => records)).toContainEqual(
    expect.objectContaining({
      payload: expect.objectContaining({ type: 'TOPIC_RECORD', data: expect.objectContaining({ name: 'tx' }) }),
    }),
  )
  expect((await json('--files', 'segments/rolled-0/00000000000000000000.index'))[0]).toMatchObject({ offset: 5, position: 3747 })
})

test('the table of options is as Kafka prints it', async () => {
  const golden = readFileSync(new URL('../golden/help/kafka-dump-log.txt', import.meta.url), 'utf8')
  expect((await dump(['--help'])).err.trimEnd()).toBe(golden.trimEnd())
})
