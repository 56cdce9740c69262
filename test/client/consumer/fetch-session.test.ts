/** Fetch sessions: whatever is asked for in whatever order, the broker's idea of it is the consumer's. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FetchSession, type Wanted } from '../../../src/client/consumer/fetch-session'

const wanted = (partition: number, fetchOffset = 0, topic = 't'): Wanted => ({
  topic,
  topicId: `${topic.repeat(21)}A`,
  partition,
  currentLeaderEpoch: 0,
  fetchOffset,
  partitionMaxBytes: 1000,
})
type Request = ReturnType<FetchSession['request']>
const named = (request: Request) => request.topics.flatMap(({ partitions }) => partitions.map(({ partition }) => partition))
const forgotten = (request: Request) => request.forgottenTopicsData.flatMap(({ partitions }) => partitions)

test('the first request is full, the next name only what is new or different, and what is no longer wanted', () => {
  const session = new FetchSession()
  const first = session.request([wanted(0), wanted(1), wanted(2)])
  expect(first).toMatchObject({ sessionId: 0, sessionEpoch: 0 })
  expect(named(first)).toEqual([0, 1, 2])
  session.answered(0, 77)
  const second = session.request([wanted(0), wanted(1, 5), wanted(3)])
  expect(second).toMatchObject({ sessionId: 77, sessionEpoch: 1 })
  expect(named(second)).toEqual([1, 3])
  expect(forgotten(second)).toEqual([2])
  session.answered(0, 77)
  const third = session.request([wanted(0), wanted(1, 5), wanted(3)])
  expect(third).toMatchObject({ sessionId: 77, sessionEpoch: 2, topics: [], forgottenTopicsData: [] })
})

test('a broker that keeps no sessions is always asked in full', () => {
  const session = new FetchSession()
  for (let i = 0; i < 3; i++) {
    const request = session.request([wanted(0), wanted(1)])
    expect(request).toMatchObject({ sessionId: 0, sessionEpoch: 0 })
    expect(named(request)).toEqual([0, 1])
    session.answered(0, 0)
  }
})

test.each([
  ['forgot the session', 70, 0],
  ['is at another epoch', 71, 77],
  ['sees a topic under two ids', 106, 77],
])('a broker that %s is asked in full again', (_, code, id) => {
  const session = new FetchSession()
  session.request([wanted(0)])
  session.answered(0, 77)
  session.request([wanted(0)])
  expect(session.answered(code, 0)).toBe(false)
  const request = session.request([wanted(0)])
  expect(request).toMatchObject({ sessionId: id, sessionEpoch: 0 })
  expect(named(request)).toEqual([0])
})

/** What a broker remembers of a session. */
class Remembered {
  id = 0
  epoch = 0
  readonly partitions = new Map<number, number>()

  take(request: Request): { errorCode: number; sessionId: number } {
    if (request.sessionEpoch === 0) {
      this.id++
      this.epoch = 0
      this.partitions.clear()
    } else if (request.sessionId !== this.id) return { errorCode: 70, sessionId: 0 }
    else if (request.sessionEpoch !== this.epoch + 1) return { errorCode: 71, sessionId: 0 }
    else this.epoch = request.sessionEpoch
    for (const partition of forgotten(request)) this.partitions.delete(partition)
    for (const { partitions } of request.topics)
      for (const each of partitions) this.partitions.set(each.partition, each.fetchOffset)
    return { errorCode: 0, sessionId: this.id }
  }
}

const round = fc.record({
  offsets: fc.dictionary(fc.constantFrom('0', '1', '2', '3', '4'), fc.nat(3)),
  fate: fc.constantFrom('well', 'well', 'well', 'lost', 'reply lost', 'evicted'),
})
test('after every answer that came, the broker remembers what is wanted', () => {
  fc.assert(
    fc.property(fc.array(round, { maxLength: 20 }), (rounds) => {
      const session = new FetchSession()
      const broker = new Remembered()
      for (const { offsets, fate } of rounds) {
        const request = session.request(Object.entries(offsets).map(([partition, offset]) => wanted(Number(partition), offset)))
        if (fate === 'evicted') broker.id += 100
        if (fate !== 'lost') {
          const { errorCode, sessionId } = broker.take(request)
          if (fate !== 'reply lost') {
            if (session.answered(errorCode, sessionId)) {
              expect(Object.fromEntries(broker.partitions)).toEqual(offsets)
            }
            continue
          }
        }
        session.lost()
      }
    }),
  )
})
