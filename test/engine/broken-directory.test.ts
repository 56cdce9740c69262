/**
 * One of several data directories breaks while it is served: what lies there is refused and leads nowhere, the rest goes on, nothing that
 * was acknowledged is lost, and a start with the directory mended serves it again. As Apache Kafka 4.2.1 did with two log.dirs of which
 * one was a disk that became read-only.
 */
import { afterEach, describe, expect, test } from 'vitest'
import { defaultBrokerSettings } from '../../src/engine/configs/broker-settings'
import type { Engine } from '../../src/engine/engine'
import { startMaintenance } from '../../src/engine/maintenance'
import { openEngine } from '../../src/engine/open'
import { CreateTopics } from '../../src/protocol/apis/create-topics'
import { DescribeGroups } from '../../src/protocol/apis/describe-groups'
import { DescribeLogDirs } from '../../src/protocol/apis/describe-log-dirs'
import { Fetch } from '../../src/protocol/apis/fetch'
import { FindCoordinator } from '../../src/protocol/apis/find-coordinator'
import { JoinGroup } from '../../src/protocol/apis/join-group'
import { ListOffsets } from '../../src/protocol/apis/list-offsets'
import { Metadata } from '../../src/protocol/apis/metadata'
import { OffsetCommit } from '../../src/protocol/apis/offset-commit'
import { OffsetFetch } from '../../src/protocol/apis/offset-fetch'
import { Produce } from '../../src/protocol/apis/produce'
import { errors } from '../../src/protocol/errors'
import { realSystem } from '../../src/system'
import type { FileSystem } from '../../src/system/system'
import { Disk } from '../storage/disk'
import { MovableClock, PEER } from '../support/engine'
import { batchOf, topicOf } from '../support/requests'

const STORAGE = errors.KAFKA_STORAGE_ERROR
const findings: string[] = []
const opened = new Set<Engine>()
afterEach(() => {
  for (const engine of opened) engine.directory.abandon()
  opened.clear()
  findings.length = 0
})

const later = async (check: () => void, call: () => unknown) => {
  await Promise.resolve()
  check()
  return call()
}

type Faults = Map<string, { readonly code: string; readonly does: RegExp }>

/** A disk on which what `does` says of a folder fails with an error, as if that folder were a disk of its own. */
function breakable(disk: Disk, faults: Faults): FileSystem {
  const paths = new Map<number, string>()
  const check = (name: string, path: string) => {
    for (const [folder, { code, does }] of faults) {
      const isHit = path.startsWith(folder) && does.test(name)
      if (isHit) throw Object.assign(new Error(`${code}: ${name} ${path}`), { code, errno: -5 })
    }
  }
  return new Proxy(disk as FileSystem, {
    get(target, name: keyof FileSystem) {
      const work = target[name]
      if (typeof work !== 'function') return work
      return (...all: unknown[]) => {
        const path = typeof all[0] === 'number' ? (paths.get(all[0]) ?? '') : String(all[0])
        const call = () => (work as (...all: unknown[]) => unknown).apply(target, all)
        const doing = name === 'open' ? `open-${all[1]}` : name
        if (/Later$|^dataSync$/.test(name)) return later(() => check(doing, path), call)
        if (name !== 'exists') check(doing, path)
        const result = call()
        if (name === 'open') paths.set(result as number, path)
        return result
      }
    },
  })
}

interface World {
  readonly disk: Disk
  readonly faults: Faults
  readonly clock: MovableClock
  readonly engine: Engine
  readonly call: ReturnType<Engine['embedded']>
}
function open(disk = new Disk(), faults: Faults = new Map()): World {
  const clock = new MovableClock()
  const properties = { 'offsets.topic.num.partitions': '2', 'group.initial.rebalance.delay.ms': '0' }
  const settings = defaultBrokerSettings(
    1,
    '/a',
    new Map([...Object.entries(properties), ['offsets.topic.replication.factor', '1']]),
  )
  const engine = openEngine({ ...realSystem, fs: breakable(disk, faults), clock }, '/a', {
    settings,
    identity: { broker: [{ name: 'PLAINTEXT', host: 'h', port: 1 }], controller: { name: 'CONTROLLER', host: 'h', port: 2 } },
    report: (line) => findings.push(line),
    onFatal: (error) => findings.push(`fatal: ${error}`),
    formatNew: true,
    nodeId: 1,
    dataFolders: ['/a', '/b'],
  })
  opened.add(engine)
  return { disk, faults, clock, engine, call: engine.embedded(PEER) }
}
/** Turns of the loop: what was put off is done. */
const settle = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)))

