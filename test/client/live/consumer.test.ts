/** The consumer against a live broker: what it reads, what it commits, and how it shares with others. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createPartitions,
  createTopics,
  deleteRecords,
  deleteTopics,
  describeGroups,
  groupOffsets,
  isError,
} from '../../../src/client/admin'
import type { Cluster } from '../../../src/client/cluster'
import { consumerConfig, type Properties, producerConfig } from '../../../src/client/config'
import { Consumer, type RebalanceListener, type Subscription, type TopicPartition } from '../../../src/client/consumer'
import { Producer } from '../../../src/client/producer'
import { adminCluster, clusterFor, fresh, live, properties, system } from './live'

interface Running {
  readonly consumer: Consumer
  close(): Promise<void>
}
const open: Running[] = []

function consuming(own: Properties = {}): Running {
  const config = consumerConfig(properties({ 'auto.offset.reset': 'earliest', ...own }))
  const cluster = clusterFor(config)
  const consumer = new Consumer({ cluster, config, clock: system.clock, random: system.random })
  const running = {
    consumer,
    async close() {
      await consumer.close()
      cluster.close()
    },
  }
  open.push(running)
  return running
}

/** Values read until `enough` says so. */
async function read(consumer: Consumer, enough: (values: readonly string[]) => boolean, limitMs = 20_000): Promise<string[]> {
  const values: string[] = []
  const until = Date.now() + limitMs
  while (!enough(values)) {
    if (Date.now() > until) throw new Error(`only ${values.length} values came: ${values.slice(0, 20)}`)
    for (const batch of await consumer.poll(200)) {
      const goesOn = batch.forEachRecord(({ value }) => {
        values.push(String(value))
        return !enough(values)
      })
      if (!goesOn) break
    }
  }
  return values
}
const count = (wanted: number) => (values: readonly string[]) => values.length >= wanted

