import { expect, test } from 'vitest'
import topics from '../../src/commands/topics'
import type { Call } from '../../src/protocol/call'
import { fillResponse } from '../../src/protocol/codecs'
import { errors } from '../../src/protocol/errors'
import type { Api } from '../../src/protocol/types'
import { harness, type Setup } from '../cli/harness'

interface Partition {
  leader: number
  replicas: number[]
  isr: number[]
}
interface Topic {
  id: string
  partitions: Partition[]
  configs: Record<string, [value: string, source: number]>
}
const OWN = 1
const BROKER_DEFAULT = 3
const DEFAULT = 5
const WARNING =
  "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. To avoid issues it is best to use either, but not both.\n"

/** A broker that knows as much of topics as the tool asks about. */
class Broker {
  readonly topics = new Map<string, Topic>()
  readonly asked: string[] = []
  /** Per name: what creating, deleting or growing it answers. */
  readonly refusals = new Map<string, [code: number, message: string]>()
  pages = 0
  moves: { topic: string; partition: number; replicas: number[]; adding: number[]; removing: number[] }[] = []

  add(name: string, partitions: number | Partition[] = 1, configs: Topic['configs'] = {}): this {
    const made = Array.isArray(partitions)
      ? partitions
      : Array.from({ length: partitions }, () => ({ leader: 1, replicas: [1], isr: [1] }))
    const id = Buffer.from(name.padEnd(16, '-').slice(0, 16)).toString('base64url')
    this.topics.set(name, { id, partitions: made, configs: { 'min.insync.replicas': ['1', BROKER_DEFAULT], ...configs } })
    return this
  }

  // biome-ignore lint/suspicious/noExplicitAny: one function for the requests of every API
  private readonly answers: Record<string, (request: any) => object> = {
    Metadata: ({ topics }) => ({
      brokers: [{ nodeId: 1, host: 'h', port: 1 }],
      topics: [...this.topics]
        .filter(([, topic]) => topics === null || topics.some((one: { topicId: string }) => one.topicId === topic.id))
        .map(([name, topic]) => ({ errorCode: 0, name, topicId: topic.id, partitions: topic.partitions.map(wire) })),
    }),
    DescribeTopicPartitions: ({ topics, responsePartitionLimit, cursor }) => {
      this.pages++
      const all = topics.flatMap(({ name }: { name: string }) =>
        (this.topics.get(name)?.partitions ?? []).map((one, partition) => ({ name, partition, one })),
      )
      const rest = all.filter(
        ({ name, partition }: { name: string; partition: number }) =>
          !cursor || name > cursor.topicName || (name === cursor.topicName && partition >= cursor.partitionIndex),
      )
      const page: typeof all = rest.slice(0, responsePartitionLimit)
      const next = rest[responsePartitionLimit]
      const names = [...new Set(page.map(({ name }: { name: string }) => name))] as string[]
      return {
        topics: names.map((name) => ({
          errorCode: 0,
          name,
          topicId: this.topics.get(name)?.id,
          partitions: page
            .filter((row: { name: string }) => row.name === name)
            .map(({ one, partition }: { one: Partition; partition: number }) => ({
              ...wire(one, partition),
              eligibleLeaderReplicas: [],
              lastKnownElr: [],
            })),
        })),
        nextCursor: next ? { topicName: next.name, partitionIndex: next.partition } : null,
      }
    },
    DescribeConfigs: ({ resources }) => ({
      results: resources.map(({ resourceName }: { resourceName: string }) => ({
        errorCode: 0,
        errorMessage: null,
        resourceType: 2,
        resourceName,
        configs: Object.entries({ 'flush.ms': ['1', DEFAULT], ...this.topics.get(resourceName)?.configs }).map(
          ([name, [value, configSource]]) => ({ name, value, readOnly: false, configSource, isSensitive: false, synonyms: [] }),
        ),
      })),
    }),
    ListPartitionReassignments: () => ({
      errorCode: 0,
      errorMessage: null,
      topics: this.moves.map(({ topic, partition, replicas, adding, removing }) => ({
        name: topic,
        partitions: [{ partitionIndex: partition, replicas, addingReplicas: adding, removingReplicas: removing }],
      })),
    }),
    DescribeCluster: () => ({
      errorCode: 0,
      errorMessage: null,
      clusterId: 'c',
      controllerId: 1,
      brokers: [{ brokerId: 1, host: 'h', port: 1, rack: null }],
    }),
    CreateTopics: (request) => ({
      topics: request.topics.map(({ name, numPartitions }: { name: string; numPartitions: number }) => {
        const refusal = this.refusals.get(name)
        if (!refusal) this.add(name, Math.max(numPartitions, 1))
        const topicId = this.topics.get(name)?.id
        return { name, topicId, ...errorOf(refusal), numPartitions: Math.max(numPartitions, 1), replicationFactor: 1 }
      }),
    }),
    CreatePartitions: (request) => ({
      results: request.topics.map(({ name }: { name: string }) => ({ name, ...errorOf(this.refusals.get(name)) })),
    }),
    DeleteTopics: (request) => ({
      responses: request.topics.map(({ name }: { name: string }) => {
        this.topics.delete(name)
        return { name, ...errorOf(this.refusals.get(name)) }
      }),
    }),
  }

