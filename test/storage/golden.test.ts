/** Directories that Apache Kafka left behind, read by kt: the same records, offsets, indexes, producers and transactions. */

import { existsSync, readFileSync, rmSync } from 'node:fs'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { baseOffset, batchCrc, batchSize, isControl, isTransactional, lastOffset, producerId } from '../../src/protocol/batch'
import { readRecords } from '../../src/protocol/batch-reader'
import type { Log } from '../../src/storage/log'
import { realSystem } from '../../src/system'
import {
  cleanUp,
  contentOf,
  type Expectation,
  expectationOf,
  type GoldenBytes,
  type GoldenPartition,
  openDirectory,
  original,
  removeOriginals,
  type SeenPartition,
  unpack,
} from './golden'

afterEach(cleanUp)
afterAll(removeOriginals)

const CLEAN = ['plain', 'segments', 'compact', 'txn', 'groups', 'fresh-started']

/** Every batch of a log, read in reads of about `maxBytes`. */
function batchesOf(log: Log, maxBytes: number): Buffer[] {
  const found: Buffer[] = []
  let offset = log.segments[0]?.base ?? 0
  while (offset < log.endOffset) {
    const { bytes, nextOffset } = log.read(offset, log.endOffset, maxBytes, 'one-at-least')
    if (bytes.length === 0) break
    for (let at = 0; at < bytes.length; at += batchSize(bytes, at)) found.push(bytes.subarray(at, at + batchSize(bytes, at)))
    offset = nextOffset
  }
  return found
}
const text = (bytes: Buffer | null) => (bytes === null ? null : bytes.toString('hex'))
const shown = (batch: Buffer) => ({
  baseOffset: String(baseOffset(batch, 0)),
  lastOffset: String(lastOffset(batch, 0)),
  sizeInBytes: batch.length,
  crc: String(batchCrc(batch, 0)),
  records: [...readRecords(batch, 0)].map(({ offset, timestamp, key, value, headers }) => ({
    offset: String(offset),
    timestamp: String(timestamp),
    key: text(key),
    value: text(value),
    headers: headers.length,
  })),
})
/** Long keys and values that repeat themselves are shortened in the archive. */
const whole = (bytes: GoldenBytes) =>
  bytes !== null && typeof bytes === 'object' ? bytes.repeat.repeat(bytes.length).slice(0, bytes.length * 2) : bytes
const wantedBatches = ({ segments }: GoldenPartition) =>
  segments
    .flatMap(({ batches }) => batches.filter((one) => 'batch' in one)) // what stands behind the last batch has none
    .map(({ batch, records }) => ({
      baseOffset: batch.baseOffset,
      lastOffset: batch.lastOffset,
      sizeInBytes: batch.sizeInBytes,
      crc: batch.crc,
      records: records.map(({ offset, timestamp, key, value, headers }) => ({
        offset,
        timestamp,
        key: whole(key),
        value: whole(value),
        headers: headers.length,
      })),
    }))

/** Index files as Kafka's classes read them. */
function checkIndexes(log: Log, wanted: GoldenPartition): void {
  for (const { baseOffset: base, index, timeindex } of wanted.segments) {
    const segment = log.segments.find((one) => String(one.base) === base)
    if (!segment) throw new Error(`no segment ${base} in ${log.name}`)
    segment.loadIndexes()
    const entries = segment.offsets.toBytes()
    const seen = Array.from({ length: entries.length / 8 }, (_, i) => [
      String(segment.base + entries.readInt32BE(i * 8)),
      entries.readInt32BE(i * 8 + 4),
    ])
    expect(seen).toEqual(index)
    const times = segment.times.toBytes()
    const seenTimes = Array.from({ length: times.length / 12 }, (_, i) => [
      String(times.readBigInt64BE(i * 12)),
      String(segment.base + times.readInt32BE(i * 12 + 8)),
    ])
    expect(seenTimes).toEqual(timeindex)
  }
}

/** Offsets of the records that a consumer of committed records is given. */
function committedOffsets(log: Log, lastStable: number): number[] {
  const aborted = log.abortedBetween(log.startOffset, lastStable)
  const found: number[] = []
  for (const batch of batchesOf(log, 1 << 20)) {
    if (isControl(batch, 0) || lastOffset(batch, 0) >= lastStable) continue
    const within = (offset: number) =>
      aborted.some((one) => one.producerId === producerId(batch, 0) && one.firstOffset <= offset && offset <= one.lastOffset)
    if (isTransactional(batch, 0) && within(baseOffset(batch, 0))) continue
    for (const { offset } of readRecords(batch, 0)) if (offset >= log.startOffset) found.push(offset)
  }
  return found
}

