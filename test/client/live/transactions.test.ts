/** Transactions against a live broker that has them. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTopics, deleteTopics, groupOffsets } from '../../../src/client/admin'
import type { Cluster } from '../../../src/client/cluster'
import { consumerConfig, producerConfig } from '../../../src/client/config'
import { Consumer } from '../../../src/client/consumer'
import { Producer } from '../../../src/client/producer'
import { EndTxn } from '../../../src/protocol/apis/end-txn'
import { adminCluster, clusterFor, fresh, live, properties, system } from './live'

live('transactions', () => {
  let admin: Cluster
  let hasTransactions = false
  const topics: string[] = []
  const closing: (() => Promise<void>)[] = []
  beforeAll(async () => {
    admin = adminCluster()
    hasTransactions = (await admin.someLink()).peer.versions.has(EndTxn.key)
  })
  afterAll(async () => {
    for (const close of closing) await close()
    await deleteTopics(admin, topics)
    admin.close()
  })
  async function topic(): Promise<string> {
    const name = fresh('transactional')
    topics.push(name)
    await createTopics(admin, [{ name, partitions: 2 }])
    return name
  }
  function producing(transactionalId: string): Producer {
    const config = producerConfig(properties({ 'transactional.id': transactionalId, 'max.block.ms': '10000' }))
    const cluster = clusterFor(config)
    const producer = new Producer({ cluster, config, clock: system.clock, random: system.random })
    closing.push(async () => {
      await producer.close(1000)
      cluster.close()
    })
    return producer
  }
  /** Everything that is there now, by isolation level. */
  async function read(name: string, isolation: string): Promise<string[]> {
    const config = consumerConfig(properties({ 'isolation.level': isolation, 'auto.offset.reset': 'earliest' }))
    const cluster = clusterFor(config)
    const consumer = new Consumer({ cluster, config, clock: system.clock, random: system.random })
    consumer.assign([0, 1].map((partition) => ({ topic: name, partition })))
    const values: string[] = []
    for (let silent = 0; silent < 2; ) {
      const batches = await consumer.poll(600)
      silent = batches.length === 0 ? silent + 1 : 0
      for (const batch of batches) {
        batch.forEachRecord(({ value }) => {
          values.push(String(value))
        })
      }
    }
    await consumer.close()
    cluster.close()
    return values.sort()
  }
  const send = (producer: Producer, name: string, ...values: string[]) =>
    Promise.all(values.map((value, i) => producer.send({ topic: name, partition: i % 2, value: Buffer.from(value) })))

  test('what is committed is seen, what is aborted is not, and one follows the other', async (context) => {
    if (!hasTransactions) context.skip('the broker here coordinates no transactions')
    const name = await topic()
    const producer = producing(fresh('id'))
    expect(() => producer.append(name, null, Buffer.from('x'))).toThrow('before completing a call to initTransactions')
    await producer.initTransactions()
    expect(() => producer.append(name, null, Buffer.from('x'))).toThrow('to transaction while in state  READY')
    for (let round = 0; round < 3; round++) {
      producer.beginTransaction()
      await send(producer, name, `kept ${round}a`, `kept ${round}b`)
      await producer.commitTransaction()
      producer.beginTransaction()
      await send(producer, name, `dropped ${round}a`, `dropped ${round}b`)
      await producer.abortTransaction()
    }
    producer.beginTransaction()
    await send(producer, name, 'open')
    const kept = ['kept 0a', 'kept 0b', 'kept 1a', 'kept 1b', 'kept 2a', 'kept 2b']
    expect(await read(name, 'read_committed')).toEqual(kept)
    expect((await read(name, 'read_uncommitted')).length).toBe(13)
    await producer.abortTransaction()
    expect(await read(name, 'read_committed')).toEqual(kept)
  }, 30_000)

  test('an empty transaction ends as well', async (context) => {
    if (!hasTransactions) context.skip('the broker here coordinates no transactions')
    const producer = producing(fresh('id'))
    await producer.initTransactions()
    producer.beginTransaction()
    await producer.commitTransaction()
    producer.beginTransaction()
    await producer.abortTransaction()
  })

  test('a second producer with the id fences the first, and ends what it left open', async (context) => {
    if (!hasTransactions) context.skip('the broker here coordinates no transactions')
    const name = await topic()
    const id = fresh('id')
    const first = producing(id)
    await first.initTransactions()
    first.beginTransaction()
    await send(first, name, 'lost')
    const second = producing(id)
    await second.initTransactions()
    second.beginTransaction()
    await send(second, name, 'kept')
    await second.commitTransaction()
    await expect(first.commitTransaction()).rejects.toMatchObject({
      exception: expect.stringMatching(/ProducerFenced|InvalidProducerEpoch/),
    })
    expect(await read(name, 'read_committed')).toEqual(['kept'])
  }, 30_000)

  test('after an error the transaction can only be aborted, and then all is well', async (context) => {
    if (!hasTransactions) context.skip('the broker here coordinates no transactions')
    const name = await topic()
    const producer = producing(fresh('id'))
    await producer.initTransactions()
    producer.beginTransaction()
    await send(producer, name, 'dropped')
    await expect(producer.send({ topic: name, value: Buffer.alloc(2_000_000) })).rejects.toThrow('max.request.size')
    const inError = 'Cannot execute transactional method because we are in an error state'
    expect(() => producer.append(name, null, Buffer.from('x'))).toThrow(inError)
    await expect(producer.commitTransaction()).rejects.toThrow(inError)
    await producer.abortTransaction()
    producer.beginTransaction()
    await send(producer, name, 'kept')
    await producer.commitTransaction()
    expect(await read(name, 'read_committed')).toEqual(['kept'])
  }, 30_000)

  test('offsets are stored with the transaction, or not', async (context) => {
    if (!hasTransactions) context.skip('the broker here coordinates no transactions')
    const name = await topic()
    const group = fresh('group')
    const producer = producing(fresh('id'))
    await producer.initTransactions()
    producer.beginTransaction()
    await producer.sendOffsetsToTransaction([{ topic: name, partition: 0, offset: 7 }], { groupId: group })
    await producer.commitTransaction()
    expect(await groupOffsets(admin, group, { partitions: [{ topic: name, partition: 0 }], requireStable: true })).toMatchObject([
      { outcome: { offset: 7 } },
    ])
    producer.beginTransaction()
    await producer.sendOffsetsToTransaction([{ topic: name, partition: 0, offset: 9 }], { groupId: group })
    await producer.abortTransaction()
    expect(await groupOffsets(admin, group, { partitions: [{ topic: name, partition: 0 }], requireStable: true })).toMatchObject([
      { outcome: { offset: 7 } },
    ])
  }, 30_000)
})
