/**
 * A link is a way to one broker: a Call, and when it ends. Over a connection requests are pipelined, replies come in the order
 * of the requests, and a reply that does not come in time ends the link, for nothing behind it could come either. The engine in
 * this process is a link too.
 */
import { ApiVersions } from '../protocol/apis/api-versions'
import { Assembler } from '../protocol/assembler'
import { type Call, Disconnected } from '../protocol/call'
import { fillResponse } from '../protocol/codecs'
import { errors } from '../protocol/errors'
import { correlationIdOf, decodeResponse, encodeRequest } from '../protocol/frames'
import { Malformed, Reader } from '../protocol/reader'
import type { Api, Reply, RequestIn } from '../protocol/types'
import type { Clock, Connection, Timer } from '../system/system'
import { kafkaError } from './kafka-error'
import { agreedVersion, type Peer, peerOf } from './versions'

export interface Link {
  /** Rejects with Disconnected, Malformed, Unsayable, or UnsupportedVersionException. */
  readonly call: Call
  readonly peer: Peer
  /** Resolved when no call can succeed any more. */
  readonly closed: Promise<void>
  close(): void
}

export interface LinkOptions {
  readonly clientId: string | null
  /** How long to wait for a reply: request.timeout.ms. */
  readonly requestTimeoutMs: number
  /** Greatest reply that is taken. */
  readonly maxFrameBytes?: number
  /** Told to the broker beside the name `kt` (KIP-511). */
  readonly softwareVersion?: string
}

const MAX_FRAME_BYTES = 128 * 1024 * 1024
const SOFTWARE_NAME = 'kt'

/** A link over `connection`, once both sides know each other's versions. Rejects with Disconnected, Malformed or KafkaError. */
export async function openLink(connection: Connection, clock: Clock, options: LinkOptions): Promise<Link> {
  const wire = new Wire(connection, clock, options)
  try {
    const peer = peerOf(await introduce(wire, options.softwareVersion ?? '0'))
    return {
      call: (api, request, version) => wire.call(api, request, () => agreedVersion(api, peer, version)),
      peer,
      closed: wire.closed,
      close: () => wire.end(new Disconnected('the link was closed')),
    }
  } catch (error) {
    wire.end(new Disconnected('the broker would not say which versions it speaks'))
    throw error
  }
}

/** A link to something in this process: no bytes, no time-outs, the same agreement on versions. */
export async function linkTo(call: Call): Promise<Link> {
  const peer = peerOf(await call(ApiVersions, { clientSoftwareName: SOFTWARE_NAME, clientSoftwareVersion: '0' }))
  const pending = new Set<(reason: Error) => void>()
  let ended = false
  let resolveClosed = () => {}
  const closed = new Promise<void>((resolve) => {
    resolveClosed = resolve
  })
  return {
    call: (api, request, version) =>
      new Promise((resolve, reject) => {
        if (ended) throw new Disconnected('the link was closed')
        pending.add(reject)
        const settled = () => pending.delete(reject)
        call(api, request, agreedVersion(api, peer, version))
          .finally(settled)
          .then(resolve, reject)
      }),
    peer,
    closed,
    close() {
      ended = true
      for (const reject of pending) reject(new Disconnected('the link was closed'))
      resolveClosed()
    },
  }
}

/** Asks for versions, newest form first; a broker that does not know that form says which it knows, in the oldest (KIP-511). */
async function introduce(wire: Wire, softwareVersion: string): Promise<Reply<typeof ApiVersions>> {
  const request = { clientSoftwareName: SOFTWARE_NAME, clientSoftwareVersion: softwareVersion }
  const newest = ApiVersions.versions[1]
  let reply = await wire.call(ApiVersions, request, () => newest)
  if (reply.errorCode === errors.UNSUPPORTED_VERSION) {
    const known = reply.apiKeys.find(({ apiKey }) => apiKey === ApiVersions.key)
    reply = await wire.call(ApiVersions, request, () => Math.min(known?.maxVersion ?? 0, newest))
  }
  if (reply.errorCode !== errors.NONE) throw kafkaError(reply.errorCode)
  return reply
}

interface Waiting {
  readonly api: Api
  readonly version: number
  readonly correlationId: number
  /** On the monotonic clock. */
  readonly deadline: number
  resolve(reply: unknown): void
  reject(error: Error): void
}

