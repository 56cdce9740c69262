import { expect, test } from 'vitest'
import { errors } from '../../../src/protocol/errors'
import { Consumer, settle } from './consumer-member'
import { World } from './world'

function world(topics: Record<string, number> = { t: 4 }, settings = {}): World {
  const made = new World(settings)
  for (const [name, partitions] of Object.entries(topics)) made.topics.add(name, partitions)
  return made
}
const look = (world: World) => world.groups.describeConsumer('g')

test('the first member gets everything with its first heartbeat, in epoch 1', async () => {
  const w = world()
  const a = new Consumer(w)
  const reply = await a.join()
  expect(reply).toMatchObject({ errorCode: 0, memberId: a.memberId, memberEpoch: 1, heartbeatIntervalMs: 5_000 })
  expect(a.has).toEqual(['t-0', 't-1', 't-2', 't-3'])
  expect(look(w)).toMatchObject({ groupState: 'Stable', groupEpoch: 1, assignmentEpoch: 1, assignorName: 'uniform' })
})

test('joining and leaving write the records that Kafka writes, in its order', async () => {
  const w = world()
  const a = new Consumer(w)
  await a.join()
  await a.leave()
  expect(w.log.shape).toEqual([
    [
      'ConsumerGroupMemberMetadata',
      'ConsumerGroupMetadata',
      'ConsumerGroupTargetAssignmentMember',
      'ConsumerGroupTargetAssignmentMetadata',
      'ConsumerGroupCurrentMemberAssignment',
    ],
    [
      'ConsumerGroupCurrentMemberAssignment gone',
      'ConsumerGroupTargetAssignmentMember gone',
      'ConsumerGroupMemberMetadata gone',
      'ConsumerGroupMetadata',
    ],
  ])
  expect(w.log.records[0]).toMatchObject({
    value: {
      instanceId: null,
      clientId: 'client',
      clientHost: '/127.0.0.1',
      subscribedTopicNames: ['t'],
      subscribedTopicRegex: '',
      rebalanceTimeoutMs: 60_000,
      classicMemberMetadata: null,
    },
  })
  expect(w.log.records[4]).toMatchObject({
    value: { memberEpoch: 1, previousMemberEpoch: 0, state: 0, partitionsPendingRevocation: [] },
  })
  expect(w.log.last).toMatchObject({ value: { epoch: 2, metadataHash: 0n } })
})

test('nothing new to say and nothing new to hear costs no record', async () => {
  const w = world()
  const a = new Consumer(w)
  await a.join()
  const written = w.log.batches.length
  for (let i = 0; i < 3; i++) expect(await a.send()).toMatchObject({ errorCode: 0, memberEpoch: 1, assignment: null })
  expect(w.log.batches).toHaveLength(written)
})

test('a newcomer gets partitions only after those who had them let them go', async () => {
  const w = world()
  const [a, b] = [new Consumer(w), new Consumer(w)]
  await a.join()
  await b.join()
  expect(b).toMatchObject({ epoch: 2, has: [] })
  await a.beat()
  expect(a).toMatchObject({ epoch: 1, has: ['t-0', 't-1'], holds: ['t-0', 't-1', 't-2', 't-3'] }) // told to let two go
  expect(look(w).groupState).toBe('Reconciling')
  await b.beat()
  expect(b.has).toEqual([])
  await a.beat()
  expect(a.epoch).toBe(1) // it still holds them
  await b.beat()
  expect(b.has).toEqual([])
  await a.letGo()
  expect(a.epoch).toBe(2)
  await b.beat()
  expect(b).toMatchObject({ epoch: 2, has: ['t-2', 't-3'] })
  expect(look(w).groupState).toBe('Stable')
})

test('what two members are to have is the same after a restart, in the middle of it too', async () => {
  const w = world()
  const [a, b] = [new Consumer(w), new Consumer(w)]
  await a.join()
  await b.join()
  await a.beat()
  const before = look(w)
  w.restart()
  expect(look(w)).toEqual(before)
  await a.letGo()
  await b.beat()
  expect([a.has, b.has]).toEqual([
    ['t-0', 't-1'],
    ['t-2', 't-3'],
  ])
})

