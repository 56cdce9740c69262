/** Folders of new partitions: nobody waits for all of them, and a clean end leaves none out. */
import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { realSystem } from '../../../src/system'
import type { FileSystem } from '../../../src/system/system'
import { MovableClock, testEngine } from '../../support/engine'
import { create, remove, send, take, topicOf } from '../../support/requests'

/** Those on their way out do not count. */
const foldersIn = (folder: string, topic: string) =>
  readdirSync(folder).filter((name) => name.startsWith(`${topic}-`) && /-\d+$/.test(name)).length

/** An engine on a disk that takes a millisecond for a folder, and whose loop comes round when the test says so. */
function slowDisk() {
  const turns: (() => void)[] = []
  const clock = new MovableClock()
  let spent = 0
  const monotonic = () => clock.now() + spent
  const soon = (turn: () => void) => void turns.push(turn)
  const slow = Object.create(clock, { monotonic: { value: monotonic }, soon: { value: soon } }) as MovableClock // itself, but for two
  const fs: FileSystem = {
    ...realSystem.fs,
    dataSync: async () => {},
    makeFolder: (path, mode) => {
      spent += 1
      realSystem.fs.makeFolder(path, mode)
    },
  }
  const kt = testEngine({ system: { fs, clock: slow } })
  const turn = async () => {
    for (const one of turns.splice(0)) one()
    for (let i = 0; i < 5; i++) await Promise.resolve()
  }
  /** Turns until there is an answer, and no longer. */
  const answered = async <T>(answer: Promise<T>): Promise<T> => {
    let isThere = false
    const seen = answer.finally(() => {
      isThere = true
    })
    while (!isThere) {
      await new Promise((resolve) => setImmediate(resolve))
      if (!isThere) await turn()
    }
    return seen
  }
  return { ...kt, turn, answered }
}

test('who creates many partitions is answered before all their folders are there; they come a few a turn', async () => {
  const { call, folder, turn, answered } = slowDisk()
  await answered(create(call, topicOf('t', { numPartitions: 30 })))
  const first = foldersIn(folder, 't')
  expect(first).toBeGreaterThan(0)
  expect(first).toBeLessThan(10)
  await turn()
  expect(foldersIn(folder, 't') - first).toBeGreaterThan(0)
  expect(foldersIn(folder, 't')).toBeLessThan(20)
  for (let i = 0; i < 10; i++) await turn()
  expect(foldersIn(folder, 't')).toBe(30)
})

test('two creations share the turns, in their order', async () => {
  const { call, folder, turn, answered } = slowDisk()
  await answered(create(call, topicOf('t', { numPartitions: 20 })))
  await answered(create(call, topicOf('u', { numPartitions: 20 })))
  expect(foldersIn(folder, 'u')).toBe(0)
  const before = foldersIn(folder, 't')
  await turn()
  expect(foldersIn(folder, 't') - before).toBeLessThan(10)
  for (let i = 0; i < 15; i++) await turn()
  expect([foldersIn(folder, 't'), foldersIn(folder, 'u')]).toEqual([20, 20])
})

test('a clean end leaves no folder out', async () => {
  const { call, folder, engine, answered } = slowDisk()
  await answered(create(call, topicOf('t', { numPartitions: 30 })))
  engine.close()
  expect(foldersIn(folder, 't')).toBe(30)
})

test('a partition whose folder is still to come takes records, and keeps them', async () => {
  const { call, folder, turn, answered } = slowDisk()
  await answered(create(call, topicOf('u', { numPartitions: 30 })))
  await answered(create(call, topicOf('t')))
  expect(foldersIn(folder, 't')).toBe(0)
  await answered(send(call, 't', ['a']))
  for (let i = 0; i < 15; i++) await turn()
  expect(await answered(take(call, 't', 0))).toMatchObject({ errorCode: 0, highWatermark: 1 })
})

test('a topic that is deleted before the turn of its folders leaves none', async () => {
  const { call, folder, turn, answered } = slowDisk()
  await answered(create(call, topicOf('u', { numPartitions: 30 })))
  await answered(create(call, topicOf('t')))
  await answered(remove(call, 't'))
  for (let i = 0; i < 15; i++) await turn()
  expect([foldersIn(folder, 't'), foldersIn(folder, 'u')]).toEqual([0, 30])
})
