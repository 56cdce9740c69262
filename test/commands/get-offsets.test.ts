import { expect, test } from 'vitest'
import command from '../../src/commands/get-offsets'
import { ListOffsets } from '../../src/protocol/apis/list-offsets'
import { harness } from '../cli/harness'
import { Scripted } from '../client/scripted'

const B = '--bootstrap-server x:1'

function world(topics: Record<string, number>) {
  const scripted = new Scripted()
  for (const [name, count] of Object.entries(topics)) scripted.topic(name, Array(count).fill(1))
  scripted.on(ListOffsets, ({ topics: asked }) => ({
    topics: asked.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: 0,
        offset: partitionIndex,
        leaderEpoch: 0,
      })),
    })),
  }))
  const kt = harness({ cluster: scripted.cluster() })
  return {
    scripted,
    kafka: (words: string) => kt.kafka(command, `${B} ${words}`),
    run: (words: string) => kt.run(command, `${B} ${words}`),
  }
}

test('lines are sorted as text', async () => {
  const { kafka } = world({ t: 11 })
  expect(await kafka('--topic t')).toEqual({
    out: `${['t:0:0', 't:1:1', 't:10:10', ...[2, 3, 4, 5, 6, 7, 8, 9].map((n) => `t:${n}:${n}`)].join('\n')}\n`,
    err: '',
    code: 0,
  })
})

test.each([
  ['--topic a.', 'ab:0:0\nab:1:1\nac:0:0\nac:1:1\n'],
  ['--topic ab,b --partitions 0', 'ab:0:0\nb:0:0\n'],
  ['--partitions 1,9 --exclude-internal-topics', 'ab:1:1\nac:1:1\n'],
  ['--topic-partitions ab:1,b', 'ab:1:1\nb:0:0\n'],
  ['--topic-partitions a.:0-1', 'ab:0:0\nac:0:0\n'],
  ['--topic-partitions ac:1-', 'ac:1:1\n'],
  ['--topic-partitions a.:-1', 'ab:0:0\nac:0:0\n'],
  ['--topic-partitions :1', '__consumer_offsets:1:1\nab:1:1\nac:1:1\n'],
])('%s', async (words, out) => {
  const { kafka } = world({ ab: 2, ac: 2, b: 1, __consumer_offsets: 2 })
  expect((await kafka(words)).out).toBe(out)
})

test.each([
  ['latest', -1],
  ['-2', -2],
  ['max-timestamp', -3],
  ['earliest-local', -4],
  ['-5', -5],
  ['1700000000000', 1_700_000_000_000],
])('--time %s is asked for as %i', async (word, timestamp) => {
  const { scripted, kafka } = world({ t: 1 })
  await kafka(`--topic t --time ${word}`)
  expect(scripted.requests(ListOffsets)[0]?.request.topics[0].partitions[0].timestamp).toBe(timestamp)
})

test('a partition without an offset is left out, one with an error is named', async () => {
  const { scripted, kafka, run } = world({ t: 2 })
  scripted.on(ListOffsets, () => ({
    topics: [
      {
        name: 't',
        partitions: [
          { partitionIndex: 0, errorCode: 0, offset: -1, leaderEpoch: -1 },
          { partitionIndex: 1, errorCode: 29, offset: -1, leaderEpoch: -1 },
        ],
      },
    ],
  }))
  const skipped = 'Skip getting offsets for topic-partition t-1 due to error: '
  expect(await kafka('--topic t')).toEqual({
    out: '',
    err: `${skipped}org.apache.kafka.common.errors.TopicAuthorizationException: Topic authorization failed.\n`,
    code: 0,
  })
  expect(await run('--topic t')).toMatchObject({ code: 1, err: `${skipped}Topic authorization failed.\n` })
})

test.each([
  ['--topic none', 'Could not match any topic-partitions with the specified filters'],
  ['--topic t --partitions x', '--partitions expects a comma separated list of numeric partition ids, but received: x'],
  ['--topic t --topic-partitions t:0', '--topic-partitions cannot be used with --topic or --partitions'],
  ['--topic-partitions t:a-b', 'org.apache.kafka.tools.TerseException: Invalid rule specification: t:a-b'],
  ['--nosuch', 'nosuch is not a recognized option'],
])('%s is an error', async (words, message) => {
  const { kafka, run } = world({ t: 1 })
  expect(await kafka(words)).toEqual({ out: '', err: `Error occurred: ${message}\n`, code: 1 })
  expect((await run(words)).code).toBe(words === '--topic none' ? 1 : 2)
})

test('a misspelt topic is suggested, an address without a port is refused', async () => {
  const { run } = world({ orders: 1 })
  expect((await run('--topic ordres')).err).toBe("kt get-offsets: no partition matches\nDid you mean --topic 'orders'?\n")
  const wrong = await harness().kafka(command, '--bootstrap-server nonsense --topic t')
  expect(wrong.err).toMatch(/^Please provide valid host:port like host1:9091,host2:9092\n\nOption/)
})

test('as JSON', async () => {
  const { run } = world({ t: 1 })
  expect(JSON.parse((await run('--topic t --json')).out)).toEqual({
    offsets: [{ topic: 't', partition: 0, offset: 0, timestamp: null }],
  })
})

test.each([
  ['--topic t --partitions 99999999999', 'Error occurred: --partitions expects a comma separated list of numeric partition ids'],
  ['--topic-partitions ,', 'Error occurred: Could not match any topic-partitions with the specified filters'],
  ['--topic-partitions t:99999999999', 'Error occurred: For input string: "99999999999"'],
  ['--topic-partitions t:0-99999999999', 'Error occurred: For input string: "99999999999"'],
  ['--topic t --time 9223372036854775808', 'Error occurred: Malformed time argument'],
])('%s is refused as in Kafka', async (words, message) => {
  const { err, code } = await world({ t: 1 }).kafka(words)
  expect(err.replace('java.lang.NumberFormatException: ', '')).toContain(message)
  expect(code).toBe(1)
})

test("a time may be any long of Java's", async () => {
  const { kafka, scripted } = world({ t: 1 })
  expect((await kafka('--topic t --time 9223372036854775807')).code).toBe(0)
  expect(scripted.requests(ListOffsets)[0]?.request.topics[0].partitions[0].timestamp).toBe(Number.MAX_SAFE_INTEGER)
})
