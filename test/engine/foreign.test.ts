/** Directories that are not quite what kt would have made: each is opened whole, or refused with a sentence and left as it is. */
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { change, type MetadataChange, records } from '../../src/engine/metadata/changes'
import { dataBatch } from '../../src/engine/metadata/format'
import { takeSnapshot } from '../../src/engine/metadata/snapshots'
import { setStraysAside } from '../../src/engine/strays'
import { readMetaProperties } from '../../src/storage/meta-properties'
import { realSystem } from '../../src/system'
import { cleanUp, contentOf, removeOriginals, unpack } from '../storage/golden'
import { testEngine } from '../support/engine'

afterEach(cleanUp)
afterAll(removeOriginals)

const LOG = '__cluster_metadata-0/00000000000000000000.log'
const END = 49
const config = (value: string) =>
  change(records.ConfigRecord, { resourceType: 2, resourceName: 't1', name: 'retention.ms', value })
const edit = (folder: string, how: (text: string) => string) => {
  const path = `${folder}/meta.properties`
  writeFileSync(path, how(readFileSync(path, 'utf8')))
}
const refused = (folder: string, message: RegExp) => {
  const before = contentOf(folder)
  expect(() => testEngine({ folder })).toThrow(message)
  expect(contentOf(folder)).toEqual(before)
}

describe('meta.properties', () => {
  test.each<[string, (text: string) => string, RegExp]>([
    ['of another version', (text) => text.replace('version=1', 'version=2'), /has version 2; kt reads versions 0 and 1/],
    ['without a version', (text) => text.replace('version=1\n', ''), /names no broker.id, and no version/],
    [
      'with a directory that is no id',
      (text) => text.replace(/directory.id=.*/, 'directory.id=x'),
      /directory.id x, which is none/,
    ],
    ['without a cluster', (text) => text.replace(/cluster.id=.*\n/, ''), /names no cluster.id/],
    ['without a node', (text) => text.replace(/node.id=.*\n/, ''), /names no node.id/],
    ['with a node that is no number', (text) => text.replace('node.id=1', 'node.id=one'), /names no node.id/],
    ['that is empty', () => '', /names no cluster.id, and no version/],
  ])('%s is refused', (_what, how, message) => {
    const folder = unpack('snapshots')
    edit(folder, how)
    refused(folder, message)
  })

  test('without a directory.id gets one, as by Kafka, but not from somebody who only looks', async () => {
    const folder = unpack('snapshots')
    edit(folder, (text) => text.replace(/directory.id=.*\n/, ''))
    const before = contentOf(folder)
    testEngine({ folder }).engine.close()
    expect(contentOf(folder)).toEqual(before)
    const { engine } = testEngine({ folder })
    await engine.commit([config('7')])
    const { directoryId } = engine.directory.meta
    expect(directoryId).toMatch(/^[\w-]{22}$/)
    expect(readMetaProperties(realSystem.fs, folder)).toEqual({ clusterId: engine.clusterId, nodeId: 1, directoryId })
  })
  test('in the form of a Kafka with ZooKeeper is read, and stays in that form', async () => {
    const folder = unpack('snapshots')
    edit(folder, (text) =>
      text
        .replace('version=1', 'version=0')
        .replace('node.id', 'broker.id')
        .replace(/directory.id=.*\n/, ''),
    )
    const { engine } = testEngine({ folder })
    expect(engine.nodeId).toBe(1)
    await engine.commit([config('7')])
    expect(readFileSync(`${folder}/meta.properties`, 'utf8')).toMatch(/\nbroker.id=1\ndirectory.id=[\w-]{22}\nversion=0\n/)
  })
})

test('a directory of a Kafka with ZooKeeper is refused: nothing there says what its partitions are', () => {
  const folder = unpack('snapshots')
  rmSync(`${folder}/__cluster_metadata-0`, { recursive: true })
  edit(folder, () => 'version=0\nbroker.id=1\ncluster.id=4L6g3nShT-eMCtK--X86sw\n')
  refused(folder, /has partitions \(last-0, t1-0, t1-1 and 2 more\), but it is of a Kafka with ZooKeeper/)
})
test.each([
  ['gone', (folder: string) => rmSync(`${folder}/__cluster_metadata-0`, { recursive: true })],
  [
    'empty',
    (folder: string) => {
      for (const name of readdirSync(`${folder}/__cluster_metadata-0`)) rmSync(`${folder}/__cluster_metadata-0/${name}`)
    },
  ],
])('partitions whose metadata log is %s are not disowned by a new cluster', (_how, lose) => {
  const folder = unpack('snapshots')
  lose(folder)
  refused(folder, /has partitions .* but its metadata log \(__cluster_metadata-0\) is not here/)
})
test('after an unclean end the logs are looked through also where the metadata log does not begin at 0', () => {
  const folder = unpack('snapshots-cut')
  rmSync(`${folder}/.kafka_cleanshutdown`)
  expect(testEngine({ folder }).engine.directory.clean).toBe(false)
})

/** Adds a batch of values to the metadata log as somebody else's program would. */
function append(folder: string, ...values: Buffer[]): void {
  appendFileSync(`${folder}/${LOG}`, dataBatch(values, END, 1, 1_700_000_000_000))
}
const record = (type: number, version: number, ...rest: number[]): Buffer => Buffer.from([1, type, version, ...rest])

