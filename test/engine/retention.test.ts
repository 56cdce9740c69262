/** Old records go: by request, by age and by size; what a restart finds is what was left. */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startMaintenance } from '../../src/engine/maintenance'
import { expireRecords } from '../../src/engine/retention'
import { DeleteRecords } from '../../src/protocol/apis/delete-records'
import { IncrementalAlterConfigs } from '../../src/protocol/apis/incremental-alter-configs'
import { ListOffsets } from '../../src/protocol/apis/list-offsets'
import type { Call } from '../../src/protocol/call'
import { errors } from '../../src/protocol/errors'
import { realSystem } from '../../src/system'
import { START, type TestEngine, testEngine } from '../support/engine'
import { create, remove, send, take, topicOf } from '../support/requests'

const deleteRecords = async (call: Call, topic: string, offset: number, partitionIndex = 0) => {
  const topics = [{ name: topic, partitions: [{ partitionIndex, offset }] }]
  const answer = (await call(DeleteRecords, { topics, timeoutMs: 1000 })).topics[0]?.partitions[0]
  return [answer?.errorCode, answer?.lowWatermark]
}
const startOf = async (call: Call, topic: string) => {
  const topics = [{ name: topic, partitions: [{ partitionIndex: 0, timestamp: -2 }] }]
  return (await call(ListOffsets, { replicaId: -1, topics })).topics[0]?.partitions[0]?.offset
}
const small = (name: string, ...configs: [string, string][]) =>
  topicOf(name, { configs: [['internal.segment.bytes', '200'], ...configs].map(([key, value]) => ({ name: key, value })) })
const alterPolicy = async (call: Call, value: string) => {
  const configs = [{ name: 'cleanup.policy', configOperation: 0, value }]
  await call(IncrementalAlterConfigs, { resources: [{ resourceType: 2, resourceName: 't', configs }], validateOnly: false })
}
/** Files of t-0 that end so. */
const files = (folder: string, end: string) => readdirSync(`${folder}/t-0`).filter((name) => name.endsWith(end))
const fill = async (call: Call, count: number, timestamp = START) => {
  for (let i = 0; i < count; i++) await send(call, 't', [`record ${i}`.padEnd(100)], timestamp)
}

test('records are deleted up to an offset, for good, and their segments with them', async () => {
  const first = testEngine()
  await create(first.call, small('t'))
  await fill(first.call, 6)
  expect(files(first.folder, '.log')).toHaveLength(6)
  expect(await deleteRecords(first.call, 't', 4)).toEqual([0, 4])
  expect(files(first.folder, '.log')).toHaveLength(2)
  expect(files(first.folder, '.log.deleted')).toHaveLength(4)
  expect((await take(first.call, 't', 3)).errorCode).toBe(errors.OFFSET_OUT_OF_RANGE)
  expect((await take(first.call, 't', 4)).values[0]).toMatch(/^record 4/)
  await first.clock.pass(60_000)
  expect(files(first.folder, '.deleted')).toEqual([])
  const second = first.reopen('killed')
  expect(await startOf(second.call, 't')).toBe(4)
})

test('a start within a segment is still there after a kill and after a clean stop', async () => {
  let kt: TestEngine = testEngine()
  await create(kt.call, 't')
  await send(kt.call, 't', ['a', 'b', 'c'])
  await send(kt.call, 't', ['d'])
  expect(await deleteRecords(kt.call, 't', 2)).toEqual([0, 2])
  for (const how of ['killed', 'clean', 'killed'] as const) {
    kt = kt.reopen(how)
    expect(await startOf(kt.call, 't')).toBe(2)
    expect(await take(kt.call, 't', 2)).toMatchObject({ errorCode: 0, logStartOffset: 2 })
  }
  expect(readFileSync(`${kt.folder}/log-start-offset-checkpoint`, 'utf8')).toBe('0\n1\nt 0 2\n')
  expect(kt.engine.partition('t', 0)?.log.epochs).toEqual([{ epoch: 0, startOffset: 2 }])
  await send(kt.call, 't', ['e'])
  expect(readFileSync(`${kt.folder}/t-0/leader-epoch-checkpoint`, 'utf8')).toBe('0\n1\n0 2\n')
})

