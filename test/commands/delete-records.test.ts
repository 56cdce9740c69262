import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { joptHelp } from '../../src/cli/help-kafka'
import command from '../../src/commands/delete-records'
import { DeleteRecords } from '../../src/protocol/apis/delete-records'
import { errors } from '../../src/protocol/errors'
import { harness } from '../cli/harness'
import { Scripted } from '../client/scripted'

const B = '--bootstrap-server x:1'

function world(text = '', { isTTY = false } = {}) {
  const scripted = new Scripted().topic('t', [1, 1]).topic('u', [1]).topic('b?d', [1])
  scripted.on(DeleteRecords, ({ topics }) => ({
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, offset }) =>
        name === 'b?d'
          ? { partitionIndex, lowWatermark: -1, errorCode: errors.INVALID_TOPIC_EXCEPTION }
          : offset > 10
            ? { partitionIndex, lowWatermark: -1, errorCode: errors.OFFSET_OUT_OF_RANGE }
            : { partitionIndex, lowWatermark: offset < 0 ? 10 : offset, errorCode: 0 },
      ),
    })),
  }))
  const kt = harness({ cluster: scripted.cluster(), files: { '/here/cut.json': text }, isTTY })
  return {
    scripted,
    kafka: (words: string) => kt.kafka(command, `${B} ${words}`),
    run: (words: string) => kt.run(command, `${B} ${words}`),
  }
}
const rows = (...partitions: unknown[]) => JSON.stringify({ partitions, version: 1 })
const row = (topic: string, partition: number, offset: number) => ({ topic, partition, offset })

test("the table of options is Kafka's", () => {
  const [intro, ...table] = readFileSync('test/golden/help/kafka-delete-records.txt', 'utf8').trimEnd().split('\n')
  expect(command.kafka.intro).toBe(intro)
  expect(joptHelp(command).trimEnd().split('\n')).toEqual(table)
})

test('each partition is told, in the order of the file, and an error among them is no failure of the tool', async () => {
  const { kafka } = world(rows(row('u', 0, -1), row('t', 1, 99), row('t', 0, 3)))
  expect(await kafka('--offset-json-file cut.json')).toEqual({
    out:
      'Executing records delete operation\nRecords delete operation completed:\npartition: u-0\tlow_watermark: 10\n' +
      'partition: t-1\terror: org.apache.kafka.common.errors.OffsetOutOfRangeException: The requested offset is not within the ' +
      'range of offsets maintained by the server.\npartition: t-0\tlow_watermark: 3\n',
    err: '',
    code: 0,
  })
})

test.each([
  ['', 'The input string is not a valid JSON'],
  ['[]', 'Expected JSON object, received []'],
  ['{"version":1}', 'Missing partitions field'],
  ['{"partitions":{}}', 'Expected JSON array, received {}'],
  ['{"partitions":[],"version":2}', 'Not supported version field value 2'],
  ['{"partitions":[],"version":"1"}', 'Expected `Integer` value, received "1"'],
  ['{"partitions":[3]}', 'Expected JSON object, received 3'],
  ['{"partitions":[{"topic":"t","partition":0}]}', 'No such field exists: `offset`'],
  ['{"partitions":[{"topic":3,"partition":0,"offset":1}]}', 'Expected `String` value, received 3'],
  ['{"partitions":[{"topic":"t","partition":0.5,"offset":1}]}', 'Expected `Integer` value, received 0.5'],
  ['{"partitions":[{"topic":"t","partition":0,"offset":"1"}]}', 'Expected `Long` value, received "1"'],
  ['{"partitions":[{"topic":"t","partition":0,"offset":1.0}]}', 'Expected `Long` value, received 1.0'],
  ['{"partitions":[{"topic":"t","partition":0,"offset":1E10}]}', 'Expected `Long` value, received 1.0E10'],
  ['{"partitions":[{"topic":"\\"1.0","partition":-0.0,"offset":1}]}', 'Expected `Integer` value, received -0.0'],
  ['{"partitions":[],"version":1.0}', 'Expected `Integer` value, received 1.0'],
  ['{"partitions":[{"topic":"t","partition":0,"offset":["1.0",1.0]}]}', 'Expected `Long` value, received ["1.0",1.0]'],
  ['{"partitions":[1.0]}', 'Expected JSON object, received 1.0'],
  [
    rows(row('t', 0, 1), row('t', 0, 2), row('u', 0, 2), row('u', 0, 2)),
    'Offset json file contains duplicate topic partitions: t-0,u-0',
  ],
])('of the file %s it is said, and nothing is deleted', async (text, message) => {
  const { kafka, scripted } = world(text)
  expect(await kafka('--offset-json-file cut.json')).toEqual({ out: '', err: `${message}\n`, code: 1 })
  expect(scripted.requests(DeleteRecords)).toEqual([])
})

