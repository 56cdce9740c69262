/** kt topics --describe: the lines, their order, the filters, and what is shown to programs and people. */
import { expect, test } from 'vitest'
import { Broker, failed, kafka, kt, OWN, ok } from './topics-broker'

test('a topic is described with a line for it and one for each partition', async () => {
  const broker = new Broker().add('t', 2, { 'segment.bytes': ['7', 4], 'retention.ms': ['1', OWN] })
  const id = broker.topics.get('t')?.id
  expect(await kafka(broker, '--describe --topic t')).toEqual(
    ok(
      `Topic: t\tTopicId: ${id}\tPartitionCount: 2\tReplicationFactor: 1\tConfigs: min.insync.replicas=1,segment.bytes=7,retention.ms=1
\tTopic: t\tPartition: 0\tLeader: 1\tReplicas: 1\tIsr: 1\tElr: \tLastKnownElr: 
\tTopic: t\tPartition: 1\tLeader: 1\tReplicas: 1\tIsr: 1\tElr: \tLastKnownElr: 
`,
    ),
  )
})

test('topics come in the order of a HashMap, and page by page', async () => {
  const broker = new Broker().add('blue', 2).add('red-1', 2).add('red-2', 2)
  const { out } = await kafka(broker, '--describe --partition-size-limit-per-response 3')
  expect(out.match(/^Topic: [\w-]+/gm)).toEqual(['Topic: red-1', 'Topic: blue', 'Topic: red-2'])
  expect(out.match(/Partition: \d/g)).toEqual([
    'Partition: 0',
    'Partition: 1',
    'Partition: 0',
    'Partition: 1',
    'Partition: 0',
    'Partition: 1',
  ])
  expect(broker.pages).toBe(2)
})

test('filters leave out the line of the topic and what is well', async () => {
  const broker = new Broker()
    .add('well')
    .add('short', [{ leader: 1, replicas: [1, 2], isr: [1] }])
    .add('dead', [{ leader: -1, replicas: [2], isr: [] }])
    .add('gone', [{ leader: 9, replicas: [9], isr: [9] }])
    .add('strict', 1, { 'min.insync.replicas': ['2', OWN] })
  const named = async (filter: string) => {
    const { out } = await kafka(broker, `--describe ${filter}`)
    expect(out).not.toMatch(/^Topic:/m)
    return [...out.matchAll(/^\tTopic: (\w+)/gm)].map((match) => match[1]).sort()
  }
  expect(await named('--under-replicated-partitions')).toEqual(['dead', 'short'])
  expect(await named('--unavailable-partitions')).toEqual(['dead', 'gone'])
  expect(await named('--under-min-isr-partitions')).toEqual(['dead', 'strict'])
  expect(await named('--at-min-isr-partitions')).toEqual(['gone', 'short', 'well'])
  expect(await named('--under-replicated-partitions --unavailable-partitions')).toEqual(['dead', 'gone', 'short'])
  expect((await kafka(broker, '--describe --topic dead')).out).toContain('\tLeader: none\tReplicas: 2\tIsr: \t')
})

test('--topics-with-overrides shows the lines of topics that have any setting', async () => {
  const { out } = await kafka(new Broker().add('a', 1, { 'retention.ms': ['1', OWN] }), '--describe --topics-with-overrides')
  expect(out).toMatch(/^Topic: a\tTopicId: [\w-]{22}\tPartitionCount: 1\tReplicationFactor: 1\tConfigs: .*\n$/)
})

test('a partition that moves shows where to, and its new replicas do not count yet', async () => {
  const broker = new Broker().add('t', [{ leader: 1, replicas: [1, 2, 3], isr: [1, 2, 3] }])
  broker.moves = [{ topic: 't', partition: 0, replicas: [1, 2, 3], adding: [3], removing: [1] }]
  const { out } = await kafka(broker, '--describe --topic t')
  expect(out).toContain('ReplicationFactor: 2\t')
  expect(out).toContain('Isr: 1,2,3\tAdding Replicas: 3\tRemoving Replicas: 1\tElr: \t')
})

test('by id a topic is described without eligible leaders; an id that is none is refused as Java refuses it', async () => {
  const broker = new Broker().add('t')
  const id = broker.topics.get('t')?.id
  expect((await kafka(broker, `--describe --topic-id ${id}`)).out).toMatch(/\tElr: N\/A\tLastKnownElr: N\/A\n$/)
  expect(await kafka(broker, '--describe --topic-id short')).toEqual(failed('Last unit does not have enough valid bits'))
  expect(await kafka(broker, '--describe --topic-id BBBBBBBBBBBBBBBBBBBBBB')).toEqual(
    failed("TopicId 'BBBBBBBBBBBBBBBBBBBBBA' does not exist as expected"),
  )
  expect(await kafka(broker, '--describe --topic-id BBBBBBBBBBBBBBBBBBBBBB --if-exists')).toEqual(ok(''))
  const both = 'Only topic id will be used when both --topic and --topic-id are specified and topicId is not Uuid.ZERO_UUID\n'
  const { out } = await kafka(broker, `--describe --topic x --topic-id ${id} --if-exists`)
  expect(out.startsWith(`${both}Topic: t\t`)).toBe(true)
})

test('a topic that is not there is an error, unless --if-exists; as kt the nearest is suggested', async () => {
  const broker = new Broker().add('orders')
  for (const action of ['--describe', '--delete', '--alter --partitions 2']) {
    expect(await kafka(broker, `${action} --topic order`)).toEqual(failed("Topic 'order' does not exist as expected"))
    expect(await kafka(broker, `${action} --topic order --if-exists`)).toEqual(ok(''))
  }
  const err = "kt topics: there is no topic 'order'\nDid you mean 'orders'?\n"
  expect(await kt(broker, '--describe --topic order')).toEqual({ out: '', err, code: 1 })
  expect((await kt(broker, '--describe --topic zebra')).err).toBe("kt topics: there is no topic 'zebra'\n")
})

test('a description for programs is JSON with everything in it', async () => {
  const broker = new Broker().add('t', [{ leader: -1, replicas: [1, 2], isr: [1] }], { 'retention.ms': ['1', OWN] })
  expect(JSON.parse((await kt(broker, '--describe --json')).out)).toEqual({
    topics: [
      {
        name: 't',
        topicId: broker.topics.get('t')?.id,
        partitionCount: 1,
        replicationFactor: 2,
        configs: { 'min.insync.replicas': '1', 'retention.ms': '1' },
        partitions: [{ partition: 0, leader: null, replicas: [1, 2], isr: [1], elr: [], lastKnownElr: [] }],
      },
    ],
  })
})

test('a description for people is a table', async () => {
  const broker = new Broker().add('t', 2)
  const { out } = await kt(broker, '--describe --no-color', { isTTY: true })
  expect(out).toBe(`t  2 partitions, replication factor 1  ${broker.topics.get('t')?.id}
  min.insync.replicas=1
partition  leader  replicas  in sync
────────────────────────────────────
        0       1  1         1
        1       1  1         1
`)
})
