/** Properties of a consumer (org.apache.kafka.clients.consumer.ConsumerConfig). */
import { ConfigException, KafkaError, kafkaException } from '../kafka-error'
import { clientSerial } from './client'
import { commonDefinitions } from './common'
import {
  atLeast,
  type Definition,
  type Definitions,
  flag,
  int,
  invalid,
  list,
  nonEmptyText,
  oneOf,
  oneOfAnyCase,
  optionalText,
  type Properties,
  readProperties,
  text,
  type Values,
} from './definition'

/** Where to begin where there is no committed offset; a duration in ms: that long ago (KIP-1106). */
export type OffsetReset = 'earliest' | 'latest' | 'none' | { readonly agoMs: number }

const offsetReset: Definition<OffsetReset> = {
  fallback: 'latest',
  parse(name, value) {
    if (value === 'earliest' || value === 'latest' || value === 'none') return value
    const agoMs = value.startsWith('by_duration:') ? durationMs(value.slice('by_duration:'.length)) : undefined
    if (agoMs !== undefined && agoMs >= 0) return { agoMs }
    throw invalid(
      name,
      value,
      `Invalid value \`${value}\` for configuration ${name}. The value must be either 'earliest', 'latest', 'none' or of the ` +
        "format 'by_duration:<PnDTnHnMn.nS.>'.",
    )
  },
}

/** Milliseconds of an ISO-8601 duration as java.time.Duration.parse takes it; undefined: it is none. */
export function durationMs(text: string): number | undefined {
  const parts = /^([+-]?)P(?:([+-]?\d+)D)?(?:T(?:([+-]?\d+)H)?(?:([+-]?\d+)M)?(?:([+-]?\d+(?:[.,]\d{0,9})?)S)?)?$/i.exec(text)
  if (!parts || !/\d/.test(text) || /t$/i.test(text)) return undefined
  const [, sign, days, hours, minutes, seconds] = parts
  const total =
    Number(days ?? 0) * 86_400 +
    Number(hours ?? 0) * 3600 +
    Number(minutes ?? 0) * 60 +
    Number((seconds ?? '0').replace(',', '.'))
  return Math.trunc((sign === '-' ? -total : total) * 1000)
}

export const consumerDefinitions = {
  ...commonDefinitions,
  'group.id': optionalText,
  'group.instance.id': nonEmptyText,
  'group.protocol': oneOfAnyCase('classic', ['classic', 'consumer'], ['CONSUMER', 'CLASSIC']),
  'group.remote.assignor': optionalText,
  'session.timeout.ms': int(45_000),
  'heartbeat.interval.ms': int(3000),
  'max.poll.interval.ms': int(300_000, atLeast(1)),
  'max.poll.records': int(500, atLeast(1)),
  'partition.assignment.strategy': list([
    'org.apache.kafka.clients.consumer.RangeAssignor',
    'org.apache.kafka.clients.consumer.CooperativeStickyAssignor',
  ]),
  'enable.auto.commit': flag(true),
  'auto.commit.interval.ms': int(5000, atLeast(0)),
  'auto.offset.reset': offsetReset,
  'client.rack': text(''),
  'fetch.min.bytes': int(1, atLeast(0)),
  'fetch.max.bytes': int(52_428_800, atLeast(0)),
  'fetch.max.wait.ms': int(500, atLeast(0)),
  'max.partition.fetch.bytes': int(1_048_576, atLeast(0)),
  'check.crcs': flag(true),
  'isolation.level': oneOf('read_uncommitted', ['read_committed', 'read_uncommitted']),
  'allow.auto.create.topics': flag(true),
  'exclude.internal.topics': flag(true),
  'default.api.timeout.ms': int(60_000, atLeast(0)),
  'key.deserializer': optionalText,
  'value.deserializer': optionalText,
  'interceptor.classes': list([]),
} as const satisfies Definitions

export type ConsumerConfig = Values<typeof consumerDefinitions>

const CLASSIC_ONLY = ['partition.assignment.strategy', 'heartbeat.interval.ms', 'session.timeout.ms'] as const

/** What Kafka finds out only while it makes a consumer of settings that are good one by one. */
const unmade = (why: string) => kafkaException('Failed to construct kafka consumer', new ConfigException(why))

/** Throws ConfigException, or a KafkaException around one. Without a group there is nothing to commit to, so auto commit is off unless asked for, which is an error. */
export function consumerConfig(properties: Properties): ConsumerConfig {
  const read = readProperties(consumerDefinitions, properties)
  const serial = () => read['group.instance.id'] ?? clientSerial('consumer')
  const values = { ...read, 'client.id': read['client.id'] || `consumer-${read['group.id']}-${serial()}` }
  if (values['group.protocol'] === 'consumer') {
    for (const name of CLASSIC_ONLY) {
      if (properties[name] !== undefined) throw new ConfigException(`${name} cannot be set when group.protocol=CONSUMER`)
    }
  } else if (properties['group.remote.assignor'] !== undefined) {
    throw new ConfigException('group.remote.assignor cannot be set when group.protocol=CLASSIC')
  }
  const [interceptor] = values['interceptor.classes']
  if (interceptor !== undefined) throw unmade(`Failed to find class ${interceptor} of interceptor.classes`)
  const beats = values['group.protocol'] === 'classic' && values['group.id'] !== null
  if (beats && values['heartbeat.interval.ms'] >= values['session.timeout.ms']) {
    throw unmade('Heartbeat must be set lower than the session timeout')
  }
  if (values['group.id'] !== null || !values['enable.auto.commit']) return values
  if (properties['enable.auto.commit'] !== undefined) {
    throw new KafkaError(
      40,
      'org.apache.kafka.common.errors.InvalidConfigurationException',
      'enable.auto.commit cannot be set to true when default group id (null) is used.',
    )
  }
  return { ...values, 'enable.auto.commit': false }
}