test('a member that does not let go within its rebalance time-out is fenced', async () => {
  const w = world()
  const [a, b] = [new Consumer(w, { rebalanceMs: 30_000 }), new Consumer(w)]
  await a.join()
  await b.join()
  await a.beat()
  for (let i = 0; i < 3; i++) {
    await w.pass(9_999)
    expect(await a.beat()).toBe(0)
    await b.beat()
  }
  await w.pass(3)
  expect(await a.beat()).toBe(errors.UNKNOWN_MEMBER_ID)
  await b.beat()
  expect(b.has).toEqual(['t-0', 't-1', 't-2', 't-3'])
})

test('a member of which nothing is heard for the session is fenced, and its partitions go to the others', async () => {
  const w = world()
  const [a, b] = [new Consumer(w), new Consumer(w)]
  await a.join()
  await b.join()
  await settle([a, b])
  await w.pass(30_000)
  await b.beat()
  await w.pass(15_000)
  expect(await a.beat()).toBe(errors.UNKNOWN_MEMBER_ID)
  await b.beat()
  expect(b.has).toEqual(['t-0', 't-1', 't-2', 't-3'])
  w.restart()
  expect(look(w).groupState).toBe('Stable') // asked for, so loaded: the session begins
  await w.pass(45_000)
  expect(look(w).groupState).toBe('Empty')
})

test('time-outs of one group can be set for it alone', async () => {
  const ofGroup = (groupId: string) =>
    groupId === 'g' ? { consumerSessionTimeoutMs: 60_000, consumerHeartbeatIntervalMs: 15_000 } : undefined
  const w = world({ t: 1 }, { ofGroup })
  const [a, b] = [new Consumer(w), new Consumer(w, { groupId: 'other' })]
  expect(await a.join()).toMatchObject({ heartbeatIntervalMs: 15_000 })
  expect(await b.join()).toMatchObject({ heartbeatIntervalMs: 5_000 })
  await w.pass(50_000)
  expect(await a.beat()).toBe(0)
  expect(await b.beat()).toBe(errors.UNKNOWN_MEMBER_ID)
})

test('epochs: a greater one is fenced, the former one only with no more than the member was told to have, 0 begins anew', async () => {
  const w = world()
  const [a, b] = [new Consumer(w), new Consumer(w)]
  await a.join()
  await b.join()
  await settle([a, b])
  expect(a.epoch).toBe(2)
  const ask = async (memberEpoch: number, topicPartitions: { topicId: string; partitions: number[] }[] | null = null) =>
    w.groups.consumerHeartbeat(
      {
        groupId: 'g',
        memberId: a.memberId,
        memberEpoch,
        instanceId: null,
        rackId: null,
        rebalanceTimeoutMs: -1,
        subscribedTopicNames: null,
        subscribedTopicRegex: null,
        serverAssignor: null,
        topicPartitions,
      },
      w.caller(1),
    )
  const topicId = w.topics.idOf('t') as string
  const greater = await ask(3)
  expect(greater.errorCode).toBe(errors.FENCED_MEMBER_EPOCH)
  expect(greater.errorMessage).toBe(
    'The consumer group member has a greater member epoch (3) than the one known by the group coordinator (2). The member must abandon all its partitions and rejoin.',
  )
  expect((await ask(1)).errorCode).toBe(errors.FENCED_MEMBER_EPOCH)
  expect((await ask(1, [{ topicId, partitions: [0, 3] }])).errorCode).toBe(errors.FENCED_MEMBER_EPOCH)
  expect(await ask(1, [{ topicId, partitions: [0] }])).toMatchObject({ errorCode: 0, memberEpoch: 2 }) // its reply was lost
  await a.join()
  expect(a).toMatchObject({ epoch: 2, has: ['t-0', 't-1'] })
})

test('a topic that grows begins a new epoch with the next heartbeat of anybody', async () => {
  const w = world({ t: 2 })
  const a = new Consumer(w)
  await a.join()
  w.topics.grow('t', 3)
  await a.beat()
  expect(a).toMatchObject({ epoch: 2, has: ['t-0', 't-1', 't-2'] })
  w.topics.add('another', 3)
  await a.beat()
  expect(a.epoch).toBe(2)
})

