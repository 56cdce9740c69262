/** Requests about many partitions are answered in turns, and in order: nobody else waits for all of one. */
import { existsSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadAll } from '../../src/engine/handlers/index'
import { startRecovery } from '../../src/engine/recovery'
import { inSlices } from '../../src/engine/slices'
import { ApiVersions } from '../../src/protocol/apis/api-versions'
import { DeleteRecords } from '../../src/protocol/apis/delete-records'
import { DescribeLogDirs } from '../../src/protocol/apis/describe-log-dirs'
import { Fetch } from '../../src/protocol/apis/fetch'
import { ListOffsets } from '../../src/protocol/apis/list-offsets'
import { Metadata } from '../../src/protocol/apis/metadata'
import { Produce } from '../../src/protocol/apis/produce'
import type { Call } from '../../src/protocol/call'
import { realSystem } from '../../src/system'
import { MovableClock, PEER, type TestEngine, type TestOptions, testEngine } from '../support/engine'
import { batchOf, create, remove, send, topicOf } from '../support/requests'

/** Time in which every look at it finds that much has passed, once it is hard at work. */
class BusyClock extends MovableClock {
  isBusy = false
  private spent = 0
  override monotonic(): number {
    if (this.isBusy) this.spent += 10
    return this.spent
  }
}
const COUNT = 100
const indexes = Array.from({ length: COUNT }, (_, index) => index)

