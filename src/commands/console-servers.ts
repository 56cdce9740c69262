/**
 * Addresses that are none: the check of --bootstrap-server that only some of Kafka's tools make
 * (org.apache.kafka.tools.ToolsUtils.validateBootstrapServer), and what its clients say that cannot even be made with them.
 */
import { UsageError } from '../cli/errors'
import { ConfigException, kafkaException } from '../client/kafka-error'

/** Throws UsageError for an address without a port. */
export function checkServers(servers: string): void {
  if (servers.trim() === '') {
    throw new UsageError('Error while validating the bootstrap address\n', '--bootstrap-server needs host:port')
  }
  const wrong = servers.split(',').find((server) => !/^(?:[a-zA-Z0-9_]+:\/\/)?\[?[0-9a-zA-Z\-%._:]*\]?:\d+$/.test(server))
  if (wrong === undefined) return
  throw new UsageError(
    'Please provide valid host:port like host1:9091,host2:9092\n',
    `--bootstrap-server takes host:port, or several parted by commas, not '${wrong}'`,
  )
}

/** The ConfigException in `error` or in what it wraps; a client of kt finds some only when it is used. */
export function configError(error: unknown): ConfigException | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof ConfigException) return at
  return undefined
}

/** Gives what `read` gives of properties. What Kafka wraps when it is thrown stays so; kt says what was wrong. */
export function propertiesRead<T>(voice: 'kafka' | 'kt', read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw voice === 'kt' ? (configError(error) ?? error) : error
  }
}

/** What Kafka says in place of `error` where its client could not have been made: `Failed to construct kafka consumer`. */
export function unmade(error: unknown, voice: 'kafka' | 'kt', text: string): unknown {
  const found = configError(error)
  if (!found) return error
  return voice === 'kafka' ? kafkaException(text, found) : found
}

/** Gives what `make` gives, or throws `text` for a client that could not be made. */
export function made<T>(make: () => T, voice: 'kafka' | 'kt', text: string): T {
  try {
    return make()
  } catch (error) {
    throw unmade(error, voice, text)
  }
}

/** The same of an admin client, whose settings Kafka reads before it makes it: what is wrong with them is said as it is. */
export function unmadeAdmin(error: unknown, voice: 'kafka' | 'kt'): unknown {
  const found = configError(error)
  return found?.message.startsWith('Invalid value ') ? found : unmade(error, voice, 'Failed to create new KafkaAdminClient')
}
