/**
 * What the engine works with of a broker's settings, made of three layers: what the file says, what is set for all brokers at
 * run time, and what is set for this one (KIP-226). A setting of a higher layer silences the other spellings of the same setting
 * below: with log.retention.hours in the file and log.retention.ms set at run time, the latter counts.
 */
import { brokerConfig, brokerConfigs, brokerSynonyms } from './broker-configs'
import { acceptedText, readList, type Settings, settingsOf, type Texts, textsOf } from './config'
import { type Listener, type Protocol, parseListeners, parseProtocolMap } from './listeners'

/** A file of Kafka since KRaft (process.roles), one of the time before, or none: a broker within a passing command. */
export type Kind = 'kraft' | 'zookeeper' | 'embedded'

export interface ConfigLayers {
  readonly kind: Kind
  /** server.properties with its overrides, in Kafka's spelling (see server-properties.ts); node.id and broker.id are the same. */
  readonly file: ReadonlyMap<string, string>
  /** Set for the broker resource "". */
  readonly allBrokers: ReadonlyMap<string, string>
  /** Set for the broker resource of this node. */
  readonly thisBroker: ReadonlyMap<string, string>
}

/** All settings under camel-cased names; LONGs beyond 2^53 are Infinity; -1 and the like are as Kafka has them. */
export interface BrokerSettings extends Omit<Settings<typeof brokerConfigs>, 'listeners' | 'advertisedListeners'> {
  readonly layers: ConfigLayers
  /** The layers as one: canonical texts by name, defaults filled in, nothing where there is no default. */
  readonly texts: Texts
  /** All listeners, of whatever protocol. kt opens the PLAINTEXT ones. */
  readonly listeners: readonly Listener[]
  /** What clients are told, without the controller's. */
  readonly advertisedListeners: readonly Listener[]
  /** Listeners of `listeners` that are the controller's. */
  readonly controllerListeners: readonly Listener[]
  /** Name of the listener through which brokers speak to each other. */
  readonly interBrokerListener: string
  /** log.dirs, or else log.dir: never empty. */
  readonly dataDirs: readonly string[]
  /** metadata.log.dir, or else the first of dataDirs. */
  readonly metadataDir: string
}

/**
 * The typed view of the layers. They are expected to have been checked (readServerProperties, alterConfigs); a value that is
 * wrong all the same counts as not set.
 */
export function brokerSettings(layers: ConfigLayers): BrokerSettings {
  const texts = effectiveTexts(layers)
  const words = (name: string) => readList(texts.get(name) ?? '')
  const isControllers = ({ name }: Listener) => words('controller.listener.names').includes(name)
  const listeners = (name: string) => parse(words(name), protocolsOf(texts, layers))
  const settings: BrokerSettings = settingsOf(brokerConfigs, texts, {
    layers: () => layers,
    texts: () => texts,
    listeners: () => listeners('listeners'),
    advertisedListeners: () =>
      listeners(texts.has('advertised.listeners') ? 'advertised.listeners' : 'listeners').filter((one) => !isControllers(one)),
    controllerListeners: () => settings.listeners.filter(isControllers),
    interBrokerListener: () => (settings.interBrokerListenerName ?? settings.securityInterBrokerProtocol).toUpperCase(),
    dataDirs: () => settings.logDirs ?? settings.logDir,
    metadataDir: () => settings.metadataLogDir ?? settings.dataDirs[0] ?? '.',
  })
  return settings
}

function parse(words: readonly string[], protocols: ReadonlyMap<string, Protocol>): readonly Listener[] {
  const result = parseListeners(words, protocols)
  return result.error === undefined ? result.value : []
}

/** A broker whose file is not there: everything by default. */
export function defaultBrokerSettings(
  nodeId: number,
  dataDir: string,
  more: ReadonlyMap<string, string> = new Map(),
): BrokerSettings {
  const file = new Map([
    ['process.roles', 'broker,controller'],
    ['node.id', String(nodeId)],
    ['broker.id', String(nodeId)],
    ['controller.listener.names', 'CONTROLLER'],
    ['log.dirs', dataDir],
    ...more,
  ])
  return brokerSettings({ kind: 'embedded', file, allBrokers: new Map(), thisBroker: new Map() })
}

/** The same broker after settings changed at run time. */
export function withDynamicConfigs(
  settings: BrokerSettings,
  allBrokers: ReadonlyMap<string, string>,
  thisBroker: ReadonlyMap<string, string>,
): BrokerSettings {
  return brokerSettings({ ...settings.layers, allBrokers, thisBroker })
}

/** The layers as one, as written (DynamicBrokerConfig.overrideProps). */
export function mergedLayers({ file, allBrokers, thisBroker }: ConfigLayers): Map<string, string> {
  const merged = new Map(file)
  for (const layer of [allBrokers, thisBroker]) {
    for (const [name, value] of layer) {
      if (!name.startsWith('listener.name.')) for (const synonym of brokerSynonyms(name)) merged.delete(synonym)
      merged.set(name, value)
    }
  }
  return merged
}

function effectiveTexts(layers: ConfigLayers): Texts {
  const merged = mergedLayers(layers)
  return textsOf((name) => {
    const config = brokerConfig(name)
    const value = merged.get(name)
    const text = config && value !== undefined ? acceptedText(name, config, value) : null
    return text ?? config?.default ?? undefined
  })
}

/**
 * Protocols by listener name. Where a KRaft file maps nothing, the controller's listeners speak PLAINTEXT, unless it names a
 * listener after another protocol.
 */
export function protocolsOf(texts: Texts, layers: ConfigLayers): ReadonlyMap<string, Protocol> {
  const name = 'listener.security.protocol.map'
  const map = parseProtocolMap(texts.get(name) ?? '')
  const protocols = map.error === undefined ? map.value : new Map<string, Protocol>()
  const isMapped = mergedLayers(layers).has(name)
  if (isMapped) return protocols
  const controllers = readList(texts.get('controller.listener.names') ?? '')
  const names = readList(texts.get('listeners') ?? '').map((entry) =>
    entry.slice(0, Math.max(0, entry.indexOf(':'))).toUpperCase(),
  )
  const speaksOther = (word: string) => word === 'SSL' || word === 'SASL_PLAINTEXT' || word === 'SASL_SSL'
  if (controllers.some(speaksOther) || names.some(speaksOther)) return protocols
  for (const controller of controllers) protocols.set(controller.toUpperCase(), 'PLAINTEXT')
  return protocols
}