/** Milliseconds that a request may rest at the broker before its answer is late. */
function restMs(api: Api, request: object): number {
  if (api.name === 'JoinGroup' && 'rebalanceTimeoutMs' in request) return Number(request.rebalanceTimeoutMs ?? 0) + 5000
  if ('maxWaitMs' in request) return Number(request.maxWaitMs)
  return 0
}

/** Requests out, replies in. */
class Wire {
  readonly closed: Promise<void>
  private readonly waiting: Waiting[] = []
  private readonly assembler: Assembler
  private failure: Error | undefined
  private correlationId = 0
  private timer: Timer | undefined
  private timerAt = 0
  private resolveClosed = () => {}

  constructor(
    private readonly connection: Connection,
    private readonly clock: Clock,
    private readonly options: LinkOptions,
  ) {
    this.closed = new Promise((resolve) => {
      this.resolveClosed = resolve
    })
    this.assembler = new Assembler(options.maxFrameBytes ?? MAX_FRAME_BYTES, (frame) => this.answer(frame))
    connection.onData((chunk) => this.read(chunk))
    connection.onClose((error) => this.end(new Disconnected('the broker closed the connection', { cause: error })))
  }

  /** Errors are rejections. `versionOf` may throw. */
  call<A extends Api>(api: A, request: RequestIn<A>, versionOf: () => number): Promise<Reply<A>> {
    return new Promise((resolve, reject) => {
      if (this.failure) throw this.failure
      const version = versionOf()
      this.correlationId = (this.correlationId + 1) & 0x7fffffff
      const { correlationId } = this
      const pieces = encodeRequest(api, version, correlationId, this.options.clientId, request)
      if (api.name === 'Produce' && (request as { acks?: number }).acks === 0) {
        this.connection.write(pieces)
        resolve(fillResponse(api, { responses: [] } as never) as Reply<A>) // Kafka answers acks=0 with nothing at all
        return
      }
      const deadline = this.clock.monotonic() + this.options.requestTimeoutMs + restMs(api, request)
      this.waiting.push({ api, version, correlationId, deadline, resolve: resolve as (reply: unknown) => void, reject })
      this.connection.write(pieces)
      if (!this.timer || deadline < this.timerAt) this.watch()
    })
  }

  private read(chunk: Buffer): void {
    if (this.failure) return
    try {
      this.assembler.add(chunk)
    } catch (error) {
      this.end(error instanceof Malformed ? error : new Disconnected('a reply could not be read', { cause: error }))
    }
  }

  private answer(frame: Buffer): void {
    if (this.failure) return // an earlier frame of the same chunk ended the link
    const first = this.waiting[0]
    const correlationId = correlationIdOf(frame)
    if (!first || first.correlationId !== correlationId) {
      throw new Malformed(0, `reply ${correlationId} came where ${first?.correlationId ?? 'none'} was due`)
    }
    const old = first.api.key === ApiVersions.key && frame.length >= 6 && frame.readInt16BE(4) === errors.UNSUPPORTED_VERSION
    const reply = decodeResponse(first.api, old ? 0 : first.version, new Reader(frame))
    this.waiting.shift()
    first.resolve(reply)
  }

  /** Ends the link when a reply is overdue. Runs while there is something to wait for. */
  private watch(): void {
    this.timer?.cancel()
    this.timer = undefined
    if (this.failure || this.waiting.length === 0) return
    const now = this.clock.monotonic()
    const next = this.waiting.reduce((least, { deadline }) => Math.min(least, deadline), Number.POSITIVE_INFINITY)
    if (next <= now) {
      this.end(new Disconnected(`the broker did not answer within ${this.options.requestTimeoutMs} ms`))
      return
    }
    this.timerAt = next
    this.timer = this.clock.after(next - now, () => this.watch(), 'idle')
  }

  /** The first reason counts: everybody who waits gets it, and so does whoever calls later. */
  end(reason: Error): void {
    if (this.failure) return
    this.failure = reason
    this.timer?.cancel()
    this.connection.close()
    for (const { reject } of this.waiting.splice(0)) reject(reason)
    this.resolveClosed()
  }
}
