/**
 * What has settings that clients can see and change, and what is known of them: the state that describing and altering look at.
 */
import type { BrokerSettings } from './broker-settings'

/** Numbers of ConfigResource.Type. */
export const resourceTypes = { TOPIC: 2, BROKER: 4, BROKER_LOGGER: 8, CLIENT_METRICS: 16, GROUP: 32 } as const

export interface Resource {
  /** One of resourceTypes, or whatever a client sent. */
  readonly type: number
  readonly name: string
}

/** Overrides by name, as they were set. */
export type Overrides = ReadonlyMap<string, string>

export interface ConfigState {
  /** This broker with its file and its dynamic settings. */
  readonly broker: BrokerSettings
  /** Overrides of a topic; undefined if there is no such topic. */
  readonly topic: (name: string) => Overrides | undefined
  readonly group: (name: string) => Overrides
  readonly clientMetrics: (name: string) => Overrides
  /** Levels of this broker's loggers by name. */
  readonly loggers: ReadonlyMap<string, string>
}

/**
 * What is wrong with a topic's name in Kafka's words (INVALID_TOPIC_EXCEPTION), or null (Topic.validate).
 */
export function topicNameError(name: string): string | null {
  const shown = 'Topic name is invalid:'
  if (name === '') return `${shown} the empty string is not allowed`
  if (name === '.' || name === '..') return `${shown} '${name}' is not allowed`
  if (name.length > 249) return `${shown} the length of '${name}' is longer than the max allowed length 249`
  if (/^[a-zA-Z0-9._-]+$/.test(name)) return null
  return `${shown} '${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`
}

/** The number of a broker's name, or null if it is not an INT. */
export function brokerIdOf(name: string): number | null {
  const id = /^[+-]?[0-9]{1,10}$/.test(name) ? Number(name) : Number.NaN
  return Math.abs(id) < 2 ** 31 ? id : null
}
