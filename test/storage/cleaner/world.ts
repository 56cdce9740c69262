/**
 * A log that is compacted, beside what was ever written to it. The world knows which record of a key is the last that counts, and so what
 * a reader must find, may find and must not find.
 */
import { expect } from 'vitest'
import { baseOffset, batchSize, isControl, isTransactional, lastOffset, producerId } from '../../../src/protocol/batch'
import { BatchBuilder } from '../../../src/protocol/batch-builder'
import { readRecords } from '../../../src/protocol/batch-reader'
import { encodeControlKey, encodeControlValue } from '../../../src/protocol/records/control'
import { boundsOf } from '../../../src/storage/cleaner/bounds'
import { Cleaning } from '../../../src/storage/cleaner/clean'
import type { Cleaned } from '../../../src/storage/cleaner/compaction'
import { Interrupted, type Pace } from '../../../src/storage/cleaner/pace'
import { putOnDisk } from '../../../src/storage/cleaner/put-on-disk'
import { DataDirectory } from '../../../src/storage/directory'
import type { Log } from '../../../src/storage/log'
import { readMarker } from '../../../src/storage/marker'
import { Disk, worldOn } from '../disk'
import { QUIET } from '../golden'
import { fakeThread } from './fake-thread'

export const FOLDER = '/data'
const NAME = 'a-0'
const META = { clusterId: 'c', nodeId: 1, directoryId: 'd' }
export const SETTINGS = { ...QUIET, segmentBytes: 900, indexIntervalBytes: 150, segmentIndexBytes: 160 }
export const RETENTION = 10_000
/** Producers: 7 is idempotent, the others have transactions. */
export const TRANSACTIONAL = [21, 22] as const

export interface Written {
  readonly key: string | null
  readonly value: string | null
  readonly timestamp: number
}
type Event =
  | { readonly kind: 'record'; readonly record: Written; readonly producer: number; readonly transactional: boolean }
  | { readonly kind: 'marker'; readonly producer: number; readonly commit: boolean }
export interface Found extends Written {
  readonly offset: number
}
interface Sequence {
  epoch: number
  next: number
}

export class World {
  readonly disk = new Disk()
  readonly system: ReturnType<typeof worldOn>
  readonly findings: string[] = []
  /** By offset; undefined: lost with the power. */
  events: (Event | undefined)[] = []
  directory: DataDirectory
  /** Below are records that the last cleaning has been through, and when the first one was. */
  cleanTo = 0
  /** How far the last cleaning meant to go. */
  private triedTo = 0
  private readonly firstCleaned = new Map<number, number>()
  private readonly sequences = new Map<number, Sequence>()
  private written = 0
  /** Called where a cleaning rests. */
  meanwhile: () => void = () => {}
  private readonly pace: Pace = {
    isDue: () => true,
    rest: async () => {
      await Promise.resolve()
      this.meanwhile()
    },
    spend: async () => {},
    pause: async () => {},
  }

  /** Where the long part of a cleaning is done. */
  constructor(where: 'here' | 'in a thread' = 'here') {
    const system = worldOn(this.disk)
    const startThread = () => (where === 'here' ? undefined : fakeThread(system, () => this.meanwhile()))
    this.system = { ...system, startThread }
    this.disk.makeFolder(FOLDER)
    this.disk.settle()
    this.directory = this.opened()
  }
  private opened(): DataDirectory {
    const report = (finding: string) => void this.findings.push(finding)
    return new DataDirectory(this.system, FOLDER, META, { report, brokerEpoch: () => 1 })
  }
  get log(): Log {
    return this.directory.log(NAME, 'AAAAAAAAAAAAAAAAAAAAAQ', SETTINGS)
  }
  get files(): string[] {
    return this.disk.list(`${FOLDER}/${NAME}`)
  }
  reopen(): void {
    this.directory = this.opened()
  }

  // ---- writing ----

