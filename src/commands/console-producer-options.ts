/** The options of kafka-console-producer.sh, with Kafka's descriptions, and the client properties that they stand for. */
import { file, flag, int, keyValue, long, text, type Values, type Voice } from '../cli/options'
import { has } from '../cli/parse'

const READER = `A mechanism to pass user-defined properties in the form key=value to the message reader. This allows custom \
configuration for a user-defined message reader.
Default properties include:
 parse.key=false
 parse.headers=false
 ignore.error=false
 key.separator=\\t
 headers.delimiter=\\t
 headers.separator=,
 headers.key.separator=:
 null.marker=   When set, any fields (key, value and headers) equal to this will be replaced by null
Default parsing pattern when:
 parse.headers=true and parse.key=true:
  "h1:v1,h2:v2...\\tkey\\tvalue"
 parse.key=true:
  "key\\tvalue"
 parse.headers=true:
  "h1:v1,h2:v2...\\tvalue"`

/** A batch of kt's: what a local broker takes at once costs it a tenth of what it takes in sixteen pieces. */
const KT_BATCH_SIZE = 262_144

const GONE = 'This option will be removed in a future version.'
export const LINE_READER = 'org.apache.kafka.tools.LineMessageReader'

export const producerOptions = {
  topic: text('topic', 'REQUIRED: The topic name to produce messages to.').summed('The topic; without it the only one there is'),
  readerProperty: keyValue('prop', READER)
    .was('property', `(DEPRECATED) ${READER}\n ${GONE} Use --reader-property instead.`)
    .summed('parse.key, parse.headers, key.separator, headers.delimiter, headers.separator, null.marker, ignore.error=...'),
  readerConfig: file(
    'config file',
    'Config properties file for the message reader. Note that [reader-property] takes precedence over this config.',
  ).summed('The same in a file'),
  lineReader: text(
    'reader_class',
    'The class name of the class to use for reading lines from standard in. By default each line is read as a separate message.',
  )
    .default(LINE_READER)
    .summed(`How lines are read; there is ${LINE_READER}`)
    .ktDefault(null),
  sync: flag('If set message send requests to the brokers are synchronously, one at a time as they arrive.').summed(
    'Send one record at a time, and stop at the first that fails',
  ),
  compressionCodec: text(
    'compression-codec',
    "The compression codec: either 'none', 'gzip', 'snappy', 'lz4', or 'zstd'.If specified without value, then it defaults to 'gzip'",
  )
    .orBare('gzip')
    .summed('none, gzip (also without a word), snappy, lz4 or zstd'),
  requestRequiredAcks: text('request required acks', 'The required `acks` of the producer requests')
    .default('-1')
    .summed('Who must have a record: all, 1 or 0')
    .ktDefault('all'),
  batchSize: int(
    'size',
    'The buffer size in bytes allocated for a partition. When records are received which are smaller than this size the producer ' +
      'will attempt to optimistically group them together until this size is reached. This is the option to control batch.size in ' +
      'producer configs. Please note that this option will be replaced if max-partition-memory-bytes is also set.',
  )
    .default(16_384)
    .summed('Bytes of a batch (batch.size)')
    .ktDefault(String(KT_BATCH_SIZE)),
  maxPartitionMemoryBytes: int(
    'memory in bytes per partition',
    '(Deprecated) The buffer size in bytes allocated for a partition. When records are received which are smaller than this size ' +
      'the producer will attempt to optimistically group them together until this size is reached. This is the option to control ' +
      'batch.size in producer configs. This option will be removed in Apache Kafka 5.0. Use --batch-size instead.',
  )
    .default(16_384)
    .kafkaOnly(),
  timeout: long(
    'timeout_ms',
    'If set and the producer is running in asynchronous mode, this gives the maximum amount of time a message will queue awaiting ' +
      'sufficient batch size. The value is given in ms. This is the option to control `linger.ms` in producer configs.',
  )
    .default(1000)
    .summed('Milliseconds to wait for a batch to fill up (linger.ms)')
    .ktDefault('5'),
  messageSendMaxRetries: int(
    '',
    'Brokers can fail receiving the message for multiple reasons, and being unavailable transiently is just one of them. This ' +
      'property specifies the number of retries before the producer give up and drop this message. This is the option to control ' +
      '`retries` in producer configs.',
  )
    .default(3)
    .summed('How often to try again (retries)')
    .ktDefault('as often as there is time'),
  retryBackoffMs: long(
    '',
    'Before each retry, the producer refreshes the metadata of relevant topics. Since leader election takes a bit of time, this ' +
      'property specifies the amount of time that the producer waits before refreshing the metadata. This is the option to control ' +
      '`retry.backoff.ms` in producer configs.',
  )
    .default(100)
    .summed('Milliseconds before trying again'),
  requestTimeoutMs: int(
    'request timeout ms',
    'The ack timeout of the producer requests. Value must be non-negative and non-zero.',
  )
    .default(1500)
    .summed('Milliseconds to wait for an answer')
    .ktDefault('30000'),
  maxBlockMs: long('max block on send', 'The max time that the producer will block for during a send request.')
    .default(60_000)
    .summed('Milliseconds to wait for room, or for the topic'),
  metadataExpiryMs: long(
    'metadata expiration interval',
    "The period of time in milliseconds after which we force a refresh of metadata even if we haven't seen any leadership changes. " +
      'This is the option to control `metadata.max.age.ms` in producer configs.',
  )
    .default(300_000)
    .summed('Milliseconds after which metadata is old'),
  maxMemoryBytes: long(
    'total memory in bytes',
    'The total memory used by the producer to buffer records waiting to be sent to the server. This is the option to control ' +
      '`buffer.memory` in producer configs.',
  )
    .default(33_554_432)
    .summed('Bytes of records that may wait'),
  socketBufferSize: int(
    'size',
    'The size of the tcp RECV size. This is the option to control `send.buffer.bytes` in producer configs.',
  )
    .default(102_400)
    .summed("Bytes of the socket's buffer")
    .ktDefault('131072'),
  commandProperty: keyValue('producer_prop', 'Producer config properties in the form key=value.')
    .was(
      'producer-property',
      `(DEPRECATED) Producer config properties in the form key=value. ${GONE} Use --command-property instead.`,
    )
    .summed('A client property: key=value; repeatable'),
  bootstrapServer: text(
    'server to connect to',
    'REQUIRED: The server(s) to connect to. The broker list string in the form HOST1:PORT1,HOST2:PORT2.',
  ),
  commandConfig: file(
    'config file',
    'Producer config properties file. Note that [command-property] takes precedence over this config.',
  )
    .was(
      'producer.config',
      `(DEPRECATED) Producer config properties file. Note that [command-property] takes precedence over this config. ${GONE} Use ` +
        '--command-config instead.',
    )
    .summed('Client properties'),
}

