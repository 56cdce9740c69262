/** Properties that every client of Kafka knows (org.apache.kafka.clients.CommonClientConfigs). */
import { atLeast, type Definitions, flag, int, list, long, oneOf, oneOfAnyCase, optionalText, text } from './definition'

const notNegative = atLeast(0)

export const commonDefinitions = {
  'bootstrap.servers': list([], false),
  'client.dns.lookup': oneOf('use_all_dns_ips', ['use_all_dns_ips', 'resolve_canonical_bootstrap_servers_only']),
  'client.id': text(''),
  'metadata.max.age.ms': long(300_000, notNegative),
  'request.timeout.ms': int(30_000, notNegative),
  'retry.backoff.ms': long(100, notNegative),
  'retry.backoff.max.ms': long(1000, notNegative),
  'reconnect.backoff.ms': long(50, notNegative),
  'reconnect.backoff.max.ms': long(1000, notNegative),
  'socket.connection.setup.timeout.ms': long(10_000),
  'socket.connection.setup.timeout.max.ms': long(30_000),
  'connections.max.idle.ms': long(540_000),
  'send.buffer.bytes': int(131_072, atLeast(-1)),
  'receive.buffer.bytes': int(65_536, atLeast(-1)),
  'security.protocol': oneOfAnyCase('PLAINTEXT', ['SASL_SSL', 'PLAINTEXT', 'SSL', 'SASL_PLAINTEXT']),
  'security.providers': optionalText,
  'metadata.recovery.strategy': oneOfAnyCase('REBOOTSTRAP', ['REBOOTSTRAP', 'NONE']),
  'metadata.recovery.rebootstrap.trigger.ms': long(300_000, notNegative),
  'metrics.sample.window.ms': long(30_000, notNegative),
  'metrics.num.samples': int(2, atLeast(1)),
  'metrics.recording.level': oneOf('INFO', ['INFO', 'DEBUG', 'TRACE']),
  'enable.metrics.push': flag(true),
} as const satisfies Definitions
