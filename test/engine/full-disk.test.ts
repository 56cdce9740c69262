/** A disk that is full: what is refused, with which error, what goes on, and that there is nothing to repair when there is room again. */
import { describe, expect, test } from 'vitest'
import { CreateTopics } from '../../src/protocol/apis/create-topics'
import { DeleteTopics } from '../../src/protocol/apis/delete-topics'
import { FindCoordinator } from '../../src/protocol/apis/find-coordinator'
import { IncrementalAlterConfigs } from '../../src/protocol/apis/incremental-alter-configs'
import { InitProducerId } from '../../src/protocol/apis/init-producer-id'
import { Metadata } from '../../src/protocol/apis/metadata'
import { OffsetCommit } from '../../src/protocol/apis/offset-commit'
import { OffsetFetch } from '../../src/protocol/apis/offset-fetch'
import { Produce } from '../../src/protocol/apis/produce'
import { errors } from '../../src/protocol/errors'
import { Disk } from '../storage/disk'
import { testEngine } from '../support/engine'
import { batchOf, create, remove, send, take, topicOf } from '../support/requests'

const STORAGE = errors.KAFKA_STORAGE_ERROR

/** An engine on a disk in memory, on which `room` sets how many more bytes fit. */
function onDisk(properties: Readonly<Record<string, string>> = {}) {
  const disk = new Disk()
  const world = testEngine({ folder: '/data', system: { fs: disk }, properties })
  const room = (bytes: number) => {
    disk.capacity = disk.used + bytes
  }
  return { ...world, disk, room }
}
const produce = async (world: ReturnType<typeof onDisk>, acks: number, values: string[]) => {
  const topicData = [{ name: 't', partitionData: [{ index: 0, records: batchOf(values) }] }]
  const reply = await world.call(Produce, { acks, timeoutMs: 1000, topicData }, 9)
  return reply.responses[0]?.partitionResponses[0]
}
const commit = async ({ call }: ReturnType<typeof onDisk>, committedOffset: number) => {
  const topics = [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset, committedMetadata: null }] }]
  const reply = await call(OffsetCommit, { groupId: 'g', generationIdOrMemberEpoch: -1, memberId: '', topics }, 8)
  return reply.topics[0]?.partitions[0]?.errorCode
}
const committed = async ({ call }: ReturnType<typeof onDisk>) => {
  const reply = await call(OffsetFetch, { groupId: 'g', topics: [{ name: 't', partitionIndexes: [0] }] }, 7)
  return reply.topics[0]?.partitions[0]?.committedOffset
}

