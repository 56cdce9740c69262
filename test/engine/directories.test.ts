/** Several data directories of one broker: every partition is found where it lies, and what is not here is said, and lost by nobody. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { defaultBrokerSettings } from '../../src/engine/configs/broker-settings'
import type { Engine } from '../../src/engine/engine'
import { openEngine } from '../../src/engine/open'
import { setStraysAside } from '../../src/engine/strays'
import { CreateTopics } from '../../src/protocol/apis/create-topics'
import { DeleteTopics } from '../../src/protocol/apis/delete-topics'
import { DescribeLogDirs } from '../../src/protocol/apis/describe-log-dirs'
import { FindCoordinator } from '../../src/protocol/apis/find-coordinator'
import { ListOffsets } from '../../src/protocol/apis/list-offsets'
import { Metadata } from '../../src/protocol/apis/metadata'
import { errors } from '../../src/protocol/errors'
import { readMetaProperties } from '../../src/storage/meta-properties'
import { realSystem } from '../../src/system'
import { cleanUp, contentOf, removeOriginals, temporaryFolder, unpack } from '../storage/golden'
import { PEER } from '../support/engine'

afterEach(cleanUp)
afterAll(removeOriginals)
const findings: string[] = []
afterEach(() => void findings.splice(0))

const NAMES = ['a', 'b', 'c']
const METADATA = '__cluster_metadata-0'
interface Options {
  readonly names?: readonly string[]
  readonly metadata?: string
  readonly formatNew?: boolean
}
function open(home: string, { names = NAMES, metadata = 'a', formatNew = true }: Options = {}) {
  const folder = `${home}/${metadata}`
  const engine = openEngine(realSystem, folder, {
    settings: defaultBrokerSettings(1, folder),
    identity: { broker: [{ name: 'PLAINTEXT', host: 'h', port: 1 }], controller: { name: 'CONTROLLER', host: 'h', port: 2 } },
    report: (line) => findings.push(line),
    onFatal: (error) => findings.push(String(error)),
    formatNew,
    nodeId: 1,
    dataFolders: names.map((name) => `${home}/${name}`),
  })
  return { engine, call: engine.embedded(PEER) }
}
const partitionsIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => /-\d+$/.test(name) && name !== METADATA)
    .sort()
const create = (name: string, numPartitions: number) => ({
  topics: [{ name, numPartitions, replicationFactor: 1, assignments: [], configs: [] }],
  timeoutMs: 1000,
  validateOnly: false,
})
const endOffsets = async (call: ReturnType<typeof open>['call'], name: string, count: number) => {
  const partitions = Array.from({ length: count }, (_, partitionIndex) => ({
    partitionIndex,
    currentLeaderEpoch: -1,
    timestamp: -1,
  }))
  const { topics } = await call(ListOffsets, { replicaId: -1, isolationLevel: 0, topics: [{ name, partitions }] })
  return topics[0]?.partitions.map(({ offset, errorCode }) => (errorCode === 0 ? offset : `error ${errorCode}`))
}

describe("Kafka's", () => {
  test('set of directories is opened, and left as it was by who only looks', async () => {
    const home = unpack('several')
    const before = contentOf(home)
    const { engine, call } = open(home)
    const all = (await endOffsets(call, 't', 7)) as number[]
    expect(all.reduce((sum, one) => sum + one, 0)).toBe(9)
    const { results } = await call(DescribeLogDirs, { topics: null })
    const told = results.map(({ errorCode, logDir, topics }) => [
      errorCode,
      logDir.slice(home.length + 1),
      topics.flatMap(({ partitions }) => partitions.map(({ partitionIndex }) => partitionIndex)),
    ])
    expect(told).toEqual([
      [0, 'a', [2, 5, 6]],
      [0, 'b', [1, 4]],
      [0, 'c', [0, 3]],
    ])
    engine.close()
    expect(contentOf(home)).toEqual(before)
    expect(findings).toEqual([])
  })

  test.each<[string, (path: string) => void]>([
    ['a file', (path) => writeFileSync(path, 'x')],
    [
      'a directory with a meta.properties that cannot be read',
      (path) => {
        mkdirSync(path)
        writeFileSync(`${path}/meta.properties`, 'version=9\n')
      },
    ],
  ])('set with %s in the place of one is opened without what lay there, and nothing is made in its stead', async (_what, put) => {
    const home = unpack('several')
    renameSync(`${home}/b`, `${home}/away`)
    put(`${home}/b`)
    const { engine, call } = open(home, { formatNew: false })
    expect(findings).toEqual([
      expect.stringMatching(/\/b is offline, what lies there is not available/),
      expect.stringMatching(/which are not here cannot be used: t-1, t-4$/),
    ])
    expect(await endOffsets(call, 't', 7)).toMatchObject({
      1: `error ${errors.KAFKA_STORAGE_ERROR}`,
      4: `error ${errors.KAFKA_STORAGE_ERROR}`,
    })
    const metadata = await call(Metadata, { topics: null, allowAutoTopicCreation: false })
    const partitions = metadata.topics.find(({ name }) => name === 't')?.partitions ?? []
    expect(
      partitions
        .filter(({ leaderId }) => leaderId === -1)
        .map(({ partitionIndex }) => partitionIndex)
        .sort(),
    ).toEqual([1, 4])
    expect(partitions[1]).toMatchObject({ errorCode: errors.LEADER_NOT_AVAILABLE, isrNodes: [], offlineReplicas: [1] })
    const { results } = await call(DescribeLogDirs, { topics: null })
    expect(results.map(({ errorCode }) => errorCode)).toEqual([0, 0, errors.KAFKA_STORAGE_ERROR])
    // the rest takes new topics, also where it cannot take the old ones
    expect((await call(CreateTopics, create('new', 4))).topics).toMatchObject([{ errorCode: 0 }])
    engine.close()
    const names = [...partitionsIn(`${home}/a`), ...partitionsIn(`${home}/c`)].sort()
    expect(names).toEqual(['new-0', 'new-1', 'new-2', 'new-3', 't-0', 't-2', 't-3', 't-5', 't-6'])
    // and when it is back, all is there
    rmSync(`${home}/b`, { recursive: true })
    renameSync(`${home}/away`, `${home}/b`)
    findings.length = 0
    const again = open(home)
    expect(((await endOffsets(again.call, 't', 7)) as number[]).reduce((sum, one) => sum + one, 0)).toBe(9)
    expect(findings).toEqual([])
  })

  test('one directory alone serves what lies in it, and says what does not', async () => {
    const home = unpack('several')
    const { engine, call } = open(home, { names: ['a'] })
    expect(findings).toEqual([
      expect.stringMatching(/data directories of node 1 which are not here cannot be used: t-0, t-1, t-3 and 1 more/),
    ])
    expect((await endOffsets(call, 't', 7))?.filter((one) => typeof one === 'number')).toHaveLength(3)
    setStraysAside(engine)
    engine.close()
    expect(partitionsIn(`${home}/a`)).toEqual(['t-2', 't-5', 't-6'])
  })

  test('directory without the metadata log is not begun anew, alone', () => {
    const home = unpack('several')
    const before = contentOf(home)
    expect(() => open(home, { names: ['b'], metadata: 'b' })).toThrow(
      /b has partitions \(t-1, t-4\), but its metadata log .* is not here/,
    )
    for (const name of ['t-1', 't-4']) rmSync(`${home}/b/${name}`, { recursive: true })
    expect(() => open(home, { names: ['b'], metadata: 'b' })).toThrow(
      /b has been in use, but has no metadata log; perhaps it is one of several/,
    )
    expect([...contentOf(home).keys()]).toEqual([...before.keys()].filter((name) => !name.startsWith('b/t-')))
  })

  const swap = (path: string, from: RegExp, to: string) => writeFileSync(path, readFileSync(path, 'utf8').replace(from, to))
  test.each<[string, (home: string) => void, RegExp]>([
    [
      'is of another cluster',
      (home) => swap(`${home}/b/meta.properties`, /cluster.id=.*/, 'cluster.id=other'),
      /Invalid cluster.id in: .*Expected 4L6g3nShT-eMCtK--X86sw, but read other/,
    ],
    [
      'is of another node',
      (home) => swap(`${home}/b/meta.properties`, /node.id=1/, 'node.id=2'),
      /Stored node id 2 doesn't match previous node id 1/,
    ],
    [
      'is a copy',
      (home) => writeFileSync(`${home}/b/meta.properties`, readFileSync(`${home}/c/meta.properties`)),
      /have the same directory.id/,
    ],
    [
      'has a metadata log of its own',
      (home) => mkdirSync(`${home}/b/${METADATA}`),
      /Found unexpected metadata location in data directory/,
    ],
    [
      'is not formatted',
      (home) => rmSync(`${home}/b`, { recursive: true }),
      /No `meta.properties` found in .*\/b \(have you run `kafka-storage.sh`/,
    ],
  ])('set of which one %s is refused, and left as it is', (_what, spoil, message) => {
    const home = unpack('several')
    spoil(home)
    const before = contentOf(home)
    expect(() => open(home, { formatNew: false })).toThrow(message)
    expect(contentOf(home)).toEqual(before)
  })
})

