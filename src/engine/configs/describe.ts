/**
 * What DescribeConfigs answers: every setting of a resource with its value, where that comes from, and what else it could have
 * come from, in Kafka's order (ConfigHelper; KIP-226 for sources and synonyms). Secrets are never among the values, and neither
 * is what Kafka and kt do not know, for it might be one.
 */
import { errorOf, errors } from '../../protocol/errors'
import { brokerConfig, brokerConfigNames, brokerSynonyms, dynamicBrokerConfig } from './broker-configs'
import { type BrokerSettings, type ConfigLayers, mergedLayers } from './broker-settings'
import { clientMetricsConfigs } from './client-metrics-configs'
import { acceptedText, type Config } from './config'
import { groupConfig, groupConfigs, groupTexts } from './group-configs'
import { javaHashOrder } from './java-hash'
import { brokerIdOf, type ConfigState, type Overrides, type Resource, resourceTypes, topicNameError } from './resources'
import { topicConfig, topicConfigNames, topicSynonyms } from './topic-configs'
import { topicTexts } from './topic-settings'
import { type ConfigType, javaTrim } from './values'

/** Where a value comes from (DescribeConfigsResponse.ConfigSource). */
export const sources = {
  TOPIC: 1,
  BROKER: 2,
  ALL_BROKERS: 3,
  FILE: 4,
  DEFAULT: 5,
  LOGGER: 6,
  CLIENT_METRICS: 7,
  GROUP: 8,
} as const

export interface ConfigSynonym {
  readonly name: string
  readonly value: string | null
  readonly source: number
}

/** One row of the answer, named as DescribeConfigsResponse names its fields. */
export interface ConfigRow {
  readonly name: string
  readonly value: string | null
  readonly configSource: number
  readonly isSensitive: boolean
  readonly readOnly: boolean
  readonly configType: number
  /** The one that counts first. */
  readonly synonyms: readonly ConfigSynonym[]
  readonly documentation: string | null
}

export interface Description {
  readonly errorCode: number
  /** '' where nothing is to be said, as Kafka 4.2 has it. */
  readonly errorMessage: string
  readonly configs: readonly ConfigRow[]
}

/** Describes one resource; `keys`: only these settings, all where it is null or empty. */
export function describeConfigs(resource: Resource, keys: readonly string[] | null, state: ConfigState): Description {
  const refusal = refusalOf(resource, state)
  if (refusal !== null) return refusal
  const rows = rowsOf(resource, state)
  if (keys === null || keys.length === 0) return { errorCode: errors.NONE, errorMessage: '', configs: rows }
  return { errorCode: errors.NONE, errorMessage: '', configs: rows.filter((row) => keys.includes(row.name)) }
}

function refusalOf({ type, name }: Resource, state: ConfigState): Description | null {
  const refuse = (errorCode: number, errorMessage: string) => ({ errorCode, errorMessage, configs: [] })
  const request = (message: string) => refuse(errors.INVALID_REQUEST, message)
  const { nodeId } = state.broker
  const id = brokerIdOf(name)
  switch (type) {
    case resourceTypes.TOPIC: {
      const wrong = topicNameError(name)
      if (wrong !== null) return refuse(errors.INVALID_TOPIC_EXCEPTION, wrong)
      return state.topic(name) ? null : refuse(errors.UNKNOWN_TOPIC_OR_PARTITION, '')
    }
    case resourceTypes.BROKER:
    case resourceTypes.BROKER_LOGGER: {
      const isLogger = type === resourceTypes.BROKER_LOGGER
      if (name === '') return isLogger ? request('Broker id must not be empty') : null
      if (id === null) return request(`Broker id must be an integer, but it is: ${name}`)
      if (id === nodeId) return null
      return request(`Unexpected broker id, expected ${nodeId}${isLogger ? '' : ' or empty string,'} but received ${name}`)
    }
    case resourceTypes.CLIENT_METRICS:
      return name === '' ? request('Client metrics subscription name must not be empty') : null
    case resourceTypes.GROUP:
      return name === '' ? request('Group name must not be empty') : null
    default:
      return request(errorOf(errors.INVALID_REQUEST).sentence)
  }
}

