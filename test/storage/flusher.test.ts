/** Group commit by the clock: who shares a sync, and who waits for whom. */
import { describe, expect, test } from 'vitest'
import { Flusher } from '../../src/storage/flusher'
import type { Log } from '../../src/storage/log'
import { realSystem } from '../../src/system'

/** A log whose sync takes `syncMs` of a time that only work moves: a turn of the loop takes 0.01 ms. */
function logThatTakes(syncMs: number) {
  const time = { ms: 0 }
  const clock = {
    ...realSystem.clock,
    monotonic: () => time.ms,
    after(ms: number, task: () => void) {
      let cancelled = false
      void later(ms).then(() => cancelled || task())
      return {
        cancel: () => {
          cancelled = true
        },
      }
    },
    soon: (task: () => void) => {
      setImmediate(() => {
        time.ms += 0.01
        task()
      })
    },
  }
  async function later(ms: number): Promise<void> {
    const until = time.ms + ms
    while (time.ms < until) await new Promise<void>((resolve) => clock.soon(resolve))
  }
  let syncs = 0
  const flush = async () => {
    syncs++
    await later(syncMs)
  }
  const quiet = { onFailure: () => {}, onFull: () => {}, onRoom: () => {} }
  const flusher = new Flusher({ ...realSystem, clock }, quiet)
  const log = { name: 't-0', endOffset: 0, flush } as unknown as Log // all that a flusher looks at
  return { flush: () => flusher.flush(log), later, time, syncs: () => syncs }
}

describe('a round', () => {
  test('is shared by all requests that a producer has in flight, though they do not come at once', async () => {
    const world = logThatTakes(1)
    const rounds = 40
    const one = async (delayMs: number) => {
      await world.later(delayMs)
      for (let i = 0; i < rounds; i++) {
        await world.flush()
        await world.later(0.1) // the reply goes out, the next request comes in
      }
    }
    await Promise.all([0, 0.2, 0.2, 0.5, 0.5].map(one))
    expect(world.syncs()).toBeLessThan(rounds * 1.2) // two by turns would be 80
  })

  test('of somebody who is alone begins at once', async () => {
    const world = logThatTakes(1)
    for (let i = 0; i < 20; i++) await world.flush()
    expect(world.time.ms).toBeLessThan(20 * 1.1)
  })

  test('that waited in vain is followed by rounds that do not', async () => {
    const world = logThatTakes(3)
    await Promise.all([world.flush(), world.flush(), world.flush()])
    const began = world.time.ms
    for (let i = 0; i < 10; i++) await world.flush()
    expect(world.time.ms - began).toBeLessThan(10 * 3.1 + 1.1) // once a third of a sync
  })
})
