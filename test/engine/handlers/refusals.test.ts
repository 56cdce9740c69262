/** What Kafka 4.2.1 answers beside the error (recorded from a live broker that was sent the same requests). */
import { expect, test } from 'vitest'
import { DeleteRecords } from '../../../src/protocol/apis/delete-records'
import { ElectLeaders } from '../../../src/protocol/apis/elect-leaders'
import { Fetch } from '../../../src/protocol/apis/fetch'
import { ListOffsets } from '../../../src/protocol/apis/list-offsets'
import { OffsetForLeaderEpoch } from '../../../src/protocol/apis/offset-for-leader-epoch'
import { Produce } from '../../../src/protocol/apis/produce'
import { BatchBuilder, type BatchOptions, type NewRecord } from '../../../src/protocol/batch-builder'
import { errors } from '../../../src/protocol/errors'
import { START, testEngine } from '../../support/engine'
import { create, send, topicOf } from '../../support/requests'

/** An engine whose topic `t` begins at offset 2, and what a Produce of one batch to it is answered. */
async function refusing() {
  const { call } = testEngine()
  await create(call, 't', topicOf('compacted', { configs: [{ name: 'cleanup.policy', value: 'compact' }] }))
  for (let i = 0; i < 3; i++) await send(call, 't', ['v'])
  await call(DeleteRecords, { topics: [{ name: 't', partitions: [{ partitionIndex: 0, offset: 2 }] }], timeoutMs: 1000 })
  const produce = async (record: Partial<NewRecord>, options: BatchOptions = {}, change = (_: Buffer) => {}, name = 't') => {
    const builder = new BatchBuilder()
    builder.append({ timestamp: START, value: Buffer.from('v'), ...record })
    const records = builder.build(options)
    change(records)
    const topicData = [{ name, partitionData: [{ index: 0, records }] }]
    const reply = await call(Produce, { acks: -1, timeoutMs: 1000, topicData }, 12)
    const { errorCode, logStartOffset, recordErrors } = reply.responses[0]?.partitionResponses[0] ?? {}
    return { errorCode, logStartOffset, why: recordErrors?.[0]?.batchIndexErrorMessage ?? null }
  }
  return { call, produce }
}

test('a refusal says where the log begins once Kafka has looked for it, and not before', async () => {
  const { produce } = await refusing()
  const seen = (errorCode: number) => ({ errorCode, logStartOffset: 2, why: null })
  const unseen = (errorCode: number) => ({ errorCode, logStartOffset: -1, why: null })
  expect(await produce({}, { control: true })).toEqual(seen(errors.INVALID_RECORD))
  expect(await produce({}, { baseOffset: 7 })).toEqual(seen(errors.INVALID_RECORD))
  expect(await produce({}, { producerId: 9, producerEpoch: 0 })).toEqual(seen(errors.INVALID_RECORD))
  expect(await produce({}, { producerId: 9, producerEpoch: 0, baseSequence: 0 })).toMatchObject({ errorCode: 0 })
  expect(await produce({}, { producerId: 9, producerEpoch: 0, baseSequence: 7 })).toEqual(
    seen(errors.OUT_OF_ORDER_SEQUENCE_NUMBER),
  )
  expect(await produce({}, {}, (batch) => batch.writeInt8(1, 16))).toEqual(unseen(errors.INVALID_RECORD)) // of another magic
  expect(await produce({}, {}, (batch) => batch.writeInt8(1, batch.length - 1))).toEqual(unseen(errors.CORRUPT_MESSAGE))
  expect(await produce({ value: Buffer.alloc(1_100_000) })).toEqual(unseen(errors.MESSAGE_TOO_LARGE))
  expect(await produce({}, {}, undefined, 'none')).toEqual(unseen(errors.UNKNOWN_TOPIC_OR_PARTITION))
  expect(await produce({}, {}, undefined, 'compacted')).toEqual({
    errorCode: errors.INVALID_RECORD,
    logStartOffset: 0,
    why: 'Compacted topic cannot accept message without key in topic partition compacted-0',
  })
})

test('a timestamp is told its bounds as Java counts them', async () => {
  const { produce } = await refusing()
  const timestamp = START + 3_600_001
  expect(await produce({ timestamp })).toEqual({
    errorCode: errors.INVALID_TIMESTAMP,
    logStartOffset: 2,
    why: `Timestamp ${timestamp} of message with offset 0 is out of range. The timestamp should be within [${BigInt(START) - (2n ** 63n - 1n)}, ${START + 3_600_000}]`,
  })
})

