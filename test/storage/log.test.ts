/** A partition's log: when it rolls, what it finds, and what it makes of files that are not as they should be. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { baseOffset, batchSize } from '../../src/protocol/batch'
import { BatchBuilder, type BatchOptions } from '../../src/protocol/batch-builder'
import { encodeControlKey, encodeControlValue } from '../../src/protocol/records/control'
import type { Log, LogSettings } from '../../src/storage/log'
import { writeMetaProperties } from '../../src/storage/meta-properties'
import { realSystem } from '../../src/system'
import { Disk, worldOn } from './disk'
import { cleanUp, openDirectory, removeOriginals, temporaryFolder, unpack } from './golden'

afterEach(cleanUp)
afterAll(removeOriginals)

let folder = ''
let clock = { ms: 0 }
beforeEach(() => {
  folder = temporaryFolder()
  writeMetaProperties(realSystem.fs, folder, { clusterId: 'c', nodeId: 1, directoryId: 'AAAAAAAAAAAAAAAAAAAAEQ' }, 0)
  clock = { ms: 1_700_000_000_000 }
})
const system = () => ({ ...realSystem, clock: { ...realSystem.clock, now: () => clock.ms } })
const open = (acceptLoss = false) => openDirectory(folder, system(), acceptLoss)
const bases = (log: Log) => log.segments.map(({ base }) => base)

function batch(sizeBytes: number, timestamp: number, options: BatchOptions = {}, count = 1): Buffer {
  const builder = new BatchBuilder()
  for (let i = 0; i < count; i++)
    builder.append({ timestamp, key: null, value: Buffer.alloc(Math.max(0, Math.floor((sizeBytes - 61) / count) - 10)) })
  return builder.build(options)
}
/** A marker that ends the transaction of a producer (KIP-98). */
function marker(name: 'COMMIT' | 'ABORT', producerId: number): Buffer {
  const builder = new BatchBuilder()
  builder.append({
    timestamp: 1000,
    key: encodeControlKey(name),
    value: encodeControlValue(name, { coordinatorEpoch: 0 } as never),
  })
  return builder.build({ producerId, producerEpoch: 0, transactional: true, control: true })
}

describe('a segment ends', () => {
  const appendAll = (settings: Partial<LogSettings>, batches: readonly Buffer[], afterEach = () => {}) => {
    const log = open().log('t-0', settings)
    for (const one of batches) {
      log.append(one, 0, 0)
      afterEach()
    }
    return log
  }
  test('when the next batch would make it larger than segment.bytes', () => {
    const size = batch(300, 1).length
    expect(
      bases(
        appendAll(
          { segmentBytes: size * 3 },
          Array.from({ length: 7 }, () => batch(300, 1)),
        ),
      ),
    ).toEqual([0, 3, 6])
    expect(bases(open().log('t-0', {}))).toEqual([0, 3, 6])
  })
  test('and nobody waits for its indexes, which come with the sync of its last records', async () => {
    const disk = new Disk()
    disk.makeFolder('/data')
    disk.syncFolder('/')
    writeMetaProperties(disk, '/data', { clusterId: 'c', nodeId: 1, directoryId: 'AAAAAAAAAAAAAAAAAAAAEQ' }, 0)
    const { directory, log } = openDirectory('/data', worldOn(disk))
    const one = log('t-0', { segmentBytes: 200 })
    one.append(batch(90, 1), 0, 0)
    await one.flush()
    one.append(batch(90, 2, { producerId: 7, producerEpoch: 0, baseSequence: 0 }), 0, 0)
    one.append(batch(90, 3), 0, 0)
    expect(bases(one)).toEqual([0, 2])
    const indexes = () => disk.list('/data/t-0').filter((name) => name.endsWith('index'))
    expect(indexes()).toEqual([])
    await one.flush()
    one.append(batch(90, 4), 0, 0)
    await one.flush() // their names, too
    directory.abandon()
    disk.cutPower(() => 0)
    expect(indexes()).toEqual(['00000000000000000000.index', '00000000000000000000.timeindex'])
    expect(openDirectory('/data', worldOn(disk)).log('t-0').producers.get(7)?.batches.at(-1)?.lastSequence).toBe(0)
  })
  test('when a batch is segment.ms younger than its first, by their timestamps', () => {
    const log = appendAll(
      { rollMs: 1000 },
      [0, 500, 1000, 1001, 900, 2002].map((ms) => batch(100, 5000 + ms)),
    )
    expect(bases(log)).toEqual([0, 3, 5])
  })
  test('when it is older than segment.ms by the clock, if its records have no timestamps', () => {
    const log = appendAll(
      { rollMs: 1000 },
      Array.from({ length: 4 }, () => batch(100, -1)),
      () => {
        clock.ms += 600
      },
    )
    expect(bases(log)).toEqual([0, 2])
  })
  test('when an index is full', () => {
    // each batch but the first gets an entry; a time index keeps one place free: 4 * 8 = 32 bytes are 2 entries of 12 and a rest
    const log = appendAll(
      { segmentIndexBytes: 40, indexIntervalBytes: 1 },
      Array.from({ length: 8 }, (_, i) => batch(100, i + 1)),
    )
    expect(bases(log)).toEqual([0, 3, 6])
  })
  test('when an offset would be 2^31 away from its base', () => {
    const log = open().log('t-0')
    log.append(batch(100, 1), 0, 0)
    log.endOffset = 2 ** 31
    log.append(batch(100, 1), 0, 0)
    expect(bases(log)).toEqual([0, 2 ** 31])
  })
})

