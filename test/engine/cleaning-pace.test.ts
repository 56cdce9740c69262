/** Compaction goes on in slices, and whoever asks for something meanwhile hardly waits for it. */
import { expect, test } from 'vitest'
import '../../src/engine/cleaning' // which maintenance loads when it is first needed
import { CleaningPace } from '../../src/engine/cleaning-pace'
import type { Engine } from '../../src/engine/engine'
import { startMaintenance } from '../../src/engine/maintenance'
import { Produce } from '../../src/protocol/apis/produce'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { realSystem } from '../../src/system'
import { testEngine } from '../support/engine'
import { create, topicOf } from '../support/requests'

/** A pace whose clock is moved by `look`: that so many bytes were looked at, which took so long. Gives the lengths of its slices, in ms. */
function paced() {
  const time = { ms: 0 }
  let turn: (() => void)[] = []
  const clock = { ...realSystem.clock, monotonic: () => time.ms, soon: (task: () => void) => void turn.push(task) }
  const engine = { system: { clock }, requests: 0, settings: { logCleanerIoMaxBytesPerSecond: 1e300 } }
  const pace = new CleaningPace(engine as unknown as Engine, () => false) // all that it looks at
  /** One turn of the loop: what was put off before it began. */
  const comeRound = async () => {
    for (const task of turn.splice(0)) {
      task()
      await Promise.resolve()
    }
  }
  const slices: number[] = []
  let began = 0
  const look = async (bytes: number, ms: number) => {
    time.ms += ms
    if (!pace.isDue(bytes)) return
    slices.push(time.ms - began)
    const rested = pace.rest()
    while (turn.length > 0) await comeRound()
    await rested
    began = time.ms
  }
  return { pace, engine, clock, comeRound, look, slices, forget: () => (turn = []) }
}

test('a slice is over within a quarter of a millisecond while somebody asks', async () => {
  const { engine, look, slices } = paced()
  for (let i = 0; i < 1000; i++) {
    if (i % 20 === 0) engine.requests++
    await look(8192, 0.03)
  }
  const [, ...later] = slices
  expect(later.length).toBeGreaterThan(100)
  expect(Math.max(...later)).toBeLessThan(0.25)
})

test('a slice is a millisecond when nobody has asked for a while', async () => {
  const { engine, look, slices } = paced()
  engine.requests++
  for (let i = 0; i < 10_000; i++) await look(8192, 0.03)
  const [least] = slices.slice(-10)
  expect(least).toBeGreaterThan(0.9)
  expect(Math.max(...slices)).toBeLessThan(1.1)
})

test('what is wanted by a request that comes in while it rests is begun before the next slice', async () => {
  const { pace, clock, comeRound } = paced()
  const order: string[] = []
  const rested = pace.rest().then(() => order.push('slice'))
  clock.soon(() => order.push('sync')) // as the flusher does, at the end of the turn that the request came in
  for (let turn = 0; turn < 5; turn++) await comeRound()
  await rested
  expect(order).toEqual(['sync', 'slice'])
})

test('a compaction lets the loop come round many times, and what is produced meanwhile is there', async () => {
  let looks = 0
  const kt = testEngine()
  const { clock } = kt.engine.system
  const configs = { 'cleanup.policy': 'compact', 'internal.segment.bytes': '100000' }
  await create(kt.call, topicOf('t', { configs: Object.entries(configs).map(([name, value]) => ({ name, value })) }))
  const put = async () => {
    const builder = new BatchBuilder()
    for (let i = 0; i < 10; i++)
      builder.append({ timestamp: kt.clock.time, key: Buffer.from(`k${i}`), value: Buffer.alloc(1000) })
    const topicData = [{ name: 't', partitionData: [{ index: 0, records: builder.build() }] }]
    const reply = await kt.call(Produce, { acks: -1, timeoutMs: 1000, topicData }, 9)
    expect(reply.responses[0]?.partitionResponses[0]?.errorCode).toBe(0)
  }
  for (let i = 0; i < 100; i++) await put()
  // a look at the clock takes half a millisecond: every second one ends a slice
  clock.monotonic = () => ++looks / 2
  let turns = 0
  const { soon } = clock
  clock.soon = (task) => {
    turns++
    soon(task)
  }
  const lines: string[] = []
  startMaintenance(kt.engine, (line) => lines.push(line))
  await kt.clock.pass(15_000)
  let meanwhile = 0
  for (; lines.length === 0 && meanwhile < 1000; meanwhile++) await put()
  expect(lines[0]).toMatch(/t-0: compacted/)
  expect(meanwhile).toBeGreaterThan(10)
  expect(turns).toBeGreaterThan(100) // twice a rest, and each of a hundred batches is looked at twice
  expect(kt.engine.partition('t', 0)?.log.endOffset).toBe((100 + meanwhile) * 10)
})
