/**
 * Where a command works: a data directory, whose broker is whichever kt holds its lock, or a server. The one place in cli/ that
 * joins engine, server and client.
 *
 * Whoever takes the directory's lock is its broker and listens on a unix socket inside it; the next kt finds the lock taken and
 * dials. When the holder ends, the others see a broker that disconnects, try again, and one of them takes the lock.
 */
import { Cluster } from '../client/cluster'
import { type Dial, reasonOf } from '../client/cluster/nodes'
import { adminConfig } from '../client/config/admin'
import { bootstrapAddresses, type ClientConfig } from '../client/config/client'
import { netDial } from '../client/dial'
import { type Link, linkTo, openLink } from '../client/link'
import { lockPath, readOwner } from '../storage/owner'
import type { Address, Connection, Listener, Net, System } from '../system'
import { realPath } from '../system/path'
import { Failure } from './errors'
import type { Held } from './hold'
import type { Terminal } from './terminal'

export interface Place {
  readonly kind: 'directory' | 'server'
  /** For messages: the directory's path, or the servers. */
  readonly name: string
  /** For administration. */
  readonly cluster: Cluster
  /** Another cluster client of the same place, for a producer or a consumer with a configuration of its own. */
  clusterFor(config: ClientConfig, options?: { complainsTwice?: boolean }): Cluster
  close(): Promise<void>
}

export interface PlaceOptions {
  readonly bootstrapServer?: string
  readonly dataDir?: string
  readonly clientId: string
  /** Of the client's configuration file. */
  readonly properties: ReadonlyMap<string, string>
  readonly onWarning?: (text: string) => void
  /** How long to look for anybody at all at the servers' addresses; Kafka's tools try for a minute. */
  readonly patienceMs?: number
}

/** What a place is, before it is opened. */
export type Where =
  | { readonly kind: 'directory'; readonly directory: string }
  | { readonly kind: 'server'; readonly servers: string }

/** The place that options and environment name; pure but for looking for `.kt` folders. Order: design "What users get". */
export function choosePlace(
  { env, cwd }: Pick<Terminal, 'env' | 'cwd'>,
  { fs }: System,
  options: Pick<PlaceOptions, 'bootstrapServer' | 'dataDir'>,
): Where {
  if (options.bootstrapServer !== undefined) return { kind: 'server', servers: options.bootstrapServer }
  if (options.dataDir === undefined && env['KT_BOOTSTRAP_SERVERS'])
    return { kind: 'server', servers: env['KT_BOOTSTRAP_SERVERS'] }
  return {
    kind: 'directory',
    directory: realPath(cwd, options.dataDir ?? env['KT_DATA_DIR'] ?? projectFolder(fs, cwd) ?? userFolder(env)),
  }
}

function projectFolder(fs: System['fs'], cwd: string): string | undefined {
  const parts = cwd.split('/')
  for (let count = parts.length; count > 0; count--) {
    const folder = `${parts.slice(0, count).join('/')}/.kt`
    if (fs.stat(folder)?.isDirectory) return folder
  }
  return undefined
}
function userFolder(env: Terminal['env']): string {
  const data = env['XDG_DATA_HOME'] || `${env['HOME'] ?? '.'}/.local/share`
  return `${data}/kt`
}

export async function openPlace(terminal: Terminal, system: System, options: PlaceOptions): Promise<Place> {
  const where = choosePlace(terminal, system, options)
  const properties = Object.fromEntries(options.properties)
  const warn = options.onWarning ? { onWarning: options.onWarning } : {}
  if (where.kind === 'server') {
    const server = { ...properties, 'bootstrap.servers': where.servers, 'client.id': options.clientId }
    const open = options.patienceMs === undefined ? undefined : await somebodyListens(system, where.servers, options.patienceMs)
    const net = open ? new Reusing(system.net, open) : system.net
    const clusterFor: Place['clusterFor'] = (config, more) =>
      new Cluster({
        dial: netDial({ net, clock: system.clock, config }),
        clock: system.clock,
        random: system.random,
        config,
        ...warn,
        ...more,
      })
    return placeOf('server', where.servers, clusterFor, adminConfig(server), async () => open?.connection.close())
  }
  const directory = new DirectoryPlace(system, where.directory, terminal)
  const clusterFor: Place['clusterFor'] = (config) =>
    new Cluster({
      dial: directory.dial(config),
      clock: system.clock,
      random: system.random,
      config,
      bootstrap: [{ host: 'localhost', port: 9092 }], // as the engine calls itself where nobody named it: no second link
    })
  const config = adminConfig({ ...properties, 'bootstrap.servers': 'localhost:9092', 'client.id': options.clientId })
  await directory.reach() // an error of the directory is told at once, not after a minute of trying
  return placeOf('directory', where.directory, clusterFor, config, () => directory.close())
}

interface Open {
  readonly host: string
  readonly port: number
  readonly connection: Connection
}

/** The connection that was made to see whether anybody listens is the first that is used: another takes a short command 2 ms. */
class Reusing implements Net {
  private used = false

