/** Configurations of topics, brokers, groups and client metrics: reading and changing them. */
import { DescribeConfigs } from '../../protocol/apis/describe-configs'
import { IncrementalAlterConfigs } from '../../protocol/apis/incremental-alter-configs'
import type { Call } from '../../protocol/call'
import { errors } from '../../protocol/errors'
import type { Cluster } from '../cluster'
import { errorIn, type KafkaError, kafkaError } from '../kafka-error'
import type { Outcome } from './result'

/** org.apache.kafka.common.config.ConfigResource.Type. */
export const resourceTypes = { topic: 2, broker: 4, 'broker-logger': 8, 'client-metrics': 16, group: 32 } as const

export interface ConfigResource {
  readonly type: keyof typeof resourceTypes
  /** '' with type broker: the default of all brokers. */
  readonly name: string
}

/** Where a value comes from (DescribeConfigsResponse.ConfigSource), by number. */
const SOURCES = [
  'UNKNOWN',
  'DYNAMIC_TOPIC_CONFIG',
  'DYNAMIC_BROKER_CONFIG',
  'DYNAMIC_DEFAULT_BROKER_CONFIG',
  'STATIC_BROKER_CONFIG',
  'DEFAULT_CONFIG',
  'DYNAMIC_BROKER_LOGGER_CONFIG',
  'DYNAMIC_CLIENT_METRICS_CONFIG',
  'DYNAMIC_GROUP_CONFIG',
] as const
export type ConfigSource = (typeof SOURCES)[number]
const TYPES = ['UNKNOWN', 'BOOLEAN', 'STRING', 'INT', 'SHORT', 'LONG', 'DOUBLE', 'LIST', 'CLASS', 'PASSWORD'] as const

export interface ConfigEntry {
  readonly name: string
  /** null: none, or a secret. */
  readonly value: string | null
  readonly source: ConfigSource
  readonly type: (typeof TYPES)[number]
  readonly isSensitive: boolean
  readonly isReadOnly: boolean
  /** Where the value would come from, best first. */
  readonly synonyms: readonly { readonly name: string; readonly value: string | null; readonly source: ConfigSource }[]
  readonly documentation: string | null
}

/** A broker alone knows its own configuration and loggers. */
const brokerOf = ({ type, name }: ConfigResource): number | undefined =>
  (type === 'broker' || type === 'broker-logger') && name !== '' ? Number(name) : undefined

/** Groups by who has to be asked; undefined: anybody. */
function byBroker<T>(items: readonly T[], resourceOf: (item: T) => ConfigResource): [number | undefined, T[]][] {
  const groups = new Map<number | undefined, T[]>()
  for (const item of items) {
    const broker = brokerOf(resourceOf(item))
    groups.set(broker, [...(groups.get(broker) ?? []), item])
  }
  return [...groups]
}

/** One attempt after the other at one broker. */
function callOf(cluster: Cluster, broker: number | undefined, name: string, timeoutMs?: number): Call {
  if (broker === undefined) return cluster.during(name, timeoutMs)
  const operation = cluster.operation(name, timeoutMs)
  return (api, request, version) => operation.persist(() => cluster.node(broker)(api, request, version))
}

/** The configurations of `resources`, in their order. `keys`: only these. */
export async function describeConfigs(
  cluster: Cluster,
  resources: readonly ConfigResource[],
  options: { keys?: readonly string[]; synonyms?: boolean; documentation?: boolean; timeoutMs?: number } = {},
): Promise<Outcome<ConfigEntry[]>[]> {
  const outcomes = new Map<string, Outcome<ConfigEntry[]>>()
  await Promise.all(
    byBroker(resources, (resource) => resource).map(async ([broker, group]) => {
      const reply = await callOf(
        cluster,
        broker,
        'describeConfigs',
        options.timeoutMs,
      )(DescribeConfigs, {
        resources: group.map(({ type, name }) => ({
          resourceType: resourceTypes[type],
          resourceName: name,
          configurationKeys: options.keys ?? null,
        })),
        includeSynonyms: options.synonyms ?? false,
        includeDocumentation: options.documentation ?? false,
      })
      for (const row of reply.results) {
        const entries = row.configs.map((each) => ({
          name: each.name,
          value: each.value,
          source: SOURCES[each.configSource] ?? 'UNKNOWN',
          type: TYPES[each.configType] ?? 'UNKNOWN',
          isSensitive: each.isSensitive,
          isReadOnly: each.readOnly,
          synonyms: each.synonyms.map(({ name, value, source }) => ({ name, value, source: SOURCES[source] ?? 'UNKNOWN' })),
          documentation: each.documentation,
        }))
        outcomes.set(`${row.resourceType} ${row.resourceName}`, errorIn(row.errorCode, row.errorMessage) ?? entries)
      }
    }),
  )
  return resources.map(
    ({ type, name }) => outcomes.get(`${resourceTypes[type]} ${name}`) ?? kafkaError(errors.UNKNOWN_SERVER_ERROR),
  )
}

/** org.apache.kafka.clients.admin.AlterConfigOp.OpType. */
const OPERATIONS = { set: 0, delete: 1, append: 2, subtract: 3 } as const

export interface ConfigChange {
  readonly name: string
  readonly operation: keyof typeof OPERATIONS
  /** null with delete. */
  readonly value: string | null
}

/** Changes configurations (KIP-339); per resource, in their order, undefined where it is done. */
export async function incrementalAlterConfigs(
  cluster: Cluster,
  changes: readonly { readonly resource: ConfigResource; readonly changes: readonly ConfigChange[] }[],
  { validateOnly = false, timeoutMs }: { validateOnly?: boolean; timeoutMs?: number } = {},
): Promise<(KafkaError | undefined)[]> {
  const outcomes = new Map<string, KafkaError | undefined>()
  await Promise.all(
    byBroker(changes, ({ resource }) => resource).map(async ([broker, group]) => {
      const reply = await callOf(
        cluster,
        broker,
        'incrementalAlterConfigs',
        timeoutMs,
      )(IncrementalAlterConfigs, {
        resources: group.map(({ resource, changes: configs }) => ({
          resourceType: resourceTypes[resource.type],
          resourceName: resource.name,
          configs: configs.map(({ name, operation, value }) => ({ name, configOperation: OPERATIONS[operation], value })),
        })),
        validateOnly,
      })
      for (const row of reply.responses)
        outcomes.set(`${row.resourceType} ${row.resourceName}`, errorIn(row.errorCode, row.errorMessage))
    }),
  )
  return changes.map(({ resource }) => outcomes.get(`${resourceTypes[resource.type]} ${resource.name}`))
}