  readonly call: Call = async (api: Api, request: object) => {
    this.asked.push(`${api.name} ${JSON.stringify(request)}`)
    return fillResponse(api, this.answers[api.name]?.(request) as never) as never // the replies above are what the API declares
  }
  /** The requests of one API. */
  requests(name: string): object[] {
    return this.asked.filter((one) => one.startsWith(`${name} `)).map((one) => JSON.parse(one.slice(name.length + 1)))
  }
}

const wire = ({ leader, replicas, isr }: Partition, partitionIndex: number) => ({
  errorCode: 0,
  partitionIndex,
  leaderId: leader,
  replicaNodes: replicas,
  isrNodes: isr,
  offlineReplicas: [],
})
const errorOf = ([errorCode, errorMessage]: [number, string | null] = [0, null]) => ({ errorCode, errorMessage })

const B = '--bootstrap-server x:1'
const kafka = (broker: Broker, words: string, setup: Setup = {}) =>
  harness({ call: broker.call, ...setup }).kafka(topics, `${B} ${words}`)
const kt = (broker: Broker, words: string, setup: Setup = {}) => harness({ call: broker.call, ...setup }).run(topics, words)
const ok = (out: string) => ({ out, err: '', code: 0 })
const failed = (message: string) => ({ out: `Error while executing topic command : ${message}\n`, err: '', code: 1 })

// ---- the command line ----

const usage: [words: string, message: string][] = [
  ['--create', 'Missing required argument "[topic]"'],
  ['--delete', 'Missing required argument "[topic]"'],
  ['--alter --topic t', 'Missing required argument "[partitions]"'],
  ['--list --partitions 2', 'Option "[partitions]" can\'t be used with option "[list]"'],
  ['--list --if-not-exists', 'Option "[if-not-exists]" can\'t be used with option "[list]"'],
  ['--create --topic t --if-exists', 'Option "[if-exists]" can\'t be used with option "[create]"'],
  [
    '--describe --topics-with-overrides --at-min-isr-partitions',
    'Option "[at-min-isr-partitions]" can\'t be used with option "[topics-with-overrides]"',
  ],
  ['--delete --topic t --exclude-internal', 'Option "[exclude-internal]" can\'t be used with option "[delete]"'],
  ['--delete --topic t --config a=b', 'Option "[config]" can\'t be used with option "[delete]"'],
  [
    '--create --topic t --replica-assignment 1 --partitions 2',
    'Option "[replica-assignment]" can\'t be used with option "[partitions]"',
  ],
  [
    '--alter --topic t --partitions 2 --config a=b',
    'Option combination "[bootstrap-server],[config]" can\'t be used with option "[alter]" (To alter topic configurations, the kafka-configs tool can be used.)',
  ],
  ['--describe --if-exists', '--topic or --topic-id is required to describe a topic'],
  ['--list --describe', 'Command must include exactly one action: --list, --describe, --create, --alter or --delete'],
  ['--topic t', 'Command must include exactly one action: --list, --describe, --create, --alter or --delete'],
]
test.each(usage)("'kafka-topics.sh %s' prints its complaint and the table of options on stderr", async (words, message) => {
  const { out, err, code } = await kafka(new Broker(), words)
  expect({ out, first: err.split('\n')[0], code }).toEqual({ out: '', first: message, code: 1 })
  expect(err).toContain('--under-replicated-partitions')
})

