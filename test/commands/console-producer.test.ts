import { describe, expect, test } from 'vitest'
import command from '../../src/commands/console-producer'
import { InitProducerId } from '../../src/protocol/apis/init-producer-id'
import { Produce } from '../../src/protocol/apis/produce'
import { codecOf } from '../../src/protocol/batch'
import { readRecords } from '../../src/protocol/batch-reader'
import { harness, type Setup } from '../cli/harness'
import { Scripted } from '../client/scripted'

const B = '--bootstrap-server x:1'

/** A broker with these topics of one partition; `refuse` gives an error code for a batch with these values. */
function world(setup: Setup = {}, { topics = ['t'], refuse = (_: string[]): number => 0 } = {}) {
  const scripted = new Scripted()
  for (const topic of topics) scripted.topic(topic, [1])
  const taken: { topic: string; key: string | null; value: string | null; headers: [string, string | null][] }[] = []
  const batches: Buffer[] = []
  scripted.on(InitProducerId, () => ({ errorCode: 0, producerId: 7, producerEpoch: 0 }))
  scripted.on(Produce, ({ topicData }, { version }) => ({
    responses: topicData.map(({ name, topicId, partitionData }) => {
      const topic = name || ([...scripted.topics].find(([, { id }]) => id === topicId)?.[0] ?? '')
      return {
        ...(version >= 13 ? { topicId } : { name }),
        partitionResponses: partitionData.map(({ index, records }) => {
          const bytes = Buffer.from(records ?? [])
          const read = [...readRecords(bytes, 0)]
          const errorCode = refuse(read.map(({ value }) => value?.toString() ?? ''))
          batches.push(bytes)
          if (errorCode === 0) {
            for (const { key, value, headers } of read) {
              taken.push({
                topic,
                key: key?.toString() ?? null,
                value: value?.toString() ?? null,
                headers: headers.map((header) => [header.key, header.value?.toString() ?? null]),
              })
            }
          }
          return { index, errorCode, baseOffset: errorCode ? -1 : taken.length }
        }),
      }
    }),
  }))
  const world_ = harness({ ...setup, cluster: scripted.cluster({}, { clock: scripted.clock }) })
  return {
    scripted,
    taken,
    batches,
    harness: world_,
    values: () => taken.map(({ value }) => value),
    kafka: (words: string) => world_.kafka(command, ...`${B} ${words}`.split(' ')),
    kt: (words: string) => world_.run(command, ...`${B} ${words}`.split(' ').filter((word) => word !== '')),
  }
}

test.each([
  ['--command-property delivery.timeout.ms=1', 'delivery.timeout.ms should be equal to or larger than'],
  ['--command-property interceptor.classes=no.such', 'Failed to find class no.such'],
])('%s: there can be no producer; kt says why', async (words, why) => {
  const { err, code } = await world({ stdin: 'x' }).kafka(`--topic t ${words}`)
  expect({ err, code }).toEqual({
    err: 'org.apache.kafka.common.KafkaException: Failed to construct kafka producer\n',
    code: 1,
  })
  const { err: told, code: failed } = await world({ stdin: 'x' }).kt(`--topic t ${words}`)
  expect({ told, failed }).toEqual({ told: expect.stringContaining(why), failed: 1 })
})

test('a port that is none is found before a line is read', async () => {
  const { harness, values } = world({ stdin: 'x' })
  const { err, code } = await harness.kafka(command, '--bootstrap-server 127.0.0.1:99999 --topic t')
  expect(err).toBe('org.apache.kafka.common.KafkaException: Failed to construct kafka producer\n')
  expect({ code, values: values() }).toEqual({ code: 1, values: [] })
})

describe('lines become records', () => {
  test('in order, silently, with exit code 0', async () => {
    const { kafka, values } = world({ stdin: 'one\n\n  two \nthree' })
    expect(await kafka('--topic t')).toEqual({ out: '', err: '', code: 0 })
    expect(values()).toEqual(['one', '', '  two ', 'three'])
  })

  test('keys and headers', async () => {
    const { kafka, taken } = world({ stdin: 'a:1,b:NIL#k;NIL\n' })
    const words =
      '--topic t --reader-property parse.key=true --reader-property key.separator=; --reader-property parse.headers=true ' +
      '--reader-property headers.delimiter=# --property-file'
    const properties = words.replace(' --property-file', ' --reader-property null.marker=NIL')
    expect((await kafka(properties)).code).toBe(0)
    expect(taken).toEqual([
      {
        topic: 't',
        key: 'k',
        value: null,
        headers: [
          ['a', '1'],
          ['b', null],
        ],
      },
    ])
  })

  test('a bad line ends it; what came before is sent', async () => {
    const { kafka, values } = world({ stdin: 'a\tb\nc\nd\te\n' })
    expect(await kafka('--topic t --reader-property parse.key=true')).toEqual({
      out: '',
      err: "org.apache.kafka.common.KafkaException: No key separator found on line number 2: 'c'\n",
      code: 1,
    })
    expect(values()).toEqual(['b'])
  })

  test('as kt a line may hold \\r and any bytes', async () => {
    const { kt, batches } = world({
      async *stdin() {
        yield Buffer.from([0x61, 0x0d, 0x0a, 0xff, 0x00])
        yield Buffer.from([0x0a])
      },
    })
    expect(await kt('--topic t')).toEqual({ out: '', err: '', code: 0 })
    const values = batches.flatMap((batch) => [...readRecords(batch, 0)].map(({ value }) => value))
    expect(values).toEqual([Buffer.from('a\r'), Buffer.from([0xff, 0x00])])
  })
})

