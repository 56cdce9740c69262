/** Groups whose members change over, one by one, from one protocol to the other (KIP-848). */
import { expect, test } from 'vitest'
import { errors } from '../../../src/protocol/errors'
import { decodeAssignment, encodeAssignment, encodeSubscription } from '../../../src/protocol/records/consumer-protocol'
import { Member, type MemberOptions } from './classic-member'
import { Consumer } from './consumer-member'
import { World } from './world'

const look = (world: World) => world.groups.describeConsumer('g')

/** A classic member as it is among members of the other kind: it joins again when told, and says what it owns. */
class Old extends Member {
  owned: string[] = []
  constructor(world: World, options: MemberOptions = {}) {
    super(world, { sessionMs: 30_000, ...options })
  }
  protected override metadata(): Buffer {
    return encodeSubscription(3, { topics: [...this.options.topics], ownedPartitions: byTopic(this.owned) })
  }
  /** Rebalances as often as it is told to. */
  async follow(): Promise<void> {
    for (let i = 0; i < 5 && (await this.beat()) === errors.REBALANCE_IN_PROGRESS; i++) {
      await this.send()
      await this.sync()
      this.owned = read(this.synced?.assignment)
    }
  }
}
function byTopic(names: readonly string[]) {
  const topics = new Map<string, number[]>()
  for (const name of names) topics.set(name.slice(0, -2), [...(topics.get(name.slice(0, -2)) ?? []), Number(name.slice(-1))])
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }))
}
const read = (assignment: Uint8Array | undefined) =>
  decodeAssignment(Buffer.from(assignment ?? []))
    .assignedPartitions.flatMap(({ topic, partitions }) => partitions.map((one) => `${topic}-${one}`))
    .sort()

/** Two classic members with two partitions each. */
async function classicGroup(options: MemberOptions = {}, settings = {}) {
  const world = new World(settings)
  world.topics.add('t', 4)
  const [a, b] = [new Old(world, options), new Old(world)]
  for (const member of [a, b]) await member.join()
  await world.pass(6_000)
  const assign = (names: string[]) => encodeAssignment(0, { assignedPartitions: byTopic(names) }).toString('latin1')
  await b.sync()
  await a.sync({ [a.memberId]: assign(['t-0', 't-1']), [b.memberId]: assign(['t-2', 't-3']) })
  a.owned = ['t-0', 't-1']
  b.owned = ['t-2', 't-3']
  return { world, a, b }
}

test('the first member of the new protocol makes the group one of its kind, and everybody keeps what it had', async () => {
  const { world, a, b } = await classicGroup()
  const c = new Consumer(world)
  expect(await c.join()).toMatchObject({ errorCode: 0, memberEpoch: 2 })
  expect(world.log.shape.at(-1)).toEqual([
    'GroupMetadata gone',
    'ConsumerGroupMemberMetadata',
    'ConsumerGroupMemberMetadata',
    'ConsumerGroupMetadata',
    'ConsumerGroupTargetAssignmentMember',
    'ConsumerGroupTargetAssignmentMember',
    'ConsumerGroupTargetAssignmentMetadata',
    'ConsumerGroupCurrentMemberAssignment',
    'ConsumerGroupCurrentMemberAssignment',
    'ConsumerGroupMemberMetadata',
    'ConsumerGroupMetadata',
    'ConsumerGroupTargetAssignmentMember',
    'ConsumerGroupTargetAssignmentMember',
    'ConsumerGroupTargetAssignmentMetadata',
    'ConsumerGroupCurrentMemberAssignment',
  ])
  const types = look(world).members.map(({ memberId, memberType }) => [memberId, memberType])
  expect(types).toEqual([
    [a.memberId, 0],
    [b.memberId, 0],
    [c.memberId, 1],
  ])
  expect(world.groups.describe('g', world.caller(6)).errorCode).toBe(errors.GROUP_ID_NOT_FOUND)
})