function rowsOf({ type, name }: Resource, state: ConfigState): ConfigRow[] {
  switch (type) {
    case resourceTypes.TOPIC:
      return topicRows(state.topic(name) ?? new Map(), state.broker)
    case resourceTypes.BROKER:
      return name === '' ? allBrokersRows(state.broker) : brokerRows(state.broker)
    case resourceTypes.BROKER_LOGGER:
      return javaHashOrder(state.loggers.keys()).map((logger) => loggerRow(logger, state.loggers.get(logger) ?? null))
    case resourceTypes.CLIENT_METRICS:
      return clientMetricsRows(state.clientMetrics(name))
    default:
      return groupRows(state.group(name), state.broker)
  }
}

/** The settings of a topic: all but internal ones, which show only where they are set. */
export function topicRows(overrides: Overrides, broker: BrokerSettings): ConfigRow[] {
  const texts = topicTexts(overrides, broker)
  const shown = topicConfigNames().filter((name) => !topicConfig(name)?.internal)
  return inOrder(shown, overrides.keys()).map((name) => {
    const config = topicConfig(name)
    const synonym = topicSynonyms.get(name)?.[0].name
    const others = synonym === undefined ? [] : synonymsOf(synonym, broker.layers, isSensitive(config))
    return row(name, config, texts.get(name) ?? null, overrides.has(name) ? sources.TOPIC : null, others, false)
  })
}

/** The settings of this broker: all that Kafka and kt know, and whatever else is set. */
export function brokerRows(broker: BrokerSettings): ConfigRow[] {
  const merged = mergedLayers(broker.layers)
  const shown = brokerConfigNames().filter((name) => !brokerConfig(name)?.internal)
  return inOrder(shown, merged.keys()).map((name) => {
    const config = dynamicBrokerConfig(name)
    const value = brokerConfig(name) ? (broker.texts.get(name) ?? null) : (merged.get(name) ?? null)
    return row(name, config, value, null, synonymsOf(name, broker.layers, isSensitive(config)), isReadOnly(name))
  })
}

/** What is set for all brokers at run time. */
export function allBrokersRows(broker: BrokerSettings): ConfigRow[] {
  const { allBrokers } = broker.layers
  return javaHashOrder(allBrokers.keys()).map((name) => {
    const config = dynamicBrokerConfig(name)
    const synonyms = synonymsOf(name, broker.layers, isSensitive(config))
    const ofAll = synonyms.filter((synonym) => synonym.source === sources.ALL_BROKERS)
    return row(name, config, allBrokers.get(name) ?? null, null, ofAll, isReadOnly(name))
  })
}

export function groupRows(overrides: Overrides, broker: BrokerSettings): ConfigRow[] {
  const texts = groupTexts(overrides, broker)
  return inOrder(Object.keys(groupConfigs), overrides.keys()).map((name) => {
    const source = overrides.has(name) ? sources.GROUP : sources.DEFAULT
    return row(name, groupConfig(name), texts.get(name) ?? null, source, [], false)
  })
}

export function clientMetricsRows(overrides: Overrides): ConfigRow[] {
  const rows = Object.entries<Config>(clientMetricsConfigs).sort(([a], [b]) => (a < b ? -1 : 1))
  return rows.map(([name, config]) => {
    const own = overrides.get(name)
    const text = (own === undefined ? null : acceptedText(name, config, own)) ?? config.default
    return row(name, config, text, own === undefined ? null : sources.CLIENT_METRICS, [], false)
  })
}

function loggerRow(name: string, level: string | null): ConfigRow {
  const nothing = { isSensitive: false, readOnly: false, configType: 0, synonyms: [], documentation: null }
  return { name, value: level, configSource: sources.LOGGER, ...nothing }
}

/** Kafka's order: what is set and not usually shown comes first, each part as a hash map has it. */
function inOrder(shown: readonly string[], set: Iterable<string>): string[] {
  const others = javaHashOrder(set).filter((name) => !shown.includes(name))
  return [...others, ...javaHashOrder(shown)]
}

