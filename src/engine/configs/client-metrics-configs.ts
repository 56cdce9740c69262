/**
 * What a subscription to clients' metrics says (KIP-714): which metrics, how often, of which clients.
 */
import { errors } from '../../protocol/errors'
import { anyList } from './checks'
import { accept, type Config, int, list, readList, rowOf } from './config'

export const clientMetricsConfigs = {
  metrics: list('', 'MEDIUM', 'Prefixes of the names of the metrics that clients are asked for; * means all.', anyList),
  'interval.ms': int(300_000, 'MEDIUM', 'How often clients push them.'),
  match: list('', 'MEDIUM', 'Which clients are asked: name=pattern, several with commas.', anyList),
} as const

/** The setting `name` of a subscription, or undefined if there is none. */
export function clientMetricsConfig(name: string): Config | undefined {
  return rowOf(clientMetricsConfigs, name)
}

/** What a client can be chosen by. */
const selectors = ['client_instance_id', 'client_id', 'client_software_name', 'client_software_version', 'client_source_address', 'client_source_port']

/** What is wrong with a subscription: error code and Kafka's words, or null (ClientMetricsConfigs.validate). */
export function validateClientMetrics(overrides: ReadonlyMap<string, string>): { code: number; message: string } | null {
  const request = (message: string) => ({ code: errors.INVALID_REQUEST, message })
  const config = (message: string) => ({ code: errors.INVALID_CONFIG, message })
  for (const name of overrides.keys()) {
    if (!clientMetricsConfig(name)) return request(`Unknown client metrics configuration: ${name}`)
  }
  const texts = new Map<string, string>()
  for (const [name, row] of Object.entries<Config>(clientMetricsConfigs)) {
    const own = overrides.get(name)
    if (own === undefined) continue
    const accepted = accept(name, row, own)
    if (accepted.error !== undefined) return config(accepted.error)
    texts.set(name, accepted.text)
  }
  const interval = texts.get('interval.ms')
  if (interval !== undefined && (Number(interval) < 100 || Number(interval) > 3_600_000)) {
    return request(`Invalid value ${interval} for interval.ms, interval must be between 100 and 3600000 (1 hour)`)
  }
  const wrong = readList(texts.get('match') ?? '').find((pattern) => !isClientPattern(pattern))
  return wrong === undefined ? null : config(`Illegal client matching pattern: ${wrong}`)
}

/** `client_id=app-.*`. The pattern is only compiled here, never run. */
function isClientPattern(text: string): boolean {
  const [selector = '', pattern, ...more] = text.replace(/=+$/, '').split('=')
  if (pattern === undefined || more.length > 0 || !selectors.includes(selector.trim())) return false
  try {
    new RegExp(pattern.trim())
    return true
  } catch {
    return false
  }
}
