/** Compaction in a thread: what it leaves is what is left without one, and whatever ends the thread leaves the log as it was. */
import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { baseOffset, batchSize } from '../../../src/protocol/batch'
import { BatchBuilder } from '../../../src/protocol/batch-builder'
import { readRecords } from '../../../src/protocol/batch-reader'
import { Cleaning } from '../../../src/storage/cleaner/clean'
import { Interrupted } from '../../../src/storage/cleaner/pace'
import { DataDirectory } from '../../../src/storage/directory'
import type { Log } from '../../../src/storage/log'
import { realSystem, type System, type Thread } from '../../../src/system'
import { threadsIn } from '../../../src/system/threads'
import { testFolder } from '../../support/engine'
import { QUIET } from '../golden'

const DIST = resolve('dist')
const opened: DataDirectory[] = []
afterEach(() => {
  for (const one of opened.splice(0)) one.abandon()
})
/** A log of a few segments on real files. */
function logIn(folder: string, system: System): Log {
  const meta = { clusterId: 'c', nodeId: 1, directoryId: 'd' }
  const report = (finding: string) => expect(finding).toBe('')
  const directory = new DataDirectory(system, folder, meta, { report, brokerEpoch: () => 1 })
  opened.push(directory)
  const log = directory.log('a-0', 'AAAAAAAAAAAAAAAAAAAAAQ', { ...QUIET, segmentBytes: 20_000 })
  for (let i = 0; i < 200; i++) {
    const builder = new BatchBuilder()
    for (let key = 0; key < 5; key++)
      builder.append({ timestamp: i, key: Buffer.from(`${(i * 7 + key) % 31}`), value: Buffer.alloc(50, i) })
    log.append(builder.build({ codec: i % 2 }), 0, 0)
  }
  return log
}
function found(log: Log): string[] {
  const { bytes } = log.read(0, log.endOffset, 1 << 20, 'one-at-least')
  const records: string[] = []
  for (let at = 0; at < bytes.length; at += batchSize(bytes, at)) {
    for (const { offset, key, value } of readRecords(bytes, at)) records.push(`${offset} ${key} ${value}`)
    expect(baseOffset(bytes, at)).toBeLessThan(log.endOffset)
  }
  return records
}
function cleaningOf(log: Log): Cleaning {
  return new Cleaning(
    log,
    { from: 0, to: log.active.base },
    {
      deleteRetentionMs: 1000,
      dedupeBufferBytes: 1 << 20,
      loadFactor: 0.9,
      ioBufferBytes: 0,
      pace: { isDue: () => false, rest: async () => {}, spend: async () => {}, pause: async () => {} },
      onDisk: Promise.resolve(),
      threadFromBytes: 0,
      bytesPerSecond: () => Number.POSITIVE_INFINITY,
      stopped: () => false,
      doom: () => {},
    },
  )
}
const halfMade = (folder: string) => readdirSync(`${folder}/a-0`).filter((name) => /cleaned|swap/.test(name))

test('the program that the build made does the same as is done without it', async () => {
  const threads: Thread[] = []
  const startThread = (program: string) => {
    const thread = threadsIn(DIST)(program)
    if (thread) threads.push(thread)
    return thread
  }
  const folder = testFolder()
  const beside = logIn(folder, { ...realSystem, startThread })
  const here = logIn(testFolder(), { ...realSystem, startThread: () => undefined })
  const before = found(here).length
  const cleaned = await cleaningOf(beside).run()
  expect(threads).toHaveLength(1)
  expect(await cleaningOf(here).run()).toEqual(cleaned)
  expect(cleaned.kept).toBeLessThan(cleaned.read / 4)
  expect(found(here).length).toBeLessThan(before / 2)
  expect(found(beside)).toEqual(found(here))
  expect(halfMade(folder)).toEqual([])
})

test('a thread that ends of itself leaves the log as it was', async () => {
  const thread: Thread = { send: () => {}, onMessage: () => {}, onEnd: (take) => take(new Error('out of memory')), end: () => {} }
  const log = logIn(testFolder(), { ...realSystem, startThread: () => thread })
  const before = found(log)
  await expect(cleaningOf(log).run()).rejects.toThrow('out of memory')
  expect(found(log)).toEqual(before)
})

test('what was cancelled is interrupted and leaves nothing half made', async () => {
  const folder = testFolder()
  const log = logIn(folder, { ...realSystem, startThread: threadsIn(DIST) })
  const before = found(log)
  const cleaning = cleaningOf(log)
  const ended = cleaning.run()
  cleaning.cancel()
  await expect(ended).rejects.toBeInstanceOf(Interrupted)
  expect(halfMade(folder)).toEqual([])
  expect(found(log)).toEqual(before)
})
