/** One client's connection: what comes in any shape is answered in order, or ends the connection with one line and nothing else. */
import { describe, expect, test } from 'vitest'
import { ApiVersions } from '../../src/protocol/apis/api-versions'
import { Heartbeat } from '../../src/protocol/apis/heartbeat'
import type { Call, Served } from '../../src/protocol/call'
import { fillResponse } from '../../src/protocol/codecs'
import { decodeResponse } from '../../src/protocol/frames'
import { Reader } from '../../src/protocol/reader'
import { Writer } from '../../src/protocol/writer'
import { beat, beating, connect, framed, idsOf, type Setup, served, settle } from './other-end'

describe('requests are answered in their order', () => {
  test('in one chunk, byte by byte, and behind one that takes longer', async () => {
    const stream = Buffer.concat([1, 2, 3].map(beat))
    const one = connect()
    one.send(stream)
    await settle()
    expect(idsOf(one.replies)).toEqual([1, 2, 3])
    const slow = connect()
    for (const byte of stream) slow.send(Buffer.of(byte))
    await settle()
    expect(idsOf(slow.replies)).toEqual([1, 2, 3])

    const waiting: (() => void)[] = []
    const call: Call = (api) =>
      waiting.length === 0
        ? new Promise((done) => waiting.push(() => done(fillResponse(api, { errorCode: 0 } as never))))
        : beating(api, {} as never)
    const held = connect({ call })
    held.send(stream)
    await settle()
    expect(held.replies).toEqual([])
    waiting[0]?.()
    await settle()
    expect(idsOf(held.replies)).toEqual([1, 2, 3])
    expect([one, slow, held].flatMap(({ lines }) => lines)).toEqual([])
  })

  test('also where an API has to be loaded first; meanwhile reading stops', async () => {
    let load: (found: Served) => void = () => {}
    let isLoaded = false
    const find = () => (isLoaded ? served(Heartbeat) : new Promise<Served>((done) => (load = done)))
    const { send, replies, state } = connect({ find })
    const ids = Array.from({ length: 200 }, (_, i) => i)
    send(Buffer.concat(ids.map(beat)))
    await settle()
    expect(replies).toEqual([])
    expect(state.isPaused).toBe(true)
    isLoaded = true
    load(served(Heartbeat))
    await settle()
    expect(idsOf(replies)).toEqual(ids)
    expect(state.isPaused).toBe(false)
  })

  test('and many that wait stop the reading, not the connection', async () => {
    const waiting: (() => void)[] = []
    const call: Call = (api) => new Promise((done) => waiting.push(() => done(fillResponse(api, { errorCode: 0 } as never))))
    const { send, state } = connect({ call })
    for (let i = 0; i < 200; i++) send(beat(i))
    expect(state).toEqual({ isClosed: false, isPaused: true })
    for (let answered = 0; answered < 200; await settle()) for (const answer of waiting.splice(0)) answered += [answer()].length
    expect(state).toEqual({ isClosed: false, isPaused: false })
  })
})

test('an unknown version of ApiVersions is answered in version 0', async () => {
  const { send, replies, state } = connect()
  send(framed('0012 0063 00000007 ffff 00'))
  await settle()
  const reply = decodeResponse(ApiVersions, 0, new Reader(replies[0] as Buffer, 4))
  expect(reply).toMatchObject({ errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }] })
  expect(state.isClosed).toBe(false)
})

describe('what is no request ends the connection, with one line that says why', () => {
  const hollow = () => {
    const writer = new Writer()
    writer.raw(Buffer.from('00030001000000010000', 'hex')) // Metadata 1
    writer.int32(500_000)
    writer.raw(Buffer.alloc(1_000_000)) // as many empty names
    return framed(writer.whole().toString('hex'))
  }
  test.each([
    ['nothing', framed(''), 'a frame of 0 bytes is no request'],
    ['one byte', framed('00'), 'a frame of 1 bytes is no request'],
    ['an API that is not there', framed('7000 0009 00000001 ffff'), 'API 28672 (version 9) is unknown'],
    ['a version that is not there', framed('000c 0009 00000001 ffff 00'), 'Heartbeat version 9 is not one of 0 to 4'],
    ['a header that is cut', framed('000c 0004 0000'), 'a Heartbeat request does not decode: 4 bytes wanted, 2 left at byte 4'],
    [
      'a body that is cut',
      framed('000c 0000 00000001 ffff 0001'),
      'a Heartbeat request version 0 does not decode: 1 bytes wanted, 0 left at byte 12',
    ],
    [
      'a text that is no UTF-8',
      framed('000c 0000 00000001 ffff 0002c328 00000001 0000'),
      'a Heartbeat request version 0 does not decode: a string that is not UTF-8 at byte 12',
    ],
    [
      'a count without end',
      framed('0003 0001 00000001 ffff 7fffffff 00'),
      'a Metadata request version 1 does not decode: 2147483647 elements wanted, 1 bytes left at byte 14',
    ],
    ['a size below nothing', Buffer.from('ffffffff', 'hex'), 'a frame of -1 bytes (at most 104857600 are taken) at byte 0'],
    ['a size beyond all', Buffer.from('7fffffff', 'hex'), 'a frame of 2147483647 bytes (at most 104857600 are taken) at byte 0'],
    [
      'half a million names of no letters',
      hollow(),
      'a Metadata request version 1 does not decode: much more memory wanted than bytes sent at byte 14',
    ],
  ])('%s', async (_what, bytes, words) => {
    const { send, lines, replies, state } = connect()
    send(bytes)
    send(beat(1))
    await settle()
    expect(lines).toEqual([`Closing the connection of 10.0.0.1:4000: ${words}`])
    expect({ replies, isClosed: state.isClosed }).toEqual({ replies: [], isClosed: true })
  })

  test('text of another protocol', async () => {
    const { send, lines, state } = connect()
    send(Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'))
    await settle()
    expect(lines.length).toBe(1)
    expect(state.isClosed).toBe(true)
  })
})

describe('a mistake of the program ends this connection, and is not thrown', () => {
  const broken = () => {
    throw new Error('broken')
  }
  const unfit: Call = async () => ({ errorCode: 'no number' }) as never
  test.each<[string, Setup]>([
    ['in the search for the API', { find: broken }],
    ['in the loading of the API', { find: () => Promise.reject(new Error('broken')) }],
    ['in the call', { call: broken as Call }],
    ['in what the call promised', { call: () => Promise.reject(new Error('broken')) }],
    ['in a reply that cannot be said', { call: unfit }],
  ])('%s', async (_what, setup) => {
    const { send, lines, state } = connect(setup)
    send(Buffer.concat([beat(1), beat(2)]))
    await settle()
    expect(lines.length).toBe(1)
    expect(lines[0]).toMatch(
      /^Closing the connection of 10\.0\.0\.1:4000: .*(broken|cannot be said: no number is not a whole number)/,
    )
    expect(state.isClosed).toBe(true)
  })
})
