/**
 * A log against an array, through whatever happens: appends, flushes, rolls, clean stops, processes killed, power cut. What was
 * flushed is there again in any case; what was only written survives the process; after a clean stop nothing at all is missing.
 */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { batchSize } from '../../src/protocol/batch'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { readRecords } from '../../src/protocol/batch-reader'
import { checkOffsets, readCheckpoints } from '../../src/storage/check/checkpoints'
import { Findings, finish } from '../../src/storage/check/finding'
import { checkPartition } from '../../src/storage/check/partition'
import { DataDirectory } from '../../src/storage/directory'
import type { Log } from '../../src/storage/log'
import { Disk, PowerCut, worldOn } from './disk'
import { QUIET } from './golden'

const FOLDER = '/data'
const META = { clusterId: 'c', nodeId: 1, directoryId: 'd' }
const NAMES = ['a-0', 'b-0']
const SETTINGS = { ...QUIET, segmentBytes: 1200, indexIntervalBytes: 200, segmentIndexBytes: 80 }
const PRODUCER = 7

interface Written {
  readonly value: string
  readonly timestamp: number
}
/** What one partition ought to hold, by offset. */
interface Model {
  /** Undefined: lost with the power, though later ones were not. */
  records: (Written | undefined)[]
  /** How many of them are on disk for certain. */
  flushed: number
}

class World {
  readonly disk = new Disk()
  readonly system = worldOn(this.disk)
  readonly models = new Map<string, Model>(NAMES.map((name) => [name, { records: [], flushed: 0 }]))
  readonly findings: string[] = []
  directory: DataDirectory
  /** Decides what is left of a disk whose power is cut in the middle of something. */
  seed = 0
  private written = 0

  constructor() {
    this.disk.makeFolder(FOLDER)
    this.disk.settle()
    this.directory = this.opened()
  }
  private opened(): DataDirectory {
    const report = (finding: string) => void this.findings.push(finding)
    return new DataDirectory(this.system, FOLDER, META, { report, brokerEpoch: () => 1 })
  }
  log(name: string): Log {
    return this.directory.log(name, 'AAAAAAAAAAAAAAAAAAAAAQ', { ...SETTINGS, preallocate: name === 'b-0' })
  }
  model(name: string): Model {
    return this.models.get(name) as Model
  }

  append(name: string, count: number, sizeBytes: number, backMs: number): void {
    const model = this.model(name)
    const builder = new BatchBuilder()
    const sequence = model.records.length
    for (let i = 0; i < count; i++) {
      const record = {
        value: `${++this.written}`.padEnd(sizeBytes, '.'),
        timestamp: this.system.clock.ms + this.written * 10 - backMs,
      }
      model.records.push(record)
      builder.append({ timestamp: record.timestamp, key: null, value: Buffer.from(record.value) })
    }
    this.log(name).append(builder.build({ producerId: PRODUCER, producerEpoch: 0, baseSequence: sequence }), 0, 3)
  }
  async flush(name: string): Promise<void> {
    const { length } = this.model(name).records
    await this.log(name).flush()
    this.model(name).flushed = Math.max(this.model(name).flushed, length)
  }
  stopCleanly(): void {
    const opened = NAMES.filter((name) => this.directory.opened(name))
    const wrote = opened.some((name) => this.log(name).written)
    this.directory.close(opened.length < NAMES.length)
    // who only reads makes nothing durable, and leaves the mark as it was; the mark vouches for everything
    const sure = this.disk.exists(`${FOLDER}/.kafka_cleanshutdown`) ? NAMES : wrote ? opened : []
    for (const name of sure) this.model(name).flushed = this.model(name).records.length
    if (sure === NAMES) this.inspect()
    this.reopen()
  }
  kill(): void {
    this.disk.kill()
    this.reopen()
    expect(this.findings).toEqual([])
  }
  cutPower(seed: number): void {
    let state = seed
    this.disk.cutPower((n) => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
      return (state >>> 8) % n
    })
    this.reopen()
    for (const name of NAMES) {
      const model = this.model(name)
      const { endOffset } = this.log(name)
      expect(endOffset).toBeGreaterThanOrEqual(model.flushed)
      expect(endOffset).toBeLessThanOrEqual(model.records.length)
      const left = new Map(recordsFrom(this.log(name), 500).map((one) => [one.offset, one]))
      for (let offset = 0; offset < model.flushed; offset++) if (model.records[offset]) expect(left.has(offset)).toBe(true)
      model.records = model.records.slice(0, endOffset).map((record, offset) => (left.has(offset) ? record : undefined))
    }
    this.findings.length = 0
  }
  private reopen(): void {
    this.directory = this.opened()
  }

  /** `kt check` has nothing to say of a log that was opened or closed cleanly, but for gaps that a power cut has left. */
  inspect(): void {
    const findings = new Findings()
    const at = { fs: this.system.fs, root: FOLDER, findings }
    const clean = this.disk.exists(`${FOLDER}/.kafka_cleanshutdown`)
    const points = readCheckpoints(at)
    for (const name of NAMES) {
      if (!this.disk.exists(`${FOLDER}/${name}`)) continue
      const recoveryPoint = points.recoveryPoints.get(name) ?? 0
      const checked = finish(checkPartition(at, { name, clean, recoveryPoint, compacted: false, deep: true }))
      checkOffsets(at, points, checked, clean)
    }
    expect(findings.all().filter(({ level, what }) => level === 'error' && !what.includes('what was between is lost'))).toEqual(
      [],
    )
  }

  check(name: string): void {
    const log = this.log(name)
    const { records } = this.model(name)
    expect(log.endOffset).toBe(records.length)
    const wanted = records.flatMap((record, offset) => (record ? [{ offset, ...record }] : []))
    expect(recordsFrom(log, 500)).toEqual(wanted)
    const last = log.producers.get(PRODUCER)?.batches.at(-1)?.lastSequence
    if (records.at(-1)) expect(last).toBe(records.length - 1)
  }
  checkRead(name: string, at: number, maxBytes: number): void {
    const { records } = this.model(name)
    const log = this.log(name)
    const offset = Math.floor(at * (records.length + 1))
    const { bytes, nextOffset } = log.read(offset, log.endOffset, maxBytes, 'one-at-least')
    const found = recordsOf(bytes)
    const next = records.findIndex((record, one) => one >= offset && record)
    if (next < 0) expect(found).toEqual([])
    else {
      expect(found[0]?.offset).toBeLessThanOrEqual(next)
      expect(found.at(-1)?.offset).toBe(nextOffset - 1)
      expect(nextOffset).toBeGreaterThan(next)
      for (const { offset: one, value } of found) expect(value).toBe(records[one]?.value)
    }
  }
  checkTime(name: string, at: number): void {
    const { records } = this.model(name)
    const wanted = records[Math.floor(at * records.length)]?.timestamp ?? 0
    const first = records.findIndex((record) => record && record.timestamp >= wanted)
    const batches = [...this.log(name).batchesByTime(wanted)]
    const found = batches.flatMap(recordsOf).find(({ timestamp }) => timestamp >= wanted)
    expect(found?.offset ?? -1).toBe(first)
    const greatest = records.reduce((most, record) => Math.max(most, record?.timestamp ?? -1), -1)
    expect(this.log(name).greatestTimestamp()?.timestamp ?? -1).toBe(greatest)
  }
}