describe('records of a newer Kafka', () => {
  test.each<[string, Buffer, string]>([
    ['of a new kind', record(60, 0, 1, 2, 3), '1 of type 60'],
    ['of a new version, of a kind that kt does not go by', record(18, 1, 9, 9), '1 of AccessControlEntryRecord of version 1'],
  ])('%s are kept, said once, and no snapshot leaves them out', async (_what, value, said) => {
    const folder = unpack('snapshots')
    append(folder, value)
    const { engine, findings, reopen } = testEngine({ folder })
    expect(findings).toEqual([expect.stringContaining(said)])
    expect(findings[0]).toMatch(/they are kept and have no effect here, and no snapshot is written/)
    await engine.commit([config('7')])
    expect(await takeSnapshot(engine, () => undefined)).toBeUndefined()
    expect(findings).toHaveLength(1)
    expect(readFileSync(`${folder}/${LOG}`).includes(value)).toBe(true)
    expect(reopen().engine.metadata.configOf(2, 't1').get('retention.ms')).toBe('7')
  })
  test.each<[string, Buffer, RegExp]>([
    [
      'of a new version, of a kind that kt goes by',
      record(3, 3, 9, 9),
      /newer Kafka: the record at offset 49 .* is a PartitionRecord of version 3/,
    ],
    ['in another frame', Buffer.from([2, 3, 3]), /the record at offset 49 is none .*frame version 2/],
    ['that are cut', record(3, 2, 9), /the record at offset 49 is none/],
  ])('%s make kt refuse the directory', (_what, value, message) => {
    const folder = unpack('snapshots')
    append(folder, value)
    refused(folder, message)
  })
  test('in a snapshot are carried into the next, byte for byte', async () => {
    const folder = unpack('snapshots')
    const [one, two] = [record(60, 0, 1, 2, 3), record(18, 1, 7)]
    const { engine, reopen } = testEngine({ folder })
    await engine.commit([config('7')])
    const first = await takeSnapshot(engine, () => undefined)
    const path = `${folder}/__cluster_metadata-0/${first?.name}`
    const bytes = readFileSync(path)
    const footer = bytes.subarray(bytes.length - 75)
    rmSync(path)
    writeFileSync(path, Buffer.concat([bytes.subarray(0, bytes.length - 75), dataBatch([one, two], 999, 1, 1), footer]))
    const again = reopen()
    expect(again.findings).toEqual([expect.stringMatching(/1 of type 60, 1 of Access.*are kept and have no effect here$/)])
    await again.engine.commit([config('8')])
    const second = readFileSync(`${folder}/__cluster_metadata-0/${(await takeSnapshot(again.engine, () => undefined))?.name}`)
    expect(second.includes(one) && second.includes(two)).toBe(true)
    expect(again.reopen().engine.metadata.configOf(2, 't1').get('retention.ms')).toBe('8')
  })
})

describe('levels of features', () => {
  const level = (name: string, featureLevel: number) => change(records.FeatureLevelRecord, { name, featureLevel })
  test.each<[MetadataChange, RegExp]>([
    [level('metadata.version', 30), /metadata.version at level 30 \(4.3-IV0\); kt knows levels 7 to 29 \(4.2-IV1\)/],
    [level('metadata.version', 6), /metadata.version at level 6; kt knows levels 7 to 29/],
    [level('group.version', 2), /group.version at level 2; kt knows levels 0 to 1/],
    [level('teleport.version', 1), /teleport.version at level 1; kt knows no such feature/],
  ])('%# that kt does not know make it refuse the directory, as Kafka does', (value, message) => {
    const folder = unpack('snapshots')
    append(folder, value)
    refused(folder, message)
  })
  test('a feature that is not used any more need not be known', () => {
    const folder = unpack('snapshots')
    append(folder, level('teleport.version', 0))
    expect(testEngine({ folder }).findings).toEqual([])
  })
})

test('folders of partitions that no topic has are set aside with what is in them; other folders are named and left alone', () => {
  const folder = unpack('snapshots')
  cpSync(`${folder}/t1-0`, `${folder}/gone-7`, { recursive: true })
  cpSync(`${folder}/t1-0`, `${folder}/t1-99`, { recursive: true })
  cpSync(`${folder}/t1-0`, `${folder}/t1-0.${'a'.repeat(32)}-future`, { recursive: true })
  for (const name of ['photos', 'lost+found', 'no-number-x']) mkdirSync(`${folder}/${name}`)
  const before = [...contentOf(`${folder}/t1-0`)]
  const { engine, findings } = testEngine({ folder })
  expect(setStraysAside(engine).sort()).toEqual(['lost+found', 'no-number-x', 'photos'].map((name) => `${folder}/${name}`))
  const names = readdirSync(folder)
  const strays = names.filter((name) => name.endsWith('-stray')).sort()
  expect(strays).toEqual([
    expect.stringMatching(/^gone-7\.[0-9a-f]{32}-stray$/),
    expect.stringMatching(/^t1-99\.[0-9a-f]{32}-stray$/),
  ])
  for (const stray of strays) expect([...contentOf(`${folder}/${stray}`)]).toEqual(before)
  expect(names).toContain('photos')
  expect(names.filter((name) => /^t1-\d$/.test(name))).toEqual(['t1-0', 't1-1', 't1-2', 't1-3'])
  expect(findings.sort()).toEqual([
    expect.stringMatching(/^gone-7 is no partition .* kept as gone-7/),
    expect.stringMatching(/^t1-99 is no/),
  ])
})

test.each([
  ['EACCES', 'a directory that may not be read'],
  ['EROFS', 'a read-only file system'],
])('%s, of %s, goes to whoever opens it', (code) => {
  const folder = unpack('snapshots')
  const fail = () => {
    throw Object.assign(new Error(code), { code })
  }
  expect(() => testEngine({ folder, system: { fs: { ...realSystem.fs, readFile: fail, open: fail } } })).toThrow(code)
})
