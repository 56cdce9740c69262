/**
 * What IncrementalAlterConfigs (KIP-339) and AlterConfigs do to settings: pure functions from a request and the present state to
 * the changes that are to be recorded, or to Kafka's error. First the broker that was asked looks at the request
 * (ConfigAdminManager), then the controller (ConfigurationControlManager); who fails first speaks.
 */
import { errors } from '../../protocol/errors'
import { brokerConfig } from './broker-configs'
import { validateClientMetrics } from './client-metrics-configs'
import { type Config, readList } from './config'
import { validateDynamicBrokerConfigs } from './dynamic-rules'
import { groupConfig, validateGroupConfigs } from './group-configs'
import { brokerIdOf, type ConfigState, type Overrides, type Resource, resourceTypes, topicNameError } from './resources'
import { topicConfig } from './topic-configs'
import { validateTopicConfigs } from './topic-settings'

/** AlterConfigOp.OpType. */
export const ops = { SET: 0, DELETE: 1, APPEND: 2, SUBTRACT: 3 } as const

export interface AlterOp {
  readonly name: string
  /** One of ops, or whatever a client sent. */
  readonly op: number
  readonly value: string | null
}

/** A setting's new value; null where it is taken away. */
export interface ConfigChange {
  readonly name: string
  readonly value: string | null
}

export interface Alteration {
  readonly errorCode: number
  readonly errorMessage: string | null
  /** To be recorded in this order; empty on error. */
  readonly changes: readonly ConfigChange[]
}

/**
 * Changes single settings. A topic's, group's or subscription's value that stays as it is gives no change; a broker's does, for
 * it may mean that files are to be read again (KAFKA-14136). An operation that does not exist is INVALID_REQUEST, where Kafka
 * stumbles into UNKNOWN_SERVER_ERROR.
 */
export function incrementalAlterConfigs(resource: Resource, wanted: readonly AlterOp[], state: ConfigState): Alteration {
  const malformed = malformedError(wanted)
  if (malformed !== null) return malformed
  if (resource.type === resourceTypes.BROKER_LOGGER) return alterLoggers(resource.name, wanted, state)
  const refusal = refusalOf(resource, state)
  if (refusal !== null) return refusal
  const present = overridesOf(resource, state)
  const configOf = configsOf(resource.type)
  const changes: ConfigChange[] = []
  for (const { name, op, value } of wanted) {
    const isBroker = resource.type === resourceTypes.BROKER
    if ((op === ops.APPEND || op === ops.SUBTRACT) && configOf(name)?.type !== 'LIST') {
      if (!isBroker) return refuse(errors.INVALID_CONFIG, notAList(name, op))
      if (!configOf(name)) return refuse(errors.INVALID_CONFIG, `Unknown config name: ${name}`)
      const verb = op === ops.APPEND ? 'append' : 'subtract'
      return refuse(errors.INVALID_CONFIG, `Config value ${verb} is not allowed for config key: ${name}`)
    }
    const next = after(op, value, present.get(name) ?? null, configOf(name))
    if (isBroker || next !== (present.get(name) ?? null)) changes.push({ name, value: next })
  }
  return checked(resource, present, changes, state)
}

/** Sets exactly these: what is set and not among them is taken away. */
export function replaceConfigs(
  resource: Resource,
  configs: readonly { readonly name: string; readonly value: string | null }[],
  state: ConfigState,
): Alteration {
  const malformed = malformedError(configs.map(({ name, value }) => ({ name, value, op: ops.SET })))
  if (malformed !== null) return malformed
  if (resource.type === resourceTypes.BROKER_LOGGER) return unknownType(resource)
  const refusal = refusalOf(resource, state)
  if (refusal !== null) return refusal
  const present = overridesOf(resource, state)
  const isBroker = resource.type === resourceTypes.BROKER
  const set = configs.filter(({ name, value }) => isBroker || value !== (present.get(name) ?? null))
  const gone = [...present.keys()].filter((name) => !configs.some((config) => config.name === name))
  return checked(resource, present, [...set, ...gone.map((name) => ({ name, value: null }))], state)
}