describe('reading', () => {
  const log = () => {
    const one = open().log('t-0', { segmentBytes: 1000, indexIntervalBytes: 100 })
    for (let i = 0; i < 20; i++) one.append(batch(200, 1000 + i * 10, {}, 3), 0, 0)
    return one
  }
  test('begins with the batch that holds the offset and ends with a whole one', () => {
    const one = log()
    for (let offset = 0; offset < 60; offset++) {
      const { bytes, nextOffset } = one.read(offset, 60, 450, 'one-at-least')
      expect(baseOffset(bytes, 0)).toBe(offset - (offset % 3))
      expect(bytes.length).toBeLessThanOrEqual(450)
      expect(nextOffset % 3).toBe(0)
    }
  })
  test('the first batch comes whole though it is larger, unless nothing larger is wanted', () => {
    const one = log()
    expect(one.read(30, 60, 1, 'one-at-least').bytes.length).toBe(batchSize(one.read(30, 60, 1, 'one-at-least').bytes, 0))
    expect(one.read(30, 60, 1, 'strict').bytes.length).toBe(0)
  })
  test('nothing comes that begins at the limit or above it', () => {
    const one = log()
    expect(one.read(3, 9, 10000, 'one-at-least').nextOffset).toBe(9)
    expect(one.read(9, 9, 10000, 'one-at-least').bytes.length).toBe(0)
    expect(one.read(60, 60, 10000, 'one-at-least').bytes.length).toBe(0)
  })
  test('by time, over all segments', () => {
    const one = log()
    for (let i = 0; i < 20; i++) {
      expect(baseOffset([...one.batchesByTime(1000 + i * 10)][0] as Buffer, 0)).toBe(i * 3)
      expect(baseOffset([...one.batchesByTime(991 + i * 10)][0] as Buffer, 0)).toBe(i * 3)
    }
    expect([...one.batchesByTime(1191)][0]).toBeUndefined()
    expect(one.greatestTimestamp()?.timestamp).toBe(1190)
  })
  test('an empty log has nothing, and no file', () => {
    const one = open().log('empty-0')
    expect(one.read(0, 10, 10, 'one-at-least').bytes.length).toBe(0)
    expect([...one.batchesByTime(0)][0]).toBeUndefined()
    expect(one.greatestTimestamp()).toBeUndefined()
    expect(existsSync(`${folder}/empty-0`)).toBe(false)
  })
})

test('an epoch ends where the next begins', () => {
  const log = open().log('t-0')
  for (const epoch of [2, 2, 5, 7]) log.append(batch(100, 1), 0, epoch)
  expect(log.epochs).toEqual([
    { epoch: 2, startOffset: 0 },
    { epoch: 5, startOffset: 2 },
    { epoch: 7, startOffset: 3 },
  ])
  const ends = (epoch: number) => Object.values(log.endOfEpoch(epoch))
  expect(ends(7)).toEqual([7, 4])
  expect(ends(6)).toEqual([5, 3])
  expect(ends(5)).toEqual([5, 3])
  expect(ends(2)).toEqual([2, 2])
  expect(ends(1)).toEqual([1, 0])
  expect(ends(8)).toEqual([-1, -1])
  expect(ends(-1)).toEqual([-1, -1])
})

