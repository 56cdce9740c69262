import { describe, expect, test } from 'vitest'
import command from '../../src/commands/console-consumer'
import { GroupMetadata, OffsetCommit } from '../../src/protocol/records/consumer-offsets'
import { encodeKey, encodeValue } from '../../src/protocol/records/coordinator-record'
import { B, type Given, TIME, world } from './console-consumer-world'

const ABC = { t: [[{ key: 'k', value: 'a' }, { value: 'b' }, { value: 'c' }]] }
const FROM_START = '--topic t --partition 0 --offset earliest'

describe('what is printed', () => {
  test('values, one a line, until there are enough', async () => {
    const { kafka } = world(ABC)
    expect(await kafka(`${FROM_START} --max-messages 2`)).toEqual({
      out: 'a\nb\n',
      err: 'Processed a total of 2 messages\n',
      code: 0,
    })
  })

  test('fields in their order, whatever order they are asked for in', async () => {
    const headers = [
      { key: 'h', value: Buffer.from('1') },
      { key: 'i', value: null },
    ]
    const { kafka } = world({ t: [[{ key: 'k', value: 'v', headers }, { value: null }, { key: '', value: '' }]] })
    const properties = ['value', 'key', 'headers', 'epoch', 'delivery', 'offset', 'partition', 'timestamp']
    const all = properties.map((name) => `--formatter-property print.${name}=true`).join(' ')
    const common = (offset: number) => `CreateTime:${TIME}|Partition:0|Offset:${offset}|Delivery:NOT_PRESENT|Epoch:NOT_PRESENT`
    expect((await kafka(`${FROM_START} --max-messages 3 ${all} --formatter-property key.separator=|`)).out).toBe(
      `${common(0)}|h:1,i:null|k|v\n${common(1)}|NO_HEADERS|null|null\n${common(2)}|NO_HEADERS||\n`,
    )
  })

  test.each([
    ['--formatter-property print.value=false', ''],
    ['--formatter-property print.value=false --formatter-property print.key=true', 'k\nnull\n'],
    ['--formatter-property line.separator=; --formatter-property null.literal=-', 'v;-;'],
    ['--formatter org.apache.kafka.tools.consumer.NoOpMessageFormatter', ''],
    ['--value-deserializer org.apache.kafka.common.serialization.BytesDeserializer', 'v\nnull\n'],
  ])('%s', async (words, out) => {
    const { kafka } = world({ t: [[{ key: 'k', value: 'v' }, { value: null }]] })
    expect((await kafka(`${FROM_START} --max-messages 2 ${words}`)).out).toBe(out)
  })

  test('a file of formatter properties, which the command line overrides', async () => {
    const { kafka } = world(ABC, { files: { '/here/f': 'print.key=true\nkey.separator=/\n' } })
    expect((await kafka(`${FROM_START} --max-messages 1 --formatter-config f`)).out).toBe('k/a\n')
    expect((await kafka(`${FROM_START} --max-messages 1 --formatter-config f --formatter-property key.separator=+`)).out).toBe(
      'k+a\n',
    )
    expect((await kafka(`${FROM_START} --formatter-config none`)).err).toMatch(/^none\nOption/)
  })

  test('a deserializer that is not there is told, and the bytes are printed', async () => {
    const { kafka } = world(ABC)
    const { out, err } = await kafka(`${FROM_START} --max-messages 1 --value-deserializer no.such.Class`)
    expect(out).toBe('a\n')
    expect(err).toContain('\njava.lang.ClassNotFoundException: no.such.Class\n')
  })

  test("the log of the logging formatter, which Kafka's tools are set up not to show", async () => {
    const line = `${FROM_START} --max-messages 1 --formatter org.apache.kafka.tools.consumer.LoggingMessageFormatter`
    expect(await world(ABC).kafka(line)).toEqual({ out: 'a\n', err: 'Processed a total of 1 messages\n', code: 0 })
    const { out, err } = await world(ABC).kt(line)
    expect(out).toBe('a\n')
    expect(err).toContain(` INFO CreateTime:${TIME}, key:k, value:a (org.apache.kafka.tools.consumer.LoggingMessageFormatter)\n`)
  })

  test('records of __consumer_offsets as Kafka writes JSON; other kinds are left out', async () => {
    const value = { offset: 7, leaderEpoch: -1, metadata: '', commitTimestamp: TIME }
    const records = [
      { key: encodeKey(OffsetCommit, { group: 'g', topic: 't', partition: 1 }), value: encodeValue(OffsetCommit, 3, value) },
      { key: encodeKey(GroupMetadata, { group: 'g' }), value: null },
      { key: encodeKey(OffsetCommit, { group: 'g', topic: 't', partition: 1 }), value: null },
    ]
    const line =
      '--topic __consumer_offsets --partition 0 --offset 0 --max-messages 3 --formatter org.apache.kafka.tools.consumer.'
    const key = '{"key":{"type":1,"data":{"group":"g","topic":"t","partition":1}},"value":'
    const first = `${key}{"version":3,"data":{"offset":7,"leaderEpoch":-1,"metadata":"","commitTimestamp":${TIME}}}}`
    const { kafka, kt } = world({ __consumer_offsets: [records] })
    expect((await kafka(`${line}OffsetsMessageFormatter`)).out).toBe(`${first}${key}null}`)
    expect((await kt(`${line}OffsetsMessageFormatter`)).out).toBe(`${first}\n${key}null}\n`)
    expect((await kafka(`${line}GroupMetadataMessageFormatter`)).out).toBe('{"key":{"type":2,"data":{"group":"g"}},"value":null}')
  })

  test('--json: null, empty and binary are told apart, headers are pairs in order', async () => {
    const headers = ['b', 'a', 'b'].map((key, i) => ({ key, value: i === 1 ? null : Buffer.from(String(i)) }))
    const { kt } = world({
      t: [
        [
          { key: null, value: '', headers },
          { key: Buffer.from([0xff]), value: null, timestamp: -1 },
        ],
      ],
    })
    const { out } = await kt('--topic t --from-beginning --max-messages 2 --json')
    const rows = out.trimEnd().split('\n')
    expect(rows.map((row) => JSON.parse(row))).toEqual([
      {
        topic: 't',
        partition: 0,
        offset: 0,
        timestamp: '2026-01-31T12:00:00.123Z',
        timestampMs: TIME,
        key: null,
        value: '',
        headers: [
          ['b', '0'],
          ['a', null],
          ['b', '2'],
        ],
      },
      {
        topic: 't',
        partition: 0,
        offset: 1,
        timestamp: null,
        timestampMs: null,
        key: { base64: '/w==' },
        value: null,
        headers: [],
      },
    ])
  })
})