test('classic members are taken along step by step: nobody has what another still owns', async () => {
  const { world, a, b } = await classicGroup()
  const c = new Consumer(world)
  await c.join()
  expect(await b.beat()).toBe(errors.REBALANCE_IN_PROGRESS)
  await b.send()
  expect(b.reply).toMatchObject({
    errorCode: 0,
    generationId: 1,
    protocolType: 'consumer',
    protocolName: 'range',
    leader: '',
    members: [],
  })
  await b.sync()
  expect(read(b.synced?.assignment)).toHaveLength(1) // told to give one up; it still owns two
  await c.beat()
  expect(c.has).toEqual([])
  b.owned = read(b.synced?.assignment)
  await b.follow()
  await a.follow()
  await c.beat()
  expect([...a.owned, ...b.owned, ...c.has].sort()).toEqual(['t-0', 't-1', 't-2', 't-3'])
  expect(c.has.length).toBeGreaterThan(0)
  expect(look(world).groupState).toBe('Stable')
  expect([await a.beat(), await b.beat()]).toEqual([0, 0])
  const before = look(world)
  world.restart()
  expect(look(world)).toEqual(before)
  expect([await a.beat(), await b.beat()]).toEqual([0, 0])
})

test('classic members commit in their generation, and leave as they used to', async () => {
  const { world, a, b } = await classicGroup()
  const c = new Consumer(world)
  await c.join()
  await a.follow()
  await b.follow()
  expect(await a.commit(5)).toBe(0)
  expect(await a.commit(5, { generation: 77 })).toBe(errors.ILLEGAL_GENERATION)
  expect((await a.leave()).members[0]?.errorCode).toBe(0)
  expect((await a.leave()).members[0]?.errorCode).toBe(errors.UNKNOWN_MEMBER_ID)
  await b.follow()
  await c.letGo()
  await c.letGo()
  await b.follow()
  expect([...b.owned, ...c.has].sort()).toEqual(['t-0', 't-1', 't-2', 't-3'])
})

test('a classic member joins a group of the new protocol', async () => {
  const { world, a, b } = await classicGroup()
  const c = new Consumer(world)
  await c.join()
  const d = new Old(world)
  await d.send()
  expect(d.reply).toMatchObject({ errorCode: errors.MEMBER_ID_REQUIRED, memberId: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/) })
  d.memberId = d.reply?.memberId as string
  await d.send()
  await d.sync()
  expect(d.reply).toMatchObject({ errorCode: 0, generationId: 3 })
  for (let i = 0; i < 3; i++) {
    for (const member of [a, b, d]) await member.follow()
    await c.letGo()
  }
  expect([...a.owned, ...b.owned, ...c.has, ...d.owned].sort()).toEqual(['t-0', 't-1', 't-2', 't-3'])
  const stranger = await new Old(world, { protocols: ['sticky'] }).join()
  expect(stranger.reply?.errorCode).toBe(errors.INCONSISTENT_GROUP_PROTOCOL)
  expect((await new Old(world, { protocolType: 'connect' }).join()).reply?.errorCode).toBe(errors.INCONSISTENT_GROUP_PROTOCOL)
})

test('a classic member that does not do what it is told is fenced: it must join again, sync, and be heard of', async () => {
  const { world, a, b } = await classicGroup()
  const c = new Consumer(world)
  await c.join()
  const present = () => look(world).members.map(({ memberId }) => memberId)
  const alive = async (ms: number, members: readonly (Old | Consumer)[]) => {
    for (let passed = 0; passed < ms; passed += 5_000) {
      await world.pass(5_000)
      for (const member of members) await member.beat()
    }
  }
  await b.follow()
  expect(await a.beat()).toBe(errors.REBALANCE_IN_PROGRESS)
  await alive(60_000, [a, b, c])
  expect(present()).toEqual([b.memberId, c.memberId]) // a never joined again
  await b.follow()
  await b.send()
  await alive(60_000, [b, c])
  expect(present()).toEqual([c.memberId]) // b joined and never synced
  const d = new Old(world)
  await d.join()
  await d.sync()
  await alive(30_000, [c])
  expect(present()).toEqual([c.memberId]) // nothing was heard of d for its own session
})

test('when the last member of the new protocol leaves, the group is a classic one and rebalances', async () => {
  const { world, a, b } = await classicGroup()
  const c = new Consumer(world)
  await c.join()
  await a.follow()
  await b.follow()
  await c.beat()
  await c.leave()
  expect(world.log.shape.at(-1)?.slice(-2)).toEqual(['ConsumerGroupMetadata gone', 'GroupMetadata'])
  const { groupState, members } = world.groups.describe('g', world.caller(6))
  expect(groupState).toBe('PreparingRebalance')
  expect(members.map(({ memberId }) => memberId)).toEqual([a.memberId, b.memberId])
  expect(await a.beat()).toBe(errors.REBALANCE_IN_PROGRESS)
  await a.send()
  await b.send()
  expect(a.reply).toMatchObject({ errorCode: 0, generationId: 3, leader: a.memberId })
  world.restart()
  expect(world.groups.describe('g', world.caller(6))).toMatchObject({ groupState: 'Stable', members: [{}, {}] })
})

