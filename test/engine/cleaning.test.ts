/** Compacted topics keep the last record of each key, whatever goes on meanwhile. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import '../../src/engine/cleaning' // which maintenance loads when it is first needed
import { attachGroups } from '../../src/engine/coordinators'
import { startMaintenance } from '../../src/engine/maintenance'
import { Fetch } from '../../src/protocol/apis/fetch'
import { FindCoordinator } from '../../src/protocol/apis/find-coordinator'
import { IncrementalAlterConfigs } from '../../src/protocol/apis/incremental-alter-configs'
import { OffsetCommit } from '../../src/protocol/apis/offset-commit'
import { OffsetFetch } from '../../src/protocol/apis/offset-fetch'
import { Produce } from '../../src/protocol/apis/produce'
import { batchSize } from '../../src/protocol/batch'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { readRecords } from '../../src/protocol/batch-reader'
import type { Call } from '../../src/protocol/call'
import { type TestEngine, testEngine } from '../support/engine'
import { create, remove, topicOf } from '../support/requests'

const BACKOFF = 15_000
const table = (name: string, configs: Readonly<Record<string, string>> = {}) =>
  topicOf(name, {
    configs: Object.entries({ 'cleanup.policy': 'compact', 'internal.segment.bytes': '300', ...configs }).map(([key, value]) => ({
      name: key,
      value,
    })),
  })
/** Appends a batch of records of these keys to partition 0; a key that begins with '-' is a tombstone. */
async function put(kt: TestEngine, topic: string, keys: readonly string[]): Promise<void> {
  const builder = new BatchBuilder()
  for (const key of keys) {
    const value = key.startsWith('-') ? null : Buffer.from(`${key} at ${kt.clock.time}`)
    builder.append({ timestamp: kt.clock.time++, key: Buffer.from(key.replace('-', '')), value })
  }
  const topicData = [{ name: topic, partitionData: [{ index: 0, records: builder.build() }] }]
  const reply = await kt.call(Produce, { acks: -1, timeoutMs: 1000, topicData }, 9)
  expect(reply.responses[0]?.partitionResponses[0]?.errorCode).toBe(0)
}
/** Everything that is in partition 0. */
async function all(call: Call, topic: string): Promise<{ offset: number; key: string; value: string | null }[]> {
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 << 20 }]
  const found = []
  for (;;) {
    const reply = await call(Fetch, { maxWaitMs: 0, minBytes: 1, topics: [{ topic, partitions }], forgottenTopicsData: [] }, 11)
    const bytes = Buffer.from(reply.responses[0]?.partitions[0]?.records ?? [])
    if (bytes.length === 0) return found
    for (let at = 0; at < bytes.length; at += batchSize(bytes, at)) {
      for (const { offset, key, value } of readRecords(bytes, at)) {
        found.push({ offset, key: String(key), value: value && String(value) })
        partitions[0] = { ...partitions[0], fetchOffset: offset + 1 } as (typeof partitions)[number]
      }
    }
  }
}
const keysOf = async (kt: TestEngine, topic: string) =>
  (await all(kt.call, topic)).map(({ key, value }) => (value ? key : `-${key}`))
