/** Properties of an admin client (org.apache.kafka.clients.admin.AdminClientConfig). */
import { ConfigException } from '../kafka-error'
import { clientSerial } from './client'
import { commonDefinitions } from './common'
import {
  atLeast,
  between,
  type Definitions,
  flag,
  int,
  list,
  long,
  type Properties,
  readProperties,
  type Values,
} from './definition'

export const adminDefinitions = {
  ...commonDefinitions,
  'bootstrap.servers': list([]),
  'bootstrap.controllers': list([]),
  'connections.max.idle.ms': long(300_000),
  'default.api.timeout.ms': int(60_000, atLeast(0)),
  'enable.metrics.push': flag(false),
  retries: int(0x7fffffff, between(0, 0x7fffffff)),
} as const satisfies Definitions

export type AdminConfig = Values<typeof adminDefinitions>

/** Throws ConfigException. A request time-out that was set above the API time-out raises the latter with it. */
export function adminConfig(properties: Properties): AdminConfig {
  const read = readProperties(adminDefinitions, properties)
  const values = { ...read, 'client.id': read['client.id'] || `adminclient-${clientSerial('adminclient')}` }
  if (values['default.api.timeout.ms'] >= values['request.timeout.ms']) return values
  if (properties['default.api.timeout.ms'] !== undefined) {
    throw new ConfigException(
      'The specified value of default.api.timeout.ms must be no smaller than the value of request.timeout.ms.',
    )
  }
  return { ...values, 'default.api.timeout.ms': values['request.timeout.ms'] }
}
