/**
 * One client's connection: cuts frames, decodes them, calls, and writes the replies in the order of the requests. Requests of one
 * connection run side by side as far as admission.ts allows (a Fetch that waits holds back the replies behind it, not their work).
 * Bytes that are no request close the connection after one line in the log; nothing is thrown out of here.
 */
import { ApiVersions } from '../protocol/apis/api-versions'
import { Assembler } from '../protocol/assembler'
import type { Call, Peer, Served, Service } from '../protocol/call'
import { requestCodec } from '../protocol/codecs'
import { errors } from '../protocol/errors'
import { decodeRequestHeader, encodeResponse, type RequestHeader, requestAllowance } from '../protocol/frames'
import { giveBuffer } from '../protocol/pool'
import { Malformed, Reader } from '../protocol/reader'
import type { Connection } from '../system/system'
import { Admission } from './admission'

export interface ConnectionOptions {
  readonly maxFrameBytes: number
  /** One line about a connection that had to be closed. */
  readonly log: (line: string) => void
  /** The address to tell this client, if it is not the one it came to. */
  readonly advertised?: { readonly host: string; readonly port: number } | undefined
}

const PRODUCE = 0

/** A reply in its place in the order: pieces, nothing to send, or not there yet. */
interface Slot {
  pieces: readonly Uint8Array[] | undefined
}

export class ClientConnection {
  private readonly slots: Slot[] = []
  private readonly assembler: Assembler
  private readonly peers = new Map<string, Call>()
  private flushing = false
  private paused = false
  private closed = false
  private readonly admission = new Admission()
  /** Frames that may not begin yet: the rest of a chunk, since reading stops with the first of them. */
  private waiting: Buffer[] = []
  private loading = false
  private beginning = false
  /** Bytes of replies behind one that is not there yet. */
  private heldBytes = 0
  /** Bytes came or went since `closeIfIdle` last looked. */
  private used = true
  private idleSince = 0

  constructor(
    private readonly connection: Connection,
    private readonly service: Service,
    private readonly options: ConnectionOptions,
  ) {
    this.assembler = new Assembler(options.maxFrameBytes, (frame) => this.frame(frame))
    connection.onData((chunk) => this.data(chunk))
    connection.onDrain(() => this.safely(() => this.next()))
    connection.onClose(() => {
      this.closed = true
    })
  }

  private get name(): string {
    return `${this.connection.remoteAddress}:${this.connection.remotePort}`
  }
  close(): void {
    this.closed = true
    this.connection.close()
  }
  /** Asked from time to time: closes the connection if nothing has come or gone for `maxIdleMs` and no answer is under way. */
  closeIfIdle(nowMs: number, maxIdleMs: number): void {
    if (this.used || this.slots.length > 0) {
      this.used = false
      this.idleSince = nowMs
    } else if (nowMs - this.idleSince >= maxIdleMs) this.close()
  }
  private refuse(what: string): void {
    if (this.closed) return
    this.options.log(`Closing the connection of ${this.name}: ${what}`)
    this.close()
  }

