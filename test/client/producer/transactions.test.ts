/** Transactions: who is told what in which order, in both kinds of cluster (KIP-98, KIP-890), and what an error leaves possible. */
import { expect, test } from 'vitest'
import { producerConfig } from '../../../src/client/config'
import { Producer } from '../../../src/client/producer'
import { AddOffsetsToTxn } from '../../../src/protocol/apis/add-offsets-to-txn'
import { AddPartitionsToTxn } from '../../../src/protocol/apis/add-partitions-to-txn'
import { EndTxn } from '../../../src/protocol/apis/end-txn'
import { InitProducerId } from '../../../src/protocol/apis/init-producer-id'
import { Produce } from '../../../src/protocol/apis/produce'
import { TxnOffsetCommit } from '../../../src/protocol/apis/txn-offset-commit'
import { baseSequence, isTransactional, producerEpoch } from '../../../src/protocol/batch'
import { Scripted } from '../scripted'
import { evenRandom } from '../world'
import { BrokerModel } from './broker-model'

function world(level: 1 | 2) {
  const script = new Scripted([1, 2]).topic('t', [1, 1])
  script.coordinators.set('id', 2)
  script.features.push({ name: 'transaction.version', maxVersionLevel: level, minVersionLevel: level })
  const model = new BrokerModel()
  const state = { epoch: 4, endCodes: [] as number[], initCodes: [] as number[], addCodes: [] as number[] }
  script.on(InitProducerId, () => ({ errorCode: state.initCodes.shift() ?? 0, producerId: 9, producerEpoch: ++state.epoch }))
  script.on(AddPartitionsToTxn, ({ v3AndBelowTopics }) => {
    const partitionErrorCode = state.addCodes.shift() ?? 0
    return {
      resultsByTopicV3AndBelow: v3AndBelowTopics.map(({ name, partitions }) => ({
        name,
        resultsByPartition: partitions.map((partitionIndex) => ({ partitionIndex, partitionErrorCode })),
      })),
    }
  })
  script.on(EndTxn, () => {
    const errorCode = state.endCodes.shift() ?? 0
    return { errorCode, producerId: 9, producerEpoch: errorCode === 0 && level === 2 ? ++state.epoch : -1 }
  })
  script.on(AddOffsetsToTxn, () => ({ errorCode: 0 }))
  script.on(TxnOffsetCommit, ({ topics }) => ({
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: 0 })),
    })),
  }))
  // Names stand in for ids in the versions that have none.
  script.on(Produce, ({ topicData }) => ({
    responses: topicData.map(({ name, topicId, partitionData }) => ({
      name,
      topicId,
      partitionResponses: partitionData.map(({ index, records }) => ({
        index,
        ...model.partition('t', index).append(Buffer.from(records ?? [])),
      })),
    })),
  }))
  const config = producerConfig({ 'bootstrap.servers': 'seed:1', 'transactional.id': 'id', 'linger.ms': '0' })
  const cluster = script.cluster({}, { config })
  const producer = new Producer({ cluster, config, clock: script.clock, random: evenRandom })
  const send = (value: string, partition = 0) => producer.send({ topic: 't', partition, value: Buffer.from(value) })
  const order = () => script.asked.map(({ api }) => api).filter((api) => api !== 'Metadata' && api !== 'FindCoordinator')
  const batches = () => script.requests(Produce).map(({ request }) => request.topicData[0].partitionData[0].records as Buffer)
  return { script, producer, state, send, order, batches, model }
}

test('in the old kind of cluster a partition is announced before it is written to, once a transaction', async () => {
  const { script, producer, send, order, batches } = world(1)
  await script.outcome(producer.initTransactions())
  producer.beginTransaction()
  await script.outcome(send('a'))
  await script.outcome(send('b'))
  await script.outcome(producer.commitTransaction())
  expect(order()).toEqual(['InitProducerId', 'AddPartitionsToTxn', 'Produce', 'Produce', 'EndTxn'])
  expect(script.requests(AddPartitionsToTxn)[0]).toMatchObject({ broker: 2, version: 3, request: { v3AndBelowProducerEpoch: 5 } })
  expect(script.requests(Produce)[0]).toMatchObject({ version: 11, request: { transactionalId: 'id' } })
  expect(script.requests(EndTxn)[0]).toMatchObject({ broker: 2, version: 4, request: { committed: true, producerEpoch: 5 } })
  producer.beginTransaction()
  await script.outcome(send('c'))
  await script.outcome(producer.commitTransaction())
  expect(batches().map((batch) => [isTransactional(batch, 0), producerEpoch(batch, 0), baseSequence(batch, 0)])).toEqual([
    [true, 5, 0],
    [true, 5, 1],
    [true, 5, 2],
  ])
})

test('in the new kind nothing is announced, and every end begins another epoch', async () => {
  const { script, producer, send, order, batches } = world(2)
  await script.outcome(producer.initTransactions())
  for (const value of ['a', 'b']) {
    producer.beginTransaction()
    await script.outcome(send(value))
    await script.outcome(producer.commitTransaction())
  }
  expect(order()).toEqual(['InitProducerId', 'Produce', 'EndTxn', 'Produce', 'EndTxn'])
  expect(script.requests(EndTxn).map(({ version, request }) => [version, request.producerEpoch])).toEqual([
    [5, 5],
    [5, 6],
  ])
  expect(batches().map((batch) => [producerEpoch(batch, 0), baseSequence(batch, 0)])).toEqual([
    [5, 0],
    [6, 0],
  ])
})

