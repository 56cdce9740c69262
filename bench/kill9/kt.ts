/** What the killing command takes from kt: requests that kafkajs makes only for members of a group. */
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { Assembler } from '../../src/protocol/assembler'
import { decodeResponse, encodeRequest } from '../../src/protocol/frames'
import { Reader } from '../../src/protocol/reader'
import type { Api, Reply, RequestIn } from '../../src/protocol/types'

export { OffsetCommit } from '../../src/protocol/apis/offset-commit'
export { OffsetFetch } from '../../src/protocol/apis/offset-fetch'

export interface Link {
  /** Undefined when the connection ended before the answer came. */
  ask<A extends Api>(api: A, request: RequestIn<A>, version: number): Promise<Reply<A> | undefined>
  close(): void
}

/** One request at a time to the server at `port`. */
export async function connectTo(port: number): Promise<Link> {
  const socket: Socket = connect(port, '127.0.0.1')
  let take: (frame: Buffer | undefined) => void = () => {}
  const assembler = new Assembler(1 << 26, (frame) => take(frame))
  socket.on('data', (chunk) => assembler.add(chunk))
  socket.on('error', () => {})
  socket.on('close', () => take(undefined))
  await new Promise<void>((resolve, reject) => socket.once('connect', () => resolve()).once('error', reject))
  let correlation = 0
  return {
    async ask(api, request, version) {
      if (socket.destroyed) return undefined
      const frame = new Promise<Buffer | undefined>((resolve) => {
        take = resolve
      })
      for (const piece of encodeRequest(api, version, ++correlation, 'kill9', request)) socket.write(piece)
      const answer = await frame
      return answer && decodeResponse(api, version, new Reader(answer))
    },
    close: () => socket.destroy(),
  }
}
