/** Damaged requests against a connection with a whole engine behind it: each is answered or ends the connection, and nothing is thrown. */
import { expect, test } from 'vitest'
import { allApis } from '../../src/protocol/apis/all'
import { ApiVersions } from '../../src/protocol/apis/api-versions'
import { decodeResponse, encodeRequest } from '../../src/protocol/frames'
import { Reader } from '../../src/protocol/reader'
import { ClientConnection } from '../../src/server/connection'
import type { Connection } from '../../src/system/system'
import { testEngine } from '../support/engine'
import { requestAt } from './cases'

const settle = () => new Promise<void>((done) => setImmediate(done))

function attacker(engine: Parameters<typeof serviceOf>[0], log: (line: string) => void) {
  const state = { isClosed: false, replies: [] as Buffer[] }
  let take: (chunk: Buffer) => void = () => {}
  const socket: Connection = {
    remoteAddress: '10.0.0.9',
    remotePort: 1,
    localAddress: '127.0.0.1',
    localPort: 9092,
    pending: 0,
    onData: (taker) => {
      take = taker
    },
    onClose: () => {},
    onDrain: () => {},
    write: (pieces, taken) => {
      state.replies.push(Buffer.concat(pieces))
      taken?.()
    },
    pause: () => {},
    resume: () => {},
    end: () => {},
    close: () => {
      state.isClosed = true
    },
  }
  new ClientConnection(socket, serviceOf(engine), { maxFrameBytes: 1 << 20, log })
  return { state, send: (chunk: Buffer) => take(chunk) }
}
const serviceOf = (engine: ReturnType<typeof testEngine>['engine']) => engine

test('1,500 requests of all APIs that are answered', async () => {
  const { engine, clock, findings } = testEngine()
  const lines: string[] = []
  const log = (line: string) => void lines.push(line)
  const known = (await Promise.all(allApis.map(async (api) => ((await engine.find(api.key)) ? [api] : [])))).flat()
  expect(known.length).toBeGreaterThan(20)
  let one = attacker(engine, log)
  let closed = 0
  for (let index = 0; index < 1500; index++) {
    if (one.state.isClosed) {
      closed++
      one = attacker(engine, log)
    }
    const payload = requestAt(42, index, known)
    const size = Buffer.alloc(4)
    size.writeInt32BE(payload.length)
    one.send(Buffer.concat([size, payload]))
    await settle()
  }
  await clock.pass(60_000)
  expect(closed).toBeGreaterThan(300)
  expect(lines.length).toBeLessThanOrEqual(closed + 1)
  expect(lines.filter((line) => /should not happen|failed:/.test(line))).toEqual([])
  expect(findings).toEqual([])

  const last = attacker(engine, log)
  last.send(Buffer.concat(encodeRequest(ApiVersions, 0, 5, 'still there?', {})))
  await settle()
  const reply = decodeResponse(ApiVersions, 0, new Reader(last.state.replies[0] as Buffer, 4))
  expect(reply.errorCode).toBe(0)
}, 60_000)