test.each([
  ['-list', '--bootstrap-server must be specified\n'],
  ['--list', '--bootstrap-server must be specified\n'],
  ['--zookeeper localhost:2181 --list', 'zookeeper is not a recognized option\n'],
  [`${B} --list --topics`, 'topics is not a recognized option\n'],
])("'kafka-topics.sh %s' prints a sentence alone", async (words, err) => {
  expect(await harness().kafka(topics, words)).toEqual({ out: '', err, code: 1 })
})

test('an option that is given twice is found out late, on stdout', async () => {
  const message = 'Found multiple arguments for option topic, but you asked for only one'
  expect(await kafka(new Broker(), '--create --topic a --topic b')).toEqual(failed(message))
})

test('as kt an action is asked for with 2, and no server is needed', async () => {
  expect(await kt(new Broker(), '--topic t')).toEqual({
    out: '',
    err: "kt topics: say what to do: --list, --describe, --create, --alter or --delete\nTry 'kt topics --help'.\n",
    code: 2,
  })
  expect(await kt(new Broker(), '--list')).toEqual(ok('\n'))
})

test('a place that cannot be opened is told on stderr, as Kafka tells of its client', async () => {
  const refuse = new Error('Failed to create new KafkaAdminClient')
  expect(await kafka(new Broker(), '--list', { refuse })).toEqual({ out: '', err: `${refuse.message}\n`, code: 1 })
  expect(await kafka(new Broker(), '--list --command-config none')).toEqual({ out: '', err: 'none\n', code: 1 })
})

// ---- list ----

test('topics are listed sorted, chosen by a pattern for the whole name', async () => {
  const broker = new Broker().add('b').add('a').add('a.b').add('a-b').add('__consumer_offsets')
  expect(await kafka(broker, '--list')).toEqual(ok('__consumer_offsets\na\na-b\na.b\nb\n'))
  expect(await kafka(broker, '--list --exclude-internal')).toEqual(ok('a\na-b\na.b\nb\n'))
  expect(await kafka(broker, '--list --topic a.b')).toEqual(ok('a-b\na.b\n'))
  expect(await kafka(broker, '--list --topic b,a')).toEqual(ok('a\nb\n'))
  expect(await kafka(broker, '--list --topic none')).toEqual(ok('\n'))
  expect(await kafka(broker, '--list --topic a[')).toEqual(failed('a[ is an invalid regex.'))
})

test('a list for programs is JSON, for people a hint where there is nothing', async () => {
  const broker = new Broker().add('a')
  expect(await kt(broker, '--list --json')).toEqual(ok('{"topics":[{"name":"a","internal":false}]}\n'))
  expect(await kt(new Broker(), '--list', { isTTY: true })).toEqual({
    out: '',
    err: "No topics yet. Create one with 'kt topics --create --topic NAME'.\n",
    code: 0,
  })
})

test('a time-out names what was asked', async () => {
  const tried = harness({ call: new Broker().add('a').call })
  await tried.kafka(topics, `${B} --describe`)
  expect(tried.during[0]).toBe('listTopics')
})

// ---- create ----