test('a transaction in which nothing happened asks for nothing', async () => {
  const { script, producer, order } = world(2)
  await script.outcome(producer.initTransactions())
  producer.beginTransaction()
  await script.outcome(producer.commitTransaction())
  expect(order()).toEqual(['InitProducerId'])
})

test('a coordinator that is still at the last transaction, loading, or elsewhere is asked again', async () => {
  const { script, producer, state, send } = world(1)
  state.initCodes.push(51, 14, 16)
  await script.outcome(producer.initTransactions())
  producer.beginTransaction()
  state.addCodes.push(51, 15)
  await script.outcome(send('a'))
  state.endCodes.push(51, 14)
  await script.outcome(producer.commitTransaction())
  expect(script.requests(InitProducerId).length).toBe(4)
  expect(script.requests(AddPartitionsToTxn).length).toBe(3)
  expect(script.requests(EndTxn).length).toBe(3)
})

test('who is fenced is so for good', async () => {
  const { script, producer, state, send } = world(2)
  await script.outcome(producer.initTransactions())
  producer.beginTransaction()
  await script.outcome(send('a'))
  state.endCodes.push(90)
  const fenced = { exception: 'org.apache.kafka.common.errors.ProducerFencedException' }
  await expect(script.outcome(producer.commitTransaction())).rejects.toMatchObject(fenced)
  expect(() => producer.beginTransaction()).toThrow(expect.objectContaining(fenced))
  await expect(producer.abortTransaction()).rejects.toMatchObject(fenced)
})

test.each([1, 2] as const)(
  'what could not be sent can only be aborted, and then another epoch goes on (level %i)',
  async (level) => {
    const { script, producer, send, model, batches } = world(level)
    await script.outcome(producer.initTransactions())
    producer.beginTransaction()
    const answer = (code: number) =>
      script.on(Produce, ({ topicData }) => ({
        responses: topicData.map(({ name, topicId }) => ({
          name,
          topicId,
          partitionResponses: [{ index: 0, errorCode: code, baseOffset: -1 }],
        })),
      }))
    answer(87)
    await expect(script.outcome(send('bad'))).rejects.toMatchObject({ code: 87 })
    await expect(producer.commitTransaction()).rejects.toThrow(
      'Cannot execute transactional method because we are in an error state',
    )
    expect(() => producer.append('t', null, Buffer.from('x'))).toThrow('we are in an error state')
    await script.outcome(producer.abortTransaction())
    script.on(Produce, ({ topicData }) => ({
      responses: topicData.map(({ name, topicId, partitionData }) => ({
        name,
        topicId,
        partitionResponses: partitionData.map(({ index, records }) => ({
          index,
          ...model.partition('t', index).append(Buffer.from(records ?? [])),
        })),
      })),
    }))
    producer.beginTransaction()
    await script.outcome(send('good'))
    expect(producerEpoch(batches().at(-1)!, 0)).toBeGreaterThan(5)
    expect(baseSequence(batches().at(-1)!, 0)).toBe(0)
    expect(model.partition('t', 0).values).toEqual(['good'])
  },
)

test('what is not sent yet when a transaction is aborted never is', async () => {
  const { script, producer, send, model } = world(2)
  await script.outcome(producer.initTransactions())
  producer.beginTransaction()
  await script.outcome(send('sent'))
  const waiting = send('waiting').catch((each) => each)
  await script.outcome(producer.abortTransaction())
  expect(String(await waiting)).toBe(
    'org.apache.kafka.common.errors.TransactionAbortedException: Failing batch since transaction was aborted',
  )
  expect(script.requests(EndTxn)[0]?.request.committed).toBe(false)
  expect(model.partition('t', 0).values).toEqual(['sent'])
})

test.each([
  [1, ['InitProducerId', 'AddOffsetsToTxn', 'TxnOffsetCommit', 'EndTxn'], 4],
  [2, ['InitProducerId', 'TxnOffsetCommit', 'EndTxn'], 5],
] as const)('offsets are part of a transaction (level %i)', async (level, expected, version) => {
  const { script, producer, order } = world(level)
  await script.outcome(producer.initTransactions())
  producer.beginTransaction()
  const group = { groupId: 'g', memberId: 'm', generation: 3 }
  await script.outcome(producer.sendOffsetsToTransaction([{ topic: 't', partition: 1, offset: 8 }], group))
  await script.outcome(producer.commitTransaction())
  expect(order()).toEqual(expected)
  expect(script.requests(TxnOffsetCommit)[0]).toMatchObject({
    version,
    request: { groupId: 'g', memberId: 'm', generationId: 3, producerId: 9 },
  })
})

test('a producer without the id has no transactions', async () => {
  const { script } = world(2)
  const config = producerConfig({ 'bootstrap.servers': 'seed:1' })
  const producer = new Producer({ cluster: script.cluster({}, { config }), config, clock: script.clock, random: evenRandom })
  await expect(producer.initTransactions()).rejects.toThrow('by setting the transactional.id configuration property')
  expect(() => producer.beginTransaction()).toThrow('transactional.id')
})
