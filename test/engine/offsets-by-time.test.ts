/** The first record of a time is found wherever it is, also behind batches that have it by their headers alone. */
import { expect, test } from 'vitest'
import '../../src/engine/cleaning' // which maintenance loads when it is first needed
import { startMaintenance } from '../../src/engine/maintenance'
import { DeleteRecords } from '../../src/protocol/apis/delete-records'
import { InitProducerId } from '../../src/protocol/apis/init-producer-id'
import { ListOffsets } from '../../src/protocol/apis/list-offsets'
import { Produce } from '../../src/protocol/apis/produce'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { type TestEngine, testEngine } from '../support/engine'
import { create, topicOf } from '../support/requests'

type Producer = { readonly producerId: number; readonly producerEpoch: number; readonly baseSequence: number }

/** Appends a batch of [key, timestamp] to partition 0 of topic t. */
async function put(kt: TestEngine, records: readonly (readonly [string, number])[], producer?: Producer): Promise<void> {
  const builder = new BatchBuilder()
  for (const [key, timestamp] of records) builder.append({ timestamp, key: Buffer.from(key), value: Buffer.from('x'.repeat(90)) })
  const topicData = [{ name: 't', partitionData: [{ index: 0, records: builder.build(producer ?? {}) }] }]
  const reply = await kt.call(Produce, { acks: -1, timeoutMs: 1000, topicData }, 9)
  expect(reply.responses[0]?.partitionResponses[0]?.errorCode).toBe(0)
}
async function offsetOf(kt: TestEngine, timestamp: number): Promise<number | undefined> {
  const topics = [{ name: 't', partitions: [{ partitionIndex: 0, timestamp }] }]
  return (await kt.call(ListOffsets, { replicaId: -1, isolationLevel: 0, topics })).topics[0]?.partitions[0]?.offset
}

test('where the record that made a batch new was deleted, the next batch that is new enough answers', async () => {
  const kt = testEngine()
  await create(kt.call, topicOf('t'))
  const now = kt.clock.time
  await put(kt, [
    ['a', now + 100],
    ['b', now + 50],
  ])
  await put(kt, [['c', now + 80]])
  const topics = [{ name: 't', partitions: [{ partitionIndex: 0, offset: 1 }] }]
  await kt.call(DeleteRecords, { topics, timeoutMs: 1000 })
  expect(await offsetOf(kt, now + 40)).toBe(1)
  expect(await offsetOf(kt, now + 70)).toBe(2)
  expect(await offsetOf(kt, now + 90)).toBe(-1)
})

test('a batch that compaction emptied, and kept for its producer, hides nothing behind it', async () => {
  const kt = testEngine()
  const configs = Object.entries({ 'cleanup.policy': 'compact', 'internal.segment.bytes': '300' })
  await create(kt.call, topicOf('t', { configs: configs.map(([name, value]) => ({ name, value })) }))
  startMaintenance(kt.engine, () => {})
  const { producerId } = await kt.call(InitProducerId, { transactionalId: null, transactionTimeoutMs: 60_000 })
  const now = kt.clock.time
  await put(kt, [['a', now + 100]], { producerId, producerEpoch: 0, baseSequence: 0 })
  await put(kt, [['a', now + 10]])
  await put(kt, [['b', now + 20]])
  for (let i = 0; i < 4; i++) await put(kt, [[`c${i}`, now + 200]])
  expect(await offsetOf(kt, now + 5)).toBe(0)
  await kt.clock.pass(15_000)
  for (let turn = 0; turn < 100; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
  expect(await offsetOf(kt, now + 5)).toBe(1)
  expect(await offsetOf(kt, now + 15)).toBe(2)
})