live('consumer', () => {
  let admin: Cluster
  const topics: string[] = []
  beforeAll(() => {
    admin = adminCluster()
  })
  afterAll(async () => {
    for (const running of open) await running.close()
    await deleteTopics(admin, topics)
    admin.close()
  })
  async function topic(partitions: number, values: readonly string[] = [], own: Properties = {}): Promise<string> {
    const name = fresh('consumed')
    topics.push(name)
    await createTopics(admin, [{ name, partitions }])
    await produce(name, values, own)
    return name
  }
  async function produce(name: string, values: readonly string[], own: Properties = {}, partition?: number): Promise<void> {
    const config = producerConfig(properties(own))
    const cluster = clusterFor(config)
    const producer = new Producer({ cluster, config, clock: system.clock, random: system.random })
    for (const value of values) {
      const wait = producer.append(name, null, Buffer.from(value), undefined, undefined, partition)
      if (wait) await wait
    }
    await producer.close()
    cluster.close()
  }
  const numbers = (first: number, end: number) => Array.from({ length: end - first }, (_, i) => `${first + i}`)

  test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('what was written with %s is read again', async (codec) => {
    const values = numbers(0, 3000)
    const name = await topic(1, values, { 'compression.type': codec })
    const { consumer, close } = consuming()
    consumer.assign([{ topic: name, partition: 0 }])
    expect(await read(consumer, count(3000))).toEqual(values)
    await close()
  })

  test('a consumer begins where it is told, in the middle of a batch too', async () => {
    const name = await topic(1, numbers(0, 100))
    const { consumer, close } = consuming()
    const partition = { topic: name, partition: 0 }
    consumer.assign([partition])
    consumer.seek(partition, 42)
    expect(await read(consumer, count(3))).toEqual(['42', '43', '44'])
    expect(consumer.position(partition)).toBe(45)
    consumer.seek(partition, 'earliest')
    expect(await read(consumer, count(1))).toEqual(['0'])
    consumer.seek(partition, 'latest')
    await consumer.poll(300)
    expect(consumer.position(partition)).toBe(100)
    await close()
  })

  test('an offset that is gone is an error without a reset policy, and the earliest with one', async () => {
    const name = await topic(1, numbers(0, 10))
    const partition = { topic: name, partition: 0 }
    await deleteRecords(admin, [{ ...partition, before: 5 }])
    const strict = consuming({ 'auto.offset.reset': 'none' })
    strict.consumer.assign([partition])
    await expect(read(strict.consumer, count(1))).rejects.toThrow(
      `Undefined offset with no reset policy for partitions: [${name}-0]`,
    )
    strict.consumer.seek(partition, 2)
    await expect(read(strict.consumer, count(1))).rejects.toThrow(`Fetch position 2 is out of range for partition ${name}-0`)
    const lenient = consuming()
    lenient.consumer.assign([partition])
    lenient.consumer.seek(partition, 2)
    expect(await read(lenient.consumer, count(1))).toEqual(['5'])
    await strict.close()
    await lenient.close()
  })

  describe.each(['classic', 'consumer'])('in a group of the %s protocol', (protocol) => {
    const group = () => ({ 'group.id': fresh('group'), 'group.protocol': protocol })
    const member = (own: Properties, subscription: Subscription, listener?: RebalanceListener) => {
      const running = consuming(own)
      running.consumer.subscribe(subscription, listener)
      return running
    }
    const storedOf = async (groupId: string) => {
      const rows = await groupOffsets(admin, groupId)
      if (isError(rows)) throw rows
      return rows.map(({ outcome }) => (isError(outcome) ? outcome.code : outcome.offset))
    }

    test('what was gone through is committed, and nothing else', async () => {
      const name = await topic(1, numbers(0, 1000))
      const own = group()
      const first = member(own, [name])
      expect((await read(first.consumer, count(250))).at(-1)).toBe('249')
      await first.close()
      expect(await storedOf(own['group.id'])).toEqual([250])
      const second = member(own, [name])
      expect(await read(second.consumer, count(1))).toEqual(['250'])
      await second.close()
      expect(await storedOf(own['group.id'])).toEqual([251])
    }, 30_000)

    test('members share the partitions, take over from who leaves, and together read everything once', async () => {
      const name = await topic(6, numbers(0, 300))
      const own = group()
      const members = [0, 1, 2].map(() => member(own, [name]))
      const values: string[] = []
      let running = true
      const loops = members.map(async ({ consumer }) => {
        while (running)
          for (const batch of await consumer.poll(100)) batch.forEachRecord(({ value }) => values.push(String(value)))
      })
      await expect.poll(() => members.map(({ consumer }) => consumer.assignment().length), { timeout: 30_000 }).toEqual([2, 2, 2])
      await expect.poll(() => values.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(300)
      const described = (await describeGroups(admin, [own['group.id']])).get(own['group.id'])
      expect(described).toMatchObject({
        type: protocol,
        state: 'Stable',
        members: [{ clientId: 'live' }, { clientId: 'live' }, { clientId: 'live' }],
      })
      expect([...values].map(Number).sort((a, b) => a - b)).toEqual(numbers(0, 300).map(Number))
      running = false
      await Promise.all(loops)
      await members[0]?.close()
      running = true
      const rest = members.slice(1).map(async ({ consumer }) => {
        while (running) await consumer.poll(100)
      })
      await expect
        .poll(() => members.slice(1).map(({ consumer }) => consumer.assignment().length), { timeout: 30_000 })
        .toEqual([3, 3])
      running = false
      await Promise.all(rest)
      for (const each of members) await each.close()
    }, 90_000)

    test('topics are found by a rule, those that come later too', async () => {
      const prefix = fresh('rule')
      const make = async (suffix: string) => {
        topics.push(`${prefix}${suffix}`)
        await createTopics(admin, [{ name: `${prefix}${suffix}`, partitions: 1 }])
        await produce(`${prefix}${suffix}`, [suffix])
      }
      await make('a')
      const own = { ...group(), 'metadata.max.age.ms': '500' }
      const { consumer, close } = member(own, { source: `${prefix}.*`, matches: (name) => name.startsWith(prefix) })
      expect(await read(consumer, count(1))).toEqual(['a'])
      await make('b')
      expect(await read(consumer, count(1), 30_000)).toEqual(['b'])
      await close()
    }, 60_000)

    test('new partitions of a topic are read', async () => {
      const name = await topic(1, ['a'])
      const own = { ...group(), 'metadata.max.age.ms': '500' }
      const { consumer, close } = member(own, [name])
      expect(await read(consumer, count(1))).toEqual(['a'])
      await createPartitions(admin, [{ topic: name, count: 2 }])
      await produce(name, ['b'], {}, 1)
      expect(await read(consumer, count(1), 30_000)).toEqual(['b'])
      await close()
    }, 60_000)

    test('a static member keeps its partitions when it comes back', async () => {
      const name = await topic(2, numbers(0, 10))
      const own = { ...group(), 'group.instance.id': 'me' }
      const first = member(own, [name])
      await read(first.consumer, count(10))
      await first.close()
      const events: string[] = []
      const second = member(own, [name], { onAssigned: (partitions) => void events.push(`assigned ${partitions.length}`) })
      await produce(name, ['x'])
      expect(await read(second.consumer, count(1))).toEqual(['x'])
      expect(events).toEqual(['assigned 2'])
      await second.close()
    }, 30_000)
  })

  test('cooperative members keep reading what stays theirs', async () => {
    const name = await topic(4)
    const own = {
      'group.id': fresh('group'),
      'partition.assignment.strategy': 'org.apache.kafka.clients.consumer.CooperativeStickyAssignor',
    }
    const revoked: TopicPartition[] = []
    const first = consuming(own)
    first.consumer.subscribe([name], { onRevoked: (partitions) => void revoked.push(...partitions) })
    let running = true
    const polling = [first].map(async ({ consumer }) => {
      while (running) await consumer.poll(100)
    })
    await expect.poll(() => first.consumer.assignment().length, { timeout: 20_000 }).toBe(4)
    const second = consuming(own)
    second.consumer.subscribe([name])
    polling.push(
      (async () => {
        while (running) await second.consumer.poll(100)
      })(),
    )
    await expect
      .poll(() => [first, second].map(({ consumer }) => consumer.assignment().length), { timeout: 30_000 })
      .toEqual([2, 2])
    expect(revoked.length).toBe(2)
    running = false
    await Promise.all(polling)
    await first.close()
    await second.close()
  }, 60_000)
})
