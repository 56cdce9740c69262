/** A group coordinator in a world that the test owns: its clock, chance, topics, and a log in memory that outlives a restart. */
import { createHash } from 'node:crypto'
import { GroupCoordinator } from '../../../src/engine/groups/coordinator'
import type { CoordinatorLog, CoordinatorRecord, ReplayedRecord } from '../../../src/engine/groups/log'
import { partitionFor } from '../../../src/engine/groups/placement'
import type { Caller } from '../../../src/engine/groups/plan'
import { decodeRecord, type GroupRecord } from '../../../src/engine/groups/records'
import { defaultSettings, type GroupSettings } from '../../../src/engine/groups/settings'
import type { Topics } from '../../../src/engine/groups/topics'
import type { Steps } from '../../../src/storage/gradual'
import type { Clock, Random, Timer } from '../../../src/system/system'

export class FakeClock implements Clock {
  private time = 1_700_000_000_000
  private readonly tasks = new Set<{ readonly at: number; readonly run: () => void }>()

  now = () => this.time
  monotonic = () => this.time
  after(ms: number, run: () => void): Timer {
    const task = { at: this.time + ms, run }
    this.tasks.add(task)
    return { cancel: () => this.tasks.delete(task) }
  }
  soon(run: () => void): void {
    this.after(0, run)
  }
  /** Moves the clock and runs what is due on the way, with everything that follows from it. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms
    for (;;) {
      await settled()
      const next = [...this.tasks].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (!next) break
      this.tasks.delete(next)
      this.time = Math.max(this.time, next.at)
      next.run()
    }
    this.time = end
    await settled()
  }
  get waiting(): number {
    return this.tasks.size
  }
}

/** Every promise that could be kept by now is. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

class FakeRandom implements Random {
  private count = 0
  constructor(private readonly seed: number) {}
  bytes(size: number): Buffer {
    const digest = createHash('sha512')
      .update(`${this.seed}/${this.count++}`)
      .digest()
    return digest.subarray(0, size)
  }
  below(below: number): number {
    return this.bytes(4).readUInt32BE() % below
  }
}

export interface Batch {
  readonly partition: number
  readonly records: readonly ReplayedRecord[]
}

export class FakeLog implements CoordinatorLog {
  readonly batches: Batch[] = []
  /** Set: appends are not durable before `release`. */
  private held: { promise: Promise<void>; keep: () => void; lose: (error: Error) => void } | undefined
  private offset = 0

  constructor(private readonly onTopicMade: () => void) {}

  partitionCount = (): number => {
    this.onTopicMade()
    return 50
  }
  append(partition: number, records: readonly CoordinatorRecord[], now: number): Promise<void> {
    this.write(partition, records, now)
    return this.held?.promise ?? Promise.resolve()
  }
  write(partition: number, records: readonly CoordinatorRecord[], now: number, producerId?: number): readonly ReplayedRecord[] {
    const written = records.map(({ key, value }) => ({
      key: Buffer.from(key),
      value: value && Buffer.from(value),
      timestamp: now,
      offset: this.offset++,
      producerId,
      marker: undefined,
    }))
    this.batches.push({ partition, records: written })
    return written
  }
  *replay(partition: number, take: (record: ReplayedRecord) => void): Steps<void> {
    for (const batch of this.batches) {
      if (batch.partition === partition) batch.records.forEach(take)
      yield
    }
  }

  hold(): void {
    let keep = () => {}
    let lose = (_: Error) => {}
    const promise = new Promise<void>((resolve, reject) => {
      keep = resolve
      lose = reject
    })
    promise.catch(() => {})
    this.held = { promise, keep, lose }
  }
  release(): void {
    this.held?.keep()
    this.held = undefined
  }
  fail(): void {
    this.held?.lose(new Error('the disk is full'))
    this.held = undefined
  }

  /** Everything that was written, decoded. */
  get records(): GroupRecord[] {
    return this.batches.flatMap(({ records }) => records.flatMap((record) => decodeRecord(record) ?? []))
  }
  /** Names of the records of each batch. */
  get shape(): string[][] {
    return this.batches.map(({ records }) =>
      records.map((record) => {
        const decoded = decodeRecord(record)
        return `${decoded?.name}${decoded?.value === null ? ' gone' : ''}`
      }),
    )
  }
  get last(): GroupRecord | undefined {
    return this.records.at(-1)
  }
}

export class FakeTopics implements Topics {
  version = 1
  private readonly known = new Map<string, { id: string; partitions: number }>()

  add(name: string, partitions: number): string {
    const id = createHash('md5').update(`${name}/${this.version}`).digest('base64url')
    this.known.set(name, { id, partitions })
    this.version++
    return id
  }
  put(name: string, id: string, partitions: number): void {
    this.known.set(name, { id, partitions })
    this.version++
  }
  grow(name: string, partitions: number): void {
    this.known.set(name, { id: this.idOf(name) as string, partitions })
    this.version++
  }
  remove(name: string): void {
    this.known.delete(name)
    this.version++
  }
  idOf = (name: string) => this.known.get(name)?.id
  nameOf = (id: string) => [...this.known].find(([, topic]) => topic.id === id)?.[0]
  exists = (name: string) => this.known.has(name)
  partitionCount = (name: string) => this.known.get(name)?.partitions ?? 0
  all = () => this.known.keys()
}

export class World {
  readonly clock = new FakeClock()
  readonly topics = new FakeTopics()
  readonly log = new FakeLog(() => this.topics.exists('__consumer_offsets') || this.topics.add('__consumer_offsets', 50))
  readonly random: Random
  readonly settings: GroupSettings
  groups: GroupCoordinator

  constructor(settings: Partial<GroupSettings> = {}, seed = 1) {
    this.random = new FakeRandom(seed)
    this.settings = { ...defaultSettings, ...settings }
    this.groups = this.start()
  }
  private start(): GroupCoordinator {
    const { clock, random, settings, log, topics } = this
    return new GroupCoordinator({ system: { clock, random }, settings, log, topics })
  }
  /** The process dies and another one opens the log. */
  restart(): void {
    this.groups.abandon()
    this.groups = this.start()
  }
  /** The process ends cleanly and another one opens the log. */
  handOver(): void {
    this.groups.close()
    this.groups = this.start()
  }
  caller(version: number, clientId = 'client'): Caller {
    return { clientId, clientHost: '/127.0.0.1', version, now: this.clock.now() }
  }
  pass(ms: number): Promise<void> {
    return this.clock.pass(ms)
  }
  partitionOf(groupId: string): number {
    return partitionFor(groupId, 50)
  }
}
