/**
 * kafka-console-consumer.sh (org.apache.kafka.tools.consumer.ConsoleConsumer): prints the records of a topic as they come. Under Kafka's
 * name it is always a member of some group, and most of what ends it ends it with exit code 0; kt reads by itself unless --group
 * is given, and says by its exit code what happened.
 */
import { type Context, command } from '../cli/command'
import { exit, Failure, messageOf, OptionError } from '../cli/errors'
import { javaPattern } from '../cli/java-regex'
import { asJavaReads } from '../cli/java-regex-error'
import { logLine } from '../cli/log'
import type { Cluster } from '../client/cluster'
import { consumerDefinitions } from '../client/config/consumer'
import { Consumer, type TopicPartition } from '../client/consumer'
import { KafkaError } from '../client/kafka-error'
import { checkConsumerOptions, formatterProperties, type Settings, settingsOf, startOf } from './console-consumer-check'
import { DEFAULT_FORMATTER, type Formatter, formatterOf } from './console-consumer-formatter'
import { type End, Loop } from './console-consumer-loop'
import { type ConsumerOptions, consumerOptions } from './console-consumer-options'
import { AllPartitions } from './console-consumer-partitions'
import { configError, made, unmade } from './console-servers'
import { checkPartitionExists, checkTopicExists, chooseTopic } from './console-topic'

const LOGGER = 'org.apache.kafka.tools.consumer.ConsoleConsumer'

export default command({
  name: 'console-consumer',
  script: 'kafka-console-consumer.sh',
  summary: 'Print the records of a topic as they come',
  description: `Prints each record's value on a line of its own, from now on or with --from-beginning from the oldest record. It goes on
    until --max-messages were printed, nothing came for --timeout-ms, or Ctrl-C. With --group several consumers share the partitions,
    and the group remembers how far it has read; without it the topic is read by this consumer alone and nothing is remembered.

    --formatter-property says what is printed besides the value: print.key, print.timestamp, print.partition, print.offset and
    print.headers=true; and what stands between: key.separator, line.separator, headers.separator, null.literal.

    --json prints one object a line: topic, partition, offset, timestamp (UTC) and timestampMs, key, value, and headers as pairs in their
    order. Null is null and not the empty text; bytes that are no UTF-8 are {"base64": ...}.

    The exit code is 0 when --max-messages were printed or, without it, when something was before --timeout-ms ended it; 124 when time
    ran out before; 1 when reading failed; 130 after Ctrl-C. How many records there were is said on stderr.`,
  examples: [
    ['Print what comes', 'kt console-consumer --topic orders'],
    ['Print all there is, and end', 'kt console-consumer --topic orders --from-beginning --timeout-ms 1000'],
    ['Share the work with others, and go on where the group was', 'kt console-consumer --topic orders --group billing'],
    [
      'Print ten records with their keys',
      'kt console-consumer --topic orders --max-messages 10 --formatter-property print.key=true',
    ],
    ['Read one partition from an offset', 'kt console-consumer --topic orders --partition 0 --offset 1000'],
    ['For other programs', "kt console-consumer --topic orders --json | jq -r '.value'"],
  ],
  options: consumerOptions,
  kafka: {
    intro: 'This tool helps to read data from Kafka topics and outputs it to standard output.',
    checksFirst: true,
    failed(error, out) {
      if (error instanceof Failure && error.javaClass === undefined) {
        out.error(error.message)
        return 1
      }
      out.error(error instanceof OptionError ? `joptsimple.OptionArgumentConversionException: ${error.message}` : String(error))
      return 1
    },
  },
  check: checkConsumerOptions,
  async run(context, options) {
    const { out, voice, system } = context
    const readSettings = settingsOf(context, options)
    const start = startOf(options)
    const { timeoutMs } = options
    const properties = formatterProperties(context, options)
    const formatter = await formatterFor(context, options, properties)
    const { config, properties: clientProperties } = readSettings()

    const clientId = config['client.id']
    const speaker = `Consumer clientId=${clientId}, groupId=${config['group.id']}`
    const place = await context.connect({ clientId, properties: clientProperties, speaker })
    const given =
      place.kind === 'server' ? consumerDefinitions['bootstrap.servers'].parse('bootstrap.servers', place.name) : undefined
    const servers = given ?? config['bootstrap.servers']
    const make = () => place.clusterFor({ ...config, 'bootstrap.servers': servers }, { complainsTwice: true })
    const cluster = made(make, voice, UNMADE)
    const topic = await topicFor(context, options, cluster)
    const onWarning = (text: string) => {
      if (voice === 'kafka')
        out.error(logLine(system.clock.now(), 'WARN', `[${speaker}] ${text}`, 'org.apache.kafka.clients.NetworkClient'))
      else if (text.startsWith('Asynchronous auto-commit')) out.error(text)
    }
    const parts = { cluster, config, clock: system.clock, random: system.random, onWarning }
    const consumer = made(() => new Consumer(parts), voice, UNMADE)
    const beforePoll = made(() => begin({ consumer, cluster, config }, context, options, topic, start), voice, UNMADE)
    return consume(context, options, {
      consumer,
      formatter,
      beforePoll,
      timeoutMs: timeoutMs === undefined || timeoutMs < 0 ? Infinity : timeoutMs,
    })
  },
})

