/** Properties of a producer (org.apache.kafka.clients.producer.ProducerConfig). */
import { ConfigException, kafkaException } from '../kafka-error'
import { clientSerial } from './client'
import { commonDefinitions } from './common'
import {
  atLeast,
  between,
  type Definition,
  type Definitions,
  flag,
  int,
  invalid,
  list,
  long,
  nonEmptyText,
  oneOf,
  optionalText,
  type Properties,
  readProperties,
  type Values,
} from './definition'

const notNegative = atLeast(0)
const gzipLevel: Definition<number> = int(-1, (name, level) => {
  if (level !== -1 && (level < 1 || level > 9)) throw invalid(name, String(level), 'Value must be between 1 and 9 or equal to -1')
})

/** Classes are Java's: there is none to be found but the partitioner that is used without a name. */
const partitioner: Definition<null> = {
  fallback: null,
  parse(name, value) {
    if (value.trim() === '') return null
    throw invalid(name, value, `Class ${value.trim()} could not be found.`)
  },
}

export const producerDefinitions = {
  ...commonDefinitions,
  'receive.buffer.bytes': int(32_768, atLeast(-1)),
  'buffer.memory': long(33_554_432, notNegative),
  retries: int(0x7fffffff, between(0, 0x7fffffff)),
  acks: oneOf('all', ['all', '-1', '0', '1']),
  'compression.type': oneOf('none', ['none', 'gzip', 'snappy', 'lz4', 'zstd']),
  'compression.gzip.level': gzipLevel,
  'compression.lz4.level': int(9, between(1, 17)),
  'compression.zstd.level': int(3, between(-131_072, 22)),
  'batch.size': int(16_384, notNegative),
  'linger.ms': long(5, notNegative),
  'delivery.timeout.ms': int(120_000, notNegative),
  'max.request.size': int(1_048_576, notNegative),
  'max.block.ms': long(60_000, notNegative),
  'metadata.max.idle.ms': long(300_000, atLeast(5000)),
  'max.in.flight.requests.per.connection': int(5, atLeast(1)),
  'enable.idempotence': flag(true),
  'transactional.id': nonEmptyText,
  'transaction.timeout.ms': int(60_000),
  'transaction.two.phase.commit.enable': flag(false),
  'partitioner.class': partitioner,
  'partitioner.adaptive.partitioning.enable': flag(true),
  'partitioner.availability.timeout.ms': long(0, notNegative),
  'partitioner.ignore.keys': flag(false),
  'key.serializer': optionalText,
  'value.serializer': optionalText,
  'interceptor.classes': list([]),
} as const satisfies Definitions

export type ProducerConfig = Values<typeof producerDefinitions>

/** What Kafka finds out only while it makes a producer of settings that are good one by one. */
const unmade = (why: string) => kafkaException('Failed to construct kafka producer', new ConfigException(why))

/**
 * Throws ConfigException, or a KafkaException around one. As in Kafka, idempotence goes away silently where it was not asked for and acks or retries forbid it,
 * and a delivery time-out that was not set grows with linger.ms + request.timeout.ms.
 */
export function producerConfig(properties: Properties): ProducerConfig {
  const values = readProperties(producerDefinitions, properties)
  const idempotent = idempotence(values, properties['enable.idempotence'] !== undefined)
  if (values['transactional.id'] !== null && !idempotent) {
    throw new ConfigException('Cannot set a transactional.id without also enabling idempotence.')
  }
  const least = values['linger.ms'] + values['request.timeout.ms']
  if (values['delivery.timeout.ms'] < least && properties['delivery.timeout.ms'] !== undefined) {
    throw unmade('delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms')
  }
  const [interceptor] = values['interceptor.classes']
  if (interceptor !== undefined) throw unmade(`Failed to find class ${interceptor} of interceptor.classes`)
  return {
    ...values,
    'client.id': values['client.id'] || `producer-${values['transactional.id'] ?? clientSerial('producer')}`,
    'enable.idempotence': idempotent,
    'delivery.timeout.ms': Math.max(values['delivery.timeout.ms'], least),
  }
}

function idempotence(values: ProducerConfig, asked: boolean): boolean {
  if (!values['enable.idempotence']) return false
  if (values.retries === 0) {
    if (!asked) return false
    throw new ConfigException('Must set retries to non-zero when using the idempotent producer.')
  }
  if (values.acks !== 'all' && values.acks !== '-1') {
    if (!asked) return false
    throw new ConfigException(
      'Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.',
    )
  }
  const inFlight = values['max.in.flight.requests.per.connection']
  if (inFlight > 5) {
    throw new ConfigException(
      `To use the idempotent producer, max.in.flight.requests.per.connection must be set to at most 5. Current value is ${inFlight}.`,
    )
  }
  return true
}