test('a topic is created with what was asked for, and announced', async () => {
  const broker = new Broker()
  const words = '--create --topic t --partitions 3 --replication-factor 1 --config retention.ms=1 --config a = --config b=2'
  expect(await kafka(broker, words.replace(' --config a =', ''))).toEqual(ok('Created topic t.\n'))
  expect(broker.requests('CreateTopics')[0]).toMatchObject({
    topics: [
      {
        name: 't',
        numPartitions: 3,
        replicationFactor: 1,
        assignments: [],
        configs: [
          { name: 'retention.ms', value: '1' },
          { name: 'b', value: '2' },
        ],
      },
    ],
  })
  await kafka(broker, '--create --topic u --replica-assignment 1:2,2:1')
  expect(broker.requests('CreateTopics')[1]).toMatchObject({
    topics: [
      {
        numPartitions: -1,
        replicationFactor: -1,
        assignments: [
          { partitionIndex: 0, brokerIds: [1, 2] },
          { partitionIndex: 1, brokerIds: [2, 1] },
        ],
      },
    ],
  })
  await kafka(broker, '--create --topic v')
  expect(broker.requests('CreateTopics')[2]).toMatchObject({ topics: [{ numPartitions: -1, replicationFactor: -1 }] })
})

test.each([
  ['--config x', 'requirement failed: Invalid topic config: all configs to be added must be in the format "key=val".'],
  ['--config a=b=c', 'requirement failed: Invalid topic config: all configs to be added must be in the format "key=val".'],
  ['--partitions 0', 'The partitions must be greater than 0'],
  ['--replication-factor 0', 'The replication factor must be between 1 and 32767 inclusive'],
  ['--replication-factor 40000', 'The replication factor must be between 1 and 32767 inclusive'],
  ['--replica-assignment 1:1', 'Partition replica lists may not contain duplicate entries: 1'],
  ['--replica-assignment x', 'For input string: "x"'],
  ['--replica-assignment 1:2,1', 'Partition 1 has different replication factor: [1]'],
  ['--partitions x', "Cannot parse argument 'x' of option partitions"],
])("'--create %s' is refused before anything is asked", async (words, message) => {
  const broker = new Broker()
  expect(await kafka(broker, `--create --topic t ${words}`)).toEqual(failed(message))
  expect(broker.requests('CreateTopics')).toEqual([])
})

test('an empty name never leaves the client', async () => {
  const broker = new Broker()
  const { out } = await harness({ call: broker.call }).kafka(topics, '--bootstrap-server', 'x:1', '--create', '--topic', '')
  expect(out).toBe("Error while executing topic command : The given topic name '' cannot be represented in a request.\n")
})

test("the broker's words are passed on; --if-not-exists forgives what exists, but no collision", async () => {
  const broker = new Broker()
  broker.refusals.set('t', [errors.TOPIC_ALREADY_EXISTS, "Topic 't' already exists."])
  expect(await kafka(broker, '--create --topic t')).toEqual(failed("Topic 't' already exists."))
  expect(await kafka(broker, '--create --topic t --if-not-exists')).toEqual(ok(''))
  const collision = "Topic 'a.b' collides with existing topic: a_b"
  broker.refusals.set('a.b', [errors.INVALID_TOPIC_EXCEPTION, collision])
  const { out, code } = await kafka(broker, '--create --topic a.b --if-not-exists')
  expect({ out, code }).toEqual({ out: WARNING + failed(collision).out, code: 1 })
})

test('the warning about names is on stdout under the name of Kafka, on stderr as kt', async () => {
  expect(await kafka(new Broker(), '--create --topic a_b')).toEqual(ok(`${WARNING}Created topic a_b.\n`))
  expect(await kt(new Broker(), '--create --topic a_b')).toEqual({ out: 'Created topic a_b.\n', err: WARNING, code: 0 })
})

test('what was created is JSON for programs', async () => {
  const { out } = await kt(new Broker(), '--create --topic t --partitions 2 --json')
  expect(JSON.parse(out)).toEqual({
    created: { name: 't', topicId: expect.stringMatching(/^[\w-]{22}$/), partitions: 2, replicationFactor: 1 },
  })
})

// ---- describe ----

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

// ---- alter, delete ----

