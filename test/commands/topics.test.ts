import { expect, test } from 'vitest'
import { ConfigException } from '../../src/client/kafka-error'
import topics from '../../src/commands/topics'
import { errors } from '../../src/protocol/errors'
import { harness, type Setup } from '../cli/harness'
import { B, Broker, failed, kafka, kt, ok, WARNING } from './topics-broker'

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
    'Option combination "[[bootstrap-server], [config]]" can\'t be used with option "[alter]" (To alter topic configurations, the kafka-configs tool can be used.)',
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

test('an address that is none is told on stderr as Kafka does, whenever kt finds out', async () => {
  const call = async () => {
    throw new ConfigException('Invalid url in bootstrap.servers: nohost')
  }
  const { err, code, out } = await harness({ call }).kafka(topics, `${B} --list`)
  expect({ out, err, code }).toEqual({ out: '', err: 'Failed to create new KafkaAdminClient\n', code: 1 })
  expect((await harness({ call }).run(topics, '--list')).err).toContain('Invalid url in bootstrap.servers: nohost')
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
  const words = '--create --topic t --partitions 3 --replication-factor 1 --config retention.ms=1 --config flush.ms=2'
  expect(await kafka(broker, words)).toEqual(ok('Created topic t.\n'))
  expect(broker.requests('CreateTopics')[0]).toMatchObject({
    topics: [
      {
        name: 't',
        numPartitions: 3,
        replicationFactor: 1,
        assignments: [],
        configs: [
          { name: 'retention.ms', value: '1' },
          { name: 'flush.ms', value: '2' },
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
  ['--config nosuch=1 --partitions 0', 'Unknown topic config name: nosuch'],
  ['--replica-assignment ,1', 'For input string: ""'],
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

test('as in Java, nothing behind the last comma of an assignment counts, and an empty one is none', async () => {
  const broker = new Broker().add('t')
  await kafka(broker, '--create --topic a --replica-assignment 1,')
  await kafka(broker, '--create --topic b --replica-assignment=')
  await kafka(broker, '--alter --topic t --partitions 2 --replica-assignment=')
  expect(broker.requests('CreateTopics')).toMatchObject([
    { topics: [{ name: 'a', assignments: [{ partitionIndex: 0, brokerIds: [1] }] }] },
    { topics: [{ name: 'b', assignments: [], numPartitions: -1 }] },
  ])
  expect(broker.requests('CreatePartitions')).toMatchObject([{ topics: [{ name: 't', count: 2, assignments: null }] }])
})

test('settings that the broker may know and Kafka 4.2 does not are refused under the name of Kafka only', async () => {
  const broker = new Broker()
  expect(await kafka(broker, '--create --topic t --config newer.setting=1')).toEqual(
    failed('Unknown topic config name: newer.setting'),
  )
  expect(await kt(broker, '--create --topic t --config newer.setting=1')).toEqual(ok('Created topic t.\n'))
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

// ---- alter and delete ----

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

test('--delete-config goes with every action, and an empty name is no topic and no error', async () => {
  const broker = new Broker().add('t')
  const { code, err } = await kafka(broker, '--create --topic u --delete-config a')
  expect({ code, warned: err.startsWith('delete-config option is no longer supported') }).toEqual({ code: 0, warned: true })
  expect(await kafka(broker, '--delete --topic=')).toEqual(ok(''))
  expect(await kafka(broker, '--describe --topic=')).toEqual(ok(''))
  expect(await kt(broker, '--delete --topic=')).toMatchObject({ code: 1, err: expect.stringContaining("there is no topic ''") })
  expect([...broker.topics.keys()]).toEqual(['t', 'u'])
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
