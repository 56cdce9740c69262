import { expect, test } from 'vitest'
import type { Committer } from '../../../src/engine/groups/offsets/may-commit'
import { encodeRecord } from '../../../src/engine/groups/records'
import { errors } from '../../../src/protocol/errors'
import { ZERO_UUID } from '../../../src/protocol/types'
import { settled, World } from './world'

const outsider: Committer = { memberId: '', instanceId: null, generation: -1, version: 9, transactional: false }

const topic = (
  name: string,
  partitions: readonly [partition: number, offset: number, metadata?: string | null][],
  topicId = ZERO_UUID,
) => ({
  name,
  topicId,
  partitions: partitions.map(([partitionIndex, committedOffset, metadata]) => ({
    partitionIndex,
    committedOffset,
    committedLeaderEpoch: -1,
    committedMetadata: metadata === undefined ? '' : metadata,
  })),
})
const fetch = (world: World, groupId: string, topics: readonly [string, number[]][] | null, requireStable = false) =>
  world.groups.fetchOffsets({
    groupId,
    memberId: null,
    memberEpoch: -1,
    topics: topics?.map(([name, partitionIndexes]) => ({ name, topicId: ZERO_UUID, partitionIndexes })) ?? null,
    requireStable,
  })
const commit = (world: World, groupId: string, topics: ReturnType<typeof topic>[], committer = outsider, retentionMs = -1) =>
  world.groups.commitOffsets(groupId, committer, topics, retentionMs, world.caller(committer.version))

const DAY = 86_400_000

test('a simple consumer commits offsets, with its own words, and gets them back', async () => {
  const world = new World()
  const replies = await commit(world, 'g', [
    topic('t', [
      [0, 5, 'words'],
      [1, 7, null],
    ]),
  ])
  expect(replies).toEqual([
    {
      name: 't',
      topicId: ZERO_UUID,
      partitions: [
        { partitionIndex: 0, errorCode: 0 },
        { partitionIndex: 1, errorCode: 0 },
      ],
    },
  ])
  const found = await fetch(world, 'g', [['t', [0, 1, 2]]])
  expect(found.topics[0]?.partitions).toEqual([
    { partitionIndex: 0, committedOffset: 5, committedLeaderEpoch: -1, metadata: 'words', errorCode: 0 },
    { partitionIndex: 1, committedOffset: 7, committedLeaderEpoch: -1, metadata: '', errorCode: 0 },
    { partitionIndex: 2, committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode: 0 },
  ])
})

test('a commit is the record that Kafka writes', async () => {
  const world = new World()
  await commit(world, 'simple', [topic('orders', [[2, 7]])])
  expect(world.log.batches).toHaveLength(1)
  expect(world.log.batches[0]?.partition).toBe(world.partitionOf('simple'))
  const [written] = world.log.batches[0]?.records ?? []
  expect(written?.key.toString('hex')).toBe('0001000673696d706c6500066f726465727300000002')
  const now = BigInt(world.clock.now()).toString(16).padStart(16, '0')
  expect(written?.value?.toString('hex')).toBe(`00040000000000000007ffffffff01${now}00`)
})

test('offsets survive a restart', async () => {
  const world = new World()
  await commit(world, 'g', [topic('t', [[0, 5]])])
  await commit(world, 'g', [topic('t', [[0, 6]])])
  world.restart()
  expect((await fetch(world, 'g', null)).topics[0]?.partitions[0]?.committedOffset).toBe(6)
})

test('a commit is answered when it is durable, and a fetch does not run ahead of it', async () => {
  const world = new World()
  world.log.hold()
  const done: string[] = []
  void Promise.resolve(commit(world, 'g', [topic('t', [[0, 5]])])).then(() => done.push('commit'))
  void Promise.resolve(fetch(world, 'g', [['t', [0]]])).then(() => done.push('fetch'))
  await settled()
  expect(done).toEqual([])
  world.log.release()
  await settled()
  expect(done).toEqual(['commit', 'fetch'])
})

test('when the log cannot be written the commit fails, and the next one finds what the log has', async () => {
  const world = new World()
  await commit(world, 'g', [topic('t', [[0, 5]])])
  world.log.hold()
  const failing = commit(world, 'g', [topic('t', [[0, 6]])])
  world.log.batches.pop() // it never reached the disk
  world.log.fail()
  expect((await failing)[0]?.partitions[0]?.errorCode).toBe(errors.NOT_COORDINATOR)
  expect((await fetch(world, 'g', [['t', [0]]])).topics[0]?.partitions[0]?.committedOffset).toBe(5)
})

test('looking for a group does not make the topic of the groups', async () => {
  const world = new World()
  await fetch(world, 'g', null)
  world.groups.list({ states: [], types: [] })
  world.groups.describe('g', world.caller(6))
  expect(world.topics.exists('__consumer_offsets')).toBe(false)
  expect(world.log.batches).toEqual([])
})

