/** A client that says what it is told to, in the version it is told to, right or wrong. */
import net from 'node:net'
import { allApis } from '../../src/protocol/apis/all'
import { Assembler } from '../../src/protocol/assembler'
import { fillRequest } from '../../src/protocol/codecs'
import { decodeResponse, encodeRequest } from '../../src/protocol/frames'
import { Reader } from '../../src/protocol/reader'
import type { Api, RequestIn } from '../../src/protocol/types'
import { Unsayable } from '../../src/protocol/unsayable'

export { BatchBuilder } from '../../src/protocol/batch-builder'

const MAX_FRAME = 100 << 20
const PATIENCE_MS = 10_000

const byName = new Map(allApis.map((api) => [api.name, api]))
export function apiOf(name: string): Api {
  const api = byName.get(name)
  if (!api) throw new Error(`there is no API ${name}`)
  return api
}

export class Client {
  private readonly waiting: ((frame: Buffer | undefined) => void)[] = []
  isClosed = false

  private constructor(private readonly socket: net.Socket) {
    const assembler = new Assembler(MAX_FRAME, (frame) => this.waiting.shift()?.(frame))
    socket.on('data', (chunk) => assembler.add(chunk))
    socket.on('error', () => {})
    socket.once('close', () => {
      this.isClosed = true
      for (const take of this.waiting) take(undefined)
    })
  }
  static open(port: number): Promise<Client> {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ host: '127.0.0.1', port, noDelay: true }, () => resolve(new Client(socket)))
      socket.once('error', reject)
    })
  }
  /** The reply; a word where there is none. */
  async call(api: Api, version: number, request: object): Promise<unknown> {
    let bytes: Buffer
    try {
      const filled = fillRequest(api, request as RequestIn<Api>) as RequestIn<Api>
      bytes = Buffer.concat(encodeRequest(api, version, 1, 'twin', filled))
    } catch (error) {
      if (error instanceof Unsayable) return 'cannot be said'
      throw error
    }
    const frame = await new Promise<Buffer | undefined | 'late'>((resolve) => {
      const timer = setTimeout(() => resolve('late'), PATIENCE_MS)
      this.waiting.push((found) => {
        clearTimeout(timer)
        resolve(found)
      })
      this.socket.write(bytes)
    })
    if (frame === 'late') this.close()
    return Buffer.isBuffer(frame) ? decodeResponse(api, version, new Reader(frame)) : (frame ?? 'closed')
  }
  close(): void {
    this.socket.destroy()
  }
}