describe('where it begins', () => {
  test.each([
    ['--partition 0 --offset 1', 'b\nc\n'],
    ['--partition 0 --offset earliest', 'a\nb\nc\n'],
    ['--partition 0 --from-beginning', 'a\nb\nc\n'],
    ['--partition 0 --offset LATEST', ''],
    ['--partition 0', ''],
    ['--partition 0 --offset 99', ''],
    ['--partition 7 --offset 0', ''],
  ])('%s', async (words, out) => {
    const { kafka } = world(ABC)
    expect(await kafka(`--topic t ${words} --timeout-ms 2000`)).toMatchObject({ out, code: 0 })
  })

  test('as kt all partitions of a topic are read without a group', async () => {
    const { scripted, kt } = world({ t: [[{ value: 'a' }], [{ value: 'b' }]], u: [[{ value: 'c' }]] })
    const sorted = async (line: string) =>
      (await kt(`${line} --from-beginning --timeout-ms 1000`)).out.split('\n').sort().join('')
    expect(await sorted('--topic t')).toBe('ab')
    expect(await sorted('--include t|u')).toBe('abc')
    expect(scripted.asked.map(({ api }) => api)).not.toContain('JoinGroup')
  })

  test('a partition that comes while it reads is read from its beginning', async () => {
    const logs = { t: [[{ value: 'a' }]] as Given[][] }
    const { scripted, harness: running } = world(logs)
    const done = running.run(
      command,
      ...`${B} --topic t --max-messages 2 --command-property metadata.max.age.ms=1000 --from-beginning`.split(' '),
    )
    await scripted.clock.pass(100)
    logs.t.push([{ value: 'new' }])
    scripted.topic('t', [1, 1])
    expect(await scripted.outcome(done)).toMatchObject({ out: 'a\nnew\n', code: 0 })
  })
})