  private sequenceOf(producer: number): Sequence {
    let sequence = this.sequences.get(producer)
    if (!sequence) {
      sequence = { epoch: 0, next: 0 }
      this.sequences.set(producer, sequence)
    }
    return sequence
  }
  /** One batch; a key that begins with '-' is a tombstone, '' none at all. */
  append(keys: readonly string[], producer: number, codec: number, appendTime: boolean): void {
    const transactional = producer >= TRANSACTIONAL[0]
    const builder = new BatchBuilder()
    const { ms } = this.system.clock
    for (const name of keys) {
      const timestamp = appendTime ? ms : ms + ((this.written * 7919) % 50) - 25
      const key = name === '' ? null : name.replace('-', '')
      const value = name.startsWith('-') ? null : `${++this.written}`.padEnd(this.written % 40, '.')
      builder.append({
        timestamp,
        key: key === null ? null : Buffer.from(key),
        value: value === null ? null : Buffer.from(value),
      })
      this.events.push({ kind: 'record', record: { key, value, timestamp }, producer, transactional })
    }
    const sequence = this.sequenceOf(producer)
    const options = producer < 0 ? {} : { producerId: producer, producerEpoch: sequence.epoch, baseSequence: sequence.next }
    if (producer >= 0) sequence.next += keys.length
    this.log.append(builder.build({ ...options, codec, transactional, ...(appendTime ? { logAppendTime: ms } : {}) }), 0, 3)
  }
  /** Ends a transaction, if there is one, with a new epoch for the next (KIP-890). */
  end(producer: number, commit: boolean): void {
    if (this.openSince(producer) === undefined) return
    const sequence = this.sequenceOf(producer)
    const type = commit ? 'COMMIT' : 'ABORT'
    const builder = new BatchBuilder()
    const value = encodeControlValue(type, { coordinatorEpoch: 0 } as never)
    builder.append({ timestamp: this.system.clock.ms, key: encodeControlKey(type), value })
    this.events.push({ kind: 'marker', producer, commit })
    sequence.epoch++
    sequence.next = 0
    const options = { producerId: producer, producerEpoch: sequence.epoch, transactional: true, control: true }
    this.log.append(builder.build(options), 0, 3)
  }
  private openSince(producer: number): number | undefined {
    let since: number | undefined
    this.events.forEach((event, offset) => {
      if (event?.producer !== producer) return
      if (event.kind === 'marker') since = undefined
      else if (event.transactional) since ??= offset
    })
    return since
  }

  /** Compacts what can be; undefined when there is nothing. */
  async clean(dedupeBufferBytes = 1 << 20): Promise<Cleaned | undefined> {
    const { log, directory, system } = this
    const stable = log.producers.firstOpenOffset() ?? log.endOffset
    const settings = { minCompactionLagMs: 0, maxCompactionLagMs: Number.POSITIVE_INFINITY, minCleanableDirtyRatio: 0 }
    const { firstDirty, firstUncleanable, ratio } = boundsOf(
      log,
      directory.cleanerOffsets.get(NAME),
      stable,
      settings,
      system.clock.ms,
    )
    if (ratio === 0) return undefined
    this.triedTo = firstUncleanable
    const onDisk = putOnDisk(log, firstUncleanable, this.pace)
    onDisk.catch(() => {})
    const cleaning = new Cleaning(
      log,
      { from: firstDirty, to: firstUncleanable },
      {
        deleteRetentionMs: RETENTION,
        dedupeBufferBytes,
        loadFactor: 0.9,
        ioBufferBytes: 0,
        pace: this.pace,
        onDisk,
        threadFromBytes: 0,
        bytesPerSecond: () => Number.POSITIVE_INFINITY,
        stopped: () => false,
        doom: (paths) => void directory.doom(paths),
      },
    )
    try {
      const cleaned = await cleaning.run()
      await directory.cleanerOffsets.set(
        NAME,
        cleaned.to,
        () => true,
        () => true,
      )
      this.cleanTo = cleaned.to
      return cleaned
    } catch (error) {
      if (error instanceof Interrupted) return undefined
      throw error
    }
  }
  /** Notes when a record was first within what was compacted, so that `check` knows how long tombstones stay. */
  noteCleaned(): void {
    for (let offset = 0; offset < this.cleanTo; offset++) {
      if (!this.firstCleaned.has(offset)) this.firstCleaned.set(offset, this.system.clock.ms)
    }
  }