const UNMADE = 'Failed to construct kafka consumer'

async function formatterFor(
  { out, system, voice }: Context,
  options: ConsumerOptions,
  properties: ReadonlyMap<string, string>,
): Promise<Formatter> {
  if (out.form === 'json' && options.formatter === DEFAULT_FORMATTER) {
    return (await import('./console-consumer-json')).jsonFormatter(properties, out)
  }
  const paper = { out, now: () => system.clock.now(), jsonEnd: voice === 'kafka' ? '' : '\n', showsInfo: voice === 'kt' }
  return formatterOf(options.formatter, properties, paper)
}

/** The topic that is meant; undefined where a pattern says which. */
async function topicFor(
  context: Context,
  { topic, include, partition }: ConsumerOptions,
  cluster: Cluster,
): Promise<string | undefined> {
  if (topic === undefined) return include === undefined ? chooseTopic(cluster, context) : undefined
  if (context.voice === 'kafka') return topic
  if (partition === undefined) await checkTopicExists(cluster, topic)
  else await checkPartitionExists(cluster, topic, partition)
  return topic
}

interface Reading extends Settings {
  readonly consumer: Consumer
  readonly cluster: Cluster
}

/** Says to the consumer what to read; what is given is to be done before every poll. */
function begin(
  { consumer, cluster, config }: Omit<Reading, 'properties'>,
  { system }: Context,
  { partition, include }: ConsumerOptions,
  topic: string | undefined,
  start: number | 'earliest' | 'latest',
): () => Promise<void> {
  if (topic === '' && partition !== undefined)
    throw empty('topic', 'Topic partitions to assign to cannot have null or empty topic')
  if (topic === '') throw empty('topic', 'Topic collection to subscribe to cannot contain null or empty topic')
  if (include === '') throw empty('include', 'Topic pattern to subscribe to cannot be empty')
  if (topic !== undefined && partition !== undefined) {
    consumer.assign([{ topic, partition }])
    consumer.seek({ topic, partition }, start)
    return async () => {}
  }
  const pattern = include === undefined ? undefined : asJavaReads(include, () => javaPattern(include))
  const matches = (name: string) => pattern?.test(name) === true
  if (config['group.id'] !== null) {
    consumer.subscribe(topic === undefined ? { source: include ?? '', matches } : [topic])
    return async () => {}
  }
  const topics = topic === undefined ? matches : [topic]
  const all = new AllPartitions(consumer, cluster, system.clock, topics, config['metadata.max.age.ms'])
  return () => all.look()
}

const empty = (option: string, message: string): Failure =>
  new Failure(message, { javaClass: 'java.lang.IllegalArgumentException', sentence: `--${option} is empty`, exitCode: 2 })

