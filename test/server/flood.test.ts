/** A client that sends more than it reads, or no sense at all, costs a few replies and one line in the log. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Fetch } from '../../src/protocol/apis/fetch'
import { Metadata } from '../../src/protocol/apis/metadata'
import { Produce } from '../../src/protocol/apis/produce'
import type { Call } from '../../src/protocol/call'
import { fillResponse } from '../../src/protocol/codecs'
import { encodeRequest } from '../../src/protocol/frames'
import type { Api } from '../../src/protocol/types'
import { beat, connect, framed, idsOf, settle } from './other-end'

const MiB = 1 << 20
const requestOf = (api: Api, id: number) => Buffer.concat(encodeRequest(api, api.versions[1], id, 'c', {} as never))
const fetches = (count: number) => Buffer.concat(Array.from({ length: count }, (_, i) => requestOf(Fetch, i)))

/** Answers a Fetch with a MiB of records, and what else is asked with a MiB of names. */
function generous() {
  const state = { begun: 0 }
  const records = Buffer.alloc(MiB)
  const clusterId = 'x'.repeat(MiB / 64)
  const call: Call = async (api) => {
    state.begun++
    const partitions = [{ partitionIndex: 0, errorCode: 0, highWatermark: 0, records }]
    const topics = Array.from({ length: 64 }, () => ({ errorCode: 0, name: clusterId, partitions: [] }))
    return fillResponse(api, (api.key === Fetch.key ? { responses: [{ partitions }] } : { brokers: [], topics }) as never)
  }
  return { state, call }
}

test('10,000 requests in one go are answered in their order', async () => {
  const { send, replies, lines } = connect()
  const ids = Array.from({ length: 10_000 }, (_, i) => i)
  const all = Buffer.concat(ids.map(beat))
  for (let at = 0; at < all.length; at += 65_536) send(all.subarray(at, at + 65_536))
  for (let i = 0; i < 2000 && idsOf(replies).length < ids.length; i++) await settle()
  expect(idsOf(replies)).toEqual(ids)
  expect(lines).toEqual([])
})

test('20,000 questions for a version that is not there are answered, all in one turn', async () => {
  const { send, replies, state } = connect()
  send(Buffer.concat(Array.from({ length: 20_000 }, () => framed('0012 0063 00000007 ffff 00'))))
  await settle()
  await settle()
  expect(idsOf(replies).length).toBe(20_000)
  expect(state).toEqual({ isClosed: false, isPaused: false })
})

describe('a client that asks and does not read', () => {
  test.each([Fetch, Metadata])('has a few replies of $name waiting, whatever it asks for', async (api) => {
    const { state: work, call } = generous()
    const { send, read, socket, state, replies } = connect({ call, apis: [Fetch, Metadata], isSlow: true })
    const count = 300
    send(Buffer.concat(Array.from({ length: count }, (_, i) => requestOf(api, i))))
    for (let i = 0; i < 50; i++) await settle()
    expect(work.begun).toBeLessThan(40)
    expect(socket.pending).toBeLessThan(34 * MiB)
    expect(state).toEqual({ isClosed: false, isPaused: true })
    let bytes = 0
    for (let i = 0; i < count && bytes < count * MiB; i++) {
      bytes += read()
      for (let k = 0; k < 5; k++) await settle()
    }
    expect(bytes).toBeGreaterThan(count * MiB)
    expect(replies.length).toBeGreaterThan(0)
    expect(state).toEqual({ isClosed: false, isPaused: false })
  })

  test('has one Fetch under way, and what is behind it is not held back', async () => {
    const begun: string[] = []
    const call: Call = (api) => {
      begun.push(api.name)
      return new Promise(() => {})
    }
    const { send } = connect({ call, apis: [Fetch, Metadata] })
    send(requestOf(Fetch, 1), requestOf(Metadata, 2), fetches(3), requestOf(Metadata, 6))
    await settle()
    expect(begun).toEqual(['Fetch', 'Metadata'])
  })
})

test('records of many megabytes are under way one batch after the other, while the first are not answered', async () => {
  const done: (() => void)[] = []
  const call: Call = (api) => new Promise((answer) => done.push(() => answer(fillResponse(api, { responses: [] } as never))))
  const { send, state } = connect({ call, apis: [Produce] })
  const records = Buffer.alloc(10 * MiB)
  const topicData = [{ name: 't', partitionData: [{ index: 0, records }] }]
  const produce = Buffer.concat(encodeRequest(Produce, 9, 1, 'c', { acks: -1, timeoutMs: 1000, topicData }))
  for (let i = 0; i < 5; i++) send(produce)
  expect(done.length).toBe(3)
  expect(state.isPaused).toBe(true)
  for (const answer of done.splice(0)) answer()
  for (let i = 0; i < 3; i++) await settle()
  expect(done.length).toBe(2)
  expect(state.isPaused).toBe(false)
})

test('bytes of any kind, in pieces of any size: at most one line, and nothing thrown', async () => {
  const pieces = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => framed(Buffer.from(bytes).toString('hex'))),
      fc.constant(beat(3)),
      fc.constantFrom('0012 0063 00000007 ffff 00', '0003 000d 00000001 ffff 00', '0001 0011 00000001').map(framed),
    ),
    { maxLength: 8 },
  )
  const holds = fc.asyncProperty(pieces, fc.integer({ min: 1, max: 100 }), async (all, size) => {
    const { send, lines, state } = connect()
    const bytes = Buffer.concat(all)
    for (let at = 0; at < bytes.length; at += size) send(bytes.subarray(at, at + size))
    await settle()
    await settle()
    expect(lines.length).toBe(state.isClosed ? 1 : 0)
    if (lines[0] !== undefined) expect(lines[0]).not.toMatch(/should not happen|failed/)
  })
  await fc.assert(holds, { seed: 4, numRuns: 300 })
})

test('half a frame, and then nothing: it takes the memory of what came, and no line', async () => {
  const { send, lines, state, replies } = connect()
  const cut = Buffer.concat([Buffer.from('06000000', 'hex'), requestOf(Fetch, 1)])
  send(cut.subarray(0, 40))
  await settle()
  expect({ lines, replies, state }).toEqual({ lines: [], replies: [], state: { isClosed: false, isPaused: false } })
})