  cutPower(seed: number): void {
    let state = seed
    this.disk.cutPower((n) => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
      return (state >>> 8) % n
    })
    this.reopen()
    this.events = this.events.slice(0, this.log.endOffset)
  }

  // ---- reading ----

  /** What a reader finds, with the transactions that were aborted left out where it wants only committed records. */
  read(isolation: 'uncommitted' | 'committed'): Found[] {
    const { log } = this
    const found: Found[] = []
    const aborted = [...log.abortedBetween(0, log.endOffset)].sort((a, b) => a.firstOffset - b.firstOffset)
    const aborting = new Set<number>()
    for (let from = log.startOffset; from < log.endOffset; ) {
      const { bytes, nextOffset } = log.read(from, log.endOffset, 700, 'one-at-least')
      if (bytes.length === 0) break
      for (let at = 0; at < bytes.length; at += batchSize(bytes, at)) {
        expect(baseOffset(bytes, at)).toBeGreaterThanOrEqual(found.at(-1)?.offset ?? 0)
        while (aborted[0] && aborted[0].firstOffset <= lastOffset(bytes, at)) aborting.add(aborted.shift()?.producerId ?? -1)
        const producer = producerId(bytes, at)
        if (isControl(bytes, at)) {
          if (readMarker(bytes, at)?.commit === false) aborting.delete(producer)
        } else if (isolation === 'uncommitted' || !isTransactional(bytes, at) || !aborting.has(producer)) {
          for (const { offset, key, value, timestamp } of readRecords(bytes, at)) {
            found.push({ offset, key: key && String(key), value: value && String(value), timestamp })
          }
        }
      }
      from = nextOffset
    }
    return found
  }

  // ---- what must be ----

  /** Offsets of records that count: not of an aborted transaction, nor of one that is open. */
  private counting(): { readonly counts: number[]; readonly aborted: Set<number> } {
    const counts: number[] = []
    const aborted = new Set<number>()
    const pending = new Map<number, number[]>()
    this.events.forEach((event, offset) => {
      if (!event) return
      if (event.kind === 'marker') {
        for (const one of pending.get(event.producer) ?? []) event.commit ? counts.push(one) : aborted.add(one)
        pending.delete(event.producer)
      } else if (event.transactional) pending.set(event.producer, [...(pending.get(event.producer) ?? []), offset])
      else counts.push(offset)
    })
    return { counts: counts.sort((a, b) => a - b), aborted }
  }
  private recordAt(offset: number): Written | undefined {
    const event = this.events[offset]
    return event?.kind === 'record' ? event.record : undefined
  }

  /** `how`: a cleaning that came to its end has left nothing that it should have taken; one that was cut off may have. */
  check(how: 'cleaned' | 'cut off'): void {
    const { counts, aborted } = this.counting()
    const all = this.read('uncommitted')
    for (const { offset, ...record } of all) expect(record, `at ${offset}`).toEqual(this.recordAt(offset))
    const countingSet = new Set(counts)
    const visible = this.read('committed').filter(({ offset }) => countingSet.has(offset))
    const last = new Map<string, number>()
    for (const offset of counts) {
      const key = this.recordAt(offset)?.key
      if (key !== null && key !== undefined) last.set(key, offset)
    }
    const there = new Set(visible.map(({ offset }) => offset))
    for (const [key, offset] of last) this.checkKey(key, offset, there, counts, how)
    const untouched = how === 'cleaned' ? this.cleanTo : this.triedTo
    for (const offset of counts) if (offset >= untouched) expect(there.has(offset), `${offset}, not compacted`).toBe(true)
    if (how === 'cut off') return
    for (const { offset } of all) if (offset < this.cleanTo) expect(aborted.has(offset), `${offset} was aborted`).toBe(false)
    const lastBelow = new Map<string, number>()
    for (const offset of counts) if (offset < this.cleanTo) lastBelow.set(this.recordAt(offset)?.key ?? '', offset)
    for (const { offset, key } of visible) {
      if (offset < this.cleanTo) expect(key && lastBelow.get(key), `${key} at ${offset}`).toBe(offset)
    }
  }
  private checkKey(key: string, offset: number, there: ReadonlySet<number>, counts: readonly number[], how: string): void {
    const words = `the last of ${key}, at ${offset}`
    const record = this.recordAt(offset)
    if (record?.value !== null) {
      expect(there.has(offset), words).toBe(true)
      return
    }
    const earlier = counts.filter((one) => one < offset && this.recordAt(one)?.key === key && there.has(one))
    if (!there.has(offset)) expect(earlier, `${words}, which is deleted`).toEqual([])
    const since = this.firstCleaned.get(offset)
    const due = since !== undefined && this.system.clock.ms >= since + RETENTION
    if (!due) expect(there.has(offset), `${words}, a young tombstone`).toBe(true)
    else if (how === 'cleaned') expect(there.has(offset), `${words}, an old tombstone`).toBe(false)
  }
}