interface Work {
  readonly consumer: Consumer
  readonly formatter: Formatter
  readonly beforePoll: () => Promise<void>
  readonly timeoutMs: number
}

async function consume(
  context: Context,
  options: ConsumerOptions,
  { consumer, formatter, beforePoll, timeoutMs }: Work,
): Promise<number> {
  const { out, voice, system, terminal } = context
  const log = (text: string) => logLine(system.clock.now(), 'ERROR', text, LOGGER)
  // what goes to a terminal is its own progress
  const spinner = terminal.stdout.isTTY ? undefined : out.spinner('')
  const onSkipped = (error: unknown) => {
    if (voice === 'kt') out.error(`skipped: ${messageOf(error)}`)
    else out.error(`${log('Error processing message, skipping this message: ')}\n${error}`)
  }
  let end: End
  let count = 0
  let isMade = true
  try {
    const loop = new Loop(context, {
      consumer,
      formatter,
      maxMessages: options.maxMessages ?? -1,
      timeoutMs,
      beforePoll,
      onSkipped: options.skipMessageOnError ? onSkipped : undefined,
      onProgress: (records) => spinner?.say(`${records} records`),
    })
    end = await loop.run()
    count = loop.count
    if (end.why === 'poll' && configError(end.error)) {
      isMade = false
      throw unmade(end.error, voice, UNMADE)
    }
    if (voice === 'kafka') rewind(consumer, loop.unfinished)
    if (voice === 'kafka' && (end.why === 'timeout' || end.why === 'poll')) {
      out.error(`${log('Error processing message, terminating consumer process: ')}\n${inJava(end.error)}`)
    }
    if (voice === 'kafka' && end.why === 'gone') out.error('Unable to write to standard out, closing consumer.')
  } finally {
    spinner?.stop()
    await consumer.close()
    if (isMade && (voice === 'kafka' || out.isOpen)) out.error(`Processed a total of ${count} messages`)
  }
  if (voice === 'kafka' && options.enableSystestEvents) out.line('shutdown_complete')
  return voice === 'kafka' ? kafkaCode(end, out, log) : ktCode(end, count, options.maxMessages)
}

/** Kafka's tool goes back to what it did not print, and so commits an offset without its leader epoch. */
function rewind(consumer: Consumer, partitions: readonly TopicPartition[]): void {
  for (const partition of partitions) {
    try {
      const position = consumer.position(partition)
      if (position !== undefined) consumer.seek(partition, position)
    } catch {
      // it is somebody else's by now
    }
  }
}

/** What is behind the error of a record that the consumer could not get at. */
const causeOf = (error: unknown): KafkaError | undefined =>
  error instanceof KafkaError && error.cause instanceof KafkaError ? error.cause : undefined
/** The error as Java prints it, but for the places in Java's code. */
function inJava(error: unknown): string {
  const cause = causeOf(error)
  return cause ? `${error}\nCaused by: ${cause}` : String(error)
}

/** Only a record that cannot be printed fails. */
function kafkaCode(end: End, out: Context['out'], log: (text: string) => string): number {
  if (end.why !== 'record') return exit.done
  out.error(`${log('Unknown error when running consumer: ')}\n${end.error}`)
  return exit.failed
}

function ktCode(end: End, count: number, maxMessages: number | undefined): number {
  switch (end.why) {
    case 'enough':
    case 'stopped':
    case 'gone':
      return exit.done
    case 'timeout':
      return count === 0 || maxMessages !== undefined ? exit.timedOut : exit.done
    case 'poll': {
      const cause = causeOf(end.error)
      if (!cause) throw end.error
      throw new Failure(messageOf(cause), {
        hint: "'kt check' says what is damaged; --partition with --offset reads on behind it.",
      })
    }
    case 'record':
      throw new Failure(`the record at ${end.where} cannot be printed: ${messageOf(end.error)}`, {
        hint: '--skip-message-on-error leaves such records out.',
      })
  }
}
