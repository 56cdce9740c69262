/**
 * Holding a data directory: its lock, the engine on it, and the unix socket on which other processes reach that engine. A passing
 * command lets go when a server asks for the directory; a server does not.
 */
import { type BrokerSettings, defaultBrokerSettings } from '../engine/configs/broker-settings'
import type { Engine } from '../engine/engine'
import type { Identity } from '../engine/metadata/metadata-log'
import { openEngine, refuseForeign } from '../engine/open'
import { HandOver } from '../protocol/apis/hand-over'
import { Assembler } from '../protocol/assembler'
import type { Call, Service } from '../protocol/call'
import { errors } from '../protocol/errors'
import { decodeResponse, encodeRequest } from '../protocol/frames'
import { Reader } from '../protocol/reader'
import { throughBytes } from '../protocol/through-bytes'
import type { Reply } from '../protocol/types'
import type { Server } from '../server/server'
import { ForeignDirectory, type MetaProperties, readMetaProperties } from '../storage/meta-properties'
import { lockPath, type Owner, readOwner, removeOwner, socketPath, writeOwner } from '../storage/owner'
import type { Connection, Lock, System } from '../system'
import { Failure } from './errors'
import type { Terminal } from './terminal'

export interface HoldOptions {
  readonly kind: Owner['kind']
  readonly env: Terminal['env']
  readonly report: (line: string) => void
  /** The directory was handed over to another process. */
  readonly onLost?: () => void
  readonly onFatal?: (error: unknown) => void
  /** A server's; a passing command takes defaults. */
  readonly settings?: BrokerSettings
  readonly identity?: Identity
  readonly nodeId?: number
  readonly formatNew?: boolean
  /** log.dirs, where there are several, or others than the one of the metadata log. */
  readonly dataFolders?: readonly string[]
}

export interface Held {
  readonly engine: Engine
  /** The call of a client in this process. */
  callOf(clientId: string): Call
  /** Tells who holds the directory, from now on with the address that a server listens on. */
  publish(address: string): Promise<void>
  release(): Promise<void>
}

/** A directory that nobody told where it listens is advertised as if its server ran with the default port. */
const DEFAULT_ADDRESS = { host: '127.0.0.1', port: 9092 }
const DEFAULT_IDENTITY: Identity = {
  broker: [{ name: 'PLAINTEXT', host: 'localhost', port: 9092 }],
  controller: { name: 'CONTROLLER', host: 'localhost', port: 9093 },
}
/** A command that is over within this time need not listen: others find the lock taken, and free the next moment. */
const LISTEN_AFTER_MS = 50

/** Metadata behind the newest snapshot that a passing command does not mind: some 20 ms of its start. */
const PASSING_METADATA_BYTES = 1024 * 1024

/** Takes the directory, or gives undefined when somebody has it. Throws Failure when it cannot be used at all. */
export async function holdDirectory(system: System, folder: string, options: HoldOptions): Promise<Held | undefined> {
  const { fs } = system
  const locks: Lock[] = []
  const lock = {
    release: () => {
      for (const one of locks.splice(0)) one.release()
    },
  }
  try {
    if (!fs.exists(folder)) fs.makeFolder(folder, 0o700)
    const known = refuseForeign(system, folder)
    const others = (options.dataFolders ?? []).filter((other) => other !== folder)
    for (const one of [folder, ...others.filter((other) => canLock(system, other, options.formatNew ?? true))]) {
      const taken = fs.lock(lockPath(one))
      if (taken) locks.push(taken)
      else {
        lock.release()
        return undefined
      }
    }
    return new Holding(system, folder, options, lock, known)
  } catch (error) {
    lock.release()
    throw explain(folder, error)
  }
}
/** What cannot be used is told of when it is opened. */
function canLock({ fs }: System, folder: string, formatNew: boolean): boolean {
  try {
    if (readMetaProperties(fs, folder)) return true
    if (!formatNew || (fs.exists(folder) && fs.list(folder).length > 0)) return false
    fs.makeFolder(folder, 0o700)
    return true
  } catch {
    return false
  }
}

function explain(folder: string, error: unknown): Error {
  if (error instanceof ForeignDirectory) return new Failure(error.message)
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EACCES' || code === 'EPERM')
    return new Failure(`no permission to use ${folder}. Choose another with --data-dir or KT_DATA_DIR`)
  if (code === 'EROFS')
    return new Failure(`${folder} is on a read-only file system. Choose another with --data-dir or KT_DATA_DIR`)
  if (code === 'ENOENT') return new Failure(`${folder} cannot be made. Choose another with --data-dir or KT_DATA_DIR`)
  if (code === 'ENOTDIR' || code === 'EEXIST')
    return new Failure(`${folder} is not a directory. Choose another with --data-dir or KT_DATA_DIR`)
  if (code === 'ENOSPC') return new Failure(`no space is left for ${folder}`)
  return error as Error
}

class Holding implements Held {
  readonly engine: Engine
  private owner: Owner
  private server: Server | undefined
  private listening: Promise<void> | undefined
  private released: Promise<void> | undefined
  private readonly timer: { cancel(): void } | undefined

