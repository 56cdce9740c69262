/** What is left behind by deletions, transactions and crashes is what Kafka would make of it: found by judging random workloads. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ensureInternalTopic } from '../../src/engine/controller/internal-topics'
import { DeleteRecords } from '../../src/protocol/apis/delete-records'
import { DescribeProducers } from '../../src/protocol/apis/describe-producers'
import { Fetch } from '../../src/protocol/apis/fetch'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { readRecords } from '../../src/protocol/batch-reader'
import type { Call } from '../../src/protocol/call'
import { clusterMetadata } from '../../src/protocol/records/cluster-metadata'
import { encodeControlKey, encodeControlValue } from '../../src/protocol/records/control'
import { decodeMetadataRecord } from '../../src/protocol/records/metadata-record'
import { START, type TestEngine, testEngine } from '../support/engine'
import { batchOf, create, remove, send, take, topicOf } from '../support/requests'

const deleteTo = (call: Call, name: string, offset: number) =>
  call(DeleteRecords, { topics: [{ name, partitions: [{ partitionIndex: 0, offset }] }], timeoutMs: 1000 })
const TRANSACTION = { producerId: 7, producerEpoch: 0, baseSequence: 0, transactional: true }
/** Through the log's own door. */
const append = ({ engine }: TestEngine, batch: Buffer) => engine.partition('t', 0)?.append(batch, 0, 'at-once')
function commit(): Buffer {
  const builder = new BatchBuilder()
  const value = encodeControlValue('COMMIT', { coordinatorEpoch: 0 })
  builder.append({ timestamp: START, key: encodeControlKey('COMMIT'), value, headers: [] })
  return builder.build({ producerId: 7, producerEpoch: 0, transactional: true, control: true })
}

test('a topic that is made again begins at 0, though records of its forerunner were deleted', async () => {
  const kt = testEngine()
  await create(kt.call, 't')
  await send(kt.call, 't', ['a', 'b', 'c'])
  await deleteTo(kt.call, 't', 2)
  await remove(kt.call, 't')
  kt.engine.directory.checkpoint()
  await create(kt.call, 't')
  const after = kt.reopen('killed')
  expect(await take(after.call, 't', 0)).toMatchObject({ errorCode: 0, logStartOffset: 0, highWatermark: 0 })
})

test('a partition remembers what a producer sent in a transaction that has ended', async () => {
  const kt = testEngine()
  await create(kt.call, 't')
  append(kt, batchOf(['a', 'b'], START, TRANSACTION))
  append(kt, commit())
  const reply = await kt.call(DescribeProducers, { topics: [{ name: 't', partitionIndexes: [0] }] })
  expect(reply.topics[0]?.partitions[0]?.activeProducers).toMatchObject([{ producerId: 7, lastSequence: 1 }])
})

test('an open transaction whose records are deleted holds nobody back below the start of the log', async () => {
  const kt = testEngine()
  await create(kt.call, 't')
  append(kt, batchOf(['a', 'b'], START, TRANSACTION))
  await send(kt.call, 't', ['c', 'd'])
  await deleteTo(kt.call, 't', 3)
  const partitions = [{ partition: 0, fetchOffset: 3, partitionMaxBytes: 1000 }]
  const topics = [{ topic: 't', partitions }]
  const reply = await kt.call(Fetch, { maxWaitMs: 0, minBytes: 0, isolationLevel: 1, topics, forgottenTopicsData: [] }, 11)
  expect(reply.responses[0]?.partitions[0]).toMatchObject({ logStartOffset: 3, lastStableOffset: 3 })
})

test('the settings of a deleted topic are said to be gone, or Kafka would give them to the next of its name', async () => {
  const kt = testEngine()
  const [topicId] = await create(kt.call, topicOf('t', { configs: [{ name: 'retention.bytes', value: '4000' }] }))
  const log = kt.engine.metadataLog.partitionLog
  const before = log.endOffset
  await remove(kt.call, 't')
  const { bytes } = log.read(before, log.endOffset, 10_000, 'one-at-least')
  const records = [...readRecords(bytes, 0)].map(({ value }) => decodeMetadataRecord(clusterMetadata, value as Buffer))
  expect(records).toMatchObject([
    { name: 'ConfigRecord', value: { resourceName: 't', name: 'retention.bytes', value: null } },
    { name: 'RemoveTopicRecord', value: { topicId } },
  ])
})

test('a new partition names its leader, or Kafka would elect nobody for it after an unclean end', async () => {
  const kt = testEngine({ properties: { 'offsets.topic.num.partitions': '1' } })
  await create(kt.call, 't')
  await ensureInternalTopic(kt.engine, '__consumer_offsets')
  const { metadata } = kt.reopen('killed').engine
  const state = { leader: 1, leaderEpoch: 0, isr: [1], replicas: [1] }
  expect(metadata.topic('t')?.partitions).toMatchObject([state])
  expect(metadata.topic('__consumer_offsets')?.partitions).toMatchObject([state])
})

test('a folder that a power cut left without its id says again whose it is, or Kafka would take it for a stray', async () => {
  const kt = testEngine()
  const [topicId] = await create(kt.call, 't')
  await send(kt.call, 't', ['a'])
  const file = `${kt.folder}/t-0/partition.metadata`
  kt.engine.directory.abandon()
  writeFileSync(file, '')
  const after = kt.reopen('killed')
  expect((await take(after.call, 't', 0)).values).toEqual(['a'])
  expect(readFileSync(file, 'utf8')).toBe(`version: 0\ntopic_id: ${topicId}`)
})

test('what a compaction was making when a Kafka was stopped is left alone by who reads, and goes before anything is written', async () => {
  const kt = testEngine()
  await create(kt.call, 't')
  await send(kt.call, 't', ['a'])
  kt.engine.close()
  const copies = ['log', 'index', 'timeindex'].map((kind) => `${'0'.repeat(20)}.${kind}.cleaned`)
  for (const name of copies) writeFileSync(`${kt.folder}/t-0/${name}`, 'half of it')
  const left = () => readdirSync(`${kt.folder}/t-0`).filter((name) => name.endsWith('.cleaned'))
  const reader = testEngine({ folder: kt.folder })
  expect((await take(reader.call, 't', 0)).values).toEqual(['a'])
  const writer = reader.reopen('clean')
  expect(left()).toEqual([...copies].sort())
  await send(writer.call, 't', ['b'])
  expect(left()).toEqual([])
  expect((await take(writer.call, 't', 1)).values).toEqual(['b'])
})
