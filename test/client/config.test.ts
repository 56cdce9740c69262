/** Client properties: every sentence here was said by the Java classes of Kafka 4.2.1. */
import { expect, test } from 'vitest'
import { adminConfig, bootstrapAddresses, consumerConfig, durationMs, producerConfig } from '../../src/client/config'

const producer = (properties: Record<string, string>) => () => producerConfig(properties)
const consumer = (properties: Record<string, string>) => () => consumerConfig(properties)
const RESET_RULE = "The value must be either 'earliest', 'latest', 'none' or of the format 'by_duration:<PnDTnHnMn.nS.>'."

test.each([
  ['batch.size', 'abc', 'Invalid value abc for configuration batch.size: Not a number of type INT'],
  ['batch.size', '-1', 'Invalid value -1 for configuration batch.size: Value must be at least 0'],
  ['batch.size', '99999999999', 'Invalid value 99999999999 for configuration batch.size: Not a number of type INT'],
  ['linger.ms', 'x', 'Invalid value x for configuration linger.ms: Not a number of type LONG'],
  [
    'enable.idempotence',
    'maybe',
    'Invalid value maybe for configuration enable.idempotence: Expected value to be either true or false',
  ],
  [
    'compression.type',
    'rar',
    'Invalid value rar for configuration compression.type: String must be one of: none, gzip, snappy, lz4, zstd',
  ],
  [
    'compression.type',
    'GZIP',
    'Invalid value GZIP for configuration compression.type: String must be one of: none, gzip, snappy, lz4, zstd',
  ],
  [
    'compression.gzip.level',
    '0',
    'Invalid value 0 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1',
  ],
  ['compression.lz4.level', '99', 'Invalid value 99 for configuration compression.lz4.level: Value must be no more than 17'],
  [
    'compression.zstd.level',
    '-200000',
    'Invalid value -200000 for configuration compression.zstd.level: Value must be at least -131072',
  ],
  ['transactional.id', '', 'Invalid value  for configuration transactional.id: String must be non-empty'],
  [
    'security.protocol',
    'foo',
    'Invalid value foo for configuration security.protocol: String must be one of (case insensitive): SASL_SSL, PLAINTEXT, SSL, SASL_PLAINTEXT',
  ],
  ['acks', '7', 'Invalid value 7 for configuration acks: String must be one of: all, -1, 0, 1'],
  ['acks', '', 'Invalid value  for configuration acks: String must be one of: all, -1, 0, 1'],
  [
    'max.in.flight.requests.per.connection',
    '0',
    'Invalid value 0 for configuration max.in.flight.requests.per.connection: Value must be at least 1',
  ],
  ['bootstrap.servers', '', "Configuration 'bootstrap.servers' must not be empty. Valid values include: any non-empty value"],
  ['bootstrap.servers', 'a:1,,b:2', "Configuration 'bootstrap.servers' values must not be empty."],
  [
    'partitioner.class',
    'no.such',
    'Invalid value no.such for configuration partitioner.class: Class no.such could not be found.',
  ],
])('a producer with %s=%s is told: %s', (name, value, sentence) => {
  expect(producer({ [name]: value })).toThrow(sentence)
  expect(producer({ [name]: value })).toThrow(
    expect.objectContaining({ exception: 'org.apache.kafka.common.config.ConfigException' }),
  )
})

test.each([
  [{ retries: '0', 'enable.idempotence': 'true' }, 'Must set retries to non-zero when using the idempotent producer.'],
  [
    { acks: '1', 'enable.idempotence': 'true' },
    'Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.',
  ],
  [
    { 'max.in.flight.requests.per.connection': '6' },
    'To use the idempotent producer, max.in.flight.requests.per.connection must be set to at most 5. Current value is 6.',
  ],
  [{ acks: '1', 'transactional.id': 'x' }, 'Cannot set a transactional.id without also enabling idempotence.'],
] as [Record<string, string>, string][])('a producer with %j is told: %s', (properties, sentence) => {
  expect(producer(properties)).toThrow(sentence)
})

test('idempotence is the default, and goes silently where acks or retries forbid it', () => {
  expect(producerConfig({})['enable.idempotence']).toBe(true)
  expect(producerConfig({ acks: 'all' })['enable.idempotence']).toBe(true)
  expect(producerConfig({ acks: '1' })['enable.idempotence']).toBe(false)
  expect(producerConfig({ retries: '0' })['enable.idempotence']).toBe(false)
})

test.each([
  ['delivery.timeout.ms', '100', 'delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms'],
  ['interceptor.classes', 'no.such', 'Failed to find class no.such of interceptor.classes'],
])('what only the making of a producer finds is wrapped, as by Kafka: %s', (name, value, message) => {
  expect(producer({ [name]: value })).toThrow(
    expect.objectContaining({ message: 'Failed to construct kafka producer', cause: expect.objectContaining({ message }) }),
  )
})