test('partitions are added to every topic that is meant, silently', async () => {
  const broker = new Broker().add('red-1').add('red-2').add('blue')
  expect(await kafka(broker, '--alter --topic red-.* --partitions 2')).toEqual(ok(''))
  expect(broker.requests('CreatePartitions')).toMatchObject([
    {
      topics: [
        { name: 'red-1', count: 2, assignments: null },
        { name: 'red-2', count: 2, assignments: null },
      ],
      validateOnly: false,
    },
  ])
  await kafka(broker, '--alter --topic blue --partitions 3 --replica-assignment 1,2,1')
  expect(broker.requests('CreatePartitions')[1]).toMatchObject({
    topics: [{ name: 'blue', count: 3, assignments: [{ brokerIds: [2] }, { brokerIds: [1] }] }],
  })
  broker.refusals.set('blue', [errors.INVALID_PARTITIONS, 'Topic already has 3 partition(s).'])
  expect(await kafka(broker, '--alter --topic blue --partitions 3')).toEqual(failed('Topic already has 3 partition(s).'))
  expect(await kt(broker, '--alter --topic red-1 --partitions 3 --json')).toEqual(
    ok('{"altered":[{"name":"red-1","partitions":3}]}\n'),
  )
})

test('the old --delete-config does nothing but warn', async () => {
  const notice =
    'delete-config option is no longer supported and deprecated since version 4.0. The config will be fully removed in future releases.\n'
  const broker = new Broker().add('t')
  expect(await kafka(broker, '--alter --topic t --partitions 2 --delete-config a')).toEqual({ out: '', err: notice, code: 0 })
  const { err } = await kafka(broker, '--alter --topic t --delete-config a')
  expect(err.startsWith(`${notice}Missing required argument "[partitions]"\n`)).toBe(true)
})

test('topics are deleted silently, or with a word on a terminal', async () => {
  const broker = new Broker().add('a').add('b').add('c').add('d')
  expect(await kafka(broker, '--delete --topic a,b')).toEqual(ok(''))
  expect([...broker.topics.keys()]).toEqual(['c', 'd'])
  expect(await kt(broker, '--delete --topic c', { isTTY: true })).toEqual(ok('Deleted topic c.\n'))
  expect(await kt(broker, '--delete --topic d --json')).toEqual(ok('{"deleted":["d"]}\n'))
})

// ---- the walk-through of 2019 ----

test('where --zookeeper leads to a server, the old tool speaks', async () => {
  const broker = new Broker().add('t', 2)
  const setup: Setup = { call: broker.call, legacy: (kind, address) => ({ kind: 'server', servers: `${kind} at ${address}` }) }
  const old = (words: string) => harness(setup).kafka(topics, words)
  expect(await old('-create -zookeeper z:1 --replication-factor 1 --partitions 1 --topic test')).toEqual(
    ok('Created topic test.\n'),
  )
  expect(await old('--list --zookeeper z:1')).toEqual(ok('t\ntest\n'))
  expect(await old('--alter --zookeeper z:1 --topic t --partitions 3')).toEqual(
    ok(
      'WARNING: If partitions are increased for a topic that has a key, the partition logic or ordering of the messages will be affected\nAdding partitions succeeded!\n',
    ),
  )
  expect((await old('--describe --zookeeper z:1 --topic test')).out).toMatch(
    /Configs: \n\tTopic: test\tPartition: 0\tLeader: 1\tReplicas: 1\tIsr: 1\n$/,
  )
  expect(await old('--delete --zookeeper z:1 --topic test')).toEqual(
    ok('Topic test is marked for deletion.\nNote: This will have no impact if delete.topic.enable is not set to true.\n'),
  )
  broker.refusals.set('big', [
    errors.INVALID_REPLICATION_FACTOR,
    'Unable to replicate the partition 3 time(s): The target replication factor of 3 cannot be reached because only 1 broker(s) are registered.',
  ])
  expect(await old('--create --zookeeper z:1 --replication-factor 3 --partitions 1 --topic big')).toEqual(
    failed('Replication factor: 3 larger than available brokers: 1.'),
  )
})