test("a topic whose name none can have is told in the words of Kafka's client", async () => {
  const { kafka } = world(rows(row('b?d', 0, 3)))
  expect((await kafka('--offset-json-file cut.json')).out).toContain(
    'partition: b?d-0\terror: org.apache.kafka.common.errors.InvalidTopicException: ' +
      'Failed to fetch metadata for partition b?d-0 due to invalid topic `b?d`\n',
  )
})

test('a file that is not there is named', async () => {
  const { kafka } = world()
  expect(await kafka('--offset-json-file none.json')).toEqual({ out: '', err: 'Unable to read file none.json\n', code: 1 })
})

test('a file with no partitions deletes nothing', async () => {
  const { kafka } = world('{"partitions":[]}')
  expect((await kafka('--offset-json-file cut.json')).code).toBe(0)
})

test('as kt, a topic, a partition and an offset do without a file', async () => {
  const { run, scripted } = world()
  expect((await run('--topic t --partition 1 --before-offset 5')).out).toContain('partition: t-1\tlow_watermark: 5\n')
  expect(scripted.requests(DeleteRecords)[0]?.request.topics).toEqual([
    { name: 't', partitions: [{ partitionIndex: 1, offset: 5 }] },
  ])
})

test("as kt, 'latest' empties all partitions of a topic", async () => {
  const { run } = world()
  const { out, code } = await run('--topic t --before-offset latest --json')
  expect(code).toBe(0)
  const partition = (number: number) => ({ topic: 't', partition: number, lowWatermark: 10, error: null, message: null })
  expect(JSON.parse(out)).toEqual({ partitions: [partition(0), partition(1)] })
})

test('as kt, an error of a partition is a failure', async () => {
  const { run } = world()
  const { out, code } = await run('--topic u --before-offset 99 --json')
  expect(code).toBe(1)
  expect(JSON.parse(out).partitions[0]).toMatchObject({ lowWatermark: null, error: 'OffsetOutOfRangeException' })
})

test.each([
  ['', 2, '--offset-json-file'],
  ['--topic t', 2, '--before-offset'],
  ['--topic t --before-offset 5', 2, 't has 2 partitions'],
  ['--topic t --before-offset five', 2, "not 'five'"],
  ['--topic t --partition 7 --before-offset 5', 1, 'there are 0 to 1'],
  ['--topic none --before-offset latest', 1, "there is no topic 'none'"],
  ['--topic t --offset-json-file cut.json', 2, 'does not go with'],
])('as kt, %s deletes nothing and says why', async (words, code, text) => {
  const { run, scripted } = world(rows(row('t', 0, 3)))
  const result = await run(words)
  expect(result).toMatchObject({ out: '', code })
  expect(result.err).toContain(text)
  expect(scripted.requests(DeleteRecords)).toEqual([])
})

test('on a terminal a table says where partitions begin now', async () => {
  const { run } = world('', { isTTY: true })
  const { out } = await run('--topic u --before-offset 4 --no-color')
  expect(out).toMatch(/topic .* partition .* begins at/)
  expect(out).toMatch(/u +0 +4\n/)
})