  constructor(
    private readonly system: System,
    private readonly folder: string,
    private readonly options: HoldOptions,
    private readonly lock: Lock,
    known: MetaProperties | undefined,
  ) {
    const { env, kind, nodeId = 1, identity = DEFAULT_IDENTITY, report } = options
    this.owner = {
      pid: process.pid,
      kind,
      socket: socketPath(folder, env['XDG_RUNTIME_DIR'] || env['TMPDIR'] || '/tmp'),
      address: '',
    }
    this.engine = openEngine(system, folder, {
      settings: options.settings ?? passingSettings(folder),
      identity,
      report,
      onFatal:
        options.onFatal ?? ((error) => report(`the disk failed, nothing more is acknowledged: ${(error as Error).message}`)),
      formatNew: options.formatNew ?? true,
      nodeId,
      dataFolders: options.dataFolders,
      known,
    })
    if (kind === 'command') {
      this.timer = system.clock.after(LISTEN_AFTER_MS, () => void this.listen().catch(() => {}), 'idle')
    }
  }

  callOf(clientId: string): Call {
    const peer = { clientId, clientHost: '/127.0.0.1', reachedAt: DEFAULT_ADDRESS }
    return this.options.env['KT_THROUGH_BYTES'] ? throughBytes(this.engine.open(peer), clientId) : this.engine.embedded(peer)
  }

  private listen(): Promise<void> {
    this.listening ??= (async () => {
      const { serve } = await import('../server/server') // most commands are over before
      if (this.released) return
      const { fs } = this.system
      fs.remove(this.owner.socket)
      const advertised = advertisedOf(this.owner.address)
      this.server = await serve(this.system, [{ path: this.owner.socket }], this.service(), { log: () => {}, advertised })
      writeOwner(this.system, this.folder, this.owner)
    })()
    return this.listening
  }
  async publish(address: string): Promise<void> {
    this.owner = { ...this.owner, address }
    await this.listen()
  }

  /** The engine's APIs, and the request to hand over. */
  private service(): Service {
    const { engine } = this
    const handOver: Call = (async () => this.handOver()) as unknown as Call
    return {
      find: (apiKey) => (apiKey === HandOver.key ? { api: HandOver, versions: HandOver.versions } : engine.find(apiKey)),
      open(peer) {
        const call = engine.open(peer)
        return (api, request, version) =>
          api.key === HandOver.key ? handOver(api, request, version) : call(api, request, version)
      },
    }
  }
  private handOver(): object {
    const { pid, address, kind } = this.owner
    if (kind === 'server') return { errorCode: errors.DUPLICATE_BROKER_REGISTRATION, pid, address }
    this.system.clock.soon(() => {
      this.options.onLost?.()
      void this.release()
    })
    return { errorCode: errors.NONE, pid, address }
  }

  release(): Promise<void> {
    this.released ??= this.end()
    return this.released
  }
  private async end(): Promise<void> {
    this.timer?.cancel()
    await this.listening?.catch(() => {})
    await this.server?.close()
    await this.shortenMetadata()
    if (this.owner.kind === 'server' && this.engine.writable) {
      this.engine.leave()
      await this.engine.directory.settle()
    }
    this.engine.close()
    if (this.server) removeOwner(this.system, this.folder, this.owner)
    this.lock.release()
  }
  /** Every command reads what lies behind the newest snapshot: one that finds much of it, and has changed something, writes a snapshot. */
  private async shortenMetadata(): Promise<void> {
    const { metadataLog, settings, writable } = this.engine
    if (this.owner.kind === 'server' || !writable || !metadataLog.partitionLog.written) return
    const most = Math.min(settings.metadataLogMaxRecordBytesBetweenSnapshots, PASSING_METADATA_BYTES)
    if (metadataLog.bytesSinceSnapshot < most) return
    const { endWithSnapshot } = await import('../engine/metadata/snapshot-keeper')
    await endWithSnapshot(this.engine)
  }
}

function advertisedOf(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':')
  return colon < 0 ? DEFAULT_ADDRESS : { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) }
}

/** A broker that serves a command or two: nobody else is about to join its groups. */
function passingSettings(folder: string): BrokerSettings {
  return defaultBrokerSettings(
    1,
    folder,
    new Map([
      ['group.initial.rebalance.delay.ms', '0'],
      ['offsets.topic.replication.factor', '1'],
    ]),
  )
}

/** Asks whoever holds `folder` to let go of it; gives the holder that does not, or undefined. */
export async function askToHandOver(system: System, folder: string): Promise<Owner | undefined> {
  const owner = readOwner(system, folder)
  if (!owner) return undefined
  const connection = await system.net.connect({ path: owner.socket }, 1000).catch(() => undefined)
  if (!connection) return undefined
  const reply = await exchange(connection)
  return reply === undefined || reply.errorCode === errors.NONE
    ? undefined
    : { ...owner, pid: reply.pid, address: reply.address, kind: 'server' }
}

/** One request and its reply, without asking for versions first: HandOver is not advertised. */
function exchange(connection: Connection): Promise<Reply<typeof HandOver> | undefined> {
  return new Promise((resolve) => {
    const assembler = new Assembler(1024, (frame) => {
      resolve(decodeResponse(HandOver, 0, new Reader(frame)))
      connection.close()
    })
    connection.onData((chunk) => assembler.add(chunk))
    connection.onClose(() => resolve(undefined))
    connection.write(encodeRequest(HandOver, 0, 1, 'kt', {}))
  })
}
