/** What a producer holds and has under way is bounded, and who appends beyond it waits its turn. */
import { expect, test } from 'vitest'
import { Produce } from '../../../src/protocol/apis/produce'
import { Scripted } from '../scripted'
import { NEVER, text, world } from './scene'

test('memory is bounded: who appends beyond it waits, and gets room when batches are answered', async () => {
  const { script, producer, model, log } = world({ 'buffer.memory': '4000', 'batch.size': '1000', 'linger.ms': '0' })
  const answers: (() => void)[] = []
  script.on(Produce, async (request) => {
    const reply = model.produce(request)
    await new Promise<void>((resolve) => answers.push(resolve))
    return reply
  })
  await script.outcome(producer.append('t', null, text('0')) as Promise<void>)
  let wait: Promise<void> | undefined
  let count = 1
  while (!wait) wait = producer.append('t', null, text(`${count++}`.padEnd(80)))
  expect(count).toBeLessThan(45)
  let waited = false
  void wait.then(() => {
    waited = true
  })
  await script.clock.pass(100)
  expect(waited).toBe(false)
  for (const answer of answers.splice(0)) answer()
  await script.clock.pass(10)
  expect(waited).toBe(true)
  script.on(Produce, (request) => model.produce(request))
  const flushed = producer.flush()
  await script.clock.pass(1)
  for (const answer of answers.splice(0)) answer()
  await script.outcome(flushed)
  expect(log().values.map((value) => Number(value))).toEqual(Array.from({ length: count }, (_, each) => each))
})

test('memory that does not come back in max.block.ms is an error with all the numbers', async () => {
  const { script, producer } = world({ 'buffer.memory': '1000', 'batch.size': '1000', 'max.block.ms': '500' })
  script.on(Produce, () => NEVER)
  await script.outcome(producer.append('t', null, Buffer.alloc(800)) as Promise<void>)
  const error = await script.outcome(producer.send({ topic: 't', value: Buffer.alloc(800) })).catch((each) => each)
  expect(String(error)).toBe(
    'org.apache.kafka.common.errors.BufferExhaustedException: Failed to allocate 1000 bytes within the configured max blocking ' +
      'time 500 ms. Total memory: 1000 bytes. Available memory: 0 bytes. Poolable size: 1000 bytes',
  )
})

test('no more than max.in.flight requests are under way to a broker', async () => {
  const { script, producer } = world({ 'batch.size': '200', 'linger.ms': '0', 'max.in.flight.requests.per.connection': '2' })
  await script.outcome(producer.send({ topic: 't', value: text('a') }))
  const before = script.requests(Produce).length
  script.on(Produce, () => NEVER)
  for (let i = 0; i < 10; i++) void producer.append('t', null, Buffer.alloc(150))
  await script.clock.pass(100)
  expect(script.requests(Produce).length - before).toBe(2)
})

test('one request carries a batch for every partition of a broker, and none carries two of one', async () => {
  const { script, producer, log } = world({ 'linger.ms': '20', 'batch.size': '500' }, new Scripted([1, 2]).topic('t', [1, 2, 1]))
  await script.outcome(producer.send({ topic: 't', partition: 0, value: text('first') }))
  for (const partition of [0, 1, 2]) void producer.append('t', null, text(`p${partition}`), undefined, undefined, partition)
  await script.clock.pass(20)
  const requests = script.requests(Produce).slice(1)
  expect(requests.map(({ broker, request }) => [broker, request.topicData[0].partitionData.length]).sort()).toEqual([
    [1, 2],
    [2, 1],
  ])
  for (let i = 0; i < 40; i++) void producer.append('t', null, Buffer.alloc(90), undefined, undefined, i % 3)
  await script.outcome(producer.flush())
  for (const { request } of script.requests(Produce)) {
    const indexes = request.topicData.flatMap(({ partitionData }: { partitionData: { index: number }[] }) =>
      partitionData.map(({ index }) => index),
    )
    expect(new Set(indexes).size).toBe(indexes.length)
  }
  expect(log('t', 1).values.length).toBe(14)
})