/** A row whose value is the resource's own, of source `own`, or else comes from the first of `others`. */
function row(
  name: string,
  config: Config | undefined,
  text: string | null,
  own: number | null,
  others: readonly ConfigSynonym[],
  readOnly: boolean,
): ConfigRow {
  const value = isSensitive(config) ? null : text
  const synonyms = own === null ? others : [{ name, value, source: own }, ...others]
  return {
    name,
    value,
    configSource: synonyms[0]?.source ?? sources.DEFAULT,
    isSensitive: isSensitive(config),
    readOnly,
    configType: config ? typeCodes[config.type] : 0,
    synonyms,
    documentation: config?.doc ?? null,
  }
}

const typeCodes: Readonly<Record<ConfigType, number>> = {
  BOOLEAN: 1,
  STRING: 2,
  INT: 3,
  SHORT: 4,
  LONG: 5,
  DOUBLE: 6,
  LIST: 7,
  CLASS: 8,
  PASSWORD: 9,
}

/** What is unknown might be a secret. */
function isSensitive(config: Config | undefined): boolean {
  return !config || config.type === 'PASSWORD'
}

function isReadOnly(name: string): boolean {
  return (brokerConfig(name)?.scope ?? 'read-only') === 'read-only'
}

/**
 * Every layer's word on a broker setting, the one that counts first. The list begins with the setting's own name: other
 * spellings above it say nothing of it.
 */
function synonymsOf(name: string, layers: ConfigLayers, sensitive: boolean): ConfigSynonym[] {
  const names = brokerSynonyms(name)
  const found: ConfigSynonym[] = []
  const look = (source: number, wordOf: (synonym: string) => string | null | undefined) => {
    for (const synonym of names) {
      const value = wordOf(synonym) ?? null
      if (value !== null) found.push({ name: synonym, value: sensitive ? null : value, source })
    }
  }
  look(sources.BROKER, (synonym) => layers.thisBroker.get(synonym))
  look(sources.ALL_BROKERS, (synonym) => layers.allBrokers.get(synonym))
  look(sources.FILE, (synonym) => layers.file.get(synonym))
  look(sources.DEFAULT, (synonym) => brokerConfig(synonym)?.default)
  const first = found.findIndex((synonym) => synonym.name === name)
  return first < 0 ? [] : found.slice(first)
}

/** One row of CreateTopics' answer (v5 on), named as its fields are. */
export interface CreatedTopicRow {
  readonly name: string
  readonly value: string | null
  readonly configSource: number
  readonly isSensitive: boolean
  readonly readOnly: boolean
}

/**
 * What CreateTopics says of the new topic's settings: by name, values as they were written, other spellings converted, so that
 * log.retention.hours shows here as a retention.ms of the file (KafkaConfigSchema.resolveEffectiveTopicConfigs).
 */
export function createdTopicRows(overrides: Overrides, broker: BrokerSettings): CreatedTopicRow[] {
  const names = topicConfigNames().filter((name) => overrides.has(name) || !topicConfig(name)?.internal)
  return [...names].sort().map((name) => {
    const [value, configSource] = effectiveTopicConfig(name, overrides, broker.layers)
    return { name, value, configSource, isSensitive: false, readOnly: false }
  })
}

function effectiveTopicConfig(name: string, overrides: Overrides, layers: ConfigLayers): [string | null, number] {
  const own = overrides.get(name)
  if (own !== undefined) return [own, sources.TOPIC]
  const below = [
    [layers.thisBroker, sources.BROKER],
    [layers.allBrokers, sources.ALL_BROKERS],
    [layers.file, sources.FILE],
  ] as const
  for (const [layer, source] of below) {
    for (const synonym of topicSynonyms.get(name) ?? []) {
      const value = layer.get(synonym.name)
      if (value === undefined) continue
      return [synonym.factor === 1n ? value : (BigInt(javaTrim(value)) * synonym.factor).toString(), source]
    }
  }
  return [topicConfig(name)?.default ?? null, sources.DEFAULT]
}
