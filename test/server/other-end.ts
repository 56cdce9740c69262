/** One connection of a server whose other end is the test, and what a client sends and gets. */
import { ApiVersions } from '../../src/protocol/apis/api-versions'
import { Fetch } from '../../src/protocol/apis/fetch'
import { Heartbeat } from '../../src/protocol/apis/heartbeat'
import { Metadata } from '../../src/protocol/apis/metadata'
import type { Call, Served, Service } from '../../src/protocol/call'
import { fillResponse } from '../../src/protocol/codecs'
import { encodeRequest } from '../../src/protocol/frames'
import type { Api } from '../../src/protocol/types'
import { ClientConnection } from '../../src/server/connection'
import type { Connection } from '../../src/system/system'

export const served = (api: Api): Served => ({ api, versions: api.versions })

/** A connection whose other end is the test. */
export function connect({
  apis = [ApiVersions, Heartbeat, Metadata, Fetch] as readonly Api[],
  call = beating,
  find,
  isSlow = false,
}: Setup = {}) {
  const lines: string[] = []
  const replies: Buffer[] = []
  const state = { isClosed: false, isPaused: false }
  let take: (chunk: Buffer) => void = () => {}
  let gone: () => void = () => {}
  let drained: () => void = () => {}
  let unread: { bytes: number; taken: () => void }[] = []
  const socket: Connection = {
    remoteAddress: '10.0.0.1',
    remotePort: 4000,
    localAddress: '127.0.0.1',
    localPort: 9092,
    get pending() {
      return unread.reduce((sum, { bytes }) => sum + bytes, 0)
    },
    onData: (taker) => {
      take = taker
    },
    onClose: (taker) => {
      gone = taker
    },
    onDrain: (taker) => {
      drained = taker
    },
    write: (pieces, taken) => {
      const bytes = Buffer.concat(pieces)
      replies.push(isSlow ? bytes.subarray(0, 8) : bytes)
      if (isSlow) unread.push({ bytes: bytes.length, taken: taken ?? (() => {}) })
      else taken?.()
    },
    pause: () => {
      state.isPaused = true
    },
    resume: () => {
      state.isPaused = false
    },
    end: () => {},
    close: () => {
      state.isClosed = true
      gone()
    },
  }
  const known = new Map(apis.map((api) => [api.key, served(api)]))
  const service: Service = { find: find ?? ((key) => known.get(key)), open: () => call }
  new ClientConnection(socket, service, { maxFrameBytes: 100 << 20, log: (line) => lines.push(line) })
  const read = () => {
    const all = unread
    unread = []
    for (const { taken } of all) taken()
    drained()
    return all.reduce((sum, { bytes }) => sum + bytes, 0)
  }
  const send = (...chunks: Uint8Array[]) => chunks.forEach((chunk) => void take(Buffer.from(chunk)))
  return { send, read, lines, replies, state, socket }
}
export interface Setup {
  apis?: readonly Api[]
  call?: Call
  find?: Service['find']
  /** The client reads only when `read` is called. */
  isSlow?: boolean
}
/** Answers as if all were well. */
export const beating: Call = async (api) => fillResponse(api, (api.key === Heartbeat.key ? { errorCode: 0 } : {}) as never)

export const beat = (id: number) =>
  Buffer.concat(encodeRequest(Heartbeat, 4, id, 'c', { groupId: 'g', generationId: 1, memberId: 'm' }))
export const framed = (hex: string) => {
  const payload = Buffer.from(hex.replaceAll(' ', ''), 'hex')
  const size = Buffer.alloc(4)
  size.writeInt32BE(payload.length)
  return Buffer.concat([size, payload])
}
/** Until all that can happen without time has happened. */
export const settle = () => new Promise<void>((done) => setImmediate(done))
export const idsOf = (replies: readonly Buffer[]) => {
  const ids: number[] = []
  const all = Buffer.concat(replies)
  for (let at = 0; at < all.length; at += 4 + all.readInt32BE(at)) ids.push(all.readInt32BE(at + 4))
  return ids
}