/** Lets the cleaner have its turn, and as many as it needs. */
async function clean(kt: TestEngine): Promise<void> {
  await kt.clock.pass(BACKOFF)
  for (let turn = 0; turn < 100; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}
const offsetsFile = (kt: TestEngine) => readFileSync(`${kt.folder}/cleaner-offset-checkpoint`, 'utf8')
const setConfig = (kt: TestEngine, name: string, value: string) =>
  kt.call(IncrementalAlterConfigs, {
    resources: [{ resourceType: 2, resourceName: 't', configs: [{ name, configOperation: 0, value }] }],
    validateOnly: false,
  })

test('of each key the last record stays, at its offset, and a restart finds the same', async () => {
  let kt = testEngine()
  await create(kt.call, table('t'))
  const lines: string[] = []
  const stop = startMaintenance(kt.engine, (line) => lines.push(line))
  for (let i = 0; i < 16; i++) await put(kt, 't', [`a${i % 4}`, `b${i % 3}`])
  const before = await all(kt.call, 't')
  await clean(kt)
  const after = await all(kt.call, 't')
  expect(kt.findings).toEqual([])
  expect(after.length).toBeLessThan(20)
  expect(before).toEqual(expect.arrayContaining(after))
  const last = new Map(before.map((record) => [record.key, record]))
  expect(after).toEqual(expect.arrayContaining([...last.values()]))
  expect(lines.join()).toMatch(/t-0: compacted, dirty section \[0, \d+\)/)
  expect(offsetsFile(kt)).toMatch(/^0\n1\nt 0 \d+\n$/)
  stop()
  for (const how of ['killed', 'clean'] as const) {
    kt = kt.reopen(how)
    expect(await all(kt.call, 't')).toEqual(after)
  }
})

test('a tombstone is read until delete.retention.ms have passed since it was compacted, and its key stays deleted', async () => {
  const kt = testEngine()
  await create(kt.call, table('t', { 'delete.retention.ms': '100000', 'min.cleanable.dirty.ratio': '0' }))
  startMaintenance(kt.engine)
  await put(kt, 't', ['gone', 'kept'])
  await put(kt, 't', ['-gone'])
  for (let i = 0; i < 5; i++) await put(kt, 't', ['x', 'y'])
  await clean(kt)
  expect((await keysOf(kt, 't')).slice(0, 3)).toEqual(['kept', '-gone', 'x'])
  await kt.clock.pass(50_000)
  for (let i = 0; i < 5; i++) await put(kt, 't', ['x', 'y'])
  await clean(kt)
  expect(await keysOf(kt, 't')).toContain('-gone')
  await kt.clock.pass(50_000)
  for (let i = 0; i < 5; i++) await put(kt, 't', ['x', 'y'])
  await clean(kt)
  expect(await keysOf(kt, 't')).not.toContain('-gone')
  expect(await keysOf(kt, 't')).toContain('kept')
  expect(await keysOf(kt, 't')).not.toContain('gone')
  expect(kt.findings).toEqual([])
})

test('what was replaced is gone from the disk when file.delete.delay.ms have passed', async () => {
  const kt = testEngine()
  await create(kt.call, table('t'))
  startMaintenance(kt.engine)
  for (let i = 0; i < 16; i++) await put(kt, 't', ['a', 'b'])
  const names = () => readdirSync(`${kt.folder}/t-0`)
  await clean(kt)
  const before = names().filter((name) => name.endsWith('.log')).length
  for (let i = 0; i < 16; i++) await put(kt, 't', ['a', 'b'])
  await clean(kt) // now the small ones are joined
  expect(names().filter((name) => name.endsWith('.log')).length).toBeLessThan(before + 5)
  expect(names().filter((name) => /cleaned|swap/.test(name))).toEqual([])
  expect(names().some((name) => name.endsWith('.deleted'))).toBe(true)
  await kt.clock.pass(60_000)
  expect(names().filter((name) => name.endsWith('.deleted'))).toEqual([])
})

test('a policy, a ratio and a lag that are set at run time hold from the next time on', async () => {
  const kt = testEngine()
  await create(kt.call, table('t', { 'cleanup.policy': 'delete' }))
  startMaintenance(kt.engine)
  for (let i = 0; i < 20; i++) await put(kt, 't', ['a', 'b'])
  await clean(kt)
  expect(await keysOf(kt, 't')).toHaveLength(40)
  await setConfig(kt, 'min.compaction.lag.ms', '1000000')
  await setConfig(kt, 'cleanup.policy', 'compact')
  await clean(kt)
  expect(await keysOf(kt, 't')).toHaveLength(40)
  await setConfig(kt, 'min.compaction.lag.ms', '0')
  await clean(kt)
  const { length } = await keysOf(kt, 't')
  expect(length).toBeLessThan(10)
  await setConfig(kt, 'min.cleanable.dirty.ratio', '1')
  for (let i = 0; i < 20; i++) await put(kt, 't', ['a', 'b'])
  await clean(kt)
  expect(await keysOf(kt, 't')).toHaveLength(length + 40)
  await setConfig(kt, 'max.compaction.lag.ms', '1')
  await clean(kt)
  expect((await keysOf(kt, 't')).length).toBeLessThan(10)
  expect(kt.findings).toEqual([])
})

test('a deleted topic is forgotten: one of the same name is compacted from its beginning', async () => {
  const kt = testEngine()
  await create(kt.call, table('t'))
  startMaintenance(kt.engine)
  for (let i = 0; i < 16; i++) await put(kt, 't', ['a', 'b'])
  await clean(kt)
  expect(offsetsFile(kt)).toMatch(/t 0 /)
  await remove(kt.call, 't')
  expect(offsetsFile(kt)).toBe('0\n0\n')
  await create(kt.call, table('t'))
  for (let i = 0; i < 10; i++) await put(kt, 't', ['a', 'b'])
  await clean(kt)
  expect((await keysOf(kt, 't')).length).toBeLessThan(20)
})

test('a log with a batch that is not sound is left as it is, and said so once', async () => {
  const kt = testEngine()
  await create(kt.call, table('t'))
  for (let i = 0; i < 20; i++) await put(kt, 't', ['a', 'b'])
  const log = kt.engine.partition('t', 0)?.log
  const [, second] = log?.segments ?? []
  if (!second) throw new Error('one segment only')
  const { fs } = kt.engine.system
  const fd = fs.open(second.logPath, 'write')
  fs.write(fd, Buffer.from([0x55]), second.size - 3)
  fs.close(fd)
  const bytes = () => readFileSync(second.logPath)
  const before = bytes()
  startMaintenance(kt.engine)
  await clean(kt)
  await clean(kt)
  expect(bytes()).toEqual(before)
  expect(await keysOf(kt, 't')).toHaveLength(40)
  expect(kt.findings).toHaveLength(1)
  expect(kt.findings[0]).toMatch(/^t-0: not compacted, .*checksum of the batch at offset \d+/)
  expect(readdirSync(`${kt.folder}/t-0`).filter((name) => /cleaned|swap|deleted/.test(name))).toEqual([])
})

test('nothing is compacted where log.cleaner.enable is false', async () => {
  const kt = testEngine({ properties: { 'log.cleaner.enable': 'false' } })
  await create(kt.call, table('t'))
  startMaintenance(kt.engine)
  for (let i = 0; i < 20; i++) await put(kt, 't', ['a', 'b'])
  await clean(kt)
  expect(await keysOf(kt, 't')).toHaveLength(40)
})

test('an end in the middle of a compaction leaves the log as it was, or as it is to be', async () => {
  let kt = testEngine()
  await create(kt.call, table('t'))
  for (let i = 0; i < 60; i++) await put(kt, 't', [`a${i % 3}`, 'b'])
  const before = await all(kt.call, 't')
  for (let turns = 1; turns < 200; turns += 13) {
    const stop = startMaintenance(kt.engine)
    const passed = kt.clock.pass(BACKOFF)
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
    stop()
    const { folder } = kt
    kt = kt.reopen('clean')
    expect(readdirSync(`${folder}/t-0`).filter((name) => /cleaned/.test(name))).toEqual([])
    await passed
    const found = await all(kt.call, 't')
    expect(before).toEqual(expect.arrayContaining(found))
    const last = new Map(before.map((record) => [record.key, record]))
    expect(found).toEqual(expect.arrayContaining([...last.values()]))
    expect(kt.findings).toEqual([])
  }
})

test('log.cleaner.io.max.bytes.per.second is kept to', async () => {
  const kt = testEngine({ properties: { 'log.cleaner.io.max.bytes.per.second': '1000' } })
  await create(kt.call, table('t'))
  const lines: string[] = []
  startMaintenance(kt.engine, (line) => lines.push(line))
  for (let i = 0; i < 40; i++) await put(kt, 't', ['a', 'b'])
  const bytes = kt.engine.partition('t', 0)?.log.sizeBytes ?? 0
  await kt.clock.pass(BACKOFF)
  const began = kt.clock.time
  while (lines.length === 0) await kt.clock.pass(100)
  expect(kt.clock.time - began).toBeGreaterThan(bytes) // they are read twice, at a byte a millisecond
  expect(kt.clock.time - began).toBeLessThan(bytes * 4)
})

test('__consumer_offsets is compacted, too: a start finds the last commit among few', async () => {
  const properties = {
    'offsets.topic.segment.bytes': '1048576',
    'offsets.topic.num.partitions': '1',
    'log.cleaner.min.cleanable.ratio': '0.1',
  }
  let kt = testEngine({ properties })
  await create(kt.call, 't')
  attachGroups(kt.engine)
  await kt.call(FindCoordinator, { keyType: 0, key: '', coordinatorKeys: ['g'] })
  const commit = (committedOffset: number) => {
    const partitions = [{ partitionIndex: 0, committedOffset, committedMetadata: 'x'.repeat(4000) }]
    return kt.call(OffsetCommit, { groupId: 'g', memberId: '', topics: [{ name: 't', partitions }] }, 8)
  }
  for (let i = 1; i <= 600; i++) await commit(i)
  const size = () => kt.engine.partition('__consumer_offsets', 0)?.log.sizeBytes ?? 0
  const before = size()
  startMaintenance(kt.engine)
  await clean(kt)
  expect(size()).toBeLessThan(before / 2)
  kt = kt.reopen('killed')
  attachGroups(kt.engine)
  const asked = { groupId: 'g', memberId: null, memberEpoch: -1, topics: [{ name: 't', partitionIndexes: [0] }] }
  const reply = await kt.call(OffsetFetch, { groups: [asked], requireStable: false }, 8)
  expect(reply.groups[0]?.topics[0]?.partitions[0]?.committedOffset).toBe(600)
})
