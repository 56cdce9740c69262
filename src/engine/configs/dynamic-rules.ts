/**
 * What a broker lets be changed while it runs (KIP-226): which settings, on which level, and by how much at a time. The words are
 * Kafka's down to the names of its exceptions (DynamicBrokerConfig, DynamicThreadPool, LogCleaner).
 */
import {
  brokerConfig,
  brokerConfigNames,
  dynamicBrokerConfig,
  dynamicOnlyNames,
  isPerListener,
  listenerSetting,
} from './broker-configs'
import { brokerRules } from './broker-rules'
import { type BrokerSettings, brokerSettings, type ConfigLayers } from './broker-settings'
import { accept, invalid } from './config'
import { javaHashOrder } from './java-hash'
import type { Overrides } from './resources'

/**
 * What is wrong with all the dynamic settings of this broker (`perBroker`) or of all brokers, in Kafka's words
 * (INVALID_REQUEST), or null. Names that nobody knows are let pass: a plugin might.
 */
export function validateDynamicBrokerConfigs(next: Overrides, perBroker: boolean, broker: BrokerSettings): string | null {
  const names = javaHashOrder(next.keys())
  const fixed = names.filter((name) => brokerConfig(name)?.scope === 'read-only')
  if (fixed.length > 0) return `Cannot update these configs dynamically: ${scalaSet(fixed)}`
  const unlistened = names.filter(isPerListener)
  if (unlistened.length > 0) {
    const rule = 'These security configs can be dynamically updated only per-listener using the listener prefix'
    return `${rule}: HashSet(${unlistened.join(', ')})`
  }
  const wrong = valueError(next)
  if (wrong !== null) return wrong
  const ofOne = perBroker ? [] : names.filter(isOfOneBroker)
  if (ofOne.length > 0) {
    return `Cannot update these configs at default cluster level, broker id must be specified: ${scalaSet(ofOne)}`
  }
  const layers: ConfigLayers = { ...broker.layers, [perBroker ? 'thisBroker' : 'allBrokers']: next }
  const changed = brokerSettings(layers)
  return brokerRules(changed) ?? unapplicable(broker, changed)
}

function scalaSet(names: readonly string[]): string {
  return `Set(${names.join(', ')})`
}

function isOfOneBroker(name: string): boolean {
  const base = listenerSetting(name)
  if (base === null) return brokerConfig(name)?.scope === 'per-broker'
  return !['max.connections', 'max.connection.creation.rate', 'num.network.threads'].includes(base)
}

/** The first value that is wrong by itself. A listener's setting counts as the general one. */
function valueError(next: Overrides): string | null {
  const values = new Map([...next].map(([name, value]) => [listenerSetting(name) ?? name, value]))
  const dynamic = brokerConfigNames().filter((name) => brokerConfig(name)?.scope !== 'read-only')
  for (const name of [...dynamicOnlyNames(), ...javaHashOrder(dynamic)]) {
    const [config, value] = [dynamicBrokerConfig(name), values.get(name)]
    if (!config || value === undefined) continue
    const accepted = accept(name, config, value)
    if (accepted.error !== undefined) return accepted.error
    if (config.type === 'CLASS' && accepted.text !== config.default) {
      return invalid(name, value, `Class ${value} could not be found.`)
    }
  }
  return null
}

/** Why the running broker could not follow the change, or null. */
function unapplicable(now: BrokerSettings, then: BrokerSettings): string | null {
  const why = threadsError(now, then) ?? cleanerError(now, then) ?? reportersError(now, then) ?? localRetentionError(now, then)
  if (why === null) return null
  return invalid('Invalid dynamic configuration', `org.apache.kafka.common.config.ConfigException: ${why}`, '').replace(/: $/, '')
}

const threadPools = [
  'num.io.threads',
  'num.network.threads',
  'num.replica.fetchers',
  'num.recovery.threads.per.data.dir',
  'background.threads',
  'remote.log.reader.threads',
  'remote.log.manager.copier.thread.pool.size',
  'remote.log.manager.expiration.thread.pool.size',
  'remote.log.manager.follower.thread.pool.size',
]

const numberOf = (name: string, broker: BrokerSettings) => Number(broker.texts.get(name))

/** A pool grows to its double or shrinks to its half at most. */
function threadsError(now: BrokerSettings, then: BrokerSettings): string | null {
  for (const name of javaHashOrder(brokerConfigNames())) {
    if (!threadPools.includes(name)) continue
    const [old, wanted] = [numberOf(name, now), numberOf(name, then)]
    const rule = `Dynamic thread count update validation failed for ${name}=${wanted}, value should`
    if (wanted < Math.trunc(old / 2)) return `${rule} be at least half the current value ${old}`
    if (wanted > old * 2) return `${rule} not be greater than double the current value ${old}`
  }
  return null
}

function cleanerError(now: BrokerSettings, then: BrokerSettings): string | null {
  const [old, wanted] = [now.logCleanerThreads, then.logCleanerThreads]
  if (wanted < Math.trunc(old / 2)) return `Log cleaner threads cannot be reduced to less than half the current value ${old}`
  if (wanted > old * 2) return `Log cleaner threads cannot be increased to more than double the current value ${old}`
  return null
}

/** kt loads no reporters; the one that Kafka has by default is let pass. */
function reportersError(now: BrokerSettings, then: BrokerSettings): string | null {
  const unknown = then.metricReporters.filter((name) => !now.metricReporters.includes(name) && !name.endsWith('.JmxReporter'))
  if (unknown.length === 0) return null
  const update = 'Validation of dynamic config update of Set(metric.reporters)'
  return `${update} failed with class class kafka.server.DynamicMetricsReporters`
}

function localRetentionError(now: BrokerSettings, then: BrokerSettings): string | null {
  const changed = (name: string) => now.texts.get(name) !== then.texts.get(name)
  const minutes = then.logRetentionMinutes ?? then.logRetentionHours * 60
  const retentionMs = then.logRetentionMs ?? minutes * 60_000
  const limits = [
    ['log.local.retention.ms', 'log.retention.ms', then.logLocalRetentionMs, retentionMs],
    ['log.local.retention.bytes', 'log.retention.bytes', then.logLocalRetentionBytes, then.logRetentionBytes],
  ] as const
  for (const [local, whole, value, limit] of limits) {
    if ((!changed(local) && !changed(whole)) || limit < 0 || value === -2) continue
    if (value === -1) return invalid(local, String(value), `Value must not be -1 as ${whole} value is set as ${limit}.`)
    if (value > limit) return invalid(local, String(value), `Value must not be more than ${whole} property value: ${limit}`)
  }
  return null
}
