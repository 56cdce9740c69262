/** Snapshots of the metadata: those that kt writes hold what Kafka's do, and a directory whose log begins with one is whole. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { change, records } from '../../../src/engine/metadata/changes'
import { cleanMetadata } from '../../../src/engine/metadata/snapshot-cleaning'
import { keepSnapshots } from '../../../src/engine/metadata/snapshot-keeper'
import { takeSnapshot } from '../../../src/engine/metadata/snapshots'
import { baseOffset, batchSize, isControl } from '../../../src/protocol/batch'
import { readRecords } from '../../../src/protocol/batch-reader'
import { decodeMetadata } from '../../../src/protocol/records/cluster-metadata'
import { decodeControl } from '../../../src/protocol/records/control'
import { cleanUp, contentOf, original, removeOriginals, unpack } from '../../storage/golden'
import { type TestEngine, testEngine, testFolder } from '../../support/engine'

afterEach(cleanUp)
afterAll(removeOriginals)

const METADATA = '__cluster_metadata-0'
const now = () => undefined
const checkpoints = (folder: string) =>
  readdirSync(`${folder}/${METADATA}`)
    .filter((name) => name.endsWith('.checkpoint'))
    .sort()
const topicNames = ({ engine }: TestEngine) => [...engine.metadata.topics()].map(({ name }) => name).sort()
const config = (name: string, value: string, resourceName = 't') =>
  change(records.ConfigRecord, { resourceType: 2, resourceName, name, value })

interface Batch {
  readonly epoch: number
  readonly offset: number
  readonly records: unknown[]
}
/** Batches as what they say; records of data as bytes, for every one has to be Kafka's to the last. */
function batchesOf(path: string): Batch[] {
  const bytes = readFileSync(path)
  const found: Batch[] = []
  for (let at = 0; at < bytes.length; at += batchSize(bytes, at)) {
    const all = [...readRecords(bytes, at)]
    found.push({
      epoch: bytes.readInt32BE(at + 12),
      offset: baseOffset(bytes, at),
      records: isControl(bytes, at)
        ? all.map(({ key, value }) => decodeControl(key as Buffer, value as Buffer))
        : all.map(({ value }) => (value as Buffer).toString('hex')),
    })
  }
  return found
}
/** The kinds in their order, and within a kind, where Kafka's order is that of hash tables, sorted. */
function sorted(records: unknown[]): string[] {
  const kind = (hex: string) => decodeMetadata(Buffer.from(hex, 'hex')).name
  const order = records.map((one) => kind(one as string))
  const kinds: string[] = [...new Set<string>(order.map((name) => (name === 'PartitionRecord' ? 'TopicRecord' : name)))]
  const rank = (hex: string) => kinds.indexOf(kind(hex) === 'PartitionRecord' ? 'TopicRecord' : kind(hex))
  return (records as string[]).map((hex) => `${String(rank(hex)).padStart(2, '0')} ${canonical(hex)}`).sort()
}
/** A record with its lists of end points and features sorted. */
function canonical(hex: string): string {
  const { name, version, value } = decodeMetadata(Buffer.from(hex, 'hex'))
  const put = (one: unknown): unknown =>
    Buffer.isBuffer(one)
      ? one.toString('hex')
      : Array.isArray(one)
        ? one
            .map(put)
            .map((each) => JSON.stringify(each))
            .sort()
        : one
  return JSON.stringify([name, version, Object.entries(value).map(([key, one]) => [key, put(one)])])
}

/** Leaves of a directory with the whole log what was there at `offset`, without the snapshots of then. */
function cutAt(folder: string, offset: number): void {
  for (const name of checkpoints(folder)) if (!name.startsWith('0'.repeat(20))) rmSync(`${folder}/${METADATA}/${name}`)
  const path = `${folder}/${METADATA}/${'0'.repeat(20)}.log`
  const bytes = readFileSync(path)
  let at = 0
  while (at < bytes.length && baseOffset(bytes, at) < offset) at += batchSize(bytes, at)
  writeFileSync(path, bytes.subarray(0, at))
  for (const kind of ['index', 'timeindex']) rmSync(`${folder}/${METADATA}/${'0'.repeat(20)}.${kind}`, { force: true })
}

test('a snapshot holds what the one that Kafka wrote at the same offset holds, in batches like its', async () => {
  const kafkas = checkpoints(original('snapshots')).filter((_, index) => index % 3 === 0 && index > 0)
  expect(kafkas.length).toBeGreaterThan(3)
  for (const name of kafkas) {
    const folder = unpack('snapshots')
    cutAt(folder, Number(name.slice(0, 20)))
    const { engine, findings } = testEngine({ folder })
    const taken = await takeSnapshot(engine, now)
    expect([taken?.name, findings]).toEqual([name, []])
    const [ours, wanted] = [folder, original('snapshots')].map((one) => batchesOf(`${one}/${METADATA}/${name}`)) as [
      Batch[],
      Batch[],
    ]
    expect(ours.map(({ epoch, offset, records: all }) => [epoch, offset, all.length])).toEqual(
      wanted.map(({ epoch, offset, records: all }) => [epoch, offset, all.length]),
    )
    expect(ours[0]?.records).toEqual(wanted[0]?.records)
    expect(sorted(ours[1]?.records ?? [])).toEqual(sorted(wanted[1]?.records ?? []))
    expect(ours[2]?.records).toEqual(wanted[2]?.records)
    engine.directory.abandon()
  }
})