describe('how it ends', () => {
  test('when nothing comes: Kafka logs a time-out and exits with 0', async () => {
    const { kafka } = world(ABC)
    const { out, err, code } = await kafka(`${FROM_START} --timeout-ms 2000`)
    expect(out).toBe('a\nb\nc\n')
    expect(err).toMatch(
      /^\[.*\] ERROR Error processing message, terminating consumer process: {2}\(org.*ConsoleConsumer\)\norg\.apache\.kafka\.common\.errors\.TimeoutException\nProcessed a total of 3 messages\n$/,
    )
    expect(code).toBe(0)
  })

  test('kt exits with 124 when nothing came, or less than was asked for; all there was is no failure', async () => {
    const { kt } = world(ABC)
    expect((await kt('--topic t --from-beginning --timeout-ms 1000')).code).toBe(0)
    expect((await kt('--topic t --from-beginning --timeout-ms 1000 --max-messages 4')).code).toBe(124)
    expect((await kt('--topic t --timeout-ms 1000')).code).toBe(124)
  })

  test('--max-messages 0 prints nothing; a bad number is found out late', async () => {
    const { kafka } = world(ABC)
    expect(await kafka(`${FROM_START} --max-messages 0`)).toMatchObject({
      out: '',
      err: 'Processed a total of 0 messages\n',
      code: 0,
    })
    expect(await kafka(`${FROM_START} --max-messages few`)).toEqual({
      out: '',
      err: "Processed a total of 0 messages\njoptsimple.OptionArgumentConversionException: Cannot parse argument 'few' of option max-messages\n",
      code: 1,
    })
  })

  test('a record that cannot be printed ends it with 1, or is skipped', async () => {
    const logs = { t: [[{ value: 'four' }, { value: 'toolong' }, { value: 'more' }]] }
    const words = `${FROM_START} --max-messages 3 --value-deserializer org.apache.kafka.common.serialization.IntegerDeserializer`
    const failed = await world(logs).kafka(words)
    expect(failed.out).toBe('1718580594\n')
    expect(failed.err).toMatch(
      /^Processed a total of 2 messages\n\[.*\] ERROR Unknown error when running consumer: .*\norg\.apache\.kafka\.common\.errors\.SerializationException: Size of data received by IntegerDeserializer is not 4\n$/,
    )
    expect(failed.code).toBe(1)
    expect(await world(logs).kafka(`${words} --skip-message-on-error`)).toMatchObject({
      out: '1718580594\n1836020325\n',
      code: 0,
    })
    expect((await world(logs).kt(words)).err).toContain(
      'kt console-consumer: the record at offset 1 of t-0 cannot be printed: Size of data received by IntegerDeserializer is not 4\n',
    )
  })

  test('a signal ends it with its count and code', async () => {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const { scripted, harness: running } = world(ABC)
      const done = running.kafka(command, ...`${B} ${FROM_START} --enable-systest-events`.split(' '))
      await scripted.clock.pass(100)
      running.signal(signal)
      expect(await scripted.outcome(done)).toEqual({
        out: 'a\nb\nc\nshutdown_complete\n',
        err: 'Processed a total of 3 messages\n',
        code,
      })
    }
  })

  test('a reader who leaves ends it: Kafka says so, kt says nothing', async () => {
    const left = async (voice: 'kafka' | 'run') => {
      const { scripted, harness: running } = world(ABC)
      const done = running[voice](command, ...`${B} ${FROM_START}`.split(' '))
      await scripted.clock.pass(100)
      running.hangUp()
      const { err, code } = await scripted.outcome(done)
      return [err, code]
    }
    expect(await left('kafka')).toEqual([
      'Unable to write to standard out, closing consumer.\nProcessed a total of 3 messages\n',
      0,
    ])
    expect(await left('run')).toEqual(['', 0])
  })
})

describe('a consumer that cannot be', () => {
  const UNMADE = 'org.apache.kafka.common.KafkaException: Failed to construct kafka consumer'
  test.each([
    ['--command-property session.timeout.ms=1', UNMADE, 'Heartbeat must be set lower than the session timeout'],
    ['--command-property partition.assignment.strategy=no.such', UNMADE, 'no.such ClassNotFoundException exception occurred'],
    ['--command-property interceptor.classes=no.such', UNMADE, 'Failed to find class no.such'],
  ])('%s: Kafka says that it cannot, kt why', async (words, message, why) => {
    const line = `--topic t --group g ${words} --timeout-ms 100`
    expect(await world(ABC).kafka(line)).toEqual({ out: '', err: `${message}\n`, code: 1 })
    const { err, code } = await world(ABC).kt(line)
    expect({ err, code }).toEqual({ err: expect.stringContaining(why), code: 1 })
  })

  test.each([
    [
      '--include [',
      'java.util.regex.PatternSyntaxException: Unclosed character class near index 0\n[\n^',
      '[ is an invalid regex.',
    ],
    ['--include=', 'java.lang.IllegalArgumentException: Topic pattern to subscribe to cannot be empty', '--include is empty'],
    [
      '--topic=',
      'java.lang.IllegalArgumentException: Topic collection to subscribe to cannot contain null or empty topic',
      "there is no topic ''",
    ],
  ])('%s is told before anything is asked', async (words, message, why) => {
    expect(await world(ABC).kafka(`${words} --timeout-ms 100`)).toEqual({ out: '', err: `${message}\n`, code: 1 })
    expect((await world(ABC).kt(`${words} --timeout-ms 100`)).err).toContain(why)
  })
})

