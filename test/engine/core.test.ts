/** The engine's core through its call: a batch appended is the batch read, and both are in Kafka's files. */
import { mkdtempSync, rmSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { defaultBrokerSettings } from '../../src/engine/configs/broker-settings'
import type { Engine } from '../../src/engine/engine'
import { change, records } from '../../src/engine/metadata/changes'
import { openEngine } from '../../src/engine/open'
import { Fetch } from '../../src/protocol/apis/fetch'
import { ListOffsets } from '../../src/protocol/apis/list-offsets'
import { Produce } from '../../src/protocol/apis/produce'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { readRecords } from '../../src/protocol/batch-reader'
import { randomUuid, realSystem } from '../../src/system'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
const peer = { clientId: 'test', clientHost: '/127.0.0.1', reachedAt: { host: '127.0.0.1', port: 9092 } }

function open(folder = mkdtempSync('/tmp/kt-core-')): { engine: Engine; folder: string; findings: string[] } {
  if (!folders.includes(folder)) folders.push(folder)
  const findings: string[] = []
  const engine = openEngine(realSystem, folder, {
    settings: defaultBrokerSettings(1, folder),
    identity: {
      broker: [{ name: 'PLAINTEXT', host: 'localhost', port: 9092 }],
      controller: { name: 'CONTROLLER', host: 'localhost', port: 9093 },
    },
    report: (line) => findings.push(line),
    onFatal: (error) => findings.push(String(error)),
    formatNew: true,
    nodeId: 1,
  })
  return { engine, folder, findings }
}
async function makeTopic(engine: Engine, name: string): Promise<void> {
  const topicId = randomUuid(realSystem.random)
  const partition = { partitionId: 0, topicId, replicas: [1], isr: [1], removingReplicas: [], addingReplicas: [], leader: 1 }
  const directories = [engine.directory.meta.directoryId]
  await engine.commit([
    change(records.TopicRecord, { name, topicId }),
    change(records.PartitionRecord, { ...partition, leaderEpoch: 0, partitionEpoch: 0, directories }),
  ])
}
const batchOf = (...values: string[]) => {
  const builder = new BatchBuilder()
  for (const value of values)
    builder.append({ timestamp: 1700000000000 + values.indexOf(value), key: null, value: Buffer.from(value), headers: [] })
  return builder.build()
}
async function send(engine: Engine, topic: string, batch: Buffer, acks = -1) {
  const call = engine.embedded(peer)
  const reply = await call(
    Produce,
    { acks, timeoutMs: 1000, topicData: [{ name: topic, partitionData: [{ index: 0, records: batch }] }] },
    9,
  )
  return reply.responses[0]?.partitionResponses[0]
}
async function take(engine: Engine, topic: string, fetchOffset: number, maxWaitMs = 0) {
  const call = engine.embedded(peer)
  const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 1 << 20 }]
  const reply = await call(
    Fetch,
    { maxWaitMs, minBytes: 1, maxBytes: 1 << 20, topics: [{ topic, partitions }], forgottenTopicsData: [] } as never,
    11,
  )
  const answer = reply.responses[0]?.partitions[0]
  const bytes = Buffer.from(answer?.records ?? [])
  return { answer, values: bytes.length === 0 ? [] : [...readRecords(bytes, 0)].map(({ value }) => String(value)) }
}

test('what was acknowledged is read back, also after a clean stop and after a crash', async () => {
  const { engine, folder } = open()
  await makeTopic(engine, 't')
  expect(await send(engine, 't', batchOf('a', 'b'))).toMatchObject({ errorCode: 0, baseOffset: 0 })
  expect(await send(engine, 't', batchOf('c'))).toMatchObject({ errorCode: 0, baseOffset: 2 })
  expect((await take(engine, 't', 0)).values).toEqual(['a', 'b'])
  expect((await take(engine, 't', 2)).values).toEqual(['c'])
  engine.close()
  const second = open(folder)
  expect((await take(second.engine, 't', 2)).values).toEqual(['c'])
  expect(await send(second.engine, 't', batchOf('d'))).toMatchObject({ errorCode: 0, baseOffset: 3 })
  second.engine.directory.abandon()
  const third = open(folder)
  expect((await take(third.engine, 't', 3)).values).toEqual(['d'])
  expect(third.findings).toEqual([])
  third.engine.close()
})

test('a fetch below min.bytes waits until something is appended', async () => {
  const { engine } = open()
  await makeTopic(engine, 't')
  const waiting = take(engine, 't', 0, 10_000)
  await send(engine, 't', batchOf('late'))
  expect((await waiting).values).toEqual(['late'])
  engine.close()
})

test('offsets are found by time, to the record', async () => {
  const { engine } = open()
  await makeTopic(engine, 't')
  await send(engine, 't', batchOf('a', 'b', 'c'))
  const call = engine.embedded(peer)
  const ask = async (timestamp: number) => {
    const reply = await call(ListOffsets, {
      replicaId: -1,
      isolationLevel: 0,
      topics: [{ name: 't', partitions: [{ partitionIndex: 0, timestamp }] }],
    })
    return reply.topics[0]?.partitions[0]?.offset
  }
  expect(await ask(-1)).toBe(3)
  expect(await ask(-2)).toBe(0)
  expect(await ask(-3)).toBe(2)
  expect(await ask(1700000000001)).toBe(1)
  expect(await ask(1700000000003)).toBe(-1)
  engine.close()
})