test('a snapshot from a snapshot and a tail is that of the whole log', async () => {
  const name = checkpoints(original('snapshots')).at(-1) as string
  const from = (keep: (one: string) => boolean) => {
    const folder = unpack('snapshots')
    for (const one of checkpoints(folder)) if (!keep(one)) rmSync(`${folder}/${METADATA}/${one}`)
    return folder
  }
  const whole = from((one) => one.startsWith('0'.repeat(20)))
  const tail = from((one) => one !== name)
  const taken: (string | undefined)[] = []
  for (const folder of [whole, tail]) taken.push((await takeSnapshot(testEngine({ folder }).engine, now))?.name)
  expect(taken[0]).toBe(taken[1])
  const [one, two] = [whole, tail].map((folder) => batchesOf(`${folder}/${METADATA}/${taken[0]}`)[1]?.records ?? [])
  expect(sorted(one as unknown[])).toEqual(sorted(two as unknown[]))
})

test('a directory of which Kafka left only a snapshot and what follows it is opened, and left as it was', () => {
  const folder = unpack('snapshots-cut')
  const before = contentOf(folder)
  const opened = testEngine({ folder })
  const more = [1, 2, 3, 4, 5, 6].map((n) => `more${n}`)
  expect(topicNames(opened)).toEqual([...more, 'last', 't1', 'tail'].sort())
  expect(opened.engine.metadata.topic('t1')?.partitions.length).toBe(4)
  expect(opened.engine.metadataLog.kraftVersion).toBe(1)
  expect(opened.engine.metadataLog.leaderEpoch).toBe(2)
  expect(opened.engine.metadataLog.partitionLog.startOffset).toBe(73)
  opened.engine.close()
  expect(contentOf(folder)).toEqual(before)
  expect(opened.findings).toEqual([])
})

describe('a damaged snapshot', () => {
  const damage = (folder: string, name: string, how: (bytes: Buffer) => Buffer) => {
    const path = `${folder}/${METADATA}/${name}`
    const bytes = readFileSync(path)
    rmSync(path)
    writeFileSync(path, how(bytes))
  }
  const flipped = (bytes: Buffer) => {
    bytes[700] = 255 - (bytes[700] as number)
    return bytes
  }
  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['with a flipped byte', flipped],
    ['cut in a batch', (bytes) => bytes.subarray(0, 1000)],
    ['cut behind its header', (bytes) => bytes.subarray(0, batchSize(bytes, 0))],
    ['without its footer', (bytes) => bytes.subarray(0, bytes.length - 75)],
    ['that is empty', () => Buffer.alloc(0)],
  ])('%s is passed over for the one before it, and said', (_how, how) => {
    const folder = unpack('snapshots-cut')
    const wanted = topicNames(testEngine({ folder }))
    damage(folder, '00000000000000000097-0000000002.checkpoint', how)
    const opened = testEngine({ folder })
    expect(topicNames(opened)).toEqual(wanted)
    expect(opened.findings).toEqual([expect.stringContaining('snapshot 00000000000000000097-0000000002.checkpoint is damaged')])
  })
  test('is an error, and not an empty cluster, where the log does not reach back and no other snapshot is there', () => {
    const folder = unpack('snapshots-cut')
    for (const name of checkpoints(folder)) damage(folder, name, flipped)
    const before = contentOf(folder)
    expect(() => testEngine({ folder })).toThrow(/records from offset 73 on, and no sound snapshot/)
    expect(contentOf(folder)).toEqual(before)
  })
})

test('where the log ends before the snapshot does, it goes on behind it, and what was there is kept', async () => {
  const folder = unpack('snapshots-cut')
  const log = `${folder}/${METADATA}/00000000000000000076.log`
  writeFileSync(log, readFileSync(log).subarray(0, 167))
  rmSync(`${folder}/.kafka_cleanshutdown`)
  const opened = testEngine({ folder })
  expect(opened.findings.join('\n')).toMatch(/the log ends at 78, and what it held up to 97 is in a snapshot/)
  expect(readdirSync(`${folder}/${METADATA}`).filter((name) => name.includes('corrupt'))).toHaveLength(2)
  await opened.engine.commit([config('retention.ms', '5', 'tail')])
  const again = opened.reopen()
  expect(again.engine.metadata.configOf(2, 'tail').get('retention.ms')).toBe('5')
  expect(again.engine.metadataLog.partitionLog.startOffset).toBe(97)
  expect(again.findings).toEqual([])
})

test('a hole in the log is an error', () => {
  const folder = unpack('snapshots-cut')
  rmSync(`${folder}/${METADATA}/00000000000000000097-0000000002.checkpoint`)
  rmSync(`${folder}/${METADATA}/00000000000000000078-0000000002.checkpoint`)
  const log = `${folder}/${METADATA}/00000000000000000076.log`
  writeFileSync(log, readFileSync(log).subarray(167))
  for (const kind of ['index', 'timeindex']) rmSync(`${folder}/${METADATA}/00000000000000000076.${kind}`)
  expect(() => testEngine({ folder })).toThrow(/the records from 76 to 77 are missing/)
})