test('a topic that is subscribed to before it exists is given out when it is made, and taken away with its end', async () => {
  const w = world({})
  const a = new Consumer(w)
  await a.join()
  expect(a).toMatchObject({ epoch: 1, has: [] })
  w.topics.add('t', 2)
  await a.beat()
  expect(a.has).toEqual(['t-0', 't-1'])
  w.topics.remove('t')
  await a.letGo()
  expect(a.has).toEqual([])
})

test('a changed subscription takes away at once what is no longer wanted', async () => {
  const w = world({ t: 2, u: 2 })
  const a = new Consumer(w, { topics: ['t', 'u'] })
  await a.join()
  expect(a.has).toEqual(['t-0', 't-1', 'u-0', 'u-1'])
  await a.send({ subscribedTopicNames: ['u'], topicPartitions: a.owned() })
  expect(a).toMatchObject({ epoch: 1, has: ['u-0', 'u-1'] })
  await a.letGo()
  expect(a.epoch).toBe(2)
})

test('members who want different topics get each what it wants', async () => {
  const w = world({ t: 2, u: 2 })
  const [a, b] = [new Consumer(w, { topics: ['t'] }), new Consumer(w, { topics: ['t', 'u'] })]
  await a.join()
  await b.join()
  await settle([a, b])
  expect([a.has, b.has]).toEqual([
    ['t-0', 't-1'],
    ['u-0', 'u-1'],
  ])
})

test('the assignor is the one that most members ask for', async () => {
  const w = world({ t: 2, u: 2 })
  const members = ['a', 'b', 'c'].map(
    (memberId, i) => new Consumer(w, { memberId, topics: ['t', 'u'], assignor: i < 2 ? 'range' : 'uniform' }),
  )
  for (const member of members) await member.join()
  await settle(members)
  expect(look(w).assignorName).toBe('range')
  expect(members.map(({ has }) => has)).toEqual([['t-0', 'u-0'], ['t-1', 'u-1'], []])
})

test('a static member that leaves for now finds what it had, under its new id; nobody gets it meanwhile', async () => {
  const w = world()
  const [a, s] = [new Consumer(w), new Consumer(w, { instanceId: 'seat' })]
  await s.join()
  await a.join()
  await settle([a, s])
  expect(await s.leave(-2)).toMatchObject({ errorCode: 0, memberEpoch: -2 })
  const had = s.has
  await a.beat()
  expect(a.has).toHaveLength(2)
  const back = new Consumer(w, { instanceId: 'seat' })
  await back.join()
  expect(back).toMatchObject({ epoch: 2, has: had })
  expect(w.log.shape.at(-1)).toEqual([
    'ConsumerGroupCurrentMemberAssignment gone',
    'ConsumerGroupTargetAssignmentMember gone',
    'ConsumerGroupMemberMetadata gone',
    'ConsumerGroupMemberMetadata',
    'ConsumerGroupTargetAssignmentMember',
    'ConsumerGroupCurrentMemberAssignment',
    'ConsumerGroupCurrentMemberAssignment',
  ])
  expect((await s.send({ memberEpoch: 2 })).errorCode).toBe(errors.FENCED_INSTANCE_ID)
  expect(await a.beat()).toBe(0)
  w.restart()
  expect(
    look(w)
      .members.map(({ memberId }) => memberId)
      .sort(),
  ).toEqual([a.memberId, back.memberId].sort())
  expect(await back.beat()).toBe(0)
})

test('who joins while a static member is away gets nothing that it had', async () => {
  const w = world()
  const s = new Consumer(w, { instanceId: 'seat' })
  await s.join()
  await s.leave(-2)
  const late = new Consumer(w)
  await late.join()
  await late.beat()
  expect(late.has).toEqual([])
  const back = new Consumer(w, { instanceId: 'seat' })
  await back.join()
  await settle([late, back])
  expect([...late.has, ...back.has].sort()).toEqual(['t-0', 't-1', 't-2', 't-3'])
})

test('a static member that does not come back within the session loses its seat', async () => {
  const w = world()
  const s = new Consumer(w, { instanceId: 'seat' })
  await s.join()
  await s.leave(-2)
  await w.pass(44_999)
  expect(look(w).members).toHaveLength(1)
  await w.pass(1)
  expect(look(w).members).toHaveLength(0)
})