describe('options', () => {
  test.each([
    ['--compression-codec', 1],
    ['--compression-codec none', 0],
    ['--compression-codec lz4', 3],
    ['--command-property compression.type=gzip', 0], // Kafka's tool overrides it
  ])('%s makes codec %i', async (words, codec) => {
    const { kafka, batches } = world({ stdin: 'x\n' })
    await kafka(`--topic t ${words}`)
    expect(batches.map((batch) => codecOf(batch, 0))).toEqual([codec])
  })

  test('an option comes before a property, a property before a file, all before the default', async () => {
    const files = { '/here/p.properties': 'acks=0\nclient.id=me\n' }
    const acks = async (words: string) => {
      const { kafka, scripted } = world({ stdin: 'x\n', files })
      await kafka(`--topic t ${words}`)
      return scripted.requests(Produce)[0]?.request.acks
    }
    expect(await acks('')).toBe(-1)
    expect(await acks('--command-property acks=1')).toBe(1)
    expect(await acks('--command-config p.properties --command-property acks=1')).toBe(1)
    expect(await acks('--command-property acks=1 --request-required-acks all')).toBe(-1)
  })

  test('a client.id is passed on', async () => {
    const one = world({ stdin: 'x\n' })
    await one.kafka('--topic t')
    expect(one.harness.opened[0]?.clientId).toBe('console-producer')
    const other = world({ stdin: 'x\n' })
    await other.kafka('--topic t --command-property client.id=me')
    expect(other.harness.opened[0]?.clientId).toBe('me')
  })

  test.each([
    [
      '--topic t --compression-codec rar',
      'org.apache.kafka.common.config.ConfigException: Invalid value rar for configuration compression.type: String must be one of: none, gzip, snappy, lz4, zstd',
    ],
    ['--topic t --batch-size many', "Cannot parse argument 'many' of option batch-size"],
    ['--topic t --line-reader no.such.Reader', 'no.such.Reader'],
    ['--topic t --command-config none.properties', 'none.properties'],
    [
      '--topic t --reader-property headers.separator=:',
      'org.apache.kafka.common.KafkaException: headers.separator and headers.key.separator may not be equal',
    ],
  ])('%s is refused', async (words, message) => {
    const { err, code } = await world().kafka(words)
    expect([err.replace(/^java\.[\w.]+: /, ''), code]).toEqual([`${message}\n`, 1])
    expect((await world().kt(words)).code).toBeGreaterThan(0)
  })

  test('usage', async () => {
    const { kafka } = world()
    expect((await harness().kafka(command, '--topic t')).err).toMatch(/^Error while validating the bootstrap address\n\nOption/)
    expect((await kafka('')).err).toMatch(/^Missing required argument "\[topic\]"\nOption/)
    expect((await kafka('--property a=b')).out).toBe('') // no notice before that
    expect((await harness().kafka(command, '--bootstrap-server nonsense --topic t')).err).toMatch(
      /^Please provide valid host:port like/,
    )
    expect((await harness().kafka(command, '--broker-list x:1 --topic t')).err).toMatch(
      /^broker-list is not a recognized option\n/,
    )
  })

  test('earlier spellings, each with a notice', async () => {
    const { kafka, taken } = world({ stdin: 'a:1\n' })
    expect(
      await kafka('--topic t --property parse.key=true --property key.separator=: --max-partition-memory-bytes 1000'),
    ).toEqual({
      out:
        'Warning: --property is deprecated and will be removed in a future version. Use --reader-property instead.\n' +
        'Warning: --max-partition-memory-bytes is deprecated and will be removed in Apache Kafka 5.0. Use --batch-size instead.\n',
      err: '',
      code: 0,
    })
    expect(taken[0]?.key).toBe('a')
  })
})