describe('a server', () => {
  const served = (properties: Record<string, string>, folder = testFolder()) => {
    const opened = testEngine({ folder, properties })
    const said: string[] = []
    const stop = keepSnapshots(opened.engine, (line) => said.push(line))
    return { ...opened, said, stop }
  }
  const settle = async (clock: { pass(ms: number): Promise<void> }) => {
    for (let turn = 0; turn < 5; turn++) await clock.pass(0)
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
  }

  test('writes a snapshot when so many bytes of records have come', async () => {
    const { engine, clock, folder, said, stop } = served({ 'metadata.log.max.record.bytes.between.snapshots': '4000' })
    await engine.commit([config('retention.ms', '1')])
    await settle(clock)
    expect(checkpoints(folder)).toHaveLength(1)
    for (let n = 0; n < 60; n++) await engine.commit([config('retention.ms', String(n))])
    await settle(clock)
    expect(checkpoints(folder)).toHaveLength(2)
    expect(said).toEqual([expect.stringMatching(/^Wrote the metadata snapshot .*at least 4000 bytes/)])
    expect(engine.metadataLog.bytesSinceSnapshot).toBeLessThan(4000)
    stop()
  })
  test('writes a snapshot when so much time has passed, if something has come since the last', async () => {
    const { engine, clock, folder, stop } = served({ 'metadata.log.max.snapshot.interval.ms': '30000' })
    await engine.commit([config('retention.ms', '1')])
    await clock.pass(29_000)
    await settle(clock)
    expect(checkpoints(folder)).toHaveLength(1)
    await clock.pass(2000)
    await settle(clock)
    expect(checkpoints(folder)).toHaveLength(2)
    await clock.pass(300_000)
    await settle(clock)
    expect(checkpoints(folder)).toHaveLength(2)
    stop()
  })
  test('deletes snapshots that are too old, and the log below the next, and opens with what is left', async () => {
    const opened = served({ 'metadata.max.retention.ms': '100000', 'metadata.log.segment.ms': '1000' })
    const { engine, clock, folder, stop } = opened
    for (let n = 0; n < 5; n++) {
      await engine.commit([config('retention.ms', String(n)), config('segment.bytes', String(2_000_000 + n))])
      await takeSnapshot(engine, now)
      clock.time += 5000
    }
    expect(checkpoints(folder)).toHaveLength(6)
    expect(cleanMetadata(engine)).toEqual([])
    clock.time += 90_000
    const gone = cleanMetadata(engine)
    expect(gone.length).toBeGreaterThan(1)
    expect(checkpoints(folder)).toHaveLength(6 - gone.length)
    expect(engine.metadataLog.partitionLog.startOffset).toBe(Number(checkpoints(folder)[0]?.slice(0, 20)))
    clock.time += 500_000
    cleanMetadata(engine)
    expect(checkpoints(folder)).toHaveLength(1) // the newest stays, however old it is
    await clock.pass(60_000)
    expect(readdirSync(`${folder}/${METADATA}`).filter((name) => name.endsWith('.deleted'))).toEqual([])
    stop()
    const again = opened.reopen('killed')
    expect(again.engine.metadata.configOf(2, 't').get('retention.ms')).toBe('4')
    expect(again.findings).toEqual([])
  })
  test('deletes snapshots when all takes more room than it may', async () => {
    const { engine, folder, stop } = served({ 'metadata.max.retention.bytes': '5000' })
    for (let n = 0; n < 10; n++) {
      await engine.commit([config('retention.ms', String(n))])
      await takeSnapshot(engine, now)
    }
    const before = checkpoints(folder).length
    expect(cleanMetadata(engine).length).toBeGreaterThan(3)
    expect(checkpoints(folder).length).toBeLessThan(before)
    stop()
  })
  test('deletes nothing that a damaged snapshot stands for', async () => {
    const { engine, folder, stop } = served({ 'metadata.max.retention.bytes': '1000' })
    await engine.commit([config('retention.ms', '1')])
    const taken = await takeSnapshot(engine, now)
    const path = `${folder}/${METADATA}/${taken?.name}`
    const bytes = readFileSync(path)
    rmSync(path)
    writeFileSync(path, bytes.subarray(0, bytes.length - 1))
    expect(cleanMetadata(engine)).toEqual([])
    expect(engine.metadataLog.partitionLog.startOffset).toBe(0)
    stop()
  })
  test('removes what an earlier end left half written or half deleted', () => {
    const folder = unpack('snapshots-cut')
    writeFileSync(`${folder}/${METADATA}/00000000000000000098-0000000002-0.checkpoint.part`, 'x')
    const { stop } = served({}, folder)
    const left = readdirSync(`${folder}/${METADATA}`).filter((name) => /deleted|part$/.test(name))
    expect(left).toEqual([])
    stop()
  })
})
