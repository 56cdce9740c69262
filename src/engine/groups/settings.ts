/** The broker settings that the group coordinator obeys, with Kafka's defaults (GroupCoordinatorConfig, OffsetConfig). */

export type MigrationPolicy = 'bidirectional' | 'upgrade' | 'downgrade' | 'disabled'

export interface GroupSettings {
  readonly minSessionTimeoutMs: number
  readonly maxSessionTimeoutMs: number
  /** How long an empty classic group waits for more members before its first rebalance. */
  readonly initialRebalanceDelayMs: number
  readonly maxSize: number
  readonly offsetMetadataMaxBytes: number
  readonly offsetsRetentionMs: number
  readonly offsetsRetentionCheckIntervalMs: number
  readonly consumerSessionTimeoutMs: number
  readonly consumerHeartbeatIntervalMs: number
  readonly consumerMaxSize: number
  /** The first is the default. */
  readonly consumerAssignors: readonly string[]
  readonly consumerMigrationPolicy: MigrationPolicy
  readonly consumerRegexRefreshIntervalMs: number
  /** Settings of one group (resource type GROUP), where somebody altered them. */
  readonly ofGroup?: (groupId: string) => GroupOverrides | undefined
}

export interface GroupOverrides {
  readonly consumerSessionTimeoutMs?: number
  readonly consumerHeartbeatIntervalMs?: number
}

export const defaultSettings: GroupSettings = {
  minSessionTimeoutMs: 6_000,
  maxSessionTimeoutMs: 1_800_000,
  initialRebalanceDelayMs: 3_000,
  maxSize: 2147483647,
  offsetMetadataMaxBytes: 4096,
  offsetsRetentionMs: 10_080 * 60_000,
  offsetsRetentionCheckIntervalMs: 600_000,
  consumerSessionTimeoutMs: 45_000,
  consumerHeartbeatIntervalMs: 5_000,
  consumerMaxSize: 2147483647,
  consumerAssignors: ['uniform', 'range'],
  consumerMigrationPolicy: 'bidirectional',
  consumerRegexRefreshIntervalMs: 600_000,
}

/** A member of a classic group that never got the reply to its first join is given up after this (not configurable in Kafka). */
export const NEW_MEMBER_JOIN_TIMEOUT_MS = 300_000

const NUMBERS: { readonly [config: string]: readonly [keyof GroupSettings, number] } = {
  'group.min.session.timeout.ms': ['minSessionTimeoutMs', 1],
  'group.max.session.timeout.ms': ['maxSessionTimeoutMs', 1],
  'group.initial.rebalance.delay.ms': ['initialRebalanceDelayMs', 1],
  'group.max.size': ['maxSize', 1],
  'offset.metadata.max.bytes': ['offsetMetadataMaxBytes', 1],
  'offsets.retention.minutes': ['offsetsRetentionMs', 60_000],
  'offsets.retention.check.interval.ms': ['offsetsRetentionCheckIntervalMs', 1],
  'group.consumer.session.timeout.ms': ['consumerSessionTimeoutMs', 1],
  'group.consumer.heartbeat.interval.ms': ['consumerHeartbeatIntervalMs', 1],
  'group.consumer.max.size': ['consumerMaxSize', 1],
  'group.consumer.regex.refresh.interval.ms': ['consumerRegexRefreshIntervalMs', 1],
}

/**
 * Settings from broker properties. `read` gives a property's text, undefined where nothing was set; values are taken as
 * valid (the table of configs checks them). The result reads again at every use, so that a dynamic change is seen.
 */
export function groupSettings(read: (config: string) => string | undefined, ofGroup?: GroupSettings['ofGroup']): GroupSettings {
  const settings: Record<string, unknown> = {}
  const define = (key: keyof GroupSettings, get: () => unknown) => Object.defineProperty(settings, key, { get, enumerable: true })
  for (const [config, [key, unit]] of Object.entries(NUMBERS)) {
    define(key, () => {
      const text = read(config)
      return text === undefined ? defaultSettings[key] : Number(text) * unit
    })
  }
  define('consumerAssignors', () => {
    const names = read('group.consumer.assignors')?.split(',')
    return names?.map((name) => name.trim()).filter((name) => name !== '') ?? defaultSettings.consumerAssignors
  })
  define(
    'consumerMigrationPolicy',
    () => read('group.consumer.migration.policy')?.toLowerCase() ?? defaultSettings.consumerMigrationPolicy,
  )
  if (ofGroup) settings['ofGroup'] = ofGroup
  return settings as unknown as GroupSettings // every key was defined above
}