describe('records that cannot be sent', () => {
  const isBad = (values: string[]) => (values.some((value) => value.startsWith('bad')) ? 87 : 0)

  test('under its own name they are logged with their sizes, and the exit code is 0', async () => {
    const { kafka } = world({ stdin: 'k:bad\n' }, { refuse: isBad })
    const { out, err, code } = await kafka('--topic t --reader-property parse.key=true --reader-property key.separator=:')
    expect(err).toMatch(
      /^\[.*\] ERROR Error when sending message to topic t with key: 1 bytes, value: 3 bytes with error: \(org.*ErrorLoggingCallback\)\norg\.apache\.kafka\.common\.InvalidRecordException: .*\n$/,
    )
    expect([out, code]).toEqual(['', 0])
  })

  test('as kt the lines are named and the exit code is 1', async () => {
    const stdin = ['fine', 'bad one', 'fine', 'bad one', 'bad two'].map((line) => `${line}\n`).join('')
    const { kt } = world({ stdin }, { refuse: (values) => (values.length > 0 ? 87 : 0) })
    const { err, code } = await kt('--topic t')
    expect(err.split('\n')[1]).toMatch(/^kt console-producer: line 2 was not sent: /)
    expect(err.split('\n')[3]).toMatch(/^kt console-producer: line 4 was not sent: /)
    expect(err).toMatch(/\nkt console-producer: 5 of 5 lines were not sent\n$/)
    expect(code).toBe(1)
  })

  test('a line that is too large is told, in bytes, and the others are sent; however it is cut', async () => {
    const large = 'x'.repeat(1_100_000)
    const { kafka, kt, values } = world({
      async *stdin() {
        for (const text of ['small\n', large.slice(0, 700_000), large.slice(700_000), '\nafter']) yield Buffer.from(text)
      },
    })
    const size =
      'The message is 1100088 bytes when serialized which is larger than 1048576, which is the value of the max.request.size configuration.'
    const result = await kafka('--topic t')
    expect(result.err).toContain(`org.apache.kafka.common.errors.RecordTooLargeException: ${size}\n`)
    expect([values(), result.code]).toEqual([['small', 'after'], 0])
    expect((await kt('--topic t')).err).toContain(`kt console-producer: line 2 was not sent: ${size}\n`)
  })

  test('with --sync the first one ends it', async () => {
    const stdin = 'fine\nbad\nnever\n'
    const one = world({ stdin }, { refuse: isBad })
    expect(await one.kafka('--topic t --sync')).toMatchObject({
      err: expect.stringMatching(/^org\.apache\.kafka\.common\.InvalidRecordException: /),
      code: 1,
    })
    expect(one.values()).toEqual(['fine'])
    const other = world({ stdin }, { refuse: isBad })
    expect((await other.kt('--topic t --sync')).err).toMatch(/^kt console-producer: line 2 was not sent: /)
  })
})

describe('as kt', () => {
  test('the only topic needs no name, and is told', async () => {
    const { kt, taken } = world({ stdin: 'x\n' }, { topics: ['orders', '__consumer_offsets'] })
    expect(await kt('')).toEqual({ out: '', err: 'Topic: orders, the only one there is.\n', code: 0 })
    expect(taken[0]?.topic).toBe('orders')
  })

  test('of several one is chosen on a terminal; in a pipe that is a usage error', async () => {
    const topics = ['orders', 'payments']
    const piped = await world({ stdin: 'x\n' }, { topics }).kt('')
    expect(piped.err).toContain('kt console-producer: say which topic: --topic orders, payments\n')
    expect(piped.code).toBe(2)
    const { kt, taken } = world({ stdin: 'x\n', choose: async (_, choices) => choices[1] ?? '' }, { topics })
    expect((await kt('')).code).toBe(0)
    expect(taken[0]?.topic).toBe('payments')
  })

  test('a topic that is not there is not made', async () => {
    const { kt, scripted } = world({ stdin: 'x\n' }, { topics: ['orders'] })
    expect(await kt('--topic ordres')).toEqual({
      out: '',
      err: "kt console-producer: there is no topic 'ordres'\nDid you mean 'orders'?\n",
      code: 1,
    })
    expect(scripted.requests(Produce)).toEqual([])
  })

  test('a prompt where somebody types, and a last word; --json says how many', async () => {
    const typed = await world({ stdin: 'x\ny\n', isTyped: true, isTTY: true }).kt('--topic t --no-color')
    expect(typed).toEqual({
      out: '>>>',
      err: 'Every line becomes a record of t; Ctrl-D ends.\n2 records produced to t.\n',
      code: 0,
    })
    expect(JSON.parse((await world({ stdin: 'x\ny\n' }).kt('--topic t --json')).out)).toEqual({
      topic: 't',
      records: 2,
      failed: 0,
    })
  })

  test('Ctrl-C sends what was read and says how much', async () => {
    let interrupt = () => {}
    const {
      kt,
      values,
      harness: running,
    } = world({
      async *stdin() {
        yield Buffer.from('one\ntwo\nthr')
        interrupt()
        await new Promise(() => {})
      },
    })
    interrupt = () => running.signal('SIGINT')
    expect(await kt('--topic t')).toEqual({ out: '', err: '2 records produced to t.\n', code: 130 })
    expect(values()).toEqual(['one', 'two'])
  })
})