describe("kt's", () => {
  const made = async (options: Options = {}) => {
    const home = temporaryFolder()
    const opened = open(home, options)
    expect((await opened.call(CreateTopics, create('t', 6))).topics).toMatchObject([{ errorCode: 0 }])
    return { home, ...opened }
  }
  const ids = (home: string) =>
    new Map(NAMES.map((name) => [readMetaProperties(realSystem.fs, `${home}/${name}`)?.directoryId, name]))
  const assigned = (engine: Engine, home: string) =>
    engine.metadata.topic('t')?.partitions.map(({ directories }) => ids(home).get(directories[0]))

  test('new partitions go where the fewest are, and the metadata say where', async () => {
    const { home, engine, call } = await made()
    expect(NAMES.map((name) => partitionsIn(`${home}/${name}`).length)).toEqual([2, 2, 2])
    for (const [index, name] of (assigned(engine, home) ?? []).entries())
      expect(existsSync(`${home}/${name}/t-${index}`)).toBe(true)
    expect(engine.metadata.brokers.get(1)?.logDirs).toEqual([...ids(home).keys()])
    await call(DeleteTopics, { topics: [{ name: 't', topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }], timeoutMs: 1000 })
    await call(CreateTopics, create('u', 3))
    expect(NAMES.map((name) => partitionsIn(`${home}/${name}`).length)).toEqual([1, 1, 1])
    engine.close()
    for (const name of NAMES) expect(existsSync(`${home}/${name}/.kafka_cleanshutdown`)).toBe(true)
    expect(NAMES.filter((name) => existsSync(`${home}/${name}/${METADATA}`))).toEqual(['a'])
    expect(findings).toEqual([])
  })
  test('the metadata log can have a directory to itself', async () => {
    const { home, engine } = await made({ names: ['b', 'c'] })
    expect(NAMES.map((name) => partitionsIn(`${home}/${name}`).length)).toEqual([0, 3, 3])
    engine.close()
    const again = open(home, { names: ['b', 'c'], formatNew: false })
    expect(await endOffsets(again.call, 't', 6)).toEqual([0, 0, 0, 0, 0, 0])
    expect(findings).toEqual([])
  })
  test('groups whose partition is not here are not begun anew', async () => {
    const { home, engine, call } = await made()
    await call(FindCoordinator, { key: 'g', keyType: 0, coordinatorKeys: ['g'] })
    engine.close()
    renameSync(`${home}/b`, `${home}/away`)
    writeFileSync(`${home}/b`, 'x')
    const again = open(home)
    const keys = Array.from({ length: 100 }, (_, n) => `group-${n}`)
    const { coordinators } = await again.call(FindCoordinator, { key: '', keyType: 0, coordinatorKeys: keys })
    const found = new Set(coordinators.map(({ errorCode }) => errorCode))
    expect(found).toEqual(new Set([errors.NONE, errors.COORDINATOR_NOT_AVAILABLE]))
  })
})