test('a reader whose last epoch the log does not know is out of range; one that has parted from it is told where', async () => {
  const { call } = await refusing()
  const fetch = async (fetchOffset: number, lastFetchedEpoch: number) => {
    const partitions = [{ partition: 0, fetchOffset, lastFetchedEpoch, partitionMaxBytes: 1 << 20 }]
    const reply = await call(
      Fetch,
      { maxWaitMs: 0, minBytes: 1, topics: [{ topic: 't', partitions }], forgottenTopicsData: [] },
      12,
    )
    const { errorCode, divergingEpoch } = reply.responses[0]?.partitions[0] ?? {}
    return [errorCode, divergingEpoch]
  }
  const none = { epoch: -1, endOffset: -1 }
  expect(await fetch(2, 7)).toEqual([errors.OFFSET_OUT_OF_RANGE, none])
  expect(await fetch(2, 0)).toEqual([errors.NONE, none])
  expect(await fetch(9, 0)).toEqual([errors.NONE, { epoch: 0, endOffset: 3 }])
  const ask = { topic: 't', partitions: [{ partition: 0, currentLeaderEpoch: -1, leaderEpoch: 7 }] }
  expect((await call(OffsetForLeaderEpoch, { topics: [ask] })).topics[0]?.partitions[0]).toMatchObject({
    leaderEpoch: -1,
    endOffset: -1,
  })
})

test('no aborted transactions, instead of none asked for, are in the answer of a partition that is not there', async () => {
  const { call } = await refusing()
  const partitions = [{ partition: 9, fetchOffset: 0, partitionMaxBytes: 1 << 20 }]
  const topics = ['t', 'none'].map((topic) => ({ topic, partitions }))
  const reply = await call(Fetch, { maxWaitMs: 0, minBytes: 1, topics, forgottenTopicsData: [] }, 11)
  for (const { partitions } of reply.responses) {
    expect(partitions).toMatchObject([{ errorCode: errors.UNKNOWN_TOPIC_OR_PARTITION, abortedTransactions: [] }])
  }
})

test('a time that the version does not know is refused before the partition is looked for', async () => {
  const { call } = await refusing()
  const ask = (version: number) =>
    call(ListOffsets, { replicaId: -1, topics: [{ name: 't', partitions: [{ partitionIndex: 9, timestamp: -3 }] }] }, version)
  expect((await ask(6)).topics[0]?.partitions[0]?.errorCode).toBe(errors.UNSUPPORTED_VERSION)
  expect((await ask(7)).topics[0]?.partitions[0]?.errorCode).toBe(errors.UNKNOWN_TOPIC_OR_PARTITION)
})

test('an unknown kind of election is refused partition by partition', async () => {
  const { call } = await refusing()
  const asked = [{ topic: 't', partitions: [0] }]
  const refused = { partitionId: 0, errorCode: errors.INVALID_REQUEST, errorMessage: 'Unknown election type 5' }
  expect(await call(ElectLeaders, { electionType: 5, topicPartitions: asked })).toMatchObject({
    errorCode: errors.INVALID_REQUEST,
    replicaElectionResults: [{ topic: 't', partitionResult: [refused] }],
  })
})

test('a session of fetches does not change between names and ids', async () => {
  const { call } = await refusing()
  const fetch = (version: number, more: object) =>
    call(Fetch, { maxWaitMs: 0, minBytes: 1, topics: [], forgottenTopicsData: [], ...more }, version)
  const topics = [{ topic: 't', partitions: [{ partition: 0, fetchOffset: 2, partitionMaxBytes: 1 << 20 }] }]
  const { sessionId } = await fetch(12, { topics, sessionId: 0, sessionEpoch: 0 })
  expect(sessionId).toBeGreaterThan(0)
  expect(await fetch(13, { sessionId, sessionEpoch: 1 })).toMatchObject({ errorCode: errors.FETCH_SESSION_TOPIC_ID_ERROR })
  expect(await fetch(12, { sessionId, sessionEpoch: 2 })).toMatchObject({ errorCode: errors.INVALID_FETCH_SESSION_EPOCH })
  expect(await fetch(12, { sessionId, sessionEpoch: 1 })).toMatchObject({ errorCode: errors.NONE, sessionId })
})
