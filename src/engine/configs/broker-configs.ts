/**
 * The settings of a broker, all of Kafka's 4.2 and kt's own, put together from the files of broker/ in the order in which Kafka
 * checks them (AbstractKafkaConfig). A setting that kt has no use for is here all the same: files that bear it are good files,
 * and tools that ask for all settings are to see it.
 */
import { groupConfigs, shareConfigs } from './broker/groups'
import { kraftConfigs, quorumConfigs } from './broker/kraft'
import { ktConfigs } from './broker/kt'
import { cleanerConfigs, logConfigs } from './broker/log'
import { metricsConfigs, quotaConfigs } from './broker/operation'
import { remoteConfigs } from './broker/remote'
import { replicationConfigs, replicationQuotaConfigs } from './broker/replication'
import { securityConfigs, tokenConfigs } from './broker/security'
import { serverConfigs, socketConfigs } from './broker/server'
import { transactionConfigs, verificationConfigs } from './broker/transactions'
import { type Config, lazily, rowOf } from './config'

type BrokerTable = ReturnType<typeof remoteConfigs> &
  ReturnType<typeof serverConfigs> &
  ReturnType<typeof kraftConfigs> &
  ReturnType<typeof socketConfigs> &
  ReturnType<typeof replicationConfigs> &
  ReturnType<typeof groupConfigs> &
  ReturnType<typeof cleanerConfigs> &
  ReturnType<typeof logConfigs> &
  ReturnType<typeof shareConfigs> &
  ReturnType<typeof transactionConfigs> &
  ReturnType<typeof quorumConfigs> &
  ReturnType<typeof metricsConfigs> &
  ReturnType<typeof quotaConfigs> &
  ReturnType<typeof securityConfigs> &
  ReturnType<typeof tokenConfigs> &
  ReturnType<typeof verificationConfigs> &
  ReturnType<typeof ktConfigs>

// Called by name: what is not asked for first is loaded with the first call (build.mjs), not with this file.
const log = () => logConfigs()
const groups = () => groupConfigs()
const parts = [
  () => remoteConfigs(),
  serverConfigs,
  () => kraftConfigs(),
  socketConfigs,
  () => replicationConfigs(),
  groups,
  () => cleanerConfigs(),
  log,
  () => shareConfigs(),
  () => transactionConfigs(),
  () => quorumConfigs(),
  () => metricsConfigs(),
  () => quotaConfigs(),
  () => securityConfigs(),
  () => tokenConfigs(),
  () => verificationConfigs(),
  ktConfigs,
]

/** What brokers are asked for most. */
const first = [ktConfigs, serverConfigs, log, groups]

export const brokerConfigs = lazily<BrokerTable>(parts, first)

/** Settings that exist only as dynamic ones: the rates of throttled replication (KIP-73). */
const dynamicOnly = lazily([() => replicationQuotaConfigs()])
export const dynamicOnlyNames = (): readonly string[] => Object.keys(dynamicOnly)

export const brokerConfigNames = (): readonly string[] => Object.keys(brokerConfigs)

/** The static setting `name` of a broker, or undefined if Kafka and kt have none. */
export function brokerConfig(name: string): Config | undefined {
  return rowOf(brokerConfigs, name)
}

/** What `name` means where it is set dynamically: also rates of replication, and `listener.name.<listener>.<setting>`. */
export function dynamicBrokerConfig(name: string): Config | undefined {
  const own = rowOf(dynamicOnly, name) ?? brokerConfig(name)
  return (
    own ??
    brokerSynonyms(name)
      .map(brokerConfig)
      .find((config) => config !== undefined)
  )
}

/**
 * The settings that say the same as `name`, the one that counts first: `log.roll.ms` before `log.roll.hours`, a listener's own
 * before the general one (DynamicBrokerConfig.brokerConfigSynonyms).
 */
export function brokerSynonyms(name: string): readonly string[] {
  const family = families.find((members) => members.includes(name))
  if (family) return family
  if (name === 'log.flush.interval.ms') return [name, 'log.flush.scheduler.interval.ms']
  const base = listenerSetting(name)
  if (base === null) return [name]
  return [name, ofMechanism.find((setting) => base.endsWith(setting)) ?? base]
}

const families = [
  ['log.roll.ms', 'log.roll.hours'],
  ['log.roll.jitter.ms', 'log.roll.jitter.hours'],
  ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours'],
]

/** Set per mechanism too: `listener.name.internal.plain.sasl.jaas.config`. */
const ofMechanism = ['sasl.jaas.config', 'sasl.login.callback.handler.class', 'sasl.login.class', 'sasl.server.callback.handler.class', 'connections.max.reauth.ms']

/** `max.connections` of `listener.name.internal.max.connections`; null for what is not a listener's. */
export function listenerSetting(name: string): string | null {
  return /^listener\.name\.[^.]*\.(.*)$/.exec(name)?.[1] ?? null
}

/** These may be set dynamically, but only for one listener of one broker: TLS stores and their passwords. */
export function isPerListener(name: string): boolean {
  return perListener.has(name)
}

const perListener = new Set([
  'ssl.keystore.type',
  'ssl.keystore.location',
  'ssl.keystore.password',
  'ssl.keystore.key',
  'ssl.keystore.certificate.chain',
  'ssl.key.password',
  'ssl.truststore.type',
  'ssl.truststore.location',
  'ssl.truststore.password',
  'ssl.truststore.certificates',
])
