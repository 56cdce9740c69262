/**
 * What the engine works with of a topic's settings: the topic's own, else the broker's, else Kafka's default, as numbers and
 * words (LogConfig and KafkaConfig.extractLogConfigMap).
 */
import { type BrokerSettings, brokerSettings } from './broker-settings'
import { accept, acceptedText, type Settings, settingsOf, type Texts, textsOf } from './config'
import { topicConfig, topicConfigNames, topicConfigs, topicSynonyms, unknownTopicConfig } from './topic-configs'

type Own = Omit<Settings<typeof topicConfigs>, 'internalSegmentBytes'>

/**
 * Names are Kafka's, camel-cased; times in ms, sizes in bytes. LONGs beyond 2^53 are Infinity, and so is a retention that is
 * negative, that is, unlimited.
 */
export interface TopicSettings extends Own {
  /** internal.segment.bytes where it is set. */
  readonly segmentBytes: number
  readonly retentionMs: number
  readonly retentionBytes: number
  /** cleanup.policy holds compact. */
  readonly compact: boolean
  /** cleanup.policy holds delete. */
  readonly delete: boolean
  /** When a segment is rolled though it is not full: segment.ms, for compacted topics at most max.compaction.lag.ms. */
  readonly rollMs: number
}

/** The settings of a topic with these overrides. `allBrokers`: dynamic settings of all brokers, if newer than the broker's. */
export function topicSettings(
  overrides: ReadonlyMap<string, string>,
  broker: BrokerSettings,
  allBrokers: ReadonlyMap<string, string> = broker.layers.allBrokers,
): TopicSettings {
  const current = allBrokers === broker.layers.allBrokers ? broker : brokerSettings({ ...broker.layers, allBrokers })
  const texts = topicTexts(overrides, current)
  const own = settingsOf(topicConfigs, texts)
  const unlimited = (value: number) => (value < 0 ? Number.POSITIVE_INFINITY : value)
  const settings: TopicSettings = settingsOf(topicConfigs, texts, {
    segmentBytes: () => own.internalSegmentBytes ?? own.segmentBytes,
    retentionMs: () => unlimited(own.retentionMs),
    retentionBytes: () => unlimited(own.retentionBytes),
    compact: () => own.cleanupPolicy.includes('compact'),
    delete: () => own.cleanupPolicy.includes('delete'),
    rollMs: () => (settings.compact ? Math.min(own.maxCompactionLagMs, own.segmentMs) : own.segmentMs),
  })
  return settings
}

/** The canonical text of each setting of a topic; internal.segment.bytes only where it is set. */
export function topicTexts(overrides: ReadonlyMap<string, string>, broker: BrokerSettings): Texts {
  return textsOf((name) => {
    const config = topicConfig(name)
    const value = overrides.get(name)
    const text = config && value !== undefined ? acceptedText(name, config, value) : null
    return text ?? brokersText(name, broker.texts) ?? config?.default ?? undefined
  })
}

/** What the broker says for a topic's setting: the first of its names that has a value, in the topic's unit. */
function brokersText(name: string, texts: Texts): string | null {
  for (const synonym of topicSynonyms.get(name) ?? []) {
    const text = texts.get(synonym.name)
    if (text === undefined) continue
    const converted = synonym.factor === 1n ? text : (BigInt(text) * synonym.factor).toString()
    return name === 'retention.ms' && converted.startsWith('-') ? '-1' : converted
  }
  return null
}

/**
 * What is wrong with all the overrides of a topic together, in Kafka's words (INVALID_CONFIG), or null. A null value is one that
 * a client sent as null. Kafka reports one mistake, the first in the order of its table; so does this (LogConfig.validate).
 */
export function validateTopicConfigs(overrides: ReadonlyMap<string, string | null>, broker: BrokerSettings): string | null {
  const nulls = [...overrides].filter(([, value]) => value === null).map(([name]) => name)
  if (nulls.length > 0) return `Null value not supported for topic configs: ${nulls.join(',')}`
  for (const name of overrides.keys()) if (!Object.hasOwn(topicConfigs, name)) return unknownTopicConfig(name)
  const mine = new Map<string, string>()
  for (const name of overrides.size > 0 ? topicConfigNames() : []) {
    const own = overrides.get(name)
    const config = topicConfig(name)
    if (own === undefined || own === null || !config) continue
    const accepted = accept(name, config, own)
    if (accepted.error !== undefined) return accepted.error
    mine.set(name, accepted.text)
  }
  const others = topicTexts(new Map(), broker)
  return topicRules(textsOf((name) => mine.get(name) ?? others.get(name)))
}

/** The same for a topic that is being created. One that sets nothing is not checked, even where the broker contradicts itself. */
export function validateNewTopicConfigs(overrides: ReadonlyMap<string, string | null>, broker: BrokerSettings): string | null {
  return overrides.size === 0 ? null : validateTopicConfigs(overrides, broker)
}

function topicRules(texts: Texts): string | null {
  const [least, most] = ['min.compaction.lag.ms', 'max.compaction.lag.ms'] as const
  if (BigInt(texts.get(least) ?? 0) > BigInt(texts.get(most) ?? 0)) {
    return `conflict topic config setting ${least} (${texts.get(least)}) > ${most} (${texts.get(most)})`
  }
  if (texts.get('remote.storage.enable') === 'true') {
    return 'Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.'
  }
  return null
}
