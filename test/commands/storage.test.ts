/** kafka-storage.sh: every call of a long session with Kafka's own, and what it writes. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runCommand } from '../../src/cli/run'
import storage from '../../src/commands/storage'
import { batchSize, HEADER_SIZE, isControl } from '../../src/protocol/batch'
import { readRecords } from '../../src/protocol/batch-reader'
import { clusterMetadata } from '../../src/protocol/records/cluster-metadata'
import { decodeControl } from '../../src/protocol/records/control'
import { decodeMetadataRecord } from '../../src/protocol/records/metadata-record'
import { readMetaProperties } from '../../src/storage/meta-properties'
import { terminalFor } from '../cli/harness'
import { readArchive } from '../golden/archive'
import { Disk, worldOn } from '../storage/disk'

interface Step {
  readonly sh?: string
  readonly args: readonly string[]
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}
const session = readArchive('./storage/session.json.gz') as { properties: Record<string, string>; steps: Step[] }

const doors = {
  openPlace: () => Promise.reject(new Error('no place is needed')),
  legacyServer: async () => undefined,
}
function put(disk: Disk, path: string, text: string): void {
  const fd = disk.open(path, 'create')
  disk.write(fd, Buffer.from(text), 0)
  disk.close(fd)
}
function world(properties: Record<string, string> = session.properties): Disk {
  const disk = new Disk()
  disk.makeFolder('/here')
  for (const [name, text] of Object.entries(properties)) put(disk, `/here/${name}`, text)
  return disk
}
async function call(disk: Disk, words: readonly string[], voice: 'kafka' | 'kt' = 'kafka') {
  const { printed, terminal } = terminalFor({}, words)
  const code = await runCommand(storage, voice, terminal, worldOn(disk), doors, words)
  return { ...printed, code }
}
const masked = (text: string) => text.replace(/directory\.id=[\w-]{22}/g, 'directory.id=?').trimEnd()
/** The line that says what is wrong; the usage above it folds its lines where it likes. */
const lastLines = (text: string) =>
  text.startsWith('usage') ? text.trim().split('error:').at(-1)?.replace(/\s+/g, ' ') : text.trim().replace(/^java\.[\w.]+: /, '')

test("a session with Kafka's own tool, word for word", async () => {
  const disk = world()
  disk.makeFolder('/here/foreign')
  put(disk, '/here/foreign/x', 'hi')
  put(disk, '/here/afile', '')
  const seen: unknown[] = []
  const wanted: unknown[] = []
  for (const step of session.steps) {
    if (step.sh === 'rm e2/meta.properties') disk.remove('/here/e2/meta.properties')
    if (step.sh) continue
    const { out, err, code } = await call(disk, step.args)
    if (step.args.includes('noroles')) continue // a file of the time of ZooKeeper; kt takes it, Kafka 4 does not
    const onFile = step.args.includes('filep') // Kafka logs the same with a stack trace, in another order
    seen.push({ args: step.args, out: onFile ? '' : masked(out), err: onFile ? '' : lastLines(err), code })
    wanted.push({ args: step.args, out: onFile ? '' : masked(step.stdout), err: lastLines(step.stderr), code: step.code })
  }
  expect(seen.length).toBeGreaterThan(100)
  expect(seen).toEqual(wanted)
})

const PROPERTIES = `process.roles=broker,controller
node.id=7
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://:9092,CONTROLLER://:9093
advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://box:9093
controller.quorum.bootstrap.servers=box:9093
log.dirs=data
`
function recordsOf(bytes: Buffer) {
  const found: { name: string; value?: unknown }[] = []
  for (let at = 0; at + HEADER_SIZE <= bytes.length; at += batchSize(bytes, at)) {
    for (const { key, value } of readRecords(bytes, at)) {
      if (isControl(bytes, at)) found.push(decodeControl(key as Buffer, value as Buffer))
      else found.push(decodeMetadataRecord(clusterMetadata, value as Buffer))
    }
  }
  return found
}