  constructor(
    private readonly net: Net,
    private readonly open: Open,
  ) {}

  connect(address: Address, timeoutMs?: number): Promise<Connection> {
    const { host, port, connection } = this.open
    if (this.used || !('host' in address) || address.host !== host || address.port !== port) {
      return this.net.connect(address, timeoutMs)
    }
    this.used = true
    return Promise.resolve(connection)
  }
  listen(address: Address, onConnection: (connection: Connection) => void): Promise<Listener> {
    return this.net.listen(address, onConnection)
  }
}

/**
 * A connection to the first of the addresses that takes one. Rejects with what was tried when none does; a server that is just
 * starting is waited for.
 */
async function somebodyListens({ net, clock }: System, servers: string, patienceMs: number): Promise<Open> {
  const began = clock.monotonic()
  for (;;) {
    const tried: string[] = []
    for (const { host, port } of bootstrapAddresses(servers.split(','))) {
      try {
        return { host, port, connection: await net.connect({ host, port }, patienceMs) }
      } catch (error) {
        tried.push(`${host}:${port} (${reasonOf(error)})`)
      }
    }
    if (clock.monotonic() - began >= patienceMs) {
      throw new Failure(`nobody answers at ${tried.join(', ')}`, {
        hint: "'kt server-start' starts a server; without --bootstrap-server kt works on a data directory.",
      })
    }
    await new Promise<void>((resolve) => void clock.after(100, resolve))
  }
}

function placeOf(
  kind: Place['kind'],
  name: string,
  make: Place['clusterFor'],
  config: ClientConfig,
  end: () => Promise<void>,
): Place {
  const clusters: Cluster[] = []
  const clusterFor: Place['clusterFor'] = (own, options) => {
    const cluster = make(own, options)
    clusters.push(cluster)
    return cluster
  }
  let admin: Cluster | undefined
  return {
    kind,
    name,
    get cluster() {
      admin ??= clusterFor(config)
      return admin
    },
    clusterFor,
    async close() {
      for (const cluster of clusters) cluster.close()
      await end()
    },
  }
}

/** How long a lock may be held by somebody who answers on no socket before that is said. */
const SILENT_HOLDER_MS = 5000
const RETRY_MS = 4

/** A data directory, reached through the engine in this process or through whoever holds it. */
class DirectoryPlace {
  private held: Held | undefined
  private holding: Promise<Held | undefined> | undefined
  private readonly links = new Set<Link>()
  private closed = false

  constructor(
    private readonly system: System,
    private readonly folder: string,
    private readonly terminal: Terminal,
  ) {}

  dial(config: ClientConfig): Dial {
    return async () => {
      const link = await this.link(config)
      this.links.add(link)
      void link.closed.then(() => this.links.delete(link))
      return link
    }
  }

  /** Takes the lock if it is free. Rejects when the directory cannot be used. */
  async reach(): Promise<void> {
    await this.hold()
  }

  private hold(): Promise<Held | undefined> {
    this.holding ??= this.take().finally(() => {
      this.holding = undefined
    })
    return this.holding
  }
  private async take(): Promise<Held | undefined> {
    if (this.held || this.closed) return this.held
    const { holdDirectory } = await import('./hold') // the engine, of no use to who speaks to a server
    const held = await holdDirectory(this.system, this.folder, {
      kind: 'command',
      env: this.terminal.env,
      report: (line) => void this.terminal.stderr.write(`kt: ${line}\n`),
      onLost: () => this.lost(),
    })
    this.held = held
    return held
  }
  /** The directory was handed over: whoever was served here asks again, and finds the new holder. */
  private lost(): void {
    this.held = undefined
    for (const link of this.links) link.close()
  }

  private async link(config: ClientConfig): Promise<Link> {
    const { clock, net } = this.system
    const started = clock.monotonic()
    for (;;) {
      const held = await this.hold()
      if (held) return linkTo(held.callOf(config['client.id']))
      const owner = readOwner(this.system, this.folder)
      if (owner) {
        // a holder that is just ending hangs up: the next look finds the lock free or somebody else's
        const options = { clientId: config['client.id'], requestTimeoutMs: config['request.timeout.ms'] }
        const connection = await net.connect({ path: owner.socket }, 1000).catch(() => undefined)
        const link = connection && (await openLink(connection, clock, options).catch(() => undefined))
        if (link) return link
      }
      if (clock.monotonic() - started > SILENT_HOLDER_MS) throw new Failure(this.silent(owner?.pid))
      await new Promise<void>((resolve) => void clock.after(RETRY_MS, resolve))
    }
  }
  private silent(pid: number | undefined): string {
    const who = pid === undefined ? 'another program, perhaps Apache Kafka' : `kt, process ${pid}, which does not answer`
    return `${this.folder} is held by ${who} (lock ${lockPath(this.folder)}). Stop it, or speak to it with --bootstrap-server`
  }

  async close(): Promise<void> {
    this.closed = true
    const holding = await this.holding?.catch(() => undefined)
    await (this.held ?? holding)?.release()
    this.held = undefined
  }
}
