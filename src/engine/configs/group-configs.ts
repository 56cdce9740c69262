/**
 * What can be set for one group (KIP-848, KIP-932, KIP-1071), within limits that the broker sets. What a group does not set is
 * the broker's `group.<kind>.<...>`.
 */
import type { BrokerSettings } from './broker-settings'
import { atLeast, oneOf, shareOffsetReset } from './checks'
import { accept, acceptedText, type Config, int, rowOf, type Settings, settingsOf, string } from './config'

export const groupConfigs = {
  'consumer.session.timeout.ms': int(45_000, 'MEDIUM', 'After how long without a heartbeat a member of the consumer group is gone.', atLeast(1)),
  'consumer.heartbeat.interval.ms': int(5000, 'MEDIUM', 'How often members of the consumer group are to send a heartbeat.', atLeast(1)),
  'share.session.timeout.ms': int(45_000, 'MEDIUM', 'After how long without a heartbeat a member of the share group is gone.', atLeast(1)),
  'share.heartbeat.interval.ms': int(5000, 'MEDIUM', 'How often members of the share group are to send a heartbeat.', atLeast(1)),
  'share.record.lock.duration.ms': int(30_000, 'MEDIUM', 'How long a member of the share group holds a record.', atLeast(1000)),
  'share.auto.offset.reset': string('latest', 'MEDIUM', 'Where a new share group begins: latest, earliest or by_duration:PnDTnHnMn.nS before now.', shareOffsetReset),
  'share.isolation.level': string('read_uncommitted', 'MEDIUM', 'Whether the share group sees records of open and aborted transactions.', oneOf('read_committed', 'read_uncommitted')),
  'streams.session.timeout.ms': int(45_000, 'MEDIUM', 'After how long without a heartbeat a member of the streams group is gone.', atLeast(1)),
  'streams.heartbeat.interval.ms': int(5000, 'MEDIUM', 'How often members of the streams group are to send a heartbeat.', atLeast(1)),
  'streams.num.standby.replicas': int(0, 'MEDIUM', 'Standby copies of each task.', atLeast(0)),
  'streams.initial.rebalance.delay.ms': int(3000, 'MEDIUM', 'How long the streams group waits for more members before its first assignment.', atLeast(0)),
} as const

export type GroupSettings = Settings<typeof groupConfigs>

/** The setting `name` of a group, or undefined if there is none. */
export function groupConfig(name: string): Config | undefined {
  return rowOf(groupConfigs, name)
}

/** Broker settings that stand in for what a group does not set (GroupCoordinatorConfig.extractGroupConfigMap). */
const fallbacks: ReadonlyMap<string, keyof BrokerSettings> = new Map([
  ['consumer.session.timeout.ms', 'groupConsumerSessionTimeoutMs'],
  ['consumer.heartbeat.interval.ms', 'groupConsumerHeartbeatIntervalMs'],
  ['share.session.timeout.ms', 'groupShareSessionTimeoutMs'],
  ['share.heartbeat.interval.ms', 'groupShareHeartbeatIntervalMs'],
  ['share.record.lock.duration.ms', 'groupShareRecordLockDurationMs'],
  ['streams.session.timeout.ms', 'groupStreamsSessionTimeoutMs'],
  ['streams.heartbeat.interval.ms', 'groupStreamsHeartbeatIntervalMs'],
  ['streams.num.standby.replicas', 'groupStreamsNumStandbyReplicas'],
  ['streams.initial.rebalance.delay.ms', 'groupStreamsInitialRebalanceDelayMs'],
])

/** The canonical text of each setting of a group: its own, else the broker's, else the default. */
export function groupTexts(overrides: ReadonlyMap<string, string>, broker: BrokerSettings): Map<string, string> {
  const texts = new Map<string, string>()
  for (const [name, config] of Object.entries<Config>(groupConfigs)) {
    const own = overrides.get(name)
    const fallback = fallbacks.get(name)
    const otherwise = fallback === undefined ? config.default : String(broker[fallback])
    texts.set(name, (own === undefined ? null : acceptedText(name, config, own)) ?? otherwise ?? '')
  }
  return texts
}

/** What the engine works with for one group. */
export function groupSettings(overrides: ReadonlyMap<string, string>, broker: BrokerSettings): GroupSettings {
  return settingsOf(groupConfigs, groupTexts(overrides, broker))
}

/**
 * What is wrong with the settings of a group in Kafka's words, or null (GroupConfig.validate). As there, what the group does
 * not set counts with Kafka's default, not with the broker's setting.
 */
export function validateGroupConfigs(overrides: ReadonlyMap<string, string>, broker: BrokerSettings): string | null {
  for (const name of overrides.keys()) if (!groupConfig(name)) return `Unknown group config name: ${name}`
  const values = new Map<string, number>()
  for (const [name, config] of Object.entries<Config>(groupConfigs)) {
    const accepted = accept(name, config, overrides.get(name) ?? config.default ?? '')
    if (accepted.error !== undefined) return accepted.error
    values.set(name, Number(accepted.text))
  }
  const value = (name: keyof typeof groupConfigs) => values.get(name) ?? 0
  for (const [name, kind, least, limit, most] of limits(broker)) {
    if (value(name) < least) return `${name} must be greater than or equal to group.${kind}.min.${limit}`
    if (value(name) > most) return `${name} must be less than or equal to group.${kind}.max.${limit}`
  }
  for (const kind of ['consumer', 'share', 'streams'] as const) {
    const [session, heartbeat] = [`${kind}.session.timeout.ms`, `${kind}.heartbeat.interval.ms`] as const
    if (value(session) <= value(heartbeat)) return `${session} must be greater than ${heartbeat}`
  }
  return null
}

type Limit = readonly [name: keyof typeof groupConfigs, kind: string, least: number, limit: string, most: number]

function limits(b: BrokerSettings): readonly Limit[] {
  const [heartbeat, session, lock] = ['heartbeat.interval.ms', 'session.timeout.ms', 'record.lock.duration.ms'] as const
  return [
    ['consumer.heartbeat.interval.ms', 'consumer', b.groupConsumerMinHeartbeatIntervalMs, heartbeat, b.groupConsumerMaxHeartbeatIntervalMs],
    ['consumer.session.timeout.ms', 'consumer', b.groupConsumerMinSessionTimeoutMs, session, b.groupConsumerMaxSessionTimeoutMs],
    ['share.heartbeat.interval.ms', 'share', b.groupShareMinHeartbeatIntervalMs, heartbeat, b.groupShareMaxHeartbeatIntervalMs],
    ['share.session.timeout.ms', 'share', b.groupShareMinSessionTimeoutMs, session, b.groupShareMaxSessionTimeoutMs],
    ['share.record.lock.duration.ms', 'share', b.groupShareMinRecordLockDurationMs, lock, b.groupShareMaxRecordLockDurationMs],
    ['streams.heartbeat.interval.ms', 'streams', b.groupStreamsMinHeartbeatIntervalMs, heartbeat, b.groupStreamsMaxHeartbeatIntervalMs],
    ['streams.session.timeout.ms', 'streams', b.groupStreamsMinSessionTimeoutMs, session, b.groupStreamsMaxSessionTimeoutMs],
    ['streams.num.standby.replicas', 'streams', 0, 'standby.replicas', b.groupStreamsMaxStandbyReplicas],
  ]
}