function recordsOf(bytes: Buffer): { offset: number; value: string; timestamp: number }[] {
  const found = []
  for (let at = 0; at < bytes.length; at += batchSize(bytes, at)) {
    for (const { offset, value, timestamp } of readRecords(bytes, at)) found.push({ offset, value: String(value), timestamp })
  }
  return found
}
function recordsFrom(log: Log, maxBytes: number): ReturnType<typeof recordsOf> {
  const found: ReturnType<typeof recordsOf> = []
  for (let offset = 0; offset < log.endOffset; ) {
    const { bytes, nextOffset } = log.read(offset, log.endOffset, maxBytes, 'one-at-least')
    if (bytes.length === 0) break
    found.push(...recordsOf(bytes))
    offset = nextOffset
  }
  return found
}

const name = fc.constantFrom(...NAMES)
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      name,
      count: fc.integer({ min: 1, max: 4 }),
      size: fc.nat(300),
      back: fc.constantFrom(0, 0, 0, 500),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('flush' as const), name }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      name,
      at: fc.double({ min: 0, max: 0.999, noNaN: true }),
      most: fc.integer({ min: 1, max: 3000 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('time' as const), name, at: fc.double({ min: 0, max: 0.999, noNaN: true }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('check' as const), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('checkpoint' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('stop' as const, 'settle' as const, 'settle and stop' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const), seed: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut-after' as const), seed: fc.nat(), changes: fc.nat(40) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

async function take(world: World, one: Step): Promise<void> {
  switch (one.do) {
    case 'append':
      return world.append(one.name, one.count, one.size, one.back)
    case 'flush':
      return world.flush(one.name)
    case 'read':
      return world.checkRead(one.name, one.at, one.most)
    case 'time':
      return world.checkTime(one.name, one.at)
    case 'check':
      return world.check(one.name)
    case 'checkpoint':
      return world.directory.checkpoint()
    case 'stop':
      return world.stopCleanly()
    case 'settle': // and then something happens before the end
      return world.directory.settle()
    case 'settle and stop':
      await world.directory.settle()
      return world.stopCleanly()
    case 'kill':
      return world.kill()
    case 'cut':
      return world.cutPower(one.seed)
    case 'cut-after':
      world.disk.left = one.changes
      world.seed = one.seed
  }
}
async function takeAll(world: World, steps: readonly Step[]): Promise<void> {
  for (const one of steps) {
    try {
      await take(world, one)
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error
      world.cutPower(world.seed)
    }
  }
}

test('a log is an array, whatever happens to process and power', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const world = new World()
      await takeAll(world, steps)
      world.kill()
      for (const one of NAMES) world.check(one)
      world.inspect()
    }),
    { numRuns: 500 },
  )
})