/** A server after a clean stop, with a record in each of a hundred partitions, none of them open. */
async function started(options: TestOptions = {}): Promise<TestEngine & { busy: BusyClock }> {
  const busy = new BusyClock()
  const before = testEngine({ ...options, clock: busy })
  await create(before.call, topicOf('t', { numPartitions: COUNT }), ...indexes.slice(0, 50).map((index) => `other-${index}`))
  const partitionData = indexes.map((index) => ({ index, records: batchOf([`v${index}`]) }))
  await before.call(Produce, { acks: 1, timeoutMs: 1000, topicData: [{ name: 't', partitionData }] }, 9)
  const after = before.reopen('clean')
  await loadAll(after.engine)
  startRecovery(after.engine, () => {})
  busy.isBusy = true
  return { ...after, busy }
}
/** How many turns others had while a request was answered. */
async function turnsOf(kt: TestEngine, ask: (call: Call) => Promise<unknown>): Promise<number> {
  let isOver = false
  let turns = 0
  const other = kt.engine.embedded(PEER)
  void ask(kt.engine.embedded(PEER)).then(() => {
    isOver = true
  })
  while (!isOver) {
    await other(ApiVersions, { clientSoftwareName: 'x', clientSoftwareVersion: '1' })
    await new Promise<void>((resolve) => setImmediate(resolve))
    turns++
  }
  return turns
}
/** Lets time pass until it is kept. */
async function moving(clock: MovableClock, work: Promise<unknown>): Promise<void> {
  let isOver = false
  void work.finally(() => {
    isOver = true
  })
  while (!isOver) {
    await clock.pass(1)
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
}
const listOffsets = async (call: Call, timestamp: number) => {
  const partitions = indexes.map((partitionIndex) => ({ partitionIndex, currentLeaderEpoch: -1, timestamp }))
  const { topics } = await call(ListOffsets, { replicaId: -1, isolationLevel: 0, topics: [{ name: 't', partitions }] })
  expect(topics[0]?.partitions.map(({ partitionIndex }) => partitionIndex)).toEqual(indexes)
  expect(topics[0]?.partitions.every(({ offset, errorCode }) => errorCode === 0 && offset === (timestamp === -1 ? 1 : 0))).toBe(
    true,
  )
}
const fetch = async (call: Call) => {
  const partitions = indexes.map((partition) => ({ partition, fetchOffset: 0, partitionMaxBytes: 1 << 20 }))
  const reply = await call(
    Fetch,
    { maxWaitMs: 0, minBytes: 1, topics: [{ topic: 't', partitions }], forgottenTopicsData: [] },
    11,
  )
  expect(reply.responses[0]?.partitions.map(({ partitionIndex }) => partitionIndex)).toEqual(indexes)
  expect(reply.responses[0]?.partitions.every(({ records }) => (records?.length ?? 0) > 0)).toBe(true)
}
const produce = async (call: Call, offset = 1) => {
  const partitionData = indexes.map((index) => ({ index, records: batchOf(['w']) }))
  const reply = await call(Produce, { acks: 1, timeoutMs: 1000, topicData: [{ name: 't', partitionData }] }, 9)
  expect(reply.responses[0]?.partitionResponses.map(({ index, baseOffset }) => [index, baseOffset])).toEqual(
    indexes.map((index) => [index, offset]),
  )
}
const deleteRecords = async (call: Call) => {
  const partitions = indexes.map((partitionIndex) => ({ partitionIndex, offset: 1 }))
  const { topics } = await call(DeleteRecords, { topics: [{ name: 't', partitions }], timeoutMs: 1000 })
  expect(topics[0]?.partitions).toEqual(indexes.map((partitionIndex) => ({ partitionIndex, lowWatermark: 1, errorCode: 0 })))
}
const metadata = async (call: Call) => {
  const { topics } = await call(Metadata, { topics: null })
  expect(topics).toHaveLength(51)
  expect(topics[0]?.partitions).toHaveLength(COUNT)
}
const describeLogDirs = async (call: Call) => {
  const { results } = await call(DescribeLogDirs, { topics: null })
  const told = results[0]?.topics.find(({ name }) => name === 't')?.partitions ?? []
  expect(told.map(({ partitionIndex }) => partitionIndex)).toEqual(indexes)
  expect(told.every(({ partitionSize }) => partitionSize > 0)).toBe(true)
}

describe('others have their turn while a request is answered that', () => {
  test.each<[string, number, (call: Call) => Promise<unknown>]>([
    ['asks for the ends of many logs that are not open', 50, (call) => listOffsets(call, -1)],
    ['looks for a time in them', 50, (call) => listOffsets(call, 0)],
    ['reads them', 50, fetch],
    ['writes to them', 50, (call) => produce(call)],
    ['is about all topics', 4, metadata],
    ['asks how large they are', 10, describeLogDirs],
    ['deletes records of many partitions', 60, deleteRecords],
    ['deletes a topic of many partitions', 10, (call) => remove(call, 't')],
    ['deletes many', 4, (call) => remove(call, ...indexes.slice(0, 50).map((index) => `other-${index}`))],
  ])('%s', async (_what, least, ask) => {
    expect(await turnsOf(await started(), ask)).toBeGreaterThan(least)
  })
})

test('requests of one connection keep their order behind one that has to wait for its logs', async () => {
  const kt = await started()
  const one = kt.engine.embedded(PEER)
  const first = produce(one)
  const second = await send(one, 't', ['x'])
  await first
  expect(second.baseOffset).toBe(2)
})

test('what was opened once is not waited for again', async () => {
  const kt = await started()
  await turnsOf(kt, fetch)
  expect(indexes.every((index) => kt.engine.partition('t', index)?.isOpen)).toBe(true)
  await turnsOf(kt, produce)
  expect(await turnsOf(kt, (call) => produce(call, 2))).toBeLessThan(10)
})

test('a topic that is made while many of its name go is not taken for one of them', async () => {
  const kt = await started()
  const names = indexes.slice(0, 50).map((index) => `other-${index}`)
  const removed = remove(kt.engine.embedded(PEER), ...names)
  await new Promise<void>((resolve) => setImmediate(resolve))
  const made = create(kt.engine.embedded(PEER), 'other-19') // decided on in the first turn, and its folder is still there
  await moving(kt.busy, Promise.all([removed, made]))
  expect((await removed).every(({ errorCode }) => errorCode === 0)).toBe(true)
  expect((await send(kt.call, 'other-19', ['new'])).errorCode).toBe(0)
  expect(existsSync(`${kt.folder}/other-19-0`)).toBe(true)
  expect(kt.findings).toEqual([])
  const again = kt.reopen('killed')
  expect(again.engine.partition('other-19', 0)?.log.endOffset).toBe(1)
})

test('work that is quick is done at once', () => {
  const clock = new MovableClock()
  expect(inSlices(clock, [1, 2, 3], (n) => n * 2)).toEqual([2, 4, 6])
  expect(inSlices(clock, [], (n) => n)).toEqual([])
})

test('what many logs are opened for is done in another turn than the last of them is opened in', async () => {
  let turn = 0
  let opened = -1
  const written: number[] = []
  const fs = {
    ...realSystem.fs,
    dataSync: async () => {},
    list: (path: string) => {
      if (/t-\d+$/.test(path)) opened = turn
      return realSystem.fs.list(path)
    },
    write: (fd: number, bytes: Uint8Array, position: number) => {
      written.push(turn)
      realSystem.fs.write(fd, bytes, position)
    },
  }
  const kt = await started({ system: { fs } })
  written.length = 0
  let isOver = false
  void produce(kt.engine.embedded(PEER)).finally(() => {
    isOver = true
  })
  for (; !isOver; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
  expect(opened).toBeGreaterThan(0)
  expect(Math.min(...written)).toBeGreaterThan(opened)
})

test('a clean end in the middle of a deletion leaves no folder of the topic, and takes no record', async () => {
  const kt = await started()
  void remove(kt.engine.embedded(PEER), 't')
  void deleteRecords(kt.engine.embedded(PEER)).catch(() => {})
  await new Promise<void>((resolve) => setImmediate(resolve))
  kt.engine.close()
  expect(readdirSync(kt.folder).filter((name) => /^t-\d+$/.test(name))).toEqual([])
  const [other] = indexes.map((index) => `other-${index}`)
  expect((await send(kt.engine.embedded(PEER), other ?? '', ['late'])).errorCode).not.toBe(0)
})