test('offsets that cannot be deleted to are refused, and -1 means all', async () => {
  const { call } = testEngine()
  await create(call, 't', topicOf('c', { configs: [{ name: 'cleanup.policy', value: 'compact' }] }))
  await send(call, 't', ['a', 'b', 'c'])
  expect(await deleteRecords(call, 't', 99)).toEqual([errors.OFFSET_OUT_OF_RANGE, -1])
  expect(await deleteRecords(call, 't', -7)).toEqual([errors.OFFSET_OUT_OF_RANGE, -1])
  expect(await deleteRecords(call, 't', 0, 8)).toEqual([errors.UNKNOWN_TOPIC_OR_PARTITION, -1])
  expect(await deleteRecords(call, 'c', 0)).toEqual([errors.POLICY_VIOLATION, -1])
  expect(await deleteRecords(call, 't', 2)).toEqual([0, 2])
  expect(await deleteRecords(call, 't', 1)).toEqual([0, 2])
  expect(await deleteRecords(call, 't', -1)).toEqual([0, 3])
  expect((await send(call, 't', ['d'])).baseOffset).toBe(3)
  expect((await take(call, 't', 3)).values).toEqual(['d'])
})

test('segments whose records are all older than retention.ms go, and never a younger one before them', async () => {
  const { call, engine, clock, folder } = testEngine()
  const lines: string[] = []
  const stop = startMaintenance(engine, (line) => lines.push(line))
  await create(call, small('t', ['retention.ms', '600000']))
  await fill(call, 2, START)
  await fill(call, 2, START + 400_000)
  await clock.pass(330_000)
  expect(await startOf(call, 't')).toBe(0)
  await clock.pass(300_000)
  expect(await startOf(call, 't')).toBe(2)
  expect(lines).toEqual(['t-0: 2 old segment(s) deleted, the log starts at 2'])
  await clock.pass(600_000)
  expect(await startOf(call, 't')).toBe(4)
  expect(files(folder, '.log')).toEqual(['00000000000000000004.log'])
  expect((await send(call, 't', ['next'], clock.now())).baseOffset).toBe(4)
  await clock.pass(300_000)
  expect((await take(call, 't', 4)).values).toEqual(['next'])
  stop()
})

test('a log keeps about retention.bytes', async () => {
  const { call, engine, clock, folder } = testEngine()
  await create(call, small('t', ['retention.bytes', '400']))
  await fill(call, 6)
  const stop = startMaintenance(engine)
  await clock.pass(30_000)
  const left = files(folder, '.log').length
  expect(left).toBeLessThan(6)
  expect(engine.partition('t', 0)?.log.sizeBytes).toBeGreaterThanOrEqual(400)
  expect(await startOf(call, 't')).toBe(6 - left)
  stop()
})

test('a compacted topic loses nothing by age or size', async () => {
  const { call, engine, clock } = testEngine()
  await create(call, small('t', ['retention.ms', '1000'], ['retention.bytes', '1'], ['cleanup.policy', 'compact,delete']))
  await fill(call, 2)
  await alterPolicy(call, 'compact')
  const stop = startMaintenance(engine)
  await clock.pass(30_000)
  expect(await startOf(call, 't')).toBe(0)
  await alterPolicy(call, 'compact,delete')
  await clock.pass(300_000)
  expect(await startOf(call, 't')).toBe(2)
  stop()
})

test('logs that are not open are opened only when something has to go', async () => {
  const first = testEngine()
  await create(first.call, small('t', ['retention.ms', '600000']), 'young')
  await fill(first.call, 3)
  await send(first.call, 'young', ['a'])
  const { call, engine, clock, folder } = first.reopen('clean')
  writeFileSync(`${folder}/young-0/00000000000000000000.log.deleted`, '')
  const stop = startMaintenance(engine)
  await clock.pass(330_000)
  expect([engine.partition('t', 0)?.isOpen, engine.partition('young', 0)?.isOpen]).toEqual([false, false])
  expect(existsSync(`${folder}/young-0/00000000000000000000.log.deleted`)).toBe(false)
  await clock.pass(600_000)
  expect([engine.partition('t', 0)?.isOpen, engine.partition('young', 0)?.isOpen]).toEqual([true, false])
  expect(await startOf(call, 't')).toBe(3)
  stop()
})

