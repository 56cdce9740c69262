/**
 * kafka-console-producer.sh (org.apache.kafka.tools.ConsoleProducer): every line of standard input becomes a record. Under Kafka's
 * name a record that could not be sent is logged, and the exit code is 0 all the same, but for --sync; as kt it is 1.
 */
import { checkRequired } from '../cli/checks'
import { type Context, command } from '../cli/command'
import { exit, Failure, OptionError } from '../cli/errors'
import { logLine } from '../cli/log'
import { has } from '../cli/parse'
import { readProperties } from '../cli/properties'
import type { Cluster } from '../client/cluster'
import { type ProducerConfig, producerConfig } from '../client/config/producer'
import { KafkaError } from '../client/kafka-error'
import { Producer } from '../client/producer'
import { Feed, type Lost } from './console-producer-feed'
import { LINE_READER, type ProducerOptions, producerOptions, producerProperties } from './console-producer-options'
import { type LineReader, lineReader } from './console-producer-reader'
import { checkServers, configError, made, propertiesRead, unmade } from './console-servers'
import { checkTopicExists, chooseTopic } from './console-topic'

const OLD_MEMORY_NOTICE =
  'Warning: --max-partition-memory-bytes is deprecated and will be removed in Apache Kafka 5.0. Use --batch-size instead.'

export default command({
  name: 'console-producer',
  script: 'kafka-console-producer.sh',
  summary: 'Write lines into a topic',
  description: `Every line of standard input becomes a record; the last one needs no newline. A line ends at a newline and nothing in it is
    changed, so that any file comes back byte for byte from kt console-consumer. (Called as kafka-console-producer.sh, \\r ends a line
    too, and what is no UTF-8 is replaced, as in Kafka.)

    With --reader-property parse.key=true a line is key, separator, value; with parse.headers=true headers come before them:
    h1:v1,h2:v2, a tab, the rest. key.separator, headers.delimiter, headers.separator (a regular expression) and
    headers.key.separator say what stands between; null.marker what stands for null; with ignore.error=true a line without its
    separator is a value.

    The exit code is 1 if a record could not be sent; the first such lines are named. Ctrl-C sends what was read and says how much
    that was.`,
  examples: [
    ['Type records', 'kt console-producer --topic orders'],
    ['Write a file, one record a line', 'kt console-producer --topic orders < orders.log'],
    [
      'Lines are key:value',
      'kt console-producer --topic orders --reader-property parse.key=true --reader-property key.separator=:',
    ],
    ['Compress, and wait for nobody', 'kt console-producer --topic orders --compression-codec zstd --request-required-acks 1'],
  ],
  options: producerOptions,
  legacy: 'broker-list',
  kafka: {
    intro: 'This tool helps to read data from standard input and publish it to Kafka.',
    checksFirst: true,
    failed(error, out) {
      out.error(error instanceof OptionError ? error.message : String(error))
      return 1
    },
  },
  check(options, { voice }) {
    if (voice === 'kafka') checkRequired(options, 'topic')
  },
  async run(context, options) {
    const { voice, hasPlace, out } = context
    if (voice === 'kafka' && has(options, 'maxPartitionMemoryBytes')) out.line(OLD_MEMORY_NOTICE)
    if (has(options, 'bootstrapServer') && options.bootstrapServer !== undefined) checkServers(options.bootstrapServer)
    else if (!hasPlace) checkServers('')
    const makeReader = readerOf(context, options)
    const [config, properties] = configOf(context, options)

    const clientId = config['client.id']
    const place = await context.connect({ clientId, properties, speaker: `Producer clientId=${clientId}` })
    const servers = place.kind === 'server' ? place.name.split(',') : config['bootstrap.servers']
    const make = () => place.clusterFor({ ...config, 'bootstrap.servers': servers }, { complainsTwice: true })
    const cluster = made(make, voice, UNMADE)
    if (voice === 'kafka' && servers.some(hasName)) await checkMade(cluster)
    return produce(context, options, { cluster, config, makeReader })
  },
})

const UNMADE = 'Failed to construct kafka producer'

/** Whether the address is a name, which may be nobody's. */
const hasName = (server: string): boolean => !/^(.*:\/\/)?(localhost|[\d.]+|\[[\da-fA-F:.]+\]):\d+$/.test(server)

/** Kafka's producer cannot be made where no server's name is known; this one would try until max.block.ms is over. */
async function checkMade(cluster: Cluster): Promise<void> {
  try {
    await cluster.refresh([])
  } catch (error) {
    if (configError(error)) throw unmade(error, 'kafka', UNMADE)
  }
}