test('a delivery time-out that was not set grows with linger.ms', () => {
  expect(producerConfig({ 'linger.ms': '200000' })['delivery.timeout.ms']).toBe(230_000)
})

test('numbers and texts are trimmed, and an unknown property is let be', () => {
  const config = producerConfig({ 'batch.size': ' +7 ', 'compression.type': ' gzip', 'no.such.thing': 'x' })
  expect(config['batch.size']).toBe(7)
  expect(config['compression.type']).toBe('gzip')
})

test.each([
  [
    'auto.offset.reset',
    'never',
    `Invalid value never for configuration auto.offset.reset: Invalid value \`never\` for configuration auto.offset.reset. ${RESET_RULE}`,
  ],
  [
    'auto.offset.reset',
    'LATEST',
    `Invalid value LATEST for configuration auto.offset.reset: Invalid value \`LATEST\` for configuration auto.offset.reset. ${RESET_RULE}`,
  ],
  [
    'auto.offset.reset',
    'by_duration:-PT1S',
    `Invalid value by_duration:-PT1S for configuration auto.offset.reset: Invalid value \`by_duration:-PT1S\` for configuration auto.offset.reset. ${RESET_RULE}`,
  ],
  [
    'isolation.level',
    'x',
    'Invalid value x for configuration isolation.level: String must be one of: read_committed, read_uncommitted',
  ],
  [
    'group.protocol',
    'x',
    'Invalid value x for configuration group.protocol: String must be one of (case insensitive): CONSUMER, CLASSIC',
  ],
  ['group.remote.assignor', 'x', 'group.remote.assignor cannot be set when group.protocol=CLASSIC'],
  ['max.poll.records', '0', 'Invalid value 0 for configuration max.poll.records: Value must be at least 1'],
  ['enable.auto.commit', 'true', 'enable.auto.commit cannot be set to true when default group id (null) is used.'],
])('a consumer with %s=%s is told: %s', (name, value, sentence) => {
  expect(consumer({ [name]: value })).toThrow(sentence)
})

test('the new group protocol refuses the settings of the old one', () => {
  expect(consumer({ 'group.protocol': 'consumer', 'session.timeout.ms': '1' })).toThrow(
    'session.timeout.ms cannot be set when group.protocol=CONSUMER',
  )
})

test('auto commit needs a group', () => {
  expect(consumerConfig({})['enable.auto.commit']).toBe(false)
  expect(consumerConfig({ 'group.id': 'g' })['enable.auto.commit']).toBe(true)
})

test.each([
  ['P1D', 86_400_000],
  ['PT1H30M', 5_400_000],
  ['PT0.5S', 500],
  ['P1DT-1H', 82_800_000],
  ['-PT1S', -1000],
  ['pt3s', 3000],
  ['P', undefined],
  ['PT', undefined],
  ['1D', undefined],
  ['P1M', undefined],
])('the duration %s is %s ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms)
})

test.each([
  ['nohost', 'Invalid url in bootstrap.servers: nohost'],
  ['localhost:x', 'Invalid url in bootstrap.servers: localhost:x'],
  ['localhost:99999', 'Invalid port in bootstrap.servers: localhost:99999'],
])('the address %s is refused: %s', (address, sentence) => {
  expect(() => bootstrapAddresses([address])).toThrow(sentence)
})

test('addresses may be IPv6 and carry a protocol', () => {
  expect(bootstrapAddresses(['a.b:1', '[::1]:2', 'PLAINTEXT://h:3'])).toEqual([
    { host: 'a.b', port: 1 },
    { host: '::1', port: 2 },
    { host: 'h', port: 3 },
  ])
})

test('an API time-out below the request time-out is refused where it was set, raised where it was not', () => {
  expect(() => adminConfig({ 'default.api.timeout.ms': '10' })).toThrow(
    'The specified value of default.api.timeout.ms must be no smaller than the value of request.timeout.ms.',
  )
  expect(adminConfig({ 'request.timeout.ms': '90000' })['default.api.timeout.ms']).toBe(90_000)
})

test('clients without a name are numbered as in Java', () => {
  const [first, second] = [producerConfig({}), producerConfig({})].map((config) => config['client.id'])
  expect(first).toMatch(/^producer-\d+$/)
  expect(Number(second?.slice(9))).toBe(Number(first?.slice(9)) + 1)
  expect(producerConfig({ 'transactional.id': 'x' })['client.id']).toBe('producer-x')
  expect(consumerConfig({})['client.id']).toMatch(/^consumer-null-\d+$/)
  expect(consumerConfig({ 'group.id': 'g', 'group.instance.id': 'i' })['client.id']).toBe('consumer-g-i')
  expect(adminConfig({})['client.id']).toMatch(/^adminclient-\d+$/)
  expect(adminConfig({ 'client.id': 'mine' })['client.id']).toBe('mine')
})
