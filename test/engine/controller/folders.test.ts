/** Folders of new partitions: nobody waits for all of them, and a clean end leaves none out. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startRecovery } from '../../../src/engine/recovery'
import { realSystem } from '../../../src/system'
import type { FileSystem } from '../../../src/system/system'
import { MovableClock, PEER, testEngine } from '../../support/engine'
import { create, remove, send, take, topicOf } from '../../support/requests'

/** Those on their way out do not count. */
const foldersIn = (folder: string, topic: string) =>
  readdirSync(folder).filter((name) => name.startsWith(`${topic}-`) && /-\d+$/.test(name)).length

/** An engine on a disk that takes a millisecond for a folder, and whose loop comes round when the test says so. */
function slowDisk() {
  const turns: (() => void)[] = []
  const clock = new MovableClock()
  let spent = 0
  let underWay = 0
  let mostUnderWay = 0
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
    openLater: async (path, mode) => realSystem.fs.open(path, mode),
    renameLater: async (from, to) => realSystem.fs.rename(from, to),
    makeFolderLater: (path) => {
      mostUnderWay = Math.max(mostUnderWay, ++underWay)
      return new Promise((resolve) => {
        turns.push(() => {
          underWay--
          realSystem.fs.makeFolder(path)
          resolve()
        })
      })
    },
  }
  const kt = testEngine({ system: { fs, clock: slow } })
  const turn = async () => {
    for (const one of turns.splice(0)) one()
    for (let i = 0; i < 40; i++) await Promise.resolve()
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
  return { ...kt, turn, answered, mostUnderWay: () => mostUnderWay }
}

test('who creates many partitions is answered before all their folders are there; they come a few a turn', async () => {
  const { call, folder, turn, answered } = slowDisk()
  await answered(create(call, topicOf('t', { numPartitions: 30 })))
  const first = foldersIn(folder, 't')
  expect(first).toBeGreaterThan(0)
  expect(first).toBeLessThan(10)
  await turn()
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

/** The same, which makes nothing on the loop. */
function slowServer() {
  const kt = slowDisk()
  startRecovery(kt.engine, () => {})
  return { ...kt, call: kt.engine.embedded(PEER) }
}

test('a server makes them in the background, four at a time', async () => {
  const { call, folder, turn, answered, mostUnderWay } = slowServer()
  await answered(create(call, topicOf('t', { numPartitions: 30 })))
  expect(foldersIn(folder, 't')).toBeLessThan(5)
  for (let i = 0; i < 40; i++) await turn()
  expect(foldersIn(folder, 't')).toBe(30)
  expect(mostUnderWay()).toBe(4)
})

test('a clean end in the middle of it makes the rest, and those that were under way', async () => {
  const { call, engine, folder, turn, answered } = slowServer()
  await answered(create(call, topicOf('t', { numPartitions: 30 })))
  await turn()
  engine.close()
  const whole = () => readdirSync(folder).filter((name) => existsSync(`${folder}/${name}/partition.metadata`)).length
  const made = whole()
  expect(foldersIn(folder, 't')).toBe(30)
  for (let i = 0; i < 5; i++) await turn()
  expect(whole()).toBe(made)
})

test('a folder that comes after its topic has gone is taken away again; one of the next topic of the name stays', async () => {
  const { call, engine, folder, turn, answered } = slowServer()
  await answered(create(call, 't', 'u'))
  await turn() // they are under way
  const gone = remove(call, 't', 'u')
  while (engine.partition('t', 0) || engine.partition('u', 0)) await new Promise((resolve) => setImmediate(resolve))
  const again = create(call, 'u')
  while (!engine.partition('u', 0)) await new Promise((resolve) => setImmediate(resolve))
  await answered(gone)
  const [topicId] = await answered(again)
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => setImmediate(resolve))
    await turn()
  }
  expect([foldersIn(folder, 't'), foldersIn(folder, 'u')]).toEqual([0, 1])
  expect(readFileSync(`${folder}/u-0/partition.metadata`, 'utf8')).toContain(String(topicId))
  expect(readdirSync(`${folder}/u-0`)).toEqual(['partition.metadata'])
})