/** Throws Failure for a reader that there is not, or that cannot be as the properties want it. */
function readerOf({ system, terminal }: Context, options: ProducerOptions): () => LineReader {
  const { lineReader: name, readerConfig } = options
  if (name !== LINE_READER) {
    const sentence = `there is no line reader ${name}; the one there is is ${LINE_READER}`
    throw new Failure(name, { javaClass: 'java.lang.ClassNotFoundException', sentence })
  }
  const fromFile = readerConfig === undefined ? [] : readProperties(system, terminal, readerConfig)
  const properties = new Map([...fromFile, ...options.readerProperty])
  lineReader(properties)
  return () => lineReader(properties)
}

function configOf({ system, terminal, voice }: Context, options: ProducerOptions): [ProducerConfig, ReadonlyMap<string, string>] {
  const { commandConfig } = options
  const fromFile = commandConfig === undefined ? new Map<string, string>() : readProperties(system, terminal, commandConfig)
  const properties = producerProperties(options, fromFile, voice)
  // the servers are known when the place is; a directory has none
  const config = propertiesRead(voice, () => producerConfig({ ...properties, 'bootstrap.servers': 'localhost:9092' }))
  return [config, new Map(Object.entries(properties))]
}

interface Work {
  readonly cluster: Cluster
  readonly config: ProducerConfig
  readonly makeReader: () => LineReader
}

async function produce(context: Context, options: ProducerOptions, { cluster, config, makeReader }: Work): Promise<number> {
  const { voice, system, out, terminal, signal } = context
  const topic = options.topic ?? (await chooseTopic(cluster, context))
  if (voice === 'kt' && options.topic !== undefined) await checkTopicExists(cluster, topic)
  const producer = new Producer({ cluster, config, clock: system.clock, random: system.random })
  const report = reporter(context, topic)
  const feed = new Feed({
    topic,
    producer,
    makeReader,
    asJava: voice === 'kafka',
    isSync: options.sync,
    mostBytes: config['max.request.size'],
    mostFound: voice === 'kt' ? SHOWN : 0,
    now: () => system.clock.now(),
    onLost: report,
  })
  const prompts = terminal.stdin.isTTY && terminal.stdout.isTTY
  let asked = 0
  // one before every line that is waited for, also when several come at once
  const prompt = () => {
    if (prompts) out.write('>'.repeat(feed.taken + 1 - asked))
    asked = feed.taken + 1
  }
  if (voice === 'kt' && terminal.stdin.isTTY) out.error(`Every line becomes a record of ${topic}; Ctrl-D ends.`)
  const spinner = terminal.stdin.isTTY ? undefined : out.spinner('')
  try {
    prompt()
    for await (const chunk of untilAborted(terminal.stdin.chunks(), signal)) {
      await feed.add(chunk)
      spinner?.say(`${feed.taken} lines`)
      prompt()
    }
    if (!signal.aborted) await feed.end()
  } catch (error) {
    const isSend = voice === 'kt' && error instanceof KafkaError
    throw isSend ? new Failure(`line ${feed.taken + 1} was not sent: ${error.message}`) : error
  } finally {
    await producer.close()
    spinner?.stop()
  }
  if (voice === 'kafka') return exit.done
  if (out.form === 'json') out.json({ topic, records: feed.taken - feed.lost, failed: feed.lost })
  if (feed.lost > 0) throw new Failure(`${feed.lost} of ${feed.taken} lines were not sent`)
  if (signal.aborted || terminal.stdin.isTTY) out.error(`${count(feed.taken, 'record')} produced to ${topic}.`)
  return exit.done
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`

/** Lost lines that kt names; of the rest it says how many. */
const SHOWN = 10

/** Tells of lost lines: Kafka's producer logs every one. */
function reporter({ voice, out, system, program }: Context, topic: string): (lost: Lost) => void {
  let shown = 0
  if (voice === 'kt') {
    return ({ error, number }) => {
      if (++shown > SHOWN) return
      out.error(`${program}: ${number === undefined ? 'a line' : `line ${number}`} was not sent: ${error.message}`)
    }
  }
  const bytes = (length: number | undefined) => (length === undefined ? 'null' : `${length} bytes`)
  return ({ error, keyBytes, valueBytes }) => {
    const text = `Error when sending message to topic ${topic} with key: ${bytes(keyBytes)}, value: ${bytes(valueBytes)} with error:`
    const logger = 'org.apache.kafka.clients.producer.internals.ErrorLoggingCallback'
    out.error(logLine(system.clock.now(), 'ERROR', text, logger))
    out.error(String(error))
  }
}

/** The chunks up to the moment when the signal is aborted. */
async function* untilAborted(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  const iterator = chunks[Symbol.asyncIterator]()
  let stop = () => {}
  signal.addEventListener('abort', () => stop())
  while (!signal.aborted) {
    const aborted = new Promise<undefined>((resolve) => {
      stop = () => resolve(undefined)
    })
    const step = await Promise.race([iterator.next(), aborted])
    if (!step || step.done) return
    yield step.value
  }
}