/** About when Kafka opened the directories, and the producer.id.expiration.ms that it did so with. */
const OPENED_MS = 1795207300000
const EXPIRATION_MS = 2147483647

function checkView(log: Log, seen: SeenPartition): void {
  expect(log.startOffset).toBe(seen.logStartOffset)
  expect(log.endOffset).toBe(seen.highWatermark)
  const lastStable = log.producers.firstOpenOffset() ?? log.endOffset
  expect(lastStable).toBe(seen.lastStableOffset)
  // of a torn tail behind a clean mark Kafka's broker says -1: it stumbles over the tail
  if (seen.maxTimestamp !== '-1' || log.endOffset === 0)
    expect(String(log.greatestTimestamp()?.timestamp ?? -1)).toBe(seen.maxTimestamp)
  if (seen.activeProducers) {
    log.producers.expire(OPENED_MS - EXPIRATION_MS)
    const producers = [...log.producers.all()].map((one) => ({
      producerId: String(one.producerId),
      producerEpoch: one.epoch,
      lastSequence: one.batches.at(-1)?.lastSequence ?? -1,
      lastTimestamp: String(one.timestamp),
      coordinatorEpoch: one.coordinatorEpoch,
      currentTransactionStartOffset: one.transactionStart,
    }))
    expect(producers.sort((a, b) => Number(a.producerId) - Number(b.producerId))).toEqual(seen.activeProducers)
  }
  if (seen.readCommitted) expect(committedOffsets(log, lastStable)).toEqual(seen.readCommitted)
}

const seenOf = ({ view }: Expectation, name: string): SeenPartition | undefined => {
  const dash = name.lastIndexOf('-')
  return view.topics[name.slice(0, dash)]?.partitions[name.slice(dash + 1)]
}

describe.each(CLEAN)('%s, stopped cleanly by Kafka', (name) => {
  const wanted = expectationOf(name)
  const names = Object.keys(wanted.offline.partitions).filter((one) => !one.endsWith('-delete'))

  test.each(names)('%s: every batch and record', (partition) => {
    const golden = wanted.offline.partitions[partition]!
    for (const maxBytes of [1, 1000, 1 << 20]) {
      const { log, findings } = openDirectory(original(name))
      expect(batchesOf(log(partition), maxBytes).map(shown)).toEqual(wantedBatches(golden))
      expect(findings).toEqual([])
    }
  })
  test.each(names)('%s: indexes, aborted transactions, snapshots, epochs', (partition) => {
    const golden = wanted.offline.partitions[partition]!
    const log = openDirectory(original(name)).log(partition)
    checkIndexes(log, golden)
    for (const { baseOffset: base, abortedTransactions } of golden.segments) {
      const aborted = log.segments.find((one) => String(one.base) === base)?.aborted() ?? []
      const fields = aborted.map((one) => Object.fromEntries(Object.entries(one).map(([field, value]) => [field, String(value)])))
      const wantedFields = (abortedTransactions ?? []).map(
        ({ producerId: id, firstOffset, lastOffset: last, lastStableOffset }) => ({
          producerId: id,
          firstOffset,
          lastOffset: last,
          lastStableOffset,
        }),
      )
      expect(fields).toEqual(wantedFields)
    }
    const checkpoint = golden.textFiles['leader-epoch-checkpoint']
    if (checkpoint)
      expect(log.epochs.map(({ epoch, startOffset }) => `${epoch} ${startOffset}`)).toEqual(
        checkpoint.trim().split('\n').slice(2),
      )
  })
  test.each(names)('%s: offsets and producers as a client of Kafka sees them', (partition) => {
    const seen = seenOf(wanted, partition)
    if (seen) checkView(openDirectory(original(name)).log(partition), seen)
    else expect(partition).toMatch(/^__cluster_metadata-0$|^__share_group_state/)
  })
  test('reading changes no byte', () => {
    const folder = unpack(name)
    const before = contentOf(folder)
    const { directory, log } = openDirectory(folder)
    for (const partition of names) {
      const one = log(partition)
      batchesOf(one, 1 << 20)
      Array.from(one.batchesByTime(0))
      one.abortedBetween(0, one.endOffset)
    }
    directory.close(false)
    expect(contentOf(folder)).toEqual(before)
  })
  test.each(names)('%s: after a crash at the same place, the same again, indexes made anew', (partition) => {
    const folder = unpack(name)
    rmSync(`${folder}/.kafka_cleanshutdown`)
    const golden = wanted.offline.partitions[partition]!
    const dash = partition.lastIndexOf('-')
    const configs = wanted.view.topics[partition.slice(0, dash)]?.configs ?? {}
    const { log, findings } = openDirectory(folder)
    const opened = log(partition, { indexIntervalBytes: Number(configs['index.interval.bytes'] ?? 4096) })
    expect(batchesOf(opened, 1000).map(shown)).toEqual(wantedBatches(golden))
    const seen = seenOf(wanted, partition)
    if (seen) checkView(opened, seen)
    expect(findings).toEqual([])
  })
})

