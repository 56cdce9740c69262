/** The options of kafka-console-consumer.sh, with Kafka's descriptions. */
import { file, flag, int, keyValue, long, text, type Values } from '../cli/options'
import { DEFAULT_FORMATTER } from './console-consumer-formatter'

const FORMATTER = `The properties to initialize the message formatter. Default properties include: 
 print.timestamp=true|false
 print.key=true|false
 print.offset=true|false
 print.epoch=true|false
 print.partition=true|false
 print.headers=true|false
 print.value=true|false
 key.separator=<key.separator>
 line.separator=<line.separator>
 headers.separator=<headers.separator>
 null.literal=<null.literal>
 key.deserializer=<key.deserializer>
 value.deserializer=<value.deserializer>
 header.deserializer=<header.deserializer>
Users can also pass in customized properties for their formatter; more specifically, users can pass in properties keyed with \
'key.deserializer.', 'value.deserializer.' and 'headers.deserializer.' prefixes to configure their deserializers.`

const GONE = 'This option will be removed in a future version.'
const NOTICE = (name: string) => `Option --${name} is deprecated and will be removed in a future version. Use {} instead.`
const earlier = (name: string) => ({ notice: NOTICE(name), namedFirst: true })

export const consumerOptions = {
  topic: text('topic', 'The topic to consume from.').summed('The topic; without it the only one there is'),
  include: text('Java regex (String)', 'Regular expression specifying list of topics to include for consumption.').summed(
    'All topics whose whole name matches this regular expression',
  ),
  fromBeginning: flag(
    'If the consumer does not already have an established offset to consume from, start with the earliest message present in the ' +
      'log rather than the latest message.',
  ).summed('Begin with the oldest record, where the group has no offset yet'),
  group: text('consumer group id', 'The consumer group id of the consumer.').summed(
    'Share the topic with the others of this group, and remember how far it has read',
  ),
  maxMessages: int(
    'num_messages',
    'The maximum number of messages to consume before exiting. If not set, consumption is continual.',
  ).summed('End after so many records'),
  timeoutMs: long(
    'timeout_ms',
    'If specified, exit if no message is available for consumption for the specified interval.',
  ).summed('End when nothing has come for so many milliseconds'),
  partition: int(
    'partition',
    "The partition to consume from. Consumption starts from the end of the partition unless '--offset' is specified.",
  ).summed('Only this partition'),
  offset: text(
    'consume offset',
    "The offset to consume from (a non-negative number), or 'earliest' which means from beginning, or 'latest' which means from end",
  )
    .default('latest')
    .summed('With --partition: begin at an offset, earliest or latest'),
  formatterProperty: keyValue('prop', FORMATTER)
    .was('property', `(DEPRECATED) ${FORMATTER}\n${GONE} Use --formatter-property instead.`, earlier('property'))
    .summed('print.key=true, print.timestamp, print.partition, print.offset, print.headers, key.separator=..., null.literal=...'),
  formatterConfig: file(
    'config file',
    'Config properties file to initialize the message formatter. Note that [formatter-property] takes precedence over this config.',
  ).summed('The same in a file'),
  formatter: text('class', 'The name of a class to use for formatting kafka messages for display.')
    .default(DEFAULT_FORMATTER)
    .summed('How records are printed, as a class of Kafka: org.apache.kafka.tools.consumer.OffsetsMessageFormatter and others')
    .ktDefault(null),
  keyDeserializer: text('deserializer for keys', 'The name of the class to use for deserializing keys.').summed(
    'How keys are read: org.apache.kafka.common.serialization.LongDeserializer',
  ),
  valueDeserializer: text('deserializer for values', 'The name of the class to use for deserializing values.').summed(
    'How values are read',
  ),
  skipMessageOnError: flag('If there is an error when processing a message, skip it instead of halt.').summed(
    'Leave out records that cannot be printed',
  ),
  isolationLevel: text(
    '',
    'Set to read_committed in order to filter out transactional messages which are not committed. Set to read_uncommitted to read ' +
      'all messages.',
  )
    .default('read_uncommitted')
    .summed('read_committed leaves out what is not committed'),
  enableSystestEvents: flag(
    'Log lifecycle events of the consumer in addition to logging consumed messages. (This is specific for system tests.)',
  ).kafkaOnly(),
  commandProperty: keyValue('consumer_prop', 'Consumer config properties in the form key=value.')
    .was(
      'consumer-property',
      `(DEPRECATED) Consumer config properties in the form key=value. ${GONE} Use --command-property instead.`,
      earlier('consumer-property'),
    )
    .summed('A client property: key=value; repeatable'),
  bootstrapServer: text('server to connect to', 'REQUIRED: The server(s) to connect to.'),
  commandConfig: file(
    'config file',
    'Consumer config properties file. Note that [command-property] takes precedence over this config.',
  )
    .was(
      'consumer.config',
      `(DEPRECATED) Consumer config properties file. Note that [command-property] takes precedence over this config. ${GONE} Use ` +
        '--command-config instead.',
      earlier('consumer.config'),
    )
    .summed('Client properties'),
}

export type ConsumerOptions = Values<typeof consumerOptions>