const produce = async ({ call }: World, index: number, value: string, acks = -1) => {
  const topicData = [{ name: 't', partitionData: [{ index, records: batchOf([value]) }] }]
  const reply = await call(Produce, { acks, timeoutMs: 1000, topicData }, 9)
  return reply.responses[0]?.partitionResponses[0]?.errorCode
}
const fetchAsked = (index: number, maxWaitMs = 0, fetchOffset = 0) => ({
  maxWaitMs,
  minBytes: 1,
  topics: [{ topic: 't', partitions: [{ partition: index, fetchOffset, partitionMaxBytes: 1 << 20 }] }],
  forgottenTopicsData: [],
})
const read = async ({ call }: World, index: number) => {
  const reply = await call(Fetch, fetchAsked(index), 11)
  const found = reply.responses[0]?.partitions[0]
  return found?.errorCode === 0 ? (found.records?.length ?? 0) > 0 : `error ${found?.errorCode}`
}
const endOffset = async ({ call }: World, partitionIndex: number) => {
  const partitions = [{ partitionIndex, currentLeaderEpoch: -1, timestamp: -1 }]
  const { topics } = await call(ListOffsets, { replicaId: -1, isolationLevel: 0, topics: [{ name: 't', partitions }] })
  const found = topics[0]?.partitions[0]
  return found?.errorCode === 0 ? found.offset : `error ${found?.errorCode}`
}
const leaders = async ({ call }: World) => {
  const reply = await call(Metadata, { topics: [{ name: 't' }] })
  return reply.topics[0]?.partitions.map(({ leaderId, errorCode }) => [leaderId, errorCode])
}
const homeOf = ({ engine }: World, name: string) => engine.directory.file(name).slice(0, 2)

/** Four partitions with a record each, acknowledged by the disk; gives those that lie in /b and those in /a. */
async function served() {
  const world = open()
  expect((await world.call(CreateTopics, { topics: [topicOf('t', { numPartitions: 4 })] })).topics[0]?.errorCode).toBe(0)
  for (const index of [0, 1, 2, 3]) expect(await produce(world, index, 'x')).toBe(0)
  const away = [0, 1, 2, 3].filter((index) => homeOf(world, `t-${index}`) === '/b')
  const here = [0, 1, 2, 3].filter((index) => homeOf(world, `t-${index}`) === '/a')
  expect([away.length, here.length]).toEqual([2, 2])
  const [lost = -1] = away
  const [kept = -1] = here
  return { world, away, here, lost, kept }
}
const EVERY = /./
const WRITES = /open-write|open-create|open-new|^write|truncate|Sync|rename|remove|makeFolder|syncFolder/

describe.each<[string, string, RegExp, (world: World, index: number) => Promise<unknown>]>([
  ['a sync that fails', 'EIO', /^dataSync$/, (world, index) => produce(world, index, 'y')],
  ['a write that fails', 'EIO', /^write/, (world, index) => produce(world, index, 'y', 1)],
  ['a read that fails', 'EIO', /^read/, (world, index) => read(world, index)],
  ['a disk that is read-only', 'EROFS', WRITES, (world, index) => produce(world, index, 'y', 1)],
  ['a disk that nobody may use', 'EACCES', EVERY, (world, index) => produce(world, index, 'y', 1)],
])('%s', (_what, code, does, touch) => {
  test('takes its directory offline and no other', async () => {
    const { world, away, here, lost, kept } = await served()
    world.disk.settle()
    world.faults.set('/b', { code, does })
    expect([STORAGE, `error ${STORAGE}`]).toContain(await touch(world, lost))
    await settle()
    world.faults.clear() // it stays offline all the same
    expect(world.engine.writable).toBe(true)
    expect(findings).toEqual([
      expect.stringMatching(new RegExp(`^Stopping serving logs in dir /b: ${code}.*t-${away[0]}.*cannot be used`)),
    ])
    for (const index of away) {
      expect(await produce(world, index, 'z')).toBe(STORAGE)
      expect(await read(world, index)).toBe(`error ${STORAGE}`)
      expect(await endOffset(world, index)).toBe(`error ${STORAGE}`)
    }
    for (const index of here) {
      expect(await produce(world, index, 'z')).toBe(0)
      expect(await read(world, index)).toBe(true)
      expect(await endOffset(world, index)).toBe(2)
    }
    const told = await leaders(world)
    expect(told?.[lost]).toEqual([-1, errors.LEADER_NOT_AVAILABLE])
    expect(told?.[kept]).toEqual([1, 0])
    const { results } = await world.call(DescribeLogDirs, { topics: null })
    expect(results.map(({ logDir, errorCode, topics }) => [logDir, errorCode, topics.length])).toEqual([
      ['/a', 0, 1],
      ['/b', STORAGE, 0],
    ])
    // new topics go where there is a disk
    expect((await world.call(CreateTopics, { topics: [topicOf('u', { numPartitions: 3 })] })).topics[0]?.errorCode).toBe(0)
    expect([0, 1, 2].map((index) => homeOf(world, `u-${index}`))).toEqual(['/a', '/a', '/a'])
  })

  test('loses nothing: mended and started again, it serves what was acknowledged, and its end was no clean one', async () => {
    const { world, away, here, lost } = await served()
    world.disk.settle()
    world.faults.set('/b', { code, does })
    await touch(world, lost)
    await settle()
    world.engine.close()
    expect(world.disk.exists('/a/.kafka_cleanshutdown')).toBe(true)
    expect(world.disk.exists('/b/.kafka_cleanshutdown')).toBe(false)
    findings.length = 0
    const again = open(world.disk)
    for (const index of away) expect(await endOffset(again, index)).toBeGreaterThanOrEqual(1)
    for (const index of [...away, ...here]) expect(await read(again, index)).toBe(true)
    expect(await produce(again, lost, 'after')).toBe(0)
    expect(findings).toEqual([])
  })
})

