/** What a server is started with: a properties file of Kafka's, new or old, or kt's own defaults for one machine. */
import { Failure, OptionError } from '../cli/errors'
import type { Terminal } from '../cli/terminal'
import { choosePlace } from '../cli/where'
import { type BrokerSettings, defaultBrokerSettings } from '../engine/configs/broker-settings'
import type { Listener } from '../engine/configs/listeners'
import { exceptionOf, readServerProperties } from '../engine/configs/server-properties'
import type { System } from '../system'
import { realPath } from '../system/path'

export const DEFAULT_PORT = 9092
/** As Kafka's own file sets them for one node; its defaults are for three. */
const ONE_NODE = new Map([
  ['offsets.topic.replication.factor', '1'],
  ['transaction.state.log.replication.factor', '1'],
  ['transaction.state.log.min.isr', '1'],
  ['group.initial.rebalance.delay.ms', '0'],
])

/** What is to be started, from a properties file or from kt's defaults. */
export interface Plan {
  readonly settings: BrokerSettings
  /** With the metadata log. */
  readonly folder: string
  /** log.dirs. */
  readonly dataFolders: readonly string[]
  readonly nodeId: number
  /** The properties say it: a directory of another node is not theirs. */
  readonly nodeIdGiven: boolean
  readonly isKt: boolean
  readonly formatNew: boolean
  readonly listeners: readonly Listener[]
  /** What clients are told; undefined: the address that they came to. */
  readonly advertised: { readonly host: string; readonly port: number } | undefined
  readonly zookeeper: string | undefined
  readonly warnings: readonly string[]
}

/** Settings that have an option of their own where there is no properties file. */
const OWN_OPTION = new Map([
  ['log.dirs', '--data-dir'],
  ['log.dir', '--data-dir'],
  ['listeners', '--port with --host'],
  ['port', '--port'],
  ['host.name', '--host'],
])

interface Words {
  readonly port: number | undefined
  readonly host: string | undefined
  readonly dataDir: string | undefined
  readonly override: readonly string[]
}

export function defaultPlan(terminal: Terminal, system: System, words: Words): Plan {
  const where = choosePlace(
    { env: { ...terminal.env, KT_BOOTSTRAP_SERVERS: undefined }, cwd: terminal.cwd },
    system,
    words.dataDir === undefined ? {} : { dataDir: words.dataDir },
  )
  const folder = where.kind === 'directory' ? where.directory : ''
  const overrides = words.override.map((one): [string, string] => {
    const at = one.indexOf('=')
    if (at < 1) throw new OptionError(`--override wants NAME=VALUE, not ${one}`)
    return [one.slice(0, at), one.slice(at + 1)]
  })
  const own = overrides.find(([name]) => OWN_OPTION.has(name))
  if (own) throw new OptionError(`without a properties file, ${OWN_OPTION.get(own[0])} says what --override ${own[0]} does`)
  const settings = defaultBrokerSettings(1, folder, new Map([...ONE_NODE, ...overrides]))
  const listener: Listener = {
    name: 'PLAINTEXT',
    host: words.host ?? null,
    port: words.port ?? DEFAULT_PORT,
    protocol: 'PLAINTEXT',
  }
  return {
    settings,
    folder,
    dataFolders: [folder],
    nodeId: 1,
    nodeIdGiven: false,
    isKt: true,
    formatNew: true,
    listeners: [listener],
    advertised: advertisedOf(settings, new Map(overrides)),
    zookeeper: undefined,
    warnings: [],
  }
}

export function filePlan(terminal: Terminal, system: System, path: string, overrides: readonly string[], isKt: boolean): Plan {
  let content: string
  try {
    content = system.fs.readFile(realPath(terminal.cwd, path)).toString('utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT')
      throw new Failure(path, { javaClass: 'java.nio.file.NoSuchFileException', sentence: `there is no properties file ${path}` })
    throw new Failure(path, {
      javaClass: 'java.nio.file.AccessDeniedException',
      sentence: `${path} cannot be read: ${(error as Error).message}`,
    })
  }
  const read = readServerProperties(content, overrides)
  if (read.errors) {
    const [first] = read.errors
    throw new Failure(first, {
      javaClass: exceptionOf(first),
      sentence: `${path}: ${read.errors.join('; ')}`,
    })
  }
  const { settings, warnings, raw } = read
  const folder = realPath(terminal.cwd, settings.metadataDir)
  const dataFolders = [...new Set(settings.dataDirs.map((one) => realPath(terminal.cwd, one)))]
  const controllers = new Set(settings.controllerListeners)
  const listeners = settings.listeners.filter((listener) => !controllers.has(listener) && listener.protocol === 'PLAINTEXT')
  return {
    settings,
    folder,
    dataFolders,
    nodeId: settings.nodeId,
    nodeIdGiven: [raw.get('node.id'), raw.get('broker.id')].some((id) => id !== undefined && id !== '-1'),
    isKt,
    // a file that names a ZooKeeper is for tutorials of before there was anything to format; Kafka 4 passes the name over
    formatNew: isKt || settings.layers.kind !== 'kraft' || raw.has('zookeeper.connect'),
    listeners,
    advertised: advertisedOf(settings, raw),
    zookeeper: raw.get('zookeeper.connect'),
    warnings,
  }
}

function advertisedOf(settings: BrokerSettings, given: ReadonlyMap<string, string>): Plan['advertised'] {
  const told = given.has('advertised.listeners') ? settings.advertisedListeners.find(({ host }) => host) : undefined
  return told && { host: told.host ?? 'localhost', port: told.port }
}
