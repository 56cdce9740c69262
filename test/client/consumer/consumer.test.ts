/** A consumer of given partitions: where it begins, what it counts as consumed, what it commits, and what it survives. */
import { expect, test } from 'vitest'
import { Fetch } from '../../../src/protocol/apis/fetch'
import { Metadata } from '../../../src/protocol/apis/metadata'
import { OffsetCommit } from '../../../src/protocol/apis/offset-commit'
import { OffsetForLeaderEpoch } from '../../../src/protocol/apis/offset-for-leader-epoch'
import { Disconnected } from '../../../src/protocol/call'
import { Scripted } from '../scripted'
import { Logs } from './log-model'

const t0 = { topic: 't', partition: 0 }

test.each([
  ['earliest', ['a', 'b', 'c']],
  ['latest', []],
  ['by_duration:PT0.5S', []],
])('without a stored offset it begins at the %s', async (reset, expected) => {
  const logs = new Logs()
  logs.log('t').append('a').append('b', 'c')
  const consumer = logs.consumer({ 'auto.offset.reset': reset })
  consumer.assign([t0])
  expect(await logs.read(consumer, 2000)).toEqual(expected)
  logs.log('t').append('d')
  expect(await logs.read(consumer)).toEqual(['d'])
})

test('a time in the log is found', async () => {
  const logs = new Logs()
  for (const value of ['a', 'b', 'c']) logs.log('t').append(value)
  logs.script.clock.time = 1501 // records are of 1000 ms and offset
  const consumer = logs.consumer({ 'auto.offset.reset': 'by_duration:PT0.5S' })
  consumer.assign([t0])
  expect(await logs.read(consumer)).toEqual(['b', 'c'])
})

test('with a group it begins where the group stopped', async () => {
  const logs = new Logs()
  logs.log('t').append('a', 'b', 'c')
  logs.stored.set('t-0', 2)
  const consumer = logs.consumer({ 'group.id': 'g' })
  consumer.assign([t0])
  expect(await logs.read(consumer)).toEqual(['c'])
})

test('only what somebody went through is consumed, and only that is committed', async () => {
  const logs = new Logs()
  logs.log('t').append('a', 'b', 'c').append('d')
  const consumer = logs.consumer({ 'group.id': 'g' })
  consumer.assign([t0])
  const batches = await logs.script.outcome(consumer.poll(1000), 10)
  expect(consumer.position(t0)).toBe(0)
  const seen: string[] = []
  const finished = batches[0]?.forEachRecord(({ value }) => {
    seen.push(String(value))
    return seen.length < 2
  })
  expect(finished).toBe(false)
  expect(consumer.consumed()).toEqual([{ ...t0, offset: 2, leaderEpoch: 0 }])
  await logs.script.outcome(consumer.commit())
  expect(logs.stored.get('t-0')).toBe(2)
  batches[0]?.forEachRecord(({ value }) => {
    seen.push(String(value))
  })
  batches[1]?.forEachRecord(() => {})
  expect(seen).toEqual(['a', 'b', 'c'])
  expect(consumer.position(t0)).toBe(4)
})

test('a record whose visitor throws is not consumed', async () => {
  const logs = new Logs()
  logs.log('t').append('a', 'b')
  const consumer = logs.consumer()
  consumer.assign([t0])
  const [batch] = await logs.script.outcome(consumer.poll(1000), 10)
  expect(() =>
    batch?.forEachRecord(({ offset }) => {
      if (offset === 1) throw new Error('no')
    }),
  ).toThrow('no')
  expect(consumer.position(t0)).toBe(1)
})

test('after a seek, what was fetched before no longer moves the position', async () => {
  const logs = new Logs()
  logs.log('t').append('a', 'b', 'c')
  const consumer = logs.consumer()
  consumer.assign([t0])
  const [batch] = await logs.script.outcome(consumer.poll(1000), 10)
  consumer.seek(t0, 1)
  batch?.forEachRecord(() => {})
  expect(consumer.position(t0)).toBe(1)
  expect(await logs.read(consumer)).toEqual(['b', 'c'])
})

test('what is consumed is committed every auto.commit.interval.ms, and at the end', async () => {
  const logs = new Logs()
  logs.log('t').append('a').append('b')
  const consumer = logs.consumer({ 'group.id': 'g' })
  consumer.assign([t0])
  await logs.read(consumer)
  await logs.read(consumer, 4000)
  expect(logs.stored.get('t-0')).toBeUndefined()
  await logs.read(consumer, 2000)
  expect(logs.stored.get('t-0')).toBe(2)
  logs.log('t').append('c')
  await logs.read(consumer)
  await logs.script.outcome(consumer.close())
  expect(logs.stored.get('t-0')).toBe(3)
  expect(logs.script.requests(OffsetCommit)[0]?.request).toMatchObject({ generationIdOrMemberEpoch: -1, memberId: '' })
})