test('folders of topics that were deleted before an unclean end are removed by the next server', async () => {
  const first = testEngine()
  await create(first.call, 't')
  await remove(first.call, 't')
  const { engine, clock, folder } = first.reopen('killed')
  const doomed = () => readdirSync(folder).filter((name) => name.endsWith('-delete'))
  expect(doomed()).toHaveLength(1)
  const stop = startMaintenance(engine)
  await clock.pass(1)
  expect(doomed()).toEqual([])
  stop()
})

test('a deletion that was cut off before it was a fact is taken back', async () => {
  const first = testEngine()
  await create(first.call, 't')
  await send(first.call, 't', ['a'])
  first.engine.directory.detach('t-0') // the folder is renamed, the record of the deletion is lost
  const { engine, call, folder, findings } = first.reopen('killed')
  const stop = startMaintenance(engine)
  expect(readdirSync(folder).filter((name) => name.startsWith('t-0'))).toEqual(['t-0'])
  expect((await take(call, 't', 0)).values).toEqual(['a'])
  expect(findings).toEqual(['t-0: its deletion was cut off; its records are back'])
  stop()
})

test('records of a deleted topic are never those of the next topic of its name', async () => {
  const first = testEngine()
  await create(first.call, 't')
  await send(first.call, 't', ['old'])
  const saved = `${first.folder}/saved`
  renameSync(`${first.folder}/t-0`, saved)
  await remove(first.call, 't')
  await create(first.call, 't')
  rmSync(`${first.folder}/t-0`, { recursive: true })
  renameSync(saved, `${first.folder}/t-0`) // the renaming of the deletion is lost
  const second = first.reopen('killed')
  expect((await take(second.call, 't', 0)).values).toEqual([])
  expect(readdirSync(second.folder).filter((name) => name.endsWith('-stray'))).toHaveLength(1)
  expect((await send(second.call, 't', ['new'])).baseOffset).toBe(0)
})

test('a server leads from its start on: the cluster has agreed on its features', async () => {
  const { engine } = testEngine()
  expect(engine.metadata.features.size).toBe(0)
  startMaintenance(engine)()
  expect(engine.metadata.features.get('metadata.version')).toBe(29)
})

test('high watermarks and recovery points are written by the clock, when they have moved', async () => {
  const { call, engine, clock, folder } = testEngine()
  await create(call, 't')
  const stop = startMaintenance(engine)
  await send(call, 't', ['a', 'b'])
  const written = (name: string) => readFileSync(`${folder}/${name}`, 'utf8')
  await clock.pass(5000)
  expect(written('replication-offset-checkpoint')).toBe('0\n1\nt 0 2\n')
  expect(existsSync(`${folder}/recovery-point-offset-checkpoint`)).toBe(false)
  await clock.pass(55_000)
  expect(written('recovery-point-offset-checkpoint')).toBe('0\n1\nt 0 2\n')
  expect(clock.wakeful).toBe(0)
  stop()
})

test('producers that have long been silent are forgotten', async () => {
  const { call, engine, clock } = testEngine({ properties: { 'producer.id.expiration.ms': '3600000' } })
  await create(call, 't')
  await send(call, 't', ['a'], START, { producerId: 5, producerEpoch: 0, baseSequence: 0 })
  const stop = startMaintenance(engine)
  await clock.pass(3_600_000)
  expect(engine.partition('t', 0)?.log.producers.size).toBe(1)
  await clock.pass(600_000)
  expect(engine.partition('t', 0)?.log.producers.size).toBe(0)
  stop()
})

test('a log that nobody opens is looked at once, and again when something may have to go', async () => {
  const before = testEngine()
  await create(before.call, 't')
  await fill(before.call, 1, START)
  const looks: string[] = []
  const fs = {
    ...realSystem.fs,
    list: (path: string) => {
      if (path.endsWith('/t-0')) looks.push(path)
      return realSystem.fs.list(path)
    },
  }
  before.engine.close()
  const { engine, clock } = testEngine({ folder: before.folder, clock: before.clock, system: { fs } })
  const expire = () => expireRecords(engine, { log: () => {}, stopped: () => false })
  for (let hour = 0; hour < 10; hour++) {
    await expire()
    await clock.pass(60 * 60_000)
  }
  expect(looks).toHaveLength(1)
  expect(engine.partition('t', 0)?.isOpen).toBe(false)
  await clock.pass(7 * 24 * 60 * 60_000)
  await expire()
  expect(engine.partition('t', 0)?.log.startOffset).toBe(1)
})
