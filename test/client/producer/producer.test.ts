/** The producer: batching, bounds, order, and what it makes of every kind of trouble. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { KafkaError } from '../../../src/client/kafka-error'
import { Metadata } from '../../../src/protocol/apis/metadata'
import { Produce } from '../../../src/protocol/apis/produce'
import { codecOf, producerEpoch, producerId, recordCount } from '../../../src/protocol/batch'
import { readRecords } from '../../../src/protocol/batch-reader'
import { Disconnected } from '../../../src/protocol/call'
import { Scripted } from '../scripted'
import { batchesIn, NEVER, text, world } from './scene'

test('a record tells where it is, with the partition of its key and the time of its making', async () => {
  const { script, producer } = world({}, new Scripted().topic('t', [1, 1, 1]))
  const sent = await script.outcome(
    producer.send({ topic: 't', key: text('key1'), value: text('v'), headers: [{ key: 'h', value: text('w') }] }),
    1,
  )
  expect(sent).toEqual({ topic: 't', partition: (28543940 & 0x7fffffff) % 3, offset: 0, timestamp: expect.any(Number) })
  const [record] = [...readRecords(batchesIn(script)[0]!, 0)]
  expect(record).toMatchObject({ timestamp: sent.timestamp, headers: [{ key: 'h', value: text('w') }] })
})

test('the time and offset are the broker own where it stamps records', async () => {
  const { script, producer } = world()
  script.on(Produce, ({ topicData }) => ({
    responses: [
      { topicId: topicData[0]!.topicId, partitionResponses: [{ index: 0, errorCode: 0, baseOffset: 70, logAppendTimeMs: 5 }] },
    ],
  }))
  const both = Promise.all([producer.send({ topic: 't', value: text('a') }), producer.send({ topic: 't', value: text('b') })])
  expect((await script.outcome(both)).map(({ offset, timestamp }) => [offset, timestamp])).toEqual([
    [70, 5],
    [71, 5],
  ])
})

test('records gather for linger.ms, and no longer', async () => {
  const { script, producer, log } = world({ 'linger.ms': '50' })
  await script.outcome(producer.send({ topic: 't', value: text('first') }), 10)
  void producer.send({ topic: 't', value: text('a') })
  await script.clock.pass(30)
  void producer.send({ topic: 't', value: text('b') })
  await script.clock.pass(19)
  expect(log().values).toEqual(['first'])
  await script.clock.pass(1)
  expect(log().values).toEqual(['first', 'a', 'b'])
  expect(log().batchSizes).toEqual([1, 2])
})

test('a full batch is sent at once, and batches hold batch.size', async () => {
  const { script, producer } = world({ 'linger.ms': '100000', 'batch.size': '1000', 'delivery.timeout.ms': '1000000' })
  for (let i = 0; i < 30; i++) void producer.append('t', null, Buffer.alloc(90))
  await script.clock.pass(10)
  const sizes = batchesIn(script).map(({ length }) => length)
  expect(sizes.length).toBe(3)
  for (const size of sizes) expect(size).toBeGreaterThan(850)
  for (const size of sizes) expect(size).toBeLessThanOrEqual(1000)
})

test('flush does not linger, and comes back when all is answered', async () => {
  const { script, producer, log } = world({ 'linger.ms': '10000' })
  for (const value of ['a', 'b', 'c']) void producer.append('t', null, text(value))
  await script.outcome(producer.flush(), 1)
  expect(log().values).toEqual(['a', 'b', 'c'])
  expect(script.clock.time - 1_700_000_000_000).toBeLessThan(1000)
})

test('a record larger than max.request.size is refused in Kafka words', async () => {
  const { script, producer } = world()
  await script.clock.pass(0)
  const error = await script.outcome(producer.send({ topic: 't', value: Buffer.alloc(1_100_000) })).catch((each) => each)
  expect(String(error)).toBe(
    'org.apache.kafka.common.errors.RecordTooLargeException: The message is 1100088 bytes when serialized which is larger than ' +
      '1048576, which is the value of the max.request.size configuration.',
  )
})

test('a record larger than buffer.memory is refused in Kafka words', async () => {
  const { script, producer } = world({ 'buffer.memory': '20000' })
  const error = await script.outcome(producer.send({ topic: 't', value: Buffer.alloc(30_000) })).catch((each) => each)
  expect(error.message).toBe(
    'The message is 30087 bytes when serialized which is larger than the total memory buffer you have configured with the ' +
      'buffer.memory configuration.',
  )
})

test('append waits for its topic, then takes everything in order, and waits no more', async () => {
  const { script, producer, log } = world()
  const waits = ['a', 'b', 'c'].map((value) => producer.append('t', null, text(value)))
  expect(waits.every((wait) => wait instanceof Promise)).toBe(true)
  await script.outcome(Promise.all(waits))
  expect(producer.append('t', null, text('d'))).toBeUndefined()
  await script.outcome(producer.flush())
  expect(log().values).toEqual(['a', 'b', 'c', 'd'])
})

test('a topic that never comes is given up after max.block.ms, in Kafka words', async () => {
  const { script, producer } = world({ 'max.block.ms': '3000' })
  const errors: string[] = []
  const wait = producer.append('nowhere', null, text('a'), undefined, (error, record) => errors.push(`${error} ${record.value}`))
  await script.outcome(wait as Promise<void>)
  expect(errors).toEqual([
    'org.apache.kafka.common.errors.TimeoutException: Topic nowhere not present in metadata after 3000 ms. a',
  ])
  expect(script.clock.time - 1_700_000_000_000).toBeLessThan(3200)
  const asked = script.requests(Metadata)
  expect(asked.every(({ request }) => request.allowAutoTopicCreation)).toBe(true)
  expect(asked.length).toBeLessThan(20)
})

test('a partition that never comes is given up too', async () => {
  const { script, producer } = world({ 'max.block.ms': '1000' })
  const error = await script.outcome(producer.send({ topic: 't', partition: 9, value: text('a') })).catch((each) => each)
  expect(error.message).toBe('Partition 9 of topic t with partition count 1 is not present in metadata after 1000 ms.')
})

test('a topic that is made while somebody waits for it is used', async () => {
  const { script, producer, model } = world()
  const sent = producer.send({ topic: 'late', value: text('a') })
  await script.clock.pass(2000)
  script.topic('late', [1])
  expect(await script.outcome(sent)).toMatchObject({ topic: 'late', offset: 0 })
  expect(model.partition(script.topics.get('late')!.id, 0).values).toEqual(['a'])
})

test('a name that no topic can have is refused without waiting', async () => {
  const { script, producer } = world()
  script.on(Metadata, () => ({
    brokers: [{ nodeId: 1, host: 'broker', port: 1 }],
    topics: [{ errorCode: 17, name: 'bad topic', partitions: [] }],
  }))
  const error = await script.outcome(producer.send({ topic: 'bad topic', value: text('a') })).catch((each) => each)
  expect(String(error)).toBe('org.apache.kafka.common.errors.InvalidTopicException: Invalid topics: [bad topic]')
})

test('acks=0 asks for nothing and knows nothing', async () => {
  const { script, producer } = world({ acks: '0' })
  script.on(Produce, () => ({ responses: [] }))
  const sent = await script.outcome(producer.send({ topic: 't', value: text('a') }))
  expect(sent).toMatchObject({ partition: 0, offset: -1 })
  expect(producerId(batchesIn(script)[0]!, 0)).toBe(-1)
})

test('batches are compressed as configured', async () => {
  const { script, producer, log } = world({ 'compression.type': 'lz4' })
  for (let i = 0; i < 50; i++) void producer.append('t', null, text(`the same words ${i}`))
  await script.outcome(producer.flush())
  expect(codecOf(batchesIn(script)[0]!, 0)).toBe(3)
  expect(log().values[49]).toBe('the same words 49')
})

test('a batch that a broker finds too large is sent again in parts, in order, each record with its own answer', async () => {
  const { script, producer, model, log } = world({ 'linger.ms': '20', 'batch.size': '2000' })
  await script.outcome(producer.send({ topic: 't', value: text('0') }))
  script.on(Produce, (request) => {
    const { index, records } = request.topicData[0]!.partitionData[0]!
    const tooLarge = recordCount(Buffer.from(records ?? []), 0) > 12
    if (!tooLarge) return model.produce(request)
    return {
      responses: [{ topicId: request.topicData[0]!.topicId, partitionResponses: [{ index, errorCode: 10, baseOffset: -1 }] }],
    }
  })
  const values = Array.from({ length: 40 }, (_, i) => `${i + 1}`.padEnd(80))
  const sent = await script.outcome(Promise.all(values.map((value) => producer.send({ topic: 't', value: text(value) }))))
  expect(sent.map(({ offset }) => offset)).toEqual(values.map(Number))
  expect(log().values.map(Number)).toEqual([0, ...values.map(Number)])
  expect(Math.max(...log().batchSizes)).toBeLessThanOrEqual(12)
})

test('a single record that a broker finds too large is an error of its own', async () => {
  const { script, producer } = world({ 'linger.ms': '20' })
  script.on(Produce, ({ topicData }) => ({
    responses: [{ topicId: topicData[0]!.topicId, partitionResponses: [{ index: 0, errorCode: 10, baseOffset: -1 }] }],
  }))
  const sent = Promise.allSettled([
    producer.send({ topic: 't', value: text('a') }),
    producer.send({ topic: 't', value: text('b') }),
  ])
  const outcomes = await script.outcome(sent)
  expect(outcomes.map((each) => String((each as PromiseRejectedResult).reason))).toEqual(
    [1, 2].map(
      () =>
        'org.apache.kafka.common.errors.RecordTooLargeException: The request included a message larger than the max message size ' +
        'the server will accept.',
    ),
  )
})

test('an error that is final is every record own, and what follows is sent all the same', async () => {
  const { script, producer, model, log } = world({ 'linger.ms': '0' })
  await script.outcome(producer.send({ topic: 't', value: text('a') }))
  let refusals = 1
  script.on(Produce, (request) => {
    if (refusals-- <= 0) return model.produce(request)
    const { topicId } = request.topicData[0]!
    const recordErrors = [
      { batchIndex: 0, batchIndexErrorMessage: 'Compacted topic cannot accept message without key in topic partition t-0' },
    ]
    return {
      responses: [
        { topicId, partitionResponses: [{ index: 0, errorCode: 87, baseOffset: -1, recordErrors, errorMessage: 'no' }] },
      ],
    }
  })
  const seen: [KafkaError, string][] = []
  void producer.append('t', null, text('b'), undefined, (error, record) => seen.push([error, String(record.value)]))
  await script.clock.pass(10)
  await script.outcome(producer.send({ topic: 't', value: text('c') }))
  expect(seen.map(([error, value]) => `${value}: ${error}`)).toEqual([
    'b: org.apache.kafka.common.InvalidRecordException: Compacted topic cannot accept message without key in topic partition t-0',
  ])
  expect(log().values).toEqual(['a', 'c'])
})

test('a record that is not delivered in time is given up, in Kafka words', async () => {
  const { script, producer } = world({ 'delivery.timeout.ms': '5000', 'request.timeout.ms': '1000', 'linger.ms': '0' })
  script.topics.get('t')!.leaders = [-1]
  const error = await script.outcome(producer.send({ topic: 't', value: text('a') })).catch((each) => each)
  expect(error.message).toMatch(/^Expiring 1 record\(s\) for t-0:5\d\d\d ms has passed since batch creation$/)
})

test('close sends what is left; afterwards nothing is taken', async () => {
  const { script, producer, log } = world({ 'linger.ms': '10000' })
  void producer.append('t', null, text('a'))
  await script.outcome(producer.close())
  expect(log().values).toEqual(['a'])
  expect(() => producer.append('t', null, text('b'))).toThrow('Cannot perform operation after producer has been closed')
  await expect(producer.send({ topic: 't', value: text('b') })).rejects.toThrow('after producer has been closed')
  expect(script.clock.pending).toBe(0)
})

test('close gives up after its time', async () => {
  const { script, producer } = world()
  script.on(Produce, () => NEVER)
  const sent = producer.send({ topic: 't', value: text('a') }).catch((each) => each)
  await script.outcome(producer.close(1000))
  expect(String(await sent)).toBe('org.apache.kafka.common.KafkaException: Producer is closed forcefully.')
})

test('numbering that a broker has forgotten begins anew in the next epoch', async () => {
  const { script, producer, log } = world({ 'linger.ms': '0' })
  for (const value of ['a', 'b']) await script.outcome(producer.send({ topic: 't', value: text(value) }))
  log().forget()
  let refusals = 1
  const { model } = { model: log() }
  script.on(Produce, ({ topicData }) => {
    const { topicId, partitionData } = topicData[0]!
    if (refusals-- > 0) {
      return { responses: [{ topicId, partitionResponses: [{ index: 0, errorCode: 59, baseOffset: -1, logStartOffset: 9 }] }] }
    }
    return {
      responses: [{ topicId, partitionResponses: [{ index: 0, ...model.append(Buffer.from(partitionData[0]!.records ?? [])) }] }],
    }
  })
  await script.outcome(producer.send({ topic: 't', value: text('c') }))
  expect(log().values).toEqual(['a', 'b', 'c'])
  expect(producerEpoch(batchesIn(script).at(-1)!, 0)).toBe(1)
})

const fate = fc.constantFrom('well', 'well', 'well', 'lost', 'reply lost', 'not leader', 'storage', 'refused')
test('whatever happens on the way, an idempotent producer writes what it says it wrote, once and in order, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fate, { maxLength: 25 }), fc.integer({ min: 1, max: 5 }), async (fates, inFlight) => {
      const script = new Scripted().topic('t', [1, 1])
      const quick = {
        'linger.ms': '0',
        'batch.size': '300',
        'retry.backoff.ms': '10',
        'retry.backoff.max.ms': '20',
        'reconnect.backoff.ms': '10',
      }
      const { producer, model, log } = world({ ...quick, 'max.in.flight.requests.per.connection': `${inFlight}` }, script)
      const left = [...fates]
      script.on(Produce, async (request) => {
        const what = left.shift() ?? 'well'
        // A broker that has written a batch does not find later that it would not have.
        const isWritten = request.topicData[0]!.partitionData.some(({ index, records }) =>
          [...readRecords(Buffer.from(records ?? []), 0)].some(({ value }) => log('t', index).values.includes(String(value))),
        )
        const code = ({ 'not leader': 6, storage: 56, refused: isWritten ? 0 : 87 } as Record<string, number>)[what]
        if (code) {
          const partitionResponses = (each: (typeof request.topicData)[number]) =>
            each.partitionData.map(({ index }) => ({ index, errorCode: code, baseOffset: -1 }))
          return {
            responses: request.topicData.map((each) => ({ topicId: each.topicId, partitionResponses: partitionResponses(each) })),
          }
        }
        if (what === 'lost') {
          script.hangUp(1)
          throw new Disconnected('lost')
        }
        const reply = model.produce(request)
        if (what === 'reply lost') {
          script.hangUp(1)
          throw new Disconnected('reply lost')
        }
        return reply
      })
      const sent: Promise<unknown>[] = []
      for (let i = 0; i < 60; i++) sent.push(producer.send({ topic: 't', partition: i % 2, value: text(`${i}`.padEnd(60)) }))
      const outcomes = await script.outcome(Promise.allSettled(sent), 20)
      for (const partition of [0, 1]) {
        const expected = outcomes.flatMap(({ status }, i) => (i % 2 === partition && status === 'fulfilled' ? [i] : []))
        expect(log('t', partition).values.map(Number)).toEqual(expected)
      }
      if (!fates.includes('refused')) expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([])
      await script.outcome(producer.close())
    }),
    {
      numRuns: 150,
      // what may be written already stands before what is refused, and would be written again under the new epoch's numbers
      examples: [[['well', 'well', 'reply lost', 'well', 'storage', 'refused'], 2]],
    },
  )
}, 60_000)