describe('records', () => {
  test('a full disk refuses them, reads go on, and it takes them again when there is room', async () => {
    const world = onDisk()
    await create(world.call, 't')
    await send(world.call, 't', ['a'])
    world.room(30)
    expect(await produce(world, 1, ['b'])).toMatchObject({
      errorCode: STORAGE,
      baseOffset: -1,
      errorMessage: 'no space is left on the disk',
    })
    expect(await produce(world, -1, ['c'])).toMatchObject({ errorCode: STORAGE })
    expect((await take(world.call, 't', 0)).values).toEqual(['a'])
    expect(world.engine.writable).toBe(true)
    world.room(10_000)
    expect(await send(world.call, 't', ['d'])).toMatchObject({ errorCode: 0, baseOffset: 1 })
    expect((await take(world.call, 't', 1)).values).toEqual(['d'])
    expect(world.findings).toEqual([
      expect.stringContaining('no space is left on the disk: records of t-0 are refused'),
      'the disk takes writes again',
    ])
  })

  test('what is refused because its sync found no room is written once there is, and once', async () => {
    const world = onDisk()
    await create(world.call, 't')
    await send(world.call, 't', ['a'])
    world.room(30)
    expect(await produce(world, -1, ['b'])).toMatchObject({ errorCode: STORAGE, errorMessage: 'no space is left on the disk' })
    expect(await produce(world, -1, ['c'])).toMatchObject({ errorCode: STORAGE, baseOffset: -1 })
    expect((await take(world.call, 't', 0)).values).toEqual(['a'])
    world.room(10_000)
    expect(await send(world.call, 't', ['d'])).toMatchObject({ errorCode: 0, baseOffset: 2 })
    const after = world.reopen('killed')
    expect((await take(after.call, 't', 0)).values).toEqual(['a'])
    expect((await take(after.call, 't', 1)).values).toEqual(['b'])
    expect((await take(after.call, 't', 2)).values).toEqual(['d'])
    expect(after.findings).toEqual([])
  })

  test('nothing half written stays in the log', async () => {
    const world = onDisk()
    await create(world.call, 't')
    await send(world.call, 't', ['a'])
    const size = world.engine.partition('t', 0)?.log.sizeBytes
    world.room(30)
    await produce(world, 1, ['b'])
    expect(world.disk.stat('/data/t-0/00000000000000000000.log')?.size).toBe(size)
    world.room(10_000)
    await send(world.call, 't', ['c'])
    const after = world.reopen('killed')
    expect((await take(after.call, 't', 0)).values).toEqual(['a'])
    expect((await take(after.call, 't', 1)).values).toEqual(['c'])
    expect(after.findings).toEqual([])
  })

  test('a roll that finds no room changes nothing', async () => {
    const world = onDisk()
    await create(world.call, topicOf('t', { configs: [{ name: 'internal.segment.bytes', value: '200' }] }))
    for (const value of ['a', 'b', 'c']) await send(world.call, 't', [value])
    for (let bytes = 0; bytes < 400; bytes += 7) {
      world.room(bytes)
      const answer = await produce(world, 1, ['x'.repeat(100)])
      if (answer?.errorCode === 0) break
      expect(answer?.errorCode).toBe(STORAGE)
    }
    world.room(10_000)
    await send(world.call, 't', ['last'])
    const values = async (of: Pick<typeof world, 'call'>) => {
      const found: string[] = []
      for (let offset = 0; offset < 5; offset++) found.push(...(await take(of.call, 't', offset)).values)
      return found
    }
    const before = await values(world)
    expect(before.slice(0, 3)).toEqual(['a', 'b', 'c'])
    expect(before.at(-1)).toBe('last')
    const after = world.reopen('killed')
    expect(await values(after)).toEqual(before)
    expect(after.findings).toEqual([])
  })

  test('a disk that finds out at the sync acknowledges nothing, and has all of it on disk when there is room', async () => {
    const world = onDisk()
    await create(world.call, 't')
    await send(world.call, 't', ['a'])
    world.disk.settle()
    world.disk.allocatesLate = true
    world.room(30)
    expect(await produce(world, -1, ['b'])).toMatchObject({ errorCode: STORAGE })
    expect((await take(world.call, 't', 1)).values).toEqual([]) // not acknowledged, not to be seen
    expect(await produce(world, -1, ['c'])).toMatchObject({ errorCode: STORAGE })
    expect(world.engine.writable).toBe(true)
    world.room(10_000)
    await world.clock.pass(2500) // by itself, nobody writes
    expect((await take(world.call, 't', 1)).values).toEqual(['b'])
    expect(await send(world.call, 't', ['d'])).toMatchObject({ errorCode: 0, baseOffset: 3 })
    world.engine.directory.abandon()
    world.disk.cutPower(() => 0) // nothing is left but what was synced
    const after = testEngine({ folder: '/data', system: { fs: world.disk } })
    expect((await take(after.call, 't', 2)).values).toEqual(['c'])
    expect((await take(after.call, 't', 3)).values).toEqual(['d'])
  })

  test('what is not read back as it was written ends the broker', async () => {
    const world = onDisk()
    await create(world.call, 't')
    await send(world.call, 't', ['a'])
    world.disk.settle()
    world.disk.allocatesLate = true
    world.room(0)
    await produce(world, -1, ['b'])
    const log = '/data/t-0/00000000000000000000.log'
    const fd = world.disk.open(log, 'write')
    world.disk.write(fd, Buffer.from([0xff]), world.disk.size(fd) - 3)
    world.room(10_000)
    await world.clock.pass(1500)
    expect(world.engine.writable).toBe(false)
    expect(world.findings.at(-1)).toContain('is lost')
  })
})