describe('files that are not as they should be', () => {
  const fill = (end: 'stopped' | 'killed') => {
    const { directory, log } = open()
    const one = log('t-0', { segmentBytes: 2000, indexIntervalBytes: 100 })
    for (let i = 0; i < 30; i++) one.append(batch(200, 1000 + i, { producerId: 5, producerEpoch: 0, baseSequence: i }), 0, 0)
    if (end === 'stopped') directory.close(false)
    else directory.abandon()
    return readdirSync(`${folder}/t-0`)
  }
  const file = (name: string) => `${folder}/t-0/${name}`
  const reopen = () => open().log('t-0', { segmentBytes: 2000, indexIntervalBytes: 100 })
  const allRead = (log: Log) =>
    Array.from({ length: 30 }, (_, offset) => baseOffset(log.read(offset, 30, 1, 'one-at-least').bytes, 0))
  const ALL = Array.from({ length: 30 }, (_, offset) => offset)

  test('indexes that are missing, empty, cut or of another segment are made again', () => {
    const names = fill('stopped').filter((name) => name.endsWith('index'))
    expect(names.length).toBeGreaterThan(5)
    for (const name of names) {
      const before = readFileSync(file(name))
      const other = Buffer.from(before)
      if (other.length >= 8) other.writeInt32BE(other.readInt32BE(other.length - 4) + 1, other.length - 4)
      for (const damaged of [undefined, Buffer.alloc(0), before.subarray(0, before.length - 1), other, Buffer.alloc(24, 255)]) {
        if (damaged) writeFileSync(file(name), damaged)
        else rmSync(file(name))
        const log = reopen()
        expect(log.endOffset).toBe(30)
        expect(allRead(log)).toEqual(ALL)
        for (const at of ALL) expect(baseOffset([...log.batchesByTime(1000 + at)][0] as Buffer, 0)).toBe(at)
        writeFileSync(file(name), before)
      }
    }
  })
  test('indexes that a power cut took of what is known to be on disk are there again after the next clean end', () => {
    const names = fill('stopped').filter((name) => name.endsWith('index'))
    const last = names.at(-1)?.slice(0, 20) as string
    for (const name of names.filter((one) => !one.startsWith(last))) {
      const before = readFileSync(file(name))
      rmSync(`${folder}/.kafka_cleanshutdown`)
      rmSync(file(name))
      const { directory, log } = open()
      log('t-0', { segmentBytes: 2000, indexIntervalBytes: 100 }).append(batch(200, 2000), 0, 0)
      directory.close(false)
      expect(readFileSync(file(name))).toEqual(before)
    }
  })
  test('a damaged producer snapshot is passed over, and said', () => {
    fill('stopped')
    const newest = readdirSync(`${folder}/t-0`)
      .filter((name) => name.endsWith('.snapshot'))
      .at(-1) as string
    writeFileSync(file(newest), Buffer.alloc(56, 1))
    const { log, findings } = open()
    expect(log('t-0').producers.get(5)?.batches.at(-1)?.lastSequence).toBe(29)
    expect(findings).toEqual([expect.stringMatching(/^t-0: the producer snapshot at 30 is damaged/)])
  })
  test('a snapshot of records that are lost is not believed when there are that many again', () => {
    fill('stopped')
    rmSync(`${folder}/.kafka_cleanshutdown`)
    const last = readdirSync(`${folder}/t-0`)
      .filter((name) => name.endsWith('.log'))
      .at(-1) as string
    const bytes = readFileSync(file(last))
    const keep = batchSize(bytes, 0)
    writeFileSync(file(last), bytes.subarray(0, keep)) // cut between batches: nothing to complain of
    const { directory, log, findings } = open(true)
    const cut = log('t-0')
    const left = cut.endOffset
    expect(left).toBeLessThan(30)
    expect(findings).toEqual([])
    while (cut.endOffset < 30) cut.append(batch(200, 1, { producerId: 6, producerEpoch: 0, baseSequence: cut.endOffset }), 0, 0)
    directory.abandon()
    const again = reopen()
    expect(again.endOffset).toBe(30)
    expect(again.producers.get(5)?.batches.at(-1)?.lastSequence).toBe(left - 1)
    expect(again.producers.get(6)?.batches.at(-1)?.lastSequence).toBe(29)
  })
  test('garbage behind the last batch is set aside, segments behind a damaged one too, and nothing is deleted', () => {
    fill('killed')
    const logs = readdirSync(`${folder}/t-0`).filter((name) => name.endsWith('.log'))
    const second = logs[1] as string
    const before = Buffer.concat(logs.map((name) => readFileSync(file(name))))
    const bytes = readFileSync(file(second))
    const at = batchSize(bytes, 0)
    bytes[at + 70] = 255 - (bytes[at + 70] as number)
    writeFileSync(file(second), bytes)
    const { log, findings, directory } = open()
    const one = log('t-0')
    expect(one.endOffset).toBe(Number(second.slice(0, 20)) + 1)
    expect(findings).toHaveLength(logs.length - 1)
    expect(findings[0]).toMatch(
      /\d+ bytes \(\d+ records\) behind offset \d+ were not sound; they were cut off and kept in .*\.log\.corrupt-\d+$/,
    )
    const kept = readdirSync(`${folder}/t-0`).filter((name) => name.includes('.corrupt-'))
    const after = Buffer.concat([...logs.slice(0, 2), ...kept].map((name) => readFileSync(file(name))))
    expect(after.length).toBe(before.length)
    one.append(batch(100, 5), 0, 0)
    directory.close(false)
    expect(open().findings).toEqual([])
    expect(reopen().endOffset).toBe(one.endOffset)
  })
  test('a tail that a clean mark vouches for is set aside before anything is appended behind it', () => {
    fill('stopped')
    const last = readdirSync(`${folder}/t-0`)
      .filter((name) => name.endsWith('.log'))
      .at(-1) as string
    writeFileSync(file(last), Buffer.concat([readFileSync(file(last)), Buffer.from('not a batch')]))
    const { log, findings, directory } = open()
    log('t-0').append(batch(100, 5), 0, 0)
    expect(findings).toEqual([expect.stringContaining('11 bytes (no whole batch) behind offset 30')])
    directory.abandon()
    expect(reopen().endOffset).toBe(31)
  })
  test('aborted transactions are found again when their index is damaged', () => {
    const { directory, log } = open()
    const one = log('t-0', { segmentBytes: 700 })
    for (let i = 0; i < 6; i++) {
      one.append(batch(200, 1000, { producerId: 5, producerEpoch: 0, baseSequence: i, transactional: true }), 0, 0)
      one.append(marker(i % 2 === 0 ? 'ABORT' : 'COMMIT', 5), 0, 0)
    }
    const wanted = one.abortedBetween(0, 12)
    expect(wanted.map(({ firstOffset, lastOffset }) => [firstOffset, lastOffset])).toEqual([
      [0, 1],
      [4, 5],
      [8, 9],
    ])
    directory.close(false)
    const names = readdirSync(`${folder}/t-0`).filter((name) => name.endsWith('.txnindex'))
    expect(names.length).toBeGreaterThan(1)
    for (const name of names) {
      const before = readFileSync(file(name))
      for (const damaged of [before.subarray(0, before.length - 5), Buffer.alloc(40, 7)]) {
        writeFileSync(file(name), damaged)
        expect(open().log('t-0').abortedBetween(0, 12)).toEqual(wanted)
        expect(readFileSync(file(name)).equals(before)).toBe(true)
      }
    }
  })
  test('of aborted transactions that are lost nothing is said', () => {
    const copy = unpack('txn')
    rmSync(`${copy}/.kafka_cleanshutdown`)
    const path = `${copy}/tx-1/00000000000000000004.log`
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.subarray(0, batchSize(bytes, 0)))
    const one = openDirectory(copy, realSystem, true).log('tx-1')
    expect(one.endOffset).toBeLessThan(10)
    for (const { lastOffset } of one.abortedBetween(0, 1000)) expect(lastOffset).toBeLessThan(one.endOffset)
  })
})

test('a log of any number of segments keeps few files open', async () => {
  const disk = new Disk()
  disk.makeFolder('/data')
  const world = worldOn(disk)
  writeMetaProperties(disk, '/data', { clusterId: 'c', nodeId: 1, directoryId: 'AAAAAAAAAAAAAAAAAAAAEQ' }, 0)
  const { directory, log } = openDirectory('/data', world)
  const one = log('t-0', { segmentBytes: 100 })
  for (let i = 0; i < 1200; i++) {
    one.append(batch(90, 1000 + i), 0, 0)
    if (i % 100 === 0) await one.flush()
  }
  directory.close(false)
  const again = openDirectory('/data', world).log('t-0', { segmentBytes: 100 })
  expect(again.segments.length).toBe(1200)
  for (let offset = 0; offset < 1200; offset++)
    expect(baseOffset(again.read(offset, 1200, 1, 'one-at-least').bytes, 0)).toBe(offset)
  expect(baseOffset([...again.batchesByTime(2000)][0] as Buffer, 0)).toBe(1000)
  disk.remove('/data/.kafka_cleanshutdown')
  expect(openDirectory('/data', world).log('t-0').endOffset).toBe(1200)
  expect(disk.mostOpen).toBeLessThan(520)
})