test('a last member of the new protocol whose session ends makes the group a classic one too', async () => {
  const { world, a, b } = await classicGroup()
  const c = new Consumer(world)
  await c.join()
  for (let i = 0; i < 9; i++) {
    await a.follow()
    await b.follow()
    await world.pass(5_000)
  }
  expect(world.groups.describe('g', world.caller(6)).groupState).toBe('PreparingRebalance')
  expect(world.groups.list({ states: [], types: ['classic'] })).toHaveLength(1)
})

test('a static member changes over and back, in its seat', async () => {
  const { world, a, b } = await classicGroup({ instanceId: 'seat' })
  const c = new Consumer(world, { instanceId: 'seat' })
  await c.join()
  expect(c.has).toEqual(['t-0', 't-1']) // what the classic member had in its seat
  expect(await a.beat()).toBe(errors.FENCED_INSTANCE_ID)
  expect(await b.beat()).toBe(0)
  const back = new Old(world, { instanceId: 'seat' })
  await back.send()
  expect(back.reply).toMatchObject({ errorCode: 0, protocolName: 'range' })
  expect(await c.beat()).not.toBe(0)
  expect(world.groups.describe('g', world.caller(6))).toMatchObject({ groupState: 'Stable', protocolData: 'range' })
  await back.sync()
  expect(read(back.synced?.assignment)).toEqual(['t-0', 't-1'])
  expect([await back.beat(), await b.beat()]).toEqual([0, 0])
  world.restart()
  expect([await back.beat(), await b.beat()]).toEqual([0, 0])
})

test('the policy of the broker and the nature of the group decide whether it may change', async () => {
  const why = async (options: MemberOptions, settings: object) => {
    const { world } = await classicGroup(options, settings)
    const reply = await new Consumer(world).join()
    expect(world.groups.describe('g', world.caller(6)).groupState).toBe('Stable')
    expect(reply.errorCode).toBe(errors.GROUP_ID_NOT_FOUND)
    return reply.errorMessage
  }
  const because = (reason: string) => `Cannot upgrade classic group g to consumer group because ${reason}.`
  expect(await why({}, { consumerMigrationPolicy: 'disabled' })).toBe(because('online upgrade is disabled'))
  expect(await why({}, { consumerMigrationPolicy: 'downgrade' })).toBe(because('online upgrade is disabled'))
  expect(await why({}, { consumerMaxSize: 1 })).toBe(because('the group size exceeds the consumer group maximum size'))
  const { world, a } = await classicGroup({}, { consumerMigrationPolicy: 'upgrade' })
  const c = new Consumer(world)
  await c.join()
  await a.follow()
  await c.leave()
  expect(look(world).errorCode).toBe(0) // not classic again: that is not allowed
})

test('a group that does not speak the consumer protocol, or not in a way that can be read, stays as it is', async () => {
  const attempt = async (protocolType: string, assignment: string) => {
    const world = new World()
    const member = new Member(world, { protocolType })
    await member.join()
    await world.pass(3_000)
    await member.sync({ [member.memberId]: assignment })
    return (await new Consumer(world).join()).errorMessage
  }
  const because = (reason: string) => `Cannot upgrade classic group g to consumer group because ${reason}.`
  expect(await attempt('connect', '')).toBe(because('the group does not use the consumer embedded protocol'))
  expect(await attempt('consumer', 'nonsense')).toBe(because('the embedded consumer protocol is malformed'))
  const custom = encodeAssignment(0, { assignedPartitions: [], userData: Buffer.from('mine') }).toString('latin1')
  expect(await attempt('consumer', custom)).toBe(
    because(
      'an unsupported custom assignor is in use. Please refer to the documentation or switch to a default assignor before re-attempting the upgrade',
    ),
  )
})

test('who waits in a classic group when it changes over is sent to join again', async () => {
  const { world, a, b } = await classicGroup()
  await a.send() // the leader has the group rebalanced
  expect(a.reply).toBeUndefined()
  await new Consumer(world).join()
  await world.pass(0)
  expect(a.reply?.errorCode).toBe(errors.REBALANCE_IN_PROGRESS)
  await a.send()
  expect(a.reply?.errorCode).toBe(0)
  await b.follow()
  expect(await b.beat()).toBe(0)
})
