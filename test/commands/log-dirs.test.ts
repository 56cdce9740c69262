import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { joptHelp } from '../../src/cli/help-kafka'
import command from '../../src/commands/log-dirs'
import { sizeText } from '../../src/commands/size-text'
import { DescribeCluster } from '../../src/protocol/apis/describe-cluster'
import { DescribeLogDirs } from '../../src/protocol/apis/describe-log-dirs'
import { harness } from '../cli/harness'
import { Scripted } from '../client/scripted'

const B = '--bootstrap-server x:1'
const replica = (partitionIndex: number, partitionSize: number) => ({
  partitionIndex,
  partitionSize,
  offsetLag: 0,
  isFutureKey: false,
})

function world({ error = 0, isTTY = false, brokers = [1], directories = ['/data'] } = {}) {
  const scripted = new Scripted(brokers).topic('t', [1, 1, 1]).topic('u', [1])
  scripted.on(DescribeCluster, () => ({
    throttleTimeMs: 0,
    errorCode: 0,
    clusterId: 'c',
    controllerId: 1,
    brokers: brokers.map((brokerId) => ({ brokerId, host: 'broker', port: brokerId, rack: null, isFenced: false })),
  }))
  scripted.on(DescribeLogDirs, () => ({
    errorCode: 0,
    results: directories.map((logDir) => ({
      errorCode: error,
      logDir,
      topics: [
        { name: 't', partitions: [replica(0, 0), replica(1, 2048), replica(2, 232)] },
        { name: 'u', partitions: [replica(0, 5)] },
      ],
    })),
  }))
  const kt = harness({ cluster: scripted.cluster(), isTTY, columns: 100 })
  return {
    kafka: (words: string) => kt.kafka(command, `${B} ${words}`),
    run: (words: string) => kt.run(command, `${B} ${words}`),
  }
}

test("the table of options is Kafka's", () => {
  const [intro, ...table] = readFileSync('test/golden/help/kafka-log-dirs.txt', 'utf8').trimEnd().split('\n')
  expect(command.kafka.intro).toBe(intro)
  expect(joptHelp(command).trimEnd().split('\n')).toEqual(table)
})

test("the document is Kafka's to the letter, partitions in the order of Java's maps", async () => {
  const part = (name: string, size: number) => `{"partition":"${name}","size":${size},"offsetLag":0,"isFuture":false}`
  const parts = [part('t-2', 232), part('t-1', 2048), part('t-0', 0), part('u-0', 5)].join(',')
  expect(await world().kafka('--describe --topic-list ,u,,t --broker-list 1,,1')).toEqual({
    out:
      'Querying brokers for log directories information\nReceived log directory information from brokers 1\n' +
      `{"brokers":[{"broker":1,"logDirs":[{"partitions":[${parts}],"error":null,"logDir":"/data"}]}],"version":1}\n`,
    err: '',
    code: 0,
  })
})

test("several brokers and directories come in the order of Java's maps", async () => {
  const several = world({ brokers: [1, 12], directories: ['/tmp/q/n1a', '/tmp/q/n1b', '/tmp/q/n1c'] })
  const { out } = await several.kafka('--describe --broker-list 1,12 --topic-list none')
  const directory = (name: string) => `{"partitions":[],"error":null,"logDir":"${name}"}`
  const directories = ['/tmp/q/n1c', '/tmp/q/n1b', '/tmp/q/n1a'].map(directory).join(',')
  const broker = (id: number) => `{"broker":${id},"logDirs":[${directories}]}`
  expect(out.split('\n').slice(1)).toEqual([
    'Received log directory information from brokers 1,12',
    `{"brokers":[${broker(12)},${broker(1)}],"version":1}`,
    '',
  ])
})

test.each([
  [
    '--describe --broker-list 9,8,1',
    'ERROR: The given brokers do not exist from --broker-list: 8,9. Current existent brokers: 1',
  ],
  ['--describe --broker-list one', 'For input string: "one"'],
  ['--describe --broker-list 99999999999', 'For input string: "99999999999"'],
  ['--describe --nope', 'nope is not a recognized option'],
])('%s is refused', async (words, message) => {
  expect(await world().kafka(words)).toEqual({ out: '', err: `${message}\n`, code: 1 })
})

test('without --describe it says so, as kt it needs none', async () => {
  expect((await world().kafka('--topic-list t')).err).toContain('Missing required argument "[describe]"')
  expect(JSON.parse((await world().run('--json')).out).brokers[0].logDirs[0].partitions).toHaveLength(4)
})

test('a directory that failed has its error in the document, by class', async () => {
  const { out, code } = await world({ error: 56 }).kafka('--describe')
  expect(out).toContain('"error":"org.apache.kafka.common.errors.KafkaStorageException"')
  expect(code).toBe(0)
  expect((await world({ error: 56 }).run('--json')).code).toBe(1)
})

test('on a terminal the greatest comes first, the sum last, and brokers are named where there are several', async () => {
  const { out } = await world({ isTTY: true }).run('--no-color')
  const lines = out.split('\n').map((line) => line.replace(/[^\w./]+/g, ' ').trim())
  const found = lines.filter((line) => line.startsWith('/data'))
  expect(found).toEqual(['/data t 1 2.00 KiB', '/data t 2 232 B', '/data u 0 5 B', '/data t 0 0 B', '/data all 2.23 KiB'])
  expect(out).not.toContain('broker')
  expect((await world({ isTTY: true, brokers: [1, 2] }).run('--no-color')).out).toContain('broker')
})

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.00 KiB'],
  [15 * 1024 ** 2, '15.0 MiB'],
  [250 * 1024 ** 3, '250 GiB'],
])('%i bytes are %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text)
})