describe('options that do not fit', () => {
  test.each([
    ['', 'Exactly one of the following arguments is required: [topic], [include]'],
    ['--topic t --include u', 'Exactly one of the following arguments is required: [topic], [include]'],
    ['--include t --partition 0', 'The topic is required when partition is specified.'],
    ['--topic t --offset 3', 'The partition is required when offset is specified.'],
    ['--topic t --partition 0 --from-beginning --offset 3', 'Options from-beginning and offset cannot be specified together.'],
    ['--topic t --partition 0 --group g', 'Options group and partition cannot be specified together.'],
    [
      '--topic t --partition 0 --offset -3',
      "The provided offset value '-3' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long.",
    ],
    [
      '--topic t --group a --command-property group.id=b',
      "The group ids provided in different places (directly using '--group', via '--consumer-property', or via '--consumer.config') do not match. Detected group ids: 'a', 'b'",
    ],
    ['--topic t --formatter kafka.tools.DefaultMessageFormatter', 'kafka.tools.DefaultMessageFormatter'],
  ])('%s', async (words, message) => {
    const { err, code } = await world(ABC).kafka(words)
    expect(err.startsWith(`${message}\nOption`)).toBe(true)
    expect(code).toBe(1)
  })

  test.each([
    [
      '--topic t --from-beginning --command-property auto.offset.reset=latest',
      "Can't simultaneously specify --from-beginning and 'auto.offset.reset=latest', please remove one option\n",
    ],
    ['--topic t --partition x', "Cannot parse argument 'x' of option partition\n"],
    [
      '--topic t --isolation-level sideways',
      'org.apache.kafka.common.config.ConfigException: Invalid value sideways for configuration isolation.level: String must be one of: read_committed, read_uncommitted\n',
    ],
  ])('%s comes without the table', async (words, err) => {
    expect(await world(ABC).kafka(words)).toEqual({ out: '', err, code: 1 })
    expect((await world(ABC).kt(words)).code).toBeGreaterThan(0)
  })

  test('earlier spellings have their notices, once the rest is right', async () => {
    const { kafka } = world(ABC)
    expect((await kafka(`${FROM_START} --max-messages 1 --property print.key=true --consumer-property a=b`)).out).toBe(
      'Option --property is deprecated and will be removed in a future version. Use --formatter-property instead.\n' +
        'Option --consumer-property is deprecated and will be removed in a future version. Use --command-property instead.\nk\ta\n',
    )
    expect((await kafka('--property a=b')).out).toBe('')
    expect((await kafka(`${FROM_START} --property a=b --formatter-property a=b`)).err).toMatch(
      /^Options --property and --formatter-property cannot be specified together\.\nOption/,
    )
  })
})

describe('a damaged batch', () => {
  const damaged = {
    t: [
      [{ value: 'a' }, { value: 'b', isDamaged: true }, { value: 'c' }],
      [{ value: 'x' }, { value: 'y' }],
    ],
  }
  const what =
    /Record batch for partition t-0 at offset 1 is invalid, cause: Record is corrupt \(stored crc = \d+, computed crc = \d+\)/

  test('what comes before it is printed, of every partition, and then the error', async () => {
    const { out, err, code } = await world(damaged).kt('--topic t --from-beginning')
    expect({ out, code }).toEqual({ out: 'a\nx\ny\n', code: 1 })
    expect(err).toMatch(what)
    expect(err).toContain('--partition with --offset reads on behind it')
    expect((await world(damaged).kt('--topic t --partition 0 --offset 2 --max-messages 1')).out).toBe('c\n')
  })

  test("under Kafka's name the error is Kafka's, with its cause", async () => {
    const { out, err, code } = await world(damaged).kafka(`${FROM_START} --timeout-ms 1000`)
    expect({ out, code }).toEqual({ out: 'a\n', code: 0 })
    const [, error, cause] = err.split('\n')
    expect(error).toBe(
      'org.apache.kafka.common.KafkaException: Received exception when fetching the next record from t-0. If needed, please seek past the record to continue consumption.',
    )
    expect(cause).toMatch(new RegExp(`^Caused by: org.apache.kafka.common.KafkaException: ${what.source}$`))
  })
})

describe('as kt', () => {
  test('the only topic needs no name; a missing one is not waited for, nor a missing partition', async () => {
    const { kt } = world({ orders: [[{ value: 'x' }]] })
    expect(await kt('--from-beginning --max-messages 1')).toEqual({
      out: 'x\n',
      err: 'Topic: orders, the only one there is.\nProcessed a total of 1 messages\n',
      code: 0,
    })
    expect(await kt('--topic ordres')).toEqual({
      out: '',
      err: "kt console-consumer: there is no topic 'ordres'\nDid you mean 'orders'?\n",
      code: 1,
    })
    expect(await kt('--topic orders --partition 1 --offset 0')).toEqual({
      out: '',
      err: "kt console-consumer: there is no partition 1 of topic 'orders'\nIt has only partition 0.\n",
      code: 1,
    })
    const several = await world({ a: [[]], b: [[]] }).kt('')
    expect([several.err.split('\n')[0], several.code]).toEqual(['kt console-consumer: say which topic: --topic a, b', 2])
  })
})
