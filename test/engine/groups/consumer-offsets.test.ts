/** Offsets of consumer groups, and groups that become of the other kind. */
import { expect, test } from 'vitest'
import { errors } from '../../../src/protocol/errors'
import { Member, stable } from './classic-member'
import { Consumer } from './consumer-member'
import { World } from './world'

function world(topics: Record<string, number> = { t: 4 }, settings = {}): World {
  const made = new World(settings)
  for (const [name, partitions] of Object.entries(topics)) made.topics.add(name, partitions)
  return made
}
const _look = (world: World) => world.groups.describeConsumer('g')

test('offsets: a member commits and fetches in its epoch, an outsider commits only while nobody is there', async () => {
  const w = world()
  const a = new Consumer(w)
  await a.join()
  const commit = async (memberId: string, generation: number, version = 9) => {
    const partitions = [{ partitionIndex: 0, committedOffset: 5, committedLeaderEpoch: -1, committedMetadata: '' }]
    const committer = { memberId, generation, version, instanceId: null, transactional: false }
    const topics = [{ name: 't', topicId: w.topics.idOf('t') as string, partitions }]
    return (await w.groups.commitOffsets('g', committer, topics, -1, w.caller(version)))[0]?.partitions[0]?.errorCode
  }
  const fetch = async (memberId: string | null, memberEpoch: number) => {
    const topics = [{ name: 't', topicId: w.topics.idOf('t') as string, partitionIndexes: [0] }]
    const found = await w.groups.fetchOffsets({ groupId: 'g', memberId, memberEpoch, topics, requireStable: false })
    return found.errorCode || found.topics[0]?.partitions[0]?.committedOffset
  }
  expect(await commit(a.memberId, 1)).toBe(0)
  expect(await commit(a.memberId, 0)).toBe(errors.STALE_MEMBER_EPOCH)
  expect(await commit(a.memberId, 1, 8)).toBe(errors.UNSUPPORTED_VERSION)
  expect(await commit('stranger', 1)).toBe(errors.UNKNOWN_MEMBER_ID)
  expect(await commit('', -1)).toBe(errors.UNKNOWN_MEMBER_ID)
  expect(await fetch(a.memberId, 1)).toBe(5)
  expect(await fetch(a.memberId, 2)).toBe(errors.STALE_MEMBER_EPOCH)
  expect(await fetch('stranger', 1)).toBe(errors.UNKNOWN_MEMBER_ID)
  expect(await fetch(null, -1)).toBe(5)
  await a.leave()
  expect(await commit('', -1)).toBe(0)
})

test('offsets of topics that a member subscribes to neither expire nor can be deleted', async () => {
  const w = world({ t: 1, u: 1 }, { offsetsRetentionMs: 1_000 })
  const a = new Consumer(w)
  await a.join()
  for (const name of ['t', 'u']) {
    const partitions = [{ partitionIndex: 0, committedOffset: 5, committedLeaderEpoch: -1, committedMetadata: '' }]
    const committer = { memberId: a.memberId, generation: 1, version: 9, instanceId: null, transactional: false }
    await w.groups.commitOffsets('g', committer, [{ name, topicId: w.topics.idOf(name) as string, partitions }], -1, w.caller(9))
  }
  const deleted = await w.groups.deleteOffsets('g', [{ name: 't', partitions: [{ partitionIndex: 0 }] }], w.caller(0))
  expect(deleted.topics[0]?.partitions[0]?.errorCode).toBe(errors.GROUP_SUBSCRIBED_TO_TOPIC)
  await w.pass(1_000)
  await w.groups.expire()
  const all = async () =>
    (
      await w.groups.fetchOffsets({ groupId: 'g', memberId: null, memberEpoch: -1, topics: null, requireStable: false })
    ).topics.map(({ name }) => name)
  expect(await all()).toEqual(['t'])
  await a.leave()
  await w.groups.expire()
  expect(w.log.shape.at(-1)).toEqual([
    'OffsetCommit gone',
    'ConsumerGroupTargetAssignmentMetadata gone',
    'ConsumerGroupPartitionMetadata gone',
    'ConsumerGroupMetadata gone',
  ])
  expect(w.groups.list({ states: [], types: [] })).toEqual([])
})

test('ListGroups and the two describes know which kind a group is', async () => {
  const w = world()
  await new Consumer(w).join()
  expect(w.groups.list({ states: [], types: ['consumer'] })).toEqual([
    { groupId: 'g', protocolType: 'consumer', groupState: 'Stable', groupType: 'consumer' },
  ])
  expect(w.groups.describe('g', w.caller(6))).toMatchObject({ errorCode: 69, errorMessage: 'Group g is not a classic group.' })
  expect(w.groups.describeConsumer('none')).toMatchObject({ errorCode: 69, errorMessage: 'Group none not found.' })
  expect(w.groups.describeConsumer('')).toMatchObject({ errorCode: errors.INVALID_GROUP_ID })
  await stable(w, [new Member(w, { groupId: 'old' })])
  expect(w.groups.describeConsumer('old')).toMatchObject({ errorCode: 69, errorMessage: 'Group old is not a consumer group.' })
  expect(await w.groups.delete('g', w.caller(2))).toBe(errors.NON_EMPTY_GROUP)
})

test('an empty group of one kind becomes the other, and keeps its offsets', async () => {
  const w = world()
  const old = new Member(w)
  await stable(w, [old])
  await old.commit(7)
  await old.leave()
  const a = new Consumer(w)
  await a.join()
  expect(w.log.shape.at(-1)?.slice(0, 2)).toEqual(['GroupMetadata gone', 'ConsumerGroupMemberMetadata'])
  expect(a.has).toHaveLength(4)
  await a.leave()
  const again = new Member(w)
  await again.send()
  expect(again.reply?.errorCode).toBe(errors.MEMBER_ID_REQUIRED)
  expect(w.log.shape.at(-1)).toEqual([
    'ConsumerGroupTargetAssignmentMetadata gone',
    'ConsumerGroupPartitionMetadata gone',
    'ConsumerGroupMetadata gone',
    'GroupMetadata',
  ])
  w.restart()
  expect(w.groups.list({ states: [], types: [] })).toMatchObject([{ groupType: 'classic', groupState: 'Empty' }])
  const found = await w.groups.fetchOffsets({ groupId: 'g', memberId: null, memberEpoch: -1, topics: null, requireStable: false })
  expect(found.topics[0]?.partitions[0]?.committedOffset).toBe(7)
})
