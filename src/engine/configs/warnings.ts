/**
 * What a file asks for and kt does not do. Silence would be worst where someone counts on being protected, so every such setting
 * gets a sentence that names it, and a server that could open no listener at all is refused.
 */
import type { BrokerSettings } from './broker-settings'
import type { Listener } from './listeners'

export interface Findings {
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
}

export function warningsOf(broker: BrokerSettings, raw: ReadonlyMap<string, string>): Findings {
  const closed = broker.listeners.filter((listener) => listener.protocol !== 'PLAINTEXT')
  const brokers = broker.listeners.filter((listener) => !broker.controllerListeners.includes(listener))
  const warnings = [...closed.map(closedListener), ...clusterWarnings(broker), ...pluginWarnings(broker, raw)]
  if (brokers.length === 0 || brokers.some((listener) => listener.protocol === 'PLAINTEXT')) return { errors: [], warnings }
  const names = brokers.map(shown).join(', ')
  return { errors: [`None of the listeners ${names} can be opened: kt speaks PLAINTEXT only. Add one that does.`], warnings }
}

function closedListener(listener: Listener): string {
  return `listeners: ${shown(listener)} is not opened, for kt does not speak ${listener.protocol}.`
}

function shown(listener: Listener): string {
  const host = listener.host?.includes(':') ? `[${listener.host}]` : (listener.host ?? '')
  return `${listener.name}://${host}:${listener.port}`
}

function clusterWarnings(b: BrokerSettings): string[] {
  const warnings: string[] = []
  if (b.processRoles.length === 1) {
    warnings.push(`process.roles=${b.processRoles.join(',')}: kt is broker and controller in one, whatever is set here.`)
  }
  if (b.controllerQuorumVoters.length > 1) {
    warnings.push('controller.quorum.voters: kt has a quorum of itself alone; the other voters are not asked.')
  }
  if (b.remoteLogStorageSystemEnable)
    warnings.push('remote.log.storage.system.enable: kt has no remote storage; all data stay here.')
  if (b.delegationTokenSecretKey !== null) warnings.push('delegation.token.secret.key: kt has no delegation tokens.')
  return warnings
}

/** Java classes that a file may name and kt cannot load, and what is missing without them. */
const plugins: readonly (readonly [name: string, without: string])[] = [
  ['authorizer.class.name', 'kt has no authorizer: everybody who can connect may do everything.'],
  ['create.topic.policy.class.name', 'kt loads no policies: every topic that Kafka itself allows can be created.'],
  ['alter.config.policy.class.name', 'kt loads no policies: every change that Kafka itself allows can be made.'],
  ['client.quota.callback.class', "kt's quotas are decided without it."],
  ['replica.selector.class', 'consumers read from the leader.'],
  ['principal.builder.class', 'everybody is User:ANONYMOUS.'],
  ['metric.reporters', 'kt loads no reporters.'],
  ['kafka.metrics.reporters', 'kt loads no reporters.'],
  ['config.providers', 'placeholders in values are taken as they are.'],
]

function pluginWarnings(b: BrokerSettings, raw: ReadonlyMap<string, string>): string[] {
  const harmless = new Set([
    'org.apache.kafka.common.metrics.JmxReporter',
    'org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder',
    '',
  ])
  return plugins
    .filter(([name]) => raw.has(name) && !harmless.has(b.texts.get(name) ?? ''))
    .map(([name, without]) => `${name}=${b.texts.get(name)}: not loaded; ${without}`)
}
