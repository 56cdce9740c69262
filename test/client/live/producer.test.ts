/** The producer against a live broker. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTopics, deleteTopics, listOffsets } from '../../../src/client/admin'
import type { Cluster } from '../../../src/client/cluster'
import { type Properties, producerConfig } from '../../../src/client/config'
import { Producer } from '../../../src/client/producer'
import { adminCluster, clusterFor, fresh, live, properties, system } from './live'

live('producer', () => {
  let admin: Cluster
  const topics: string[] = []
  beforeAll(() => {
    admin = adminCluster()
  })
  afterAll(async () => {
    await deleteTopics(admin, topics)
    admin.close()
  })
  async function topic(partitions: number, configs: Record<string, string> = {}): Promise<string> {
    const name = fresh('produced')
    topics.push(name)
    await createTopics(admin, [{ name, partitions, configs }])
    return name
  }
  async function producing<T>(own: Properties, work: (producer: Producer) => Promise<T>): Promise<T> {
    const config = producerConfig(properties(own))
    const cluster = clusterFor(config)
    const producer = new Producer({ cluster, config, clock: system.clock, random: system.random })
    const result = await work(producer)
    await producer.close()
    cluster.close()
    return result
  }

  test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('records compressed with %s are taken', async (codec) => {
    const name = await topic(2)
    const sent = await producing({ 'compression.type': codec }, async (producer) =>
      Promise.all(
        Array.from({ length: 500 }, (_, i) => producer.send({ topic: name, partition: i % 2, value: Buffer.from(`value ${i}`) })),
      ),
    )
    expect(sent.map(({ partition, offset }) => offset * 2 + partition)).toEqual(sent.map((_, i) => i))
  })

  test('a million records go by the fast way', async () => {
    const name = await topic(3)
    const value = Buffer.alloc(100, 'x')
    await producing({}, async (producer) => {
      for (let i = 0; i < 1_000_000; i++) {
        const wait = producer.append(name, null, value)
        if (wait) await wait
      }
    })
    const ends = await listOffsets(
      admin,
      [0, 1, 2].map((partition) => ({ topic: name, partition, at: 'latest' as const })),
    )
    const counts = ends.map((end) => ('offset' in end ? end.offset : Number.NaN))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1_000_000)
    expect(Math.min(...counts)).toBeGreaterThan(200_000)
  }, 60_000)

  test('what the broker refuses is an error in its words', async () => {
    const name = await topic(1, { 'cleanup.policy': 'compact', 'max.message.bytes': '1000' })
    const outcomes = await producing({}, (producer) =>
      Promise.allSettled([
        producer.send({ topic: name, key: Buffer.from('k'), value: Buffer.from('fine') }),
        producer.send({ topic: name, key: Buffer.from('k'), value: Buffer.alloc(2000) }),
      ]),
    )
    expect(outcomes.map((each) => (each.status === 'fulfilled' ? each.value.offset : String(each.reason)))).toEqual([
      0,
      'org.apache.kafka.common.errors.RecordTooLargeException: The request included a message larger than the max message size the server will accept.',
    ])
    const keyless = await producing({}, (producer) => producer.send({ topic: name, value: Buffer.from('v') }).catch(String))
    expect(keyless).toBe(
      `org.apache.kafka.common.InvalidRecordException: Compacted topic cannot accept message without key in topic partition ${name}-0`,
    )
  })

  test('a topic is made for the first record where the broker does so', async () => {
    const name = fresh('auto')
    topics.push(name)
    const sent = await producing({}, (producer) => producer.send({ topic: name, value: Buffer.from('v') }))
    expect(sent.offset).toBe(0)
  })

  test.each(['0', '1', 'all'])('acks=%s', async (acks) => {
    const name = await topic(1)
    const sent = await producing({ acks }, (producer) => producer.send({ topic: name, value: Buffer.from('v') }))
    expect(sent.offset).toBe(acks === '0' ? -1 : 0)
    await expect
      .poll(async () => (await listOffsets(admin, [{ topic: name, partition: 0, at: 'latest' }]))[0])
      .toMatchObject({ offset: 1 })
  })
})
