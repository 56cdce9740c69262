/** connections.max.idle.ms: who is silent for too long is sent away, and nobody else. */
import { expect, test } from 'vitest'
import { Heartbeat } from '../../src/protocol/apis/heartbeat'
import type { Call, Service } from '../../src/protocol/call'
import { fillResponse } from '../../src/protocol/codecs'
import { encodeRequest } from '../../src/protocol/frames'
import { serve } from '../../src/server/server'
import { realSystem } from '../../src/system'
import type { Connection } from '../../src/system/system'
import { MovableClock } from '../support/engine'

const IDLE_MS = 600_000
const settle = () => new Promise<void>((done) => setImmediate(done))

/** A connection whose other end is the test. */
function connection() {
  const state = { isClosed: false }
  const takers: ((chunk: Buffer) => void)[] = []
  const gone: (() => void)[] = []
  const socket: Connection = {
    remoteAddress: '10.0.0.1',
    remotePort: 4000,
    localAddress: '127.0.0.1',
    localPort: 9092,
    pending: 0,
    onData: (take) => void takers.push(take),
    onClose: (take) => void gone.push(take),
    onDrain: () => {},
    write: () => {},
    pause: () => {},
    resume: () => {},
    end: () => {},
    close: () => {
      state.isClosed = true
      for (const one of gone) one()
    },
  }
  const beat = () => {
    const bytes = Buffer.concat(encodeRequest(Heartbeat, 4, 1, 'c', { groupId: 'g', generationId: 1, memberId: 'm' }))
    for (const take of takers) take(bytes)
  }
  return { socket, state, beat }
}

async function server(call: Call, maxIdleMs: number) {
  const clock = new MovableClock()
  let accept: (connection: Connection) => void = () => {}
  const net = {
    ...realSystem.net,
    listen: async (_: unknown, onConnection: (connection: Connection) => void) => {
      accept = onConnection
      return { port: 9092, close: async () => {} }
    },
  }
  const service: Service = { find: () => ({ api: Heartbeat, versions: Heartbeat.versions }), open: () => call }
  const { close } = await serve({ ...realSystem, clock, net }, [{ host: '127.0.0.1', port: 9092 }], service, {
    log: () => {},
    maxIdleMs,
  })
  const connect = () => {
    const one = connection()
    accept(one.socket)
    return one
  }
  return { clock, connect, close }
}
const beating: Call = async (api) => fillResponse(api, { errorCode: 0 } as never)

test('a connection that is silent for connections.max.idle.ms is closed, one that speaks now and then is not', async () => {
  const { clock, connect } = await server(beating, IDLE_MS)
  const [silent, speaking] = [connect(), connect()]
  await clock.pass(IDLE_MS - 1)
  expect(silent.state.isClosed).toBe(false)
  speaking.beat()
  await clock.pass(IDLE_MS / 5 + 1)
  expect([silent, speaking].map(({ state }) => state.isClosed)).toEqual([true, false])
  await clock.pass(IDLE_MS)
  expect(speaking.state.isClosed).toBe(true)
})

test('one that waits for its answer is not idle', async () => {
  let answer = () => {}
  const slow: Call = (api) =>
    new Promise((done) => {
      answer = () => done(fillResponse(api, { errorCode: 0 } as never))
    })
  const { clock, connect } = await server(slow, IDLE_MS)
  const waiting = connect()
  waiting.beat()
  await clock.pass(3 * IDLE_MS)
  expect(waiting.state.isClosed).toBe(false)
  answer()
  await settle()
  await clock.pass(1.2 * IDLE_MS)
  expect(waiting.state.isClosed).toBe(true)
})

test('looking for the idle keeps no process alive, and ends with the server; below zero nobody is sent away', async () => {
  const { clock, connect, close } = await server(beating, IDLE_MS)
  const one = connect()
  expect(clock.wakeful).toBe(0)
  await close()
  one.state.isClosed = false
  await clock.pass(3 * IDLE_MS)
  expect(one.state.isClosed).toBe(false)
  const never = await server(beating, -1)
  const kept = never.connect()
  await never.clock.pass(100 * IDLE_MS)
  expect(kept.state.isClosed).toBe(false)
})