test('only the partition of the group that is asked for is loaded', async () => {
  const world = new World()
  await commit(world, 'g', [topic('t', [[0, 5]])])
  await commit(world, 'another', [topic('t', [[0, 5]])])
  expect(world.partitionOf('g')).not.toBe(world.partitionOf('another'))
  world.restart()
  const replayed: number[] = []
  const { replay } = world.log
  world.log.replay = (partition, take) => {
    replayed.push(partition)
    return replay.call(world.log, partition, take)
  }
  await fetch(world, 'g', null)
  await fetch(world, 'g', null)
  expect(replayed).toEqual([world.partitionOf('g')])
})

test('metadata beyond offset.metadata.max.bytes is refused, the rest is committed', async () => {
  const world = new World()
  const replies = await commit(world, 'g', [
    topic('t', [
      [0, 1, 'x'.repeat(4097)],
      [1, 2, 'x'.repeat(4096)],
    ]),
  ])
  expect(replies[0]?.partitions.map(({ errorCode }) => errorCode)).toEqual([errors.OFFSET_METADATA_TOO_LARGE, 0])
  expect(world.log.records).toHaveLength(1)
})

test('a generation of a group that is not there is ILLEGAL_GENERATION, from version 9 on GROUP_ID_NOT_FOUND', async () => {
  const world = new World()
  const code = async (version: number) => {
    const replies = await commit(world, 'g', [topic('t', [[0, 1]])], { ...outsider, generation: 3, memberId: 'm', version })
    return replies[0]?.partitions[0]?.errorCode
  }
  expect(await code(8)).toBe(errors.ILLEGAL_GENERATION)
  expect(await code(9)).toBe(errors.GROUP_ID_NOT_FOUND)
  expect(world.log.batches).toEqual([])
})

test('an offset committed for another topic of the same name is not given back', async () => {
  const world = new World()
  const [one, other] = [world.topics.add('one', 1), world.topics.add('other', 1)]
  await commit(world, 'g', [topic('t', [[0, 5]], one)])
  const ask = async (topicId: string) => {
    const topics = [{ name: 't', topicId, partitionIndexes: [0] }]
    const found = await world.groups.fetchOffsets({ groupId: 'g', memberId: null, memberEpoch: -1, topics, requireStable: false })
    return found.topics[0]?.partitions[0]?.committedOffset
  }
  expect(await ask(one)).toBe(5)
  expect(await ask(ZERO_UUID)).toBe(5)
  expect(await ask(other)).toBe(-1)
})

test('a transactional offset is unstable until its marker comes, and counts only when that commits', async () => {
  const world = new World()
  await commit(world, 'g', [
    topic('t', [
      [0, 5],
      [1, 5],
      [2, 5],
    ]),
  ])
  const partition = world.partitionOf('g')
  const pend = (index: number, offset: number) => {
    const record = encodeRecord({
      name: 'OffsetCommit',
      key: { group: 'g', topic: 't', partition: index },
      version: 4,
      value: { offset, leaderEpoch: -1, metadata: '', commitTimestamp: 1, expireTimestamp: -1, topicId: ZERO_UUID },
    })
    for (const one of world.log.write(partition, [record], 0, 77)) world.groups.take(partition, one)
  }
  const end = (marker: 'commit' | 'abort') => {
    const record = { key: Buffer.alloc(4), value: Buffer.alloc(6), timestamp: 0, offset: 0, producerId: 77, marker }
    world.log.batches.push({ partition, records: [record] })
    world.groups.take(partition, record)
  }
  const offsets = async (stable: boolean) =>
    (await fetch(world, 'g', [['t', [0, 1, 2]]], stable)).topics[0]?.partitions.map((one) => one.errorCode || one.committedOffset)

  pend(0, 8)
  pend(1, 8)
  expect(await offsets(true)).toEqual([errors.UNSTABLE_OFFSET_COMMIT, errors.UNSTABLE_OFFSET_COMMIT, 5])
  expect(await offsets(false)).toEqual([5, 5, 5])
  await commit(world, 'g', [topic('t', [[1, 9]])]) // later in the log than the pending one
  end('commit')
  expect(await offsets(true)).toEqual([8, 9, 5])
  pend(2, 20)
  end('abort')
  expect(await offsets(true)).toEqual([8, 9, 5])
  world.restart()
  expect(await offsets(true)).toEqual([8, 9, 5])
})