describe('a directory that is gone', () => {
  test('is found out within seconds, whether or not anybody writes', async () => {
    const { world, lost, kept } = await served()
    const end = startMaintenance(world.engine)
    world.disk.removeFolder('/b')
    await world.clock.pass(6000)
    await settle()
    end()
    expect(findings[0]).toMatch(/^Stopping serving logs in dir \/b: ENOENT/)
    expect(await produce(world, lost, 'z')).toBe(STORAGE)
    expect(await produce(world, kept, 'z')).toBe(0)
    expect(world.disk.exists('/b')).toBe(false) // nothing is made in its stead
  })
  test('answers who waits for records there', async () => {
    const { world, lost } = await served()
    const waiting = world.call(Fetch, fetchAsked(lost, 60_000, 1), 11)
    await settle()
    world.faults.set('/b', { code: 'EIO', does: EVERY })
    await produce(world, lost, 'y', 1)
    await settle()
    const reply = await waiting
    expect(reply.responses[0]?.partitions[0]?.errorCode).toBe(STORAGE)
  })
  test('has groups that nobody coordinates, and what they committed is not taken for nothing', async () => {
    const { world } = await served()
    await world.call(FindCoordinator, { keyType: 0, coordinatorKeys: ['g'] })
    const groups = Array.from({ length: 20 }, (_, n) => `g${n}`)
    const commit = async (groupId: string) => {
      const topics = [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: null }] }]
      const reply = await world.call(OffsetCommit, { groupId, generationIdOrMemberEpoch: -1, memberId: '', topics }, 8)
      return reply.topics[0]?.partitions[0]?.errorCode
    }
    for (const group of groups) expect(await commit(group)).toBe(0)
    world.faults.set('/b', { code: 'EIO', does: EVERY })
    const refused = new Map<string, number | undefined>()
    for (const group of groups) refused.set(group, await commit(group))
    await settle()
    expect(new Set(refused.values())).toEqual(new Set([0, errors.NOT_COORDINATOR]))
    for (const [groupId, errorCode] of refused) {
      const fetched = await world.call(OffsetFetch, { groupId, topics: [{ name: 't', partitionIndexes: [0] }] }, 7)
      expect(fetched.errorCode).toBe(errorCode)
      if (errorCode === 0) expect(fetched.topics[0]?.partitions[0]?.committedOffset).toBe(1)
      const described = await world.call(DescribeGroups, { groups: [groupId] }, 5)
      expect(described.groups[0]?.errorCode).toBe(errorCode)
      if (errorCode === 0) continue
      const protocols = [{ name: 'range', metadata: Buffer.alloc(0) }]
      const join = { groupId, sessionTimeoutMs: 10_000, memberId: '', protocolType: 'consumer', protocols }
      expect((await world.call(JoinGroup, join, 3)).errorCode).toBe(errors.NOT_COORDINATOR)
    }
    expect(world.engine.writable).toBe(true)
  })
})

describe('the broker ends', () => {
  test('when the directory of the metadata log breaks', async () => {
    const { world, kept } = await served()
    world.faults.set('/a', { code: 'EIO', does: /^write/ })
    expect(await produce(world, kept, 'y', 1)).not.toBe(0)
    expect(world.engine.writable).toBe(false)
    expect(findings.at(-1)).toMatch(/^fatal: .*EIO/)
  })
})

test('a full disk is none that is broken: it refuses, and heals', async () => {
  const { world, lost, kept } = await served()
  world.faults.set('/b', { code: 'ENOSPC', does: /^write/ })
  expect(await produce(world, lost, 'y', 1)).toBe(STORAGE)
  expect(await produce(world, kept, 'y', 1)).toBe(0)
  world.faults.clear()
  expect(await produce(world, lost, 'y', 1)).toBe(0)
  expect(world.engine.directory.offline).toEqual([])
})