test('without auto commit nothing is committed by itself', async () => {
  const logs = new Logs()
  logs.log('t').append('a')
  const consumer = logs.consumer({ 'group.id': 'g', 'enable.auto.commit': 'false' })
  consumer.assign([t0])
  await logs.read(consumer)
  await logs.read(consumer, 20_000)
  await logs.script.outcome(consumer.close())
  expect(logs.script.requests(OffsetCommit)).toEqual([])
})

test('without a group there is nothing to commit to', async () => {
  const consumer = new Logs().consumer()
  consumer.assign([t0])
  await expect(consumer.commit()).rejects.toThrow('you must provide a valid group.id in the consumer configuration')
})

test('an offset outside the log is reset, or an error where nothing says how', async () => {
  const logs = new Logs()
  logs.log('t').append('a').append('b')
  const lenient = logs.consumer()
  lenient.assign([t0])
  lenient.seek(t0, 99)
  expect(await logs.read(lenient)).toEqual(['a', 'b'])
  const strict = logs.consumer({ 'auto.offset.reset': 'none' })
  strict.assign([t0])
  await expect(logs.read(strict)).rejects.toMatchObject({
    exception: 'org.apache.kafka.clients.consumer.NoOffsetForPartitionException',
    message: 'Undefined offset with no reset policy for partitions: [t-0]',
  })
  strict.seek(t0, 99)
  await expect(logs.read(strict)).rejects.toThrow('Fetch position 99 is out of range for partition t-0')
  strict.seek(t0, 1)
  expect(await logs.read(strict)).toEqual(['b'])
})

test('the next fetch is under way while the last is looked at', async () => {
  const logs = new Logs()
  logs.log('t').append('a')
  const consumer = logs.consumer()
  consumer.assign([t0])
  await logs.script.outcome(consumer.poll(1000), 10)
  await logs.script.clock.pass(0)
  expect(logs.script.requests(Fetch).length).toBe(2)
  expect(logs.script.requests(Fetch)[1]?.request.topics[0].partitions[0].fetchOffset).toBe(1)
})

test('a partition that moved is read at its new leader', async () => {
  const logs = new Logs(new Scripted([1, 2]).topic('t', [1]))
  const { script } = logs
  const topic = script.topics.get('t')!
  logs.log('t').append('a')
  script.on(Fetch, ({ topics }, { broker }) => {
    const { fetchOffset } = topics[0]!.partitions[0]!
    const isLeader = broker === topic.leaders[0]
    const records = (isLeader && logs.log('t').batches[fetchOffset]) || Buffer.alloc(0)
    const row = { partitionIndex: 0, errorCode: isLeader ? 0 : 6, highWatermark: 2, abortedTransactions: null, records }
    return { responses: [{ topicId: topic.id, partitions: [row] }] }
  })
  script.on(OffsetForLeaderEpoch, () => ({
    topics: [{ topic: 't', partitions: [{ partition: 0, errorCode: 0, leaderEpoch: 0, endOffset: 1 }] }],
  }))
  const consumer = logs.consumer()
  consumer.assign([t0])
  expect(await logs.read(consumer)).toEqual(['a'])
  topic.leaders = [2]
  topic.epochs = [1]
  logs.log('t').append('b')
  expect(await logs.read(consumer)).toEqual(['b'])
  expect(script.requests(Fetch).at(-1)?.broker).toBe(2)
})

test.each([
  [{ 'auto.offset.reset': 'earliest' }, 2],
  [{ 'auto.offset.reset': 'none' }, undefined],
])('a log that lost what was read from it is noticed with the new leader (%j)', async (properties, position) => {
  const logs = new Logs()
  const { script } = logs
  logs.log('t').append('a').append('b').append('c')
  const consumer = logs.consumer(properties)
  consumer.assign([t0])
  consumer.seek(t0, 0)
  expect(await logs.read(consumer)).toEqual(['a', 'b', 'c'])
  script.on(OffsetForLeaderEpoch, () => ({
    topics: [{ topic: 't', partitions: [{ partition: 0, errorCode: 0, leaderEpoch: 0, endOffset: 2 }] }],
  }))
  script.topics.get('t')!.epochs = [3]
  logs.log('t').batches.pop()
  script.hangUp(1)
  const reading = logs.read(consumer, 2000)
  if (position === undefined) {
    await expect(reading).rejects.toMatchObject({ exception: 'org.apache.kafka.clients.consumer.LogTruncationException' })
    return
  }
  await reading
  expect(consumer.position(t0)).toBe(position)
  expect(script.requests(OffsetForLeaderEpoch)[0]?.request.topics[0].partitions[0]).toMatchObject({
    leaderEpoch: 0,
    currentLeaderEpoch: 3,
  })
})