test('what is written: the voter, its address, and users whose passwords are kept as keys', async () => {
  const disk = world({ p: PROPERTIES })
  const scram = 'SCRAM-SHA-256=[name=alice,password=secret,iterations=4096,salt="MWx2NHBkbnc0ZndxN25vdGN4bTB5Y3RmNnQ="]'
  const { code, out } = await call(disk, [
    'format',
    '-s',
    '-t',
    'cluster-of-mine',
    '-c',
    'p',
    '-S',
    scram,
    '-f',
    'group.version=0',
  ])
  expect(code).toBe(0)
  expect(out).not.toContain('secret')
  const meta = readMetaProperties(disk, '/here/data')
  expect(meta).toMatchObject({ clusterId: 'cluster-of-mine', nodeId: 7 })
  const quorum = recordsOf(disk.readFile('/here/data/__cluster_metadata-0/00000000000000000000-0000000000.checkpoint'))
  expect(quorum.map(({ name }) => name)).toEqual(['SNAPSHOT_HEADER', 'KRAFT_VERSION', 'KRAFT_VOTERS', 'SNAPSHOT_FOOTER'])
  expect(quorum[2]?.value).toMatchObject({
    voters: [{ voterId: 7, voterDirectoryId: meta?.directoryId, endpoints: [{ name: 'CONTROLLER', host: 'box', port: 9093 }] }],
  })
  const begin = recordsOf(disk.readFile('/here/data/bootstrap.checkpoint'))
  const levels = begin.filter(({ name }) => name === 'FeatureLevelRecord').map(({ value }) => (value as { name: string }).name)
  expect(levels).toEqual([
    'metadata.version',
    'eligible.leader.replicas.version',
    'share.version',
    'streams.version',
    'transaction.version',
  ])
  expect(begin.find(({ name }) => name === 'UserScramCredentialRecord')?.value).toMatchObject({ name: 'alice', iterations: 4096 })
})

test('a directory is formatted whole or not at all', async () => {
  const disk = world({ p: PROPERTIES.replace('log.dirs=data', 'log.dirs=a,b') })
  put(disk, '/here/b', 'a file is in the way')
  const { code, out } = await call(disk, ['format', '-s', '-t', 'c', '-c', 'p', '--feature', 'nope=1'])
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(disk.exists('/here/a')).toBe(false)
})

test('as kt: JSON, and wrong usage is 2', async () => {
  const disk = world({ p: PROPERTIES })
  const json = async (...words: string[]) => JSON.parse((await call(disk, [...words, '--json'], 'kt')).out)
  expect(await json('info', '-c', 'p')).toEqual({ directories: [], metadata: null, problems: ['data does not exist'] })
  expect(await json('format', '-s', '-t', 'c', '-c', 'p')).toMatchObject({ formatted: ['data'], metadataVersion: '4.2-IV1' })
  expect(await json('format', '-s', '-t', 'c', '-c', 'p', '-g')).toMatchObject({ formatted: [] })
  expect(await json('info', '-c', 'p')).toMatchObject({
    directories: ['data'],
    metadata: { clusterId: 'c', nodeId: 7 },
    problems: [],
  })
  expect(await json('version-mapping', '-r', '3.8')).toMatchObject({ 'metadata.version': 20, 'kraft.version': 0 })
  expect((await json('random-uuid')).uuid).toMatch(/^[\w-]{22}$/)
  expect(await call(disk, ['format'], 'kt')).toMatchObject({ code: 2, out: '' })
  expect((await call(disk, ['format', '-s', '-t', 'c', '-c', 'absent'], 'kt')).err).toContain('absent')
})

test('help is as Kafka folds it', async () => {
  const golden = readFileSync(new URL('../golden/help/kafka-storage.txt', import.meta.url), 'utf8')
  expect((await call(world(), ['--help'])).out.trim()).toBe(golden.trim())
})

test('as kt, info without a properties file is of the data directory; by the name of Kafka the file is needed', async () => {
  const disk = world({ p: PROPERTIES.replace('log.dirs=data', 'log.dirs=.kt') })
  disk.makeFolder('/here/.kt')
  await call(disk, ['format', '-s', '-t', 'c', '-c', 'p'])
  const found = await call(disk, ['info'], 'kt')
  expect(found.code).toBe(0)
  expect(found.out).toContain('Found log directory:\n  /here/.kt\n')
  expect(found.out).toContain('cluster.id=c')
  expect(await call(disk, ['info', '--data-dir', 'nowhere'], 'kt')).toMatchObject({
    code: 1,
    out: expect.stringContaining('does not exist'),
  })
  expect((await call(disk, ['info', '-c', 'p', '--data-dir', '.kt'], 'kt')).code).toBe(2)
  const refused = await call(disk, ['info'])
  expect(lastLines(refused.err)).toContain('argument --config/-c is required')
  expect(refused.code).not.toBe(0)
  expect((await call(disk, ['info', '--data-dir', '.kt'])).code).not.toBe(0)
})