test('a directory left by kill -9 is read whole, and its preallocated indexes are made anew', () => {
  const wanted = expectationOf('crash')
  const { log, findings } = openDirectory(unpack('crash'))
  for (const [name, golden] of Object.entries(wanted.offline.partitions)) {
    const opened = log(name)
    expect(batchesOf(opened, 4000).map(shown)).toEqual(wantedBatches(golden))
    const seen = seenOf(wanted, name)
    if (seen) checkView(opened, seen)
  }
  expect(findings).toEqual([])
})

describe('damaged copies', () => {
  const aside = (folder: string, partition: string) => {
    const files = [...contentOf(folder).keys()].filter((file) => file.startsWith(`${partition}/`) && file.includes('.corrupt-'))
    return files.map((file) => readFileSync(`${folder}/${file}`))
  }
  test.each([
    'torn-cut-1',
    'torn-cut-boundary',
    'torn-cut-header',
    'torn-flip-last',
    'torn-zeros',
    'torn-index-lost',
    'torn-cut-clean',
  ])('%s: read as Kafka reads it; what was on disk is given up when it is said, and kept', (name) => {
    const wanted = expectationOf(name)
    const folder = unpack(name)
    const path = `${folder}/alpha-0/00000000000000000000.log`
    const before = readFileSync(path)
    const seen = seenOf(wanted, 'alpha-0')!
    const { log, findings, directory } = openDirectory(folder, realSystem, true)
    const opened = log('alpha-0')
    checkView(opened, seen)
    const offsets = batchesOf(opened, 1 << 20).flatMap((batch) => [...readRecords(batch, 0)].map(({ offset }) => offset))
    expect(offsets).toEqual(seen.readUncommitted ?? Array.from({ length: seen.highWatermark }, (_, i) => i))
    // whatever was cut off is kept, and said
    const kept = aside(folder, 'alpha-0')
    const zeros = name === 'torn-zeros' ? before.subarray(readFileSync(path).length) : Buffer.alloc(0)
    expect(zeros.every((byte) => byte === 0)).toBe(true)
    expect(Buffer.concat([readFileSync(path), ...kept, zeros]).equals(before)).toBe(true)
    expect(findings.length).toBe(name === 'torn-zeros' ? 1 : kept.length)
    for (const finding of findings) expect(finding).toMatch(/^alpha-0: \d+ (bytes .*kept in|zero bytes .*were cut off)/)
    directory.abandon()
    // the next opening finds nothing to complain of
    const again = openDirectory(folder)
    checkView(again.log('alpha-0'), seen)
    expect(again.findings).toEqual([])
  })
  test.each(['torn-cut-1', 'torn-cut-boundary', 'torn-cut-header', 'torn-flip-last', 'torn-cut-clean'])(
    '%s: without a word the log is read as Kafka reads it, takes nothing, and not a byte is changed',
    async (name) => {
      const folder = unpack(name)
      const before = contentOf(folder)
      const wanted = expectationOf(name)
      for (const time of ['the first time', 'and again']) {
        const { log, findings, directory } = openDirectory(folder)
        const opened = log('alpha-0')
        checkView(opened, seenOf(wanted, 'alpha-0')!)
        expect(findings, time).toHaveLength(1)
        expect(findings[0]).toMatch(/^alpha-0: records? .*29 w\w+ on disk once and cannot be read now.*kt\.accept\.loss=true/)
        const [one] = batchesOf(opened, 1 << 20)
        expect(() => opened.append(Buffer.from(one!), 0, 0)).toThrow(/alpha-0: records? .*29/)
        await opened.flush()
        directory.close(false)
        expect(contentOf(folder)).toEqual(before)
      }
    },
  )
  test('torn-meta-cut', () => {
    const folder = unpack('torn-meta-cut')
    expect(existsSync(`${folder}/.kafka_cleanshutdown`)).toBe(false)
    const path = `${folder}/__cluster_metadata-0/00000000000000000000.log`
    const before = readFileSync(path)
    const { log, findings } = openDirectory(folder)
    const golden = expectationOf('torn-meta-cut').offline.partitions['__cluster_metadata-0']!
    expect(batchesOf(log('__cluster_metadata-0'), 1 << 20).map(shown)).toEqual(wantedBatches(golden))
    expect(Buffer.concat([readFileSync(path), ...aside(folder, '__cluster_metadata-0')]).equals(before)).toBe(true)
    expect(findings).toHaveLength(1)
  })
})