/** The overrides after changes. */
export function applyChanges(present: Overrides, changes: readonly ConfigChange[]): Map<string, string> {
  const next = new Map(present)
  for (const { name, value } of changes) {
    if (value === null) next.delete(name)
    else next.set(name, value)
  }
  return next
}

function refuse(errorCode: number, errorMessage: string): Alteration {
  return { errorCode, errorMessage, changes: [] }
}

function unknownType({ type }: Resource): Alteration {
  return refuse(errors.INVALID_REQUEST, `Unknown resource type ${type}`)
}

function notAList(name: string, op: number): string {
  return `Can't ${opName(op)} to key ${name} because its type is not LIST.`
}

function opName(op: number): string {
  return Object.entries(ops).find(([, number]) => number === op)?.[0] ?? String(op)
}

function malformedError(wanted: readonly AlterOp[]): Alteration | null {
  if (new Set(wanted.map(({ name }) => name)).size < wanted.length) {
    return refuse(errors.INVALID_REQUEST, 'Error due to duplicate config keys')
  }
  const nulls = wanted.filter(({ op, value }) => op !== ops.DELETE && value === null).map(({ name }) => name)
  if (nulls.length > 0) return refuse(errors.INVALID_REQUEST, `Null value not supported for : ${nulls.join(', ')}`)
  const strange = wanted.find(({ op }) => !(op >= ops.SET && op <= ops.SUBTRACT))
  return strange ? refuse(errors.INVALID_REQUEST, `Unknown operations type ${strange.op}`) : null
}

/** What is wrong with the resource itself, before its settings are looked at. */
function refusalOf(resource: Resource, state: ConfigState): Alteration | null {
  const { type, name } = resource
  const request = (message: string) => refuse(errors.INVALID_REQUEST, message)
  const { nodeId } = state.broker
  switch (type) {
    case resourceTypes.TOPIC: {
      if (name === '') return request('Default topic resources are not allowed.')
      const wrong = topicNameError(name)
      return wrong === null ? null : refuse(errors.INVALID_TOPIC_EXCEPTION, wrong)
    }
    case resourceTypes.BROKER: {
      const id = name === '' ? nodeId : brokerIdOf(name)
      if (id === null) return request(`Node id must be an integer, but it is: ${name}`)
      return id === nodeId ? null : request(`Unexpected broker id, expected ${nodeId}, but received ${name}`)
    }
    case resourceTypes.GROUP:
      return name === '' ? request('Default group resources are not allowed.') : null
    case resourceTypes.CLIENT_METRICS:
      return name === '' ? request("Subscription name can't be empty") : null
    default:
      return unknownType(resource)
  }
}

function overridesOf({ type, name }: Resource, state: ConfigState): Overrides {
  const { layers } = state.broker
  if (type === resourceTypes.BROKER) return name === '' ? layers.allBrokers : layers.thisBroker
  if (type === resourceTypes.GROUP) return state.group(name)
  if (type === resourceTypes.CLIENT_METRICS) return state.clientMetrics(name)
  return state.topic(name) ?? new Map()
}

/** Kafka appends to no list of client metrics. */
function configsOf(type: number): (name: string) => Config | undefined {
  if (type === resourceTypes.TOPIC) return topicConfig
  if (type === resourceTypes.BROKER) return brokerConfig
  return type === resourceTypes.GROUP ? groupConfig : () => undefined
}

/** The value after one operation. Lists are added to and taken from as they are written, without regard to blanks. */
function after(op: number, value: string | null, present: string | null, config: Config | undefined): string | null {
  if (op === ops.SET) return value
  if (op === ops.DELETE) return null
  const parts = readList(present ?? config?.default ?? '').filter((part) => part !== '')
  for (const part of (value ?? '').split(',')) {
    const at = parts.indexOf(part)
    if (op === ops.APPEND && at < 0) parts.push(part)
    if (op === ops.SUBTRACT && at >= 0) parts.splice(at, 1)
  }
  return parts.join(',')
}