export type ProducerOptions = Values<typeof producerOptions>

/** Which option stands for which property, in the order in which Kafka reads them. */
const MERGED = [
  ['linger.ms', 'timeout'],
  ['acks', 'requestRequiredAcks'],
  ['request.timeout.ms', 'requestTimeoutMs'],
  ['retries', 'messageSendMaxRetries'],
  ['retry.backoff.ms', 'retryBackoffMs'],
  ['send.buffer.bytes', 'socketBufferSize'],
  ['buffer.memory', 'maxMemoryBytes'],
  ['batch.size', 'batchSize'],
  ['batch.size', 'maxPartitionMemoryBytes'],
  ['metadata.max.age.ms', 'metadataExpiryMs'],
  ['max.block.ms', 'maxBlockMs'],
] as const satisfies readonly (readonly [string, keyof ProducerOptions & string])[]

/**
 * The producer's properties: an option that was given, else --command-property, else --command-config (`fromFile`), else the
 * option's default. kt has no defaults of its own but the batch's size: the client's hold, which wait longer and try more often.
 */
export function producerProperties(
  options: ProducerOptions,
  fromFile: ReadonlyMap<string, string>,
  voice: Voice,
): Record<string, string> {
  const properties = new Map([...fromFile, ...options.commandProperty])
  if (voice === 'kafka' || has(options, 'compressionCodec')) {
    const codec = has(options, 'compressionCodec') ? options.compressionCodec || 'gzip' : 'none'
    properties.set('compression.type', codec) // Kafka's tool overrides the property even where the option was not given
  }
  if (!properties.has('client.id')) properties.set('client.id', 'console-producer')
  for (const [name, key] of MERGED) {
    if (has(options, key) || (voice === 'kafka' && !properties.has(name))) properties.set(name, String(options[key]))
  }
  if (!properties.has('batch.size')) properties.set('batch.size', String(KT_BATCH_SIZE))
  return Object.fromEntries(properties)
}
