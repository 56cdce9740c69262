/** Sockets by node:net, loaded when first used: it costs a short command 2 ms. */
import type * as NodeNet from 'node:net'
import type { Address, Connection, Listener, Net } from './system'

const nodeNet = (): typeof NodeNet => process.getBuiltinModule('node:net')

const options = (address: Address) => ('path' in address ? { path: address.path } : { host: address.host, port: address.port })

const dial = (address: Address, timeoutMs: number): Promise<Connection> =>
  new Promise((resolve, reject) => {
    const socket = nodeNet().connect({ ...options(address), noDelay: true })
    const timer = setTimeout(() => {
      socket.destroy(Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' }))
    }, timeoutMs)
    socket.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.removeAllListeners('error')
      resolve(new SocketConnection(socket))
    })
  })

export const realNet: Net = {
  async connect(address, timeoutMs = 10_000) {
    if ('host' in address && address.host === 'localhost') {
      // what the name almost always means; to look it up costs a short command 5 ms
      const connection = await dial({ ...address, host: '127.0.0.1' }, timeoutMs).catch(() => undefined)
      if (connection) return connection
    }
    return dial(address, timeoutMs)
  },

  listen: (address, onConnection) =>
    new Promise((resolve, reject) => {
      const server = nodeNet().createServer({ noDelay: true }, (socket) => onConnection(new SocketConnection(socket)))
      server.once('error', reject)
      server.listen({ ...options(address), backlog: 511 }, () => {
        server.removeAllListeners('error')
        server.on('error', () => {}) // an accept that failed (EMFILE) takes no connection and harms no other
        const bound = server.address()
        resolve({
          port: bound !== null && typeof bound === 'object' ? bound.port : 0,
          close: () => new Promise((done) => server.close(() => done())),
        } satisfies Listener)
      })
    }),
}

class SocketConnection implements Connection {
  readonly remoteAddress: string
  readonly remotePort: number
  readonly localAddress: string
  readonly localPort: number
  private failure: Error | undefined

  constructor(private readonly socket: NodeNet.Socket) {
    this.remoteAddress = plainAddress(socket.remoteAddress)
    this.remotePort = socket.remotePort ?? 0
    this.localAddress = plainAddress(socket.localAddress)
    this.localPort = socket.localPort ?? 0
    socket.on('error', (error) => {
      this.failure = error
    })
  }
  get pending(): number {
    return this.socket.writableLength
  }
  onData(take: (chunk: Buffer) => void): void {
    this.socket.on('data', take)
  }
  onClose(take: (error?: Error) => void): void {
    this.socket.once('close', () => take(this.failure))
  }
  onDrain(take: () => void): void {
    this.socket.on('drain', take)
  }
  write(pieces: readonly Uint8Array[], taken?: () => void): void {
    if (this.socket.destroyed) return
    const last = pieces.length - 1
    if (last > 0) this.socket.cork()
    for (let index = 0; index <= last; index++) this.socket.write(pieces[index] as Uint8Array, index === last ? taken : undefined)
    if (last > 0) this.socket.uncork()
  }
  pause(): void {
    this.socket.pause()
  }
  resume(): void {
    this.socket.resume()
  }
  end(): void {
    this.socket.end()
  }
  close(): void {
    this.socket.destroy()
  }
}

/** An IPv4 address that arrived on an IPv6 socket is written as IPv4; a unix socket counts as this machine. */
function plainAddress(address: string | undefined): string {
  if (!address) return '127.0.0.1'
  return address.startsWith('::ffff:') ? address.slice(7) : address
}