test('a seat that is in use is not given to another', async () => {
  const w = world()
  const s = new Consumer(w, { instanceId: 'seat' })
  await s.join()
  const other = new Consumer(w, { instanceId: 'seat' })
  expect(await other.join()).toMatchObject({
    errorCode: errors.UNRELEASED_INSTANCE_ID,
    errorMessage: `Static member ${other.memberId} with instance id seat cannot join the group because the instance id is owned by ${s.memberId} member.`,
  })
  expect(await s.beat()).toBe(0)
})

test('requests that are wrong in themselves are refused with a sentence', async () => {
  const w = world()
  const a = new Consumer(w)
  await a.join()
  const ask = async (changes: object) => {
    const { errorCode, errorMessage } = await a.send({ ...changes })
    return [errorCode, errorMessage]
  }
  const { INVALID_REQUEST } = errors
  const join = { memberEpoch: 0, rebalanceTimeoutMs: 1, topicPartitions: [], subscribedTopicNames: ['t'] }
  expect(await ask({ memberId: ' ' })).toEqual([INVALID_REQUEST, "MemberId can't be empty."])
  expect(await ask({ groupId: '' })).toEqual([INVALID_REQUEST, "GroupId can't be empty."])
  expect(await ask({ instanceId: '' })).toEqual([INVALID_REQUEST, "InstanceId can't be empty."])
  expect(await ask({ rackId: '' })).toEqual([INVALID_REQUEST, "RackId can't be empty."])
  expect(await ask({ ...join, rebalanceTimeoutMs: -1 })).toEqual([
    INVALID_REQUEST,
    'RebalanceTimeoutMs must be provided in first request.',
  ])
  expect(await ask({ ...join, topicPartitions: null })).toEqual([
    INVALID_REQUEST,
    'TopicPartitions must be empty when (re-)joining.',
  ])
  expect(await ask({ ...join, subscribedTopicNames: null })).toEqual([
    INVALID_REQUEST,
    'Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.',
  ])
  expect(await ask({ memberEpoch: -2 })).toEqual([INVALID_REQUEST, "InstanceId can't be null."])
  expect(await ask({ memberEpoch: -3 })).toEqual([INVALID_REQUEST, 'MemberEpoch is invalid.'])
  expect(await ask({ serverAssignor: 'best' })).toEqual([
    errors.UNSUPPORTED_ASSIGNOR,
    'ServerAssignor best is not supported. Supported assignors: uniform, range.',
  ])
})

test('who is not in the group is told so, and a group that is not there too', async () => {
  const w = world()
  const stranger = new Consumer(w, { memberId: 'stranger' })
  expect(await stranger.send({ memberEpoch: 1 })).toMatchObject({
    errorCode: errors.GROUP_ID_NOT_FOUND,
    errorMessage: 'Consumer group g not found.',
  })
  expect(await stranger.leave()).toMatchObject({ errorCode: errors.GROUP_ID_NOT_FOUND, errorMessage: 'Group g not found.' })
  expect(w.topics.exists('__consumer_offsets')).toBe(false)
  await new Consumer(w).join()
  expect(await stranger.send({ memberEpoch: 1 })).toMatchObject({
    errorCode: errors.UNKNOWN_MEMBER_ID,
    errorMessage: 'Member stranger is not a member of group g.',
  })
  expect(await stranger.leave()).toMatchObject({ errorCode: errors.UNKNOWN_MEMBER_ID })
  expect(await stranger.send({ memberEpoch: 1, instanceId: 'seat' })).toMatchObject({
    errorMessage: 'Instance id seat is unknown.',
  })
})

test('in version 0 the broker may make up the id', async () => {
  const w = world()
  const a = new Consumer(w, { memberId: '', version: 0 })
  expect((await a.join()).memberId).toMatch(/^[A-Za-z0-9_-]{22}$/)
})

test('a full group takes nobody in', async () => {
  const w = world({ t: 1 }, { consumerMaxSize: 1 })
  const a = new Consumer(w)
  await a.join()
  expect(await new Consumer(w).join()).toMatchObject({
    errorCode: errors.GROUP_MAX_SIZE_REACHED,
    errorMessage: 'The consumer group has reached its maximum capacity of 1 members.',
  })
  expect(await a.beat()).toBe(0)
})
