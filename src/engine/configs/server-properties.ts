/**
 * From the text of a server.properties file to the settings of a broker. Two kinds of file are read: Kafka's own of today
 * (process.roles), held to Kafka's rules in Kafka's words, and those of the time of ZooKeeper (broker.id, zookeeper.connect),
 * which tutorials still show: kt needs no ZooKeeper and starts with them as they are. What kt has no use for is passed over;
 * what it cannot honour and someone may count on is said in a warning.
 */

import { MalformedProperties, readProperties } from '../../storage/properties'
import { brokerConfig, brokerConfigNames } from './broker-configs'
import { brokerRules } from './broker-rules'
import { type BrokerSettings, brokerSettings, type ConfigLayers, type Kind } from './broker-settings'
import { accept, missing } from './config'
import { javaTrim } from './values'
import { warningsOf } from './warnings'

/** A file that a server can start with. */
export interface ServerProperties {
  readonly settings: BrokerSettings
  /** Whole sentences for the log, each naming the setting. */
  readonly warnings: readonly string[]
  /** What the file and the overrides say, in their order. */
  readonly raw: ReadonlyMap<string, string>
  readonly errors?: undefined
}

/** Why a server cannot start; the first is what Kafka would say. */
export interface RefusedProperties {
  readonly errors: readonly [string, ...string[]]
}

/**
 * Reads a file's text with `--override name=value` on top of it. An override without a value sets the empty one, as in Kafka.
 */
export function readServerProperties(text: string, overrides: readonly string[] = []): ServerProperties | RefusedProperties {
  let raw: Map<string, string>
  try {
    raw = readProperties(text)
  } catch (error) {
    if (!(error instanceof MalformedProperties)) throw error
    return { errors: [`${error.message} (line ${error.line})`] }
  }
  for (const override of overrides) {
    const [name = '', ...value] = override.split('=')
    if (name === '') return { errors: [`Invalid command line properties: ${override}`] }
    raw.set(name, value.join('='))
  }
  return settingsOfFile(raw)
}

function settingsOfFile(raw: ReadonlyMap<string, string>): ServerProperties | RefusedProperties {
  const kind = kindOf(raw)
  const file = kind === 'kraft' ? withBothIds(raw) : translated(raw)
  const [first, ...more] = valueErrors(file)
  if (first !== undefined) return { errors: [first, ...more] }
  const layers: ConfigLayers = { kind, file, allBrokers: new Map(), thisBroker: new Map() }
  const settings = brokerSettings(layers)
  const broken = brokerRules(settings)
  if (broken !== null) return { errors: [broken] }
  const { errors, warnings } = warningsOf(settings, raw)
  const [refusal, ...others] = errors
  if (refusal !== undefined) return { errors: [refusal, ...others] }
  return { settings, warnings, raw }
}

/** A file without process.roles that names ZooKeeper or a broker.id is of the old kind. */
function kindOf(raw: ReadonlyMap<string, string>): Kind {
  if (raw.has('process.roles') || raw.has('node.id')) return 'kraft'
  return raw.has('zookeeper.connect') || raw.has('broker.id') ? 'zookeeper' : 'kraft'
}

/** Every value that is wrong by itself or missing, in the order in which Kafka looks. */
function valueErrors(file: ReadonlyMap<string, string>): string[] {
  const errors: string[] = []
  for (const name of brokerConfigNames()) {
    const config = brokerConfig(name)
    const value = file.get(name)
    if (!config) continue
    if (value === undefined && config.required) errors.push(missing(name))
    const error = value === undefined ? undefined : accept(name, config, value).error
    if (error !== undefined) errors.push(error)
  }
  return errors
}

/** node.id and broker.id are two names of one thing (KafkaConfig.populateSynonyms). */
function withBothIds(raw: ReadonlyMap<string, string>): Map<string, string> {
  const file = new Map(raw)
  const [node, broker] = [raw.get('node.id'), raw.get('broker.id')]
  if (broker === undefined && node !== undefined) file.set('broker.id', node)
  if (node === undefined && broker !== undefined) file.set('node.id', broker)
  return file
}

/** The first id that ZooKeeper's Kafka made up where a file had none: one more than reserved.broker.max.id, 1000. */
const FIRST_GENERATED_ID = 1001

/** A file of the old kind in today's words. Addresses in the words of before Kafka 3.0 are understood too. */
function translated(raw: ReadonlyMap<string, string>): Map<string, string> {
  const file = new Map(raw)
  const id = javaTrim(raw.get('broker.id') ?? '-1')
  const nodeId = id === '-1' ? generatedId(raw) : id
  file.set('broker.id', nodeId)
  file.set('node.id', nodeId)
  file.set('process.roles', 'broker,controller')
  file.set('controller.listener.names', 'CONTROLLER')
  const at = (host: string | undefined, port: string | undefined) => `PLAINTEXT://${host ?? ''}:${port ?? '9092'}`
  const [host, port] = [raw.get('host.name'), raw.get('port')]
  if (!raw.has('listeners') && (host !== undefined || port !== undefined)) file.set('listeners', at(host, port))
  const [toldHost, toldPort] = [raw.get('advertised.host.name'), raw.get('advertised.port')]
  if (!raw.has('advertised.listeners') && (toldHost !== undefined || toldPort !== undefined)) {
    file.set('advertised.listeners', at(toldHost ?? host, toldPort ?? port))
  }
  return file
}

function generatedId(raw: ReadonlyMap<string, string>): string {
  const reserved = Number(raw.get('reserved.broker.max.id') ?? FIRST_GENERATED_ID - 1)
  return String(Number.isSafeInteger(reserved) && reserved >= 0 ? reserved + 1 : FIRST_GENERATED_ID)
}

/** What Kafka throws with its sentence about a setting: the rules that are Scala's `require` or Java's own have other exceptions. */
export function exceptionOf(sentence: string): string {
  if (sentence === '/ by zero') return 'java.lang.ArithmeticException'
  if (sentence.startsWith('For input string')) return 'java.lang.NumberFormatException'
  return ILLEGAL_ARGUMENT.test(sentence) ? 'java.lang.IllegalArgumentException' : 'org.apache.kafka.common.config.ConfigException'
}
const ILLEGAL_ARGUMENT =
  /^(requirement failed:|Error (creating|parsing)|Unknown compression type|Invalid command line)|must be (greater|less) than or equal to/