/** The changes, if all settings of the resource together are good with them. */
function checked(resource: Resource, present: Overrides, changes: readonly ConfigChange[], state: ConfigState): Alteration {
  const next = applyChanges(present, changes)
  const wrong = errorIn(resource, next, changes, state)
  return wrong ?? { errorCode: errors.NONE, errorMessage: null, changes }
}

function errorIn(resource: Resource, next: Overrides, changes: readonly ConfigChange[], state: ConfigState): Alteration | null {
  const config = (message: string | null) => (message === null ? null : refuse(errors.INVALID_CONFIG, message))
  switch (resource.type) {
    case resourceTypes.BROKER: {
      const message = validateDynamicBrokerConfigs(next, resource.name !== '', state.broker)
      if (message !== null) return refuse(errors.INVALID_REQUEST, message)
      return config(minInSyncError(resource.name, changes))
    }
    case resourceTypes.GROUP:
      return config(validateGroupConfigs(next, state.broker))
    case resourceTypes.CLIENT_METRICS: {
      const wrong = validateClientMetrics(next)
      return wrong === null ? null : refuse(wrong.code, wrong.message)
    }
    default: {
      const wrong = config(validateTopicConfigs(next, state.broker))
      if (wrong !== null || state.topic(resource.name)) return wrong
      return refuse(errors.UNKNOWN_TOPIC_OR_PARTITION, `The topic '${resource.name}' does not exist.`)
    }
  }
}

/** Eligible leader replicas (KIP-966) rest on one min.insync.replicas for all brokers. */
function minInSyncError(broker: string, changes: readonly ConfigChange[]): string | null {
  const change = changes.find(({ name }) => name === 'min.insync.replicas')
  if (!change) return null
  if (broker !== '') return 'Broker-level min.insync.replicas cannot be altered while ELR is enabled.'
  return change.value === null ? 'Cluster-level min.insync.replicas cannot be removed while ELR is enabled.' : null
}

const logLevels = ['DEBUG', 'ERROR', 'FATAL', 'INFO', 'TRACE', 'WARN']

/** Levels of loggers (KIP-412): set and taken away, but not recorded; the caller applies the changes to its loggers. */
function alterLoggers(broker: string, wanted: readonly AlterOp[], state: ConfigState): Alteration {
  const { nodeId } = state.broker
  const id = brokerIdOf(broker)
  if (id === null) return refuse(errors.INVALID_REQUEST, `Node id must be an integer, but it is: ${broker}`)
  if (id !== nodeId) return refuse(errors.INVALID_REQUEST, `Unexpected node id. Expected ${nodeId}, but received ${broker}`)
  for (const { name, op, value } of wanted) {
    if (op === ops.APPEND || op === ops.SUBTRACT) {
      return refuse(errors.INVALID_REQUEST, `${opName(op)} operation is not allowed for the BROKER_LOGGER resource`)
    }
    if (op === ops.DELETE && name === 'root') {
      return refuse(errors.INVALID_REQUEST, 'Removing the log level of the root logger is not allowed')
    }
    if (!state.loggers.has(name)) return refuse(errors.INVALID_CONFIG, `Logger ${name} does not exist!`)
    if (op === ops.SET && !logLevels.includes(value ?? '')) {
      const why = `as it is not a supported log level. Valid log levels are ${logLevels.join(', ')}`
      return refuse(errors.INVALID_CONFIG, `Cannot set the log level of ${name} to ${value} ${why}`)
    }
  }
  return { errorCode: errors.NONE, errorMessage: null, changes: wanted.map(({ name, value }) => ({ name, value })) }
}
