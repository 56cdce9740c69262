/**
 * What must hold between a broker's settings, beyond each of them being good by itself: checked when a server starts and when a
 * setting is changed at run time. Rules and words are Kafka's (KafkaConfig.validateValues, GroupCoordinatorConfig,
 * ShareGroupConfig); `requirement failed:` is how Scala says it, and people grep for it.
 */
import { type BrokerSettings, protocolsOf } from './broker-settings'
import { readList } from './config'
import { listenerRules, quorumRules } from './listener-rules'
import { firstWithoutColon, pairError, parseListeners, parsePairs, parseProtocolMap } from './listeners'

/** The first rule that is broken, in Kafka's words, or null. */
export function brokerRules(broker: BrokerSettings): string | null {
  return (
    groupRules(broker) ??
    listenersError(broker) ??
    generalRules(broker) ??
    quorumRules(broker) ??
    listenerRules(broker) ??
    connectionRules(broker)
  )
}

const required = (rule: string) => `requirement failed: ${rule}`

function generalRules(b: BrokerSettings): string | null {
  if (b.nodeId !== b.brokerId) return 'You must set `node.id` to the same value as `broker.id`.'
  const rollMs = b.logRollMs ?? b.logRollHours * 3_600_000
  const jitterMs = b.logRollJitterMs ?? b.logRollJitterHours * 3_600_000
  const minutes = b.logRetentionMinutes ?? b.logRetentionHours * 60
  if (rollMs < 1) return required('log.roll.ms must be greater than or equal to 1')
  if (jitterMs < 0) return required('log.roll.jitter.ms must be greater than or equal to 0')
  if ((b.logRetentionMs ?? minutes) === 0) {
    return required('log.retention.ms must be unlimited (-1) or, greater than or equal to 1')
  }
  if (b.logCleanerThreads === 0) return '/ by zero'
  if (Math.trunc(b.logCleanerDedupeBufferSize / b.logCleanerThreads) <= 1024 * 1024) {
    return required('log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.')
  }
  if (b.replicaFetchWaitMaxMs > b.replicaSocketTimeoutMs) {
    const rule = 'replica.socket.timeout.ms should always be at least replica.fetch.wait.max.ms to prevent unnecessary socket'
    return required(`${rule} timeouts`)
  }
  if (b.replicaFetchWaitMaxMs > b.replicaLagTimeMaxMs) {
    const rule = 'replica.fetch.wait.max.ms should always be less than or equal to replica.lag.time.max.ms'
    return required(`${rule} to prevent frequent changes in ISR`)
  }
  return null
}

function connectionRules(b: BrokerSettings): string | null {
  if (b.queuedMaxRequestBytes > 0 && b.queuedMaxRequestBytes < b.socketRequestMaxBytes) {
    return required('queued.max.request.bytes must be larger or equal to socket.request.max.bytes')
  }
  const overrides = b.maxConnectionsPerIpOverrides
  if (b.maxConnectionsPerIp === 0 && overrides.trim() === '') {
    return required('max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.')
  }
  const wrongHosts = (parsePairs(overrides) ?? []).map(([host]) => host).filter((host) => !/^[0-9a-zA-Z\-%._:]*$/.test(host))
  if (wrongHosts.length > 0) return `max.connections.per.ip.overrides contains invalid addresses : ${wrongHosts.join(',')}`
  const [delay, idle] = [b.connectionFailedAuthenticationDelayMs, b.connectionsMaxIdleMs]
  if (idle >= 0 && delay >= idle) {
    const rule = `connection.failed.authentication.delay.ms=${delay} should always be less than connections.max.idle.ms=${idle}`
    return required(`${rule} to prevent failed authentication responses from timing out`)
  }
  return null
}

/** Listeners and the like that cannot be read at all. */
function listenersError(b: BrokerSettings): string | null {
  const overrides = b.maxConnectionsPerIpOverrides
  const noColon = firstWithoutColon(overrides)
  if (noColon !== null) return pairError('max.connections.per.ip.overrides', noColon)
  const noCount = (parsePairs(overrides) ?? []).find(([, count]) => !/^[+-]?[0-9]+$/.test(count))
  if (noCount) return `For input string: "${noCount[1]}"`
  const map = parseProtocolMap(b.listenerSecurityProtocolMap)
  if (map.error !== undefined) return map.error
  const protocols = protocolsOf(b.texts, b.layers)
  for (const name of ['listeners', 'advertised.listeners']) {
    const parsed = parseListeners(readList(b.texts.get(name) ?? ''), protocols)
    if (parsed.error !== undefined) return parsed.error
  }
  return null
}

type Group = 'consumer' | 'share' | 'streams'

function groupRules(b: BrokerSettings): string | null {
  if (!b.groupCoordinatorRebalanceProtocols.includes('classic')) return "Disabling the 'classic' protocol is not supported."
  const codec = b.offsetsTopicCompressionCodec
  if (codec < 0 || codec > 4) return `Unknown compression type id: ${codec}`
  const unknown = b.groupConsumerAssignors.find((name) => name !== 'uniform' && name !== 'range')
  if (unknown !== undefined) return `Class ${unknown} cannot be found`
  for (const [name, value, least, most] of groupLimits(b)) {
    const [kind, setting] = name
    const is = (limit: string) => `group.${kind}.${limit === '' ? '' : `${limit}.`}${setting}`
    if (most < least) return `${is('max')} must be greater than or equal to ${is('min')}`
    if (value < least) return `${is('')} must be greater than or equal to ${is('min')}`
    if (value > most) return `${is('')} must be less than or equal to ${is('max')}`
  }
  return null
}

type GroupLimit = readonly [name: readonly [Group, string], value: number, least: number, most: number]

function groupLimits(b: BrokerSettings): readonly GroupLimit[] {
  const [heartbeat, session, lock] = ['heartbeat.interval.ms', 'session.timeout.ms', 'record.lock.duration.ms'] as const
  return [
    [
      ['consumer', heartbeat],
      b.groupConsumerHeartbeatIntervalMs,
      b.groupConsumerMinHeartbeatIntervalMs,
      b.groupConsumerMaxHeartbeatIntervalMs,
    ],
    [
      ['consumer', session],
      b.groupConsumerSessionTimeoutMs,
      b.groupConsumerMinSessionTimeoutMs,
      b.groupConsumerMaxSessionTimeoutMs,
    ],
    [
      ['share', heartbeat],
      b.groupShareHeartbeatIntervalMs,
      b.groupShareMinHeartbeatIntervalMs,
      b.groupShareMaxHeartbeatIntervalMs,
    ],
    [['share', session], b.groupShareSessionTimeoutMs, b.groupShareMinSessionTimeoutMs, b.groupShareMaxSessionTimeoutMs],
    [['share', lock], b.groupShareRecordLockDurationMs, b.groupShareMinRecordLockDurationMs, b.groupShareMaxRecordLockDurationMs],
    [
      ['streams', heartbeat],
      b.groupStreamsHeartbeatIntervalMs,
      b.groupStreamsMinHeartbeatIntervalMs,
      b.groupStreamsMaxHeartbeatIntervalMs,
    ],
    [['streams', session], b.groupStreamsSessionTimeoutMs, b.groupStreamsMinSessionTimeoutMs, b.groupStreamsMaxSessionTimeoutMs],
  ]
}
