/** Group commit: who shares a sync, who waits for whom, and what they are told when the disk fails. */
import { describe, expect, test } from 'vitest'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { Flusher } from '../../src/storage/flusher'
import type { Log } from '../../src/storage/log'
import { writeMetaProperties } from '../../src/storage/meta-properties'
import { realSystem } from '../../src/system'
import { Disk, worldOn } from './disk'
import { openDirectory } from './golden'

const QUIET = { onFailure: () => {}, onFull: () => {}, onRoom: () => {} }

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
  const flusher = new Flusher({ ...realSystem, clock }, QUIET)
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

function diskWithLog() {
  const disk = new Disk()
  disk.makeFolder('/data')
  writeMetaProperties(disk, '/data', { clusterId: 'c', nodeId: 1, directoryId: 'AAAAAAAAAAAAAAAAAAAAEQ' }, 0)
  const world = worldOn(disk)
  return { disk, world, log: openDirectory('/data', world).log('t-0') }
}
function append(log: Log): void {
  const builder = new BatchBuilder()
  builder.append({ timestamp: 1, key: null, value: Buffer.from('record') })
  log.append(builder.build(), 0, 0)
}

test('when the disk fails, everybody who waits is told, and who comes later too', async () => {
  const { disk, world, log } = diskWithLog()
  const failures: unknown[] = []
  const flusher = new Flusher(world, { ...QUIET, onFailure: (error) => failures.push(error) })
  append(log)
  await flusher.flush(log)
  disk.onSync = () => {
    throw new Error('EIO')
  }
  append(log)
  const first = flusher.flush(log)
  const joined = first.catch(() => flusher.flush(log))
  await expect(first).rejects.toThrow('EIO')
  await expect(joined).rejects.toThrow('EIO')
  expect(failures).toHaveLength(1)
  expect(log.recoveryPoint).toBe(1)
})

test('who asks while somebody else puts the same records on disk, waits until they are there', async () => {
  const { disk } = diskWithLog()
  let begun: (() => void)[] = []
  let isSlow = false
  const slowSync = (fd: number) => new Promise<void>((resolve) => begun.push(resolve)).then(() => disk.dataSync(fd))
  const slow = { dataSync: (fd: number) => (isSlow ? slowSync(fd) : disk.dataSync(fd)) }
  const fs = new Proxy(disk, { get: (of, name) => Reflect.get(name in slow ? slow : of, name) })
  const log = openDirectory('/data', { ...worldOn(disk), fs }).log('t-0')
  append(log)
  await log.flush() // the names of its files, too
  isSlow = true
  append(log)
  const done: string[] = []
  const flushes = ['first', 'second'].map((name) => log.flush().then(() => done.push(name)))
  await new Promise<void>((resolve) => setImmediate(resolve))
  expect({ begun: begun.length, done, recoveryPoint: log.recoveryPoint }).toEqual({ begun: 1, done: [], recoveryPoint: 1 })
  for (const resolve of begun) resolve()
  await Promise.all(flushes)
  expect(done).toEqual(['first', 'second'])
  begun = []
  await log.flush()
  expect(begun).toEqual([])
})

test('one sync serves everybody who waits', async () => {
  const { disk, world, log } = diskWithLog()
  const flusher = new Flusher(world, QUIET)
  append(log)
  await flusher.flush(log)
  const before = disk.syncs
  const waits = Array.from({ length: 50 }, () => {
    append(log)
    return flusher.flush(log)
  })
  await Promise.all(waits)
  expect(disk.syncs - before).toBe(1)
  expect(log.recoveryPoint).toBe(51)
})