  private data(chunk: Buffer): void {
    if (this.closed) return
    this.used = true
    this.safely(() => this.assembler.add(chunk))
  }
  /** Whatever goes wrong in `work` ends this connection and nothing else. */
  private safely(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.refuse(error instanceof Malformed ? error.message : `this should not happen: ${stackOf(error)}`)
    }
  }

  private frame(frame: Buffer): void {
    if (this.closed) return
    if (this.waiting.length === 0 && this.mayBegin(frame)) {
      this.begin(frame)
      return
    }
    this.waiting.push(frame)
    this.pause()
  }
  private mayBegin(frame: Buffer): boolean {
    return !this.loading && this.admission.allows(apiKeyOf(frame), frame.length, this.replyBytes)
  }
  /** Begins what waits, as far as it may. */
  private next(): void {
    if (this.beginning) return // further up, somebody is at it
    this.beginning = true
    let count = 0
    for (; count < this.waiting.length && !this.closed; count++) {
      const frame = this.waiting[count] as Buffer
      if (!this.mayBegin(frame)) break
      this.begin(frame)
    }
    this.waiting = this.closed ? [] : this.waiting.slice(count)
    this.beginning = false
    this.relax()
  }

  private begin(frame: Buffer): void {
    const apiKey = apiKeyOf(frame)
    const found = this.service.find(apiKey)
    if (!(found instanceof Promise)) {
      this.request(frame, apiKey, found)
      return
    }
    this.loading = true
    const loaded = (served: Served | undefined) => {
      this.loading = false
      this.safely(() => {
        this.request(frame, apiKey, served)
        this.next()
      })
    }
    found.then(loaded, (error) => this.refuse(`API ${apiKey} could not be loaded: ${stackOf(error)}`))
  }

  private request(frame: Buffer, apiKey: number, served: Served | undefined): void {
    if (this.closed) return
    if (!served) {
      const version = frame.length >= 4 ? ` (version ${frame.readInt16BE(2)})` : ''
      this.refuse(frame.length < 2 ? `a frame of ${frame.length} bytes is no request` : `API ${apiKey}${version} is unknown`)
      return
    }
    const reader = new Reader(frame)
    reader.allowance = requestAllowance(frame.length)
    let header: RequestHeader | undefined
    try {
      header = decodeRequestHeader(reader, () => served.api.flexible)
      const [least, greatest] = served.versions
      if (header.apiVersion < least || header.apiVersion > greatest) {
        this.wrongVersion(header, served)
        return
      }
      const request = requestCodec(served.api, header.apiVersion).read(reader)
      this.answer(header, served, request as object, frame)
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      const version = header ? ` version ${header.apiVersion}` : ''
      this.refuse(`a ${served.api.name} request${version} does not decode: ${error.message}`)
    }
  }

  /** KIP-511: an unknown version of ApiVersions is answered in version 0; of any other API there is no way to answer. */
  private wrongVersion(header: RequestHeader, { api, versions }: Served): void {
    if (api.key !== ApiVersions.key) {
      this.refuse(`${api.name} version ${header.apiVersion} is not one of ${versions[0]} to ${versions[1]}`)
      return
    }
    const own = { apiKey: api.key, minVersion: versions[0], maxVersion: versions[1] }
    const reply = { errorCode: errors.UNSUPPORTED_VERSION, apiKeys: [own] }
    this.fill(this.slot(), encodeResponse(ApiVersions, 0, header.correlationId, reply))
  }

  private call(clientId: string): Call {
    let call = this.peers.get(clientId)
    if (!call) {
      const { remoteAddress, localAddress, localPort } = this.connection
      const reachedAt = this.options.advertised ?? { host: localAddress, port: localPort }
      const peer: Peer = { clientId, clientHost: `/${remoteAddress}`, reachedAt }
      call = this.service.open(peer)
      if (this.peers.size > 16) this.peers.clear() // a client that changes its name with every request
      this.peers.set(clientId, call)
    }
    return call
  }

  private answer(header: RequestHeader, { api }: Served, request: object, frame: Buffer): void {
    const slot = this.slot()
    const silent = api.key === PRODUCE && (request as { acks?: number }).acks === 0
    const { apiVersion, correlationId } = header
    const frameBytes = frame.length
    this.admission.begin(api.key, frameBytes)
    const answered = (reply: object) => {
      this.admission.end(api.key, frameBytes)
      if (api.key === PRODUCE) giveBuffer(frame) // what it carried is in the log
      if (silent) this.fill(slot, [], producedWithError(reply))
      else this.fill(slot, this.encode(api, apiVersion, correlationId, reply))
      if (this.waiting.length > 0) this.safely(() => this.next())
    }
    this.call(header.clientId ?? '')(api, request as never, apiVersion)
      .then(answered)
      .catch((error) => this.refuse(`${api.name} version ${apiVersion} failed: ${stackOf(error)}`))
  }
  private encode(api: Served['api'], version: number, correlationId: number, reply: object): readonly Uint8Array[] {
    try {
      return encodeResponse(api, version, correlationId, reply as never)
    } catch (error) {
      this.refuse(`the reply to ${api.name} version ${version} cannot be said: ${(error as Error).message}`)
      return []
    }
  }

  // ---- replies, in order ----

  private slot(): Slot {
    const slot: Slot = { pieces: undefined }
    this.slots.push(slot)
    return slot
  }
  /** Bytes of replies that the system has not taken yet. */
  private get replyBytes(): number {
    return this.heldBytes + this.connection.pending
  }
  private pause(): void {
    if (this.paused) return
    this.paused = true
    this.connection.pause()
  }
  private fill(slot: Slot, pieces: readonly Uint8Array[], close?: 'close' | undefined): void {
    if (this.closed) return
    if (close) {
      this.refuse('a Produce with acks=0 failed')
      return
    }
    slot.pieces = pieces
    for (const piece of pieces) this.heldBytes += piece.length
    if (this.flushing || slot !== this.slots[0]) return
    this.flushing = true
    // after everything that can be answered in this turn has been: one write for all of it
    process.nextTick(() => this.safely(() => this.flush()))
  }
  private flush(): void {
    this.flushing = false
    this.used = true
    const out: Uint8Array[] = []
    while (this.slots.length > 0 && this.slots[0]?.pieces) {
      for (const piece of this.slots.shift()?.pieces ?? []) {
        out.push(piece)
        this.heldBytes -= piece.length
      }
    }
    if (out.length > 0 && !this.closed) {
      this.connection.write(out, () => {
        for (const piece of out) giveBuffer(piece)
      })
    }
    this.next()
  }
  private relax(): void {
    if (!this.paused || this.loading || this.waiting.length > 0 || !this.admission.isRelaxed(this.replyBytes)) return
    this.paused = false
    this.connection.resume()
  }
}

/** -1 where there is none. */
const apiKeyOf = (frame: Buffer): number => (frame.length >= 2 ? frame.readInt16BE(0) : -1)
const stackOf = (error: unknown): string => (error instanceof Error && error.stack) || String(error)

function producedWithError(reply: object): 'close' | undefined {
  const { responses } = reply as { responses: readonly { partitionResponses: readonly { errorCode: number }[] }[] }
  return responses.some((topic) => topic.partitionResponses.some(({ errorCode }) => errorCode !== 0)) ? 'close' : undefined
}