test('a transaction commits offsets as who it says it is, or as nobody', async () => {
  const world = new World()
  const asked = { memberId: '', instanceId: null, generation: -1, version: 3 }
  const commitWith = (changes: object) =>
    world.groups.transactionalOffsets('g', { ...asked, ...changes }, [topic('t', [[0, 5]])], world.caller(3))
  expect(commitWith({ generation: 3 }).answers[0]?.partitions[0]?.errorCode).toBe(errors.ILLEGAL_GENERATION)
  const { answers, partition, records } = commitWith({})
  expect(answers[0]?.partitions[0]?.errorCode).toBe(0)
  expect(world.log.batches).toEqual([]) // the producer's batch is the caller's to append
  for (const one of world.log.write(partition, records, 0, 5)) world.groups.take(partition, one)
  expect((await fetch(world, 'g', [['t', [0]]], true)).topics[0]?.partitions[0]?.errorCode).toBe(errors.UNSTABLE_OFFSET_COMMIT)
  expect(world.groups.list({ states: [], types: [] })).toMatchObject([{ groupId: 'g', groupState: 'Empty' }])
})

test('an offset that is deleted takes what is pending along', async () => {
  const world = new World()
  await commit(world, 'g', [topic('t', [[0, 5]])])
  expect(
    await world.groups.deleteOffsets(
      'g',
      [{ name: 't', partitions: [{ partitionIndex: 0 }, { partitionIndex: 9 }] }],
      world.caller(0),
    ),
  ).toEqual({
    errorCode: 0,
    topics: [
      {
        name: 't',
        partitions: [
          { partitionIndex: 0, errorCode: 0 },
          { partitionIndex: 9, errorCode: 0 },
        ],
      },
    ],
  })
  expect(world.log.shape.at(-1)).toEqual(['OffsetCommit gone'])
  world.restart()
  expect((await fetch(world, 'g', null)).topics).toEqual([])
})

test('OffsetDelete of a group that is not there is GROUP_ID_NOT_FOUND', async () => {
  const world = new World()
  const deleting = (groupId: string) => world.groups.deleteOffsets(groupId, [], world.caller(0))
  expect((await deleting('g')).errorCode).toBe(errors.GROUP_ID_NOT_FOUND)
  expect((await deleting('')).errorCode).toBe(errors.INVALID_GROUP_ID)
})

test('offsets of a simple group expire by their own commit, and the group goes with the last', async () => {
  const world = new World({ offsetsRetentionMs: 7 * DAY })
  await commit(world, 'g', [topic('old', [[0, 1]])])
  await world.pass(DAY)
  await commit(world, 'g', [topic('new', [[0, 2]])])
  await world.pass(6 * DAY - 1)
  await world.groups.expire()
  expect((await fetch(world, 'g', null)).topics).toHaveLength(2)
  await world.pass(1)
  await world.groups.expire()
  expect((await fetch(world, 'g', null)).topics.map(({ name }) => name)).toEqual(['new'])
  await world.pass(DAY)
  await world.groups.expire()
  expect(world.log.shape.at(-1)).toEqual(['OffsetCommit gone', 'GroupMetadata gone'])
  expect(world.groups.list({ states: [], types: [] })).toEqual([])
})

test('an expiry that the client asked for goes before the retention of the broker', async () => {
  const world = new World()
  await commit(world, 'g', [topic('t', [[0, 1]])], { ...outsider, version: 4 }, 60_000)
  expect(world.log.last).toMatchObject({ version: 1, value: { expireTimestamp: world.clock.now() + 60_000 } })
  await world.pass(59_999)
  await world.groups.expire()
  expect((await fetch(world, 'g', null)).topics).toHaveLength(1)
  await world.pass(1)
  await world.groups.expire()
  expect((await fetch(world, 'g', null)).topics).toHaveLength(0)
})

test('expired offsets are looked for by themselves, from time to time', async () => {
  const world = new World({ offsetsRetentionMs: 1_000, offsetsRetentionCheckIntervalMs: 600_000 })
  world.groups.start()
  await commit(world, 'g', [topic('t', [[0, 1]])])
  await world.pass(599_999)
  expect((await fetch(world, 'g', null)).topics).toHaveLength(1)
  await world.pass(1)
  expect((await fetch(world, 'g', null)).topics).toHaveLength(0)
  await commit(world, 'g', [topic('t', [[0, 1]])])
  await world.pass(600_000)
  expect((await fetch(world, 'g', null)).topics).toHaveLength(0)
  world.groups.close()
  expect(world.clock.waiting).toBe(0)
})

test('when a topic is deleted its offsets go, of all groups, also of those that were not loaded', async () => {
  const world = new World()
  await commit(world, 'g', [
    topic('gone', [
      [0, 1],
      [1, 1],
    ]),
    topic('kept', [[0, 1]]),
  ])
  await commit(world, 'another', [topic('gone', [[0, 1]])])
  world.restart()
  await world.groups.topicDeleted('gone')
  expect((await fetch(world, 'g', null)).topics.map(({ name }) => name)).toEqual(['kept'])
  expect((await fetch(world, 'another', null)).topics).toEqual([])
})