describe('metadata', () => {
  test('no topic is made, changed or deleted, and none is lost', async () => {
    const world = onDisk()
    await create(world.call, 'old')
    await send(world.call, 'old', ['a'])
    world.room(20)
    const made = await world.call(CreateTopics, { topics: [topicOf('new')] })
    expect(made.topics[0]).toMatchObject({ name: 'new', errorCode: STORAGE, errorMessage: 'no space is left on the disk' })
    const configs = [{ name: 'retention.ms', configOperation: 0, value: '1' }]
    const altered = await world.call(IncrementalAlterConfigs, {
      resources: [{ resourceType: 2, resourceName: 'old', configs }],
      validateOnly: false,
    })
    expect(altered.responses[0]).toMatchObject({ errorCode: STORAGE })
    expect((await remove(world.call, 'old'))[0]).toMatchObject({ errorCode: STORAGE })
    await world.clock.pass(120_000)
    expect((await take(world.call, 'old', 0)).values).toEqual(['a'])
    const asked = await world.call(Metadata, { topics: [{ name: 'auto' }] })
    expect(asked.topics[0]?.errorCode).toBe(errors.UNKNOWN_TOPIC_OR_PARTITION)
    world.room(100_000)
    await create(world.call, 'new')
    expect((await remove(world.call, 'old'))[0]).toMatchObject({ errorCode: 0 })
  })

  test('a deletion that is not on disk yet is answered so', async () => {
    const world = onDisk()
    await create(world.call, 'old')
    world.disk.settle()
    world.disk.allocatesLate = true
    world.room(0)
    const deleted = await world.call(DeleteTopics, {
      topics: [{ name: 'old', topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }],
      timeoutMs: 1000,
    })
    expect(deleted.responses[0]).toMatchObject({ errorCode: STORAGE })
  })

  test('a producer gets no id, and one when there is room', async () => {
    const world = onDisk()
    await create(world.call, 't')
    world.disk.settle()
    const ask = () => world.call(InitProducerId, { transactionalId: null, transactionTimeoutMs: 1000 })
    for (const allocatesLate of [false, true]) {
      world.disk.allocatesLate = allocatesLate
      world.room(0)
      expect(await ask()).toMatchObject({ errorCode: STORAGE, producerId: -1 })
    }
    world.room(10_000)
    expect(await ask()).toMatchObject({ errorCode: 0 })
  })

  test('a server that has never been one waits for room', async () => {
    const world = onDisk()
    world.room(0)
    const made = await world.call(CreateTopics, { topics: [topicOf('t')] })
    expect(made.topics[0]).toMatchObject({ name: 't', errorCode: STORAGE })
    world.room(100_000)
    await create(world.call, 't')
    const after = world.reopen('clean')
    expect(after.engine.partition('t', 0)).toBeDefined()
  })
})

describe('groups', () => {
  test('offsets are refused with what Kafka says, are known all the same, and are kept when there is room', async () => {
    const world = onDisk({ 'offsets.topic.num.partitions': '1' })
    await create(world.call, 't')
    expect(await commit(world, 1)).toBe(0)
    world.room(10)
    expect(await commit(world, 2)).toBe(errors.NOT_COORDINATOR)
    expect(await committed(world)).toBe(1)
    world.room(10_000)
    expect(await commit(world, 3)).toBe(0)
    expect(await committed(world)).toBe(3)
  })

  test('a coordinator whose topic cannot be made is not available', async () => {
    const world = onDisk()
    await create(world.call, 't')
    world.room(0)
    const found = await world.call(FindCoordinator, { keyType: 0, coordinatorKeys: ['g'] })
    expect(found.coordinators[0]?.errorCode).toBe(errors.COORDINATOR_NOT_AVAILABLE)
    expect(await commit(world, 1)).toBe(errors.NOT_COORDINATOR)
    world.room(100_000)
    expect(await commit(world, 1)).toBe(0)
  })
})

describe('the end', () => {
  test('a directory that cannot be closed cleanly bears no mark of it, and loses nothing', async () => {
    const world = onDisk()
    await create(world.call, 't')
    await send(world.call, 't', ['a'])
    world.room(0)
    const after = world.reopen('clean')
    expect(world.findings.at(-1)).toContain('/data could not be closed cleanly: no space is left on the disk')
    expect(world.disk.exists('/data/.kafka_cleanshutdown')).toBe(false)
    expect((await take(after.call, 't', 0)).values).toEqual(['a'])
    world.room(10_000)
    await send(after.call, 't', ['b'])
    after.reopen('clean')
    expect(world.disk.exists('/data/.kafka_cleanshutdown')).toBe(true)
  })

  test('checkpoints go on when there is room', async () => {
    const world = onDisk()
    await create(world.call, 't')
    await send(world.call, 't', ['a'])
    world.room(0)
    await expect(world.engine.directory.checkpointLater('all')).rejects.toThrow('ENOSPC')
    expect(world.disk.list('/data').filter((name) => name.endsWith('.tmp'))).toEqual([])
    world.room(10_000)
    await world.engine.directory.checkpointLater('all')
    expect(world.disk.readFile('/data/recovery-point-offset-checkpoint').toString()).toContain('t 0 1')
  })

  test('old segments are deleted, which makes room', async () => {
    const world = onDisk({ 'log.retention.check.interval.ms': '1000' })
    const configs = [
      { name: 'internal.segment.bytes', value: '100' },
      { name: 'retention.bytes', value: '100' },
      { name: 'file.delete.delay.ms', value: '0' },
    ]
    await create(world.call, topicOf('t', { configs }))
    for (const value of ['a', 'b', 'c', 'd']) await send(world.call, 't', [value])
    const { expireRecords } = await import('../../src/engine/retention')
    world.room(0)
    const before = world.disk.used
    await expireRecords(world.engine, { log: () => {}, stopped: () => false })
    await world.clock.pass(1)
    expect(world.disk.used).toBeLessThan(before)
    expect(world.engine.partition('t', 0)?.log.startOffset).toBeGreaterThan(0)
  })
})