test('a broker that goes and comes back is read on, and not asked in a circle meanwhile', async () => {
  const logs = new Logs()
  const { script } = logs
  logs.log('t').append('a')
  const consumer = logs.consumer()
  consumer.assign([t0])
  expect(await logs.read(consumer)).toEqual(['a'])
  script.down.add(1)
  script.hangUp(1)
  const dials = script.dials
  expect(await logs.read(consumer, 10_000)).toEqual([])
  expect(script.dials - dials).toBeLessThan(40)
  script.down.delete(1)
  logs.log('t').append('b')
  expect(await logs.read(consumer)).toEqual(['b'])
})

test('a topic that is not there is asked for with pauses, complained of, and read when it comes', async () => {
  const warnings: string[] = []
  const logs = new Logs(new Scripted())
  const consumer = logs.consumer({}, { onWarning: (text) => warnings.push(text) })
  consumer.assign([{ topic: 'late', partition: 0 }])
  expect(await logs.read(consumer, 5000)).toEqual([])
  expect(warnings[0]).toBe(
    'The metadata response from the cluster reported a recoverable issue with correlation id 1 : {late=UNKNOWN_TOPIC_OR_PARTITION}',
  )
  expect(logs.script.requests(Metadata).length).toBeLessThan(40)
  expect(logs.script.requests(Metadata).some(({ request }) => request.allowAutoTopicCreation)).toBe(true)
  logs.script.topic('late', [1])
  logs.log('late').append('a')
  expect(await logs.read(consumer)).toEqual(['a'])
})

test('damage is an error with its place, and a seek leads past it', async () => {
  const logs = new Logs()
  logs.log('t').append('a').append('b')
  const [first] = logs.log('t').batches
  first![first!.length - 2]! ^= 1
  const consumer = logs.consumer()
  consumer.assign([t0])
  await expect(logs.read(consumer)).rejects.toMatchObject({
    cause: { message: expect.stringContaining('Record batch for partition t-0 at offset 0 is invalid') },
  })
  consumer.seek(t0, 1)
  expect(await logs.read(consumer)).toEqual(['b'])
})

test('a paused partition is not given, and nothing is lost by it', async () => {
  const logs = new Logs(new Scripted().topic('t', [1, 1]))
  const t1 = { topic: 't', partition: 1 }
  logs.log('t', 0).append('a')
  const consumer = logs.consumer()
  consumer.assign([t0, t1])
  consumer.pause([t0])
  logs.log('t', 1).append('b')
  expect(await logs.read(consumer)).toEqual(['b'])
  expect(await logs.read(consumer, 2000)).toEqual([])
  consumer.resume([t0])
  expect(await logs.read(consumer)).toEqual(['a'])
})

test('wakeup ends a poll without records', async () => {
  const logs = new Logs()
  const consumer = logs.consumer()
  consumer.assign([t0])
  const polling = consumer.poll(1_000_000)
  await logs.script.clock.pass(100)
  consumer.wakeup()
  expect(await polling).toEqual([])
})

test('a fetch that is lost on the way is asked again from the same place', async () => {
  const logs = new Logs()
  logs.log('t').append('a')
  const consumer = logs.consumer()
  consumer.assign([t0])
  const { id } = logs.script.topics.get('t')!
  let losses = 2
  logs.script.on(Fetch, ({ topics }) => {
    if (losses-- > 0) throw new Disconnected('gone')
    expect(topics[0]?.partitions[0]?.fetchOffset).toBe(0)
    return {
      responses: [
        {
          topicId: id,
          partitions: [
            { partitionIndex: 0, errorCode: 0, highWatermark: 1, abortedTransactions: null, records: logs.log('t').batches[0]! },
          ],
        },
      ],
    }
  })
  expect(await logs.read(consumer)).toEqual(['a'])
})

test('polling nothing, or after the end, is an error', async () => {
  const logs = new Logs()
  const consumer = logs.consumer()
  await expect(consumer.poll(1)).rejects.toThrow('Consumer is not subscribed to any topics or assigned any partitions')
  consumer.assign([t0])
  await logs.script.outcome(consumer.close())
  await expect(consumer.poll(1)).rejects.toThrow('This consumer has already been closed.')
})
