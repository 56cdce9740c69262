import { expect, test } from 'vitest'
import { errors } from '../../../src/protocol/errors'
import { Member, stable } from './classic-member'
import { World } from './world'

const state = (world: World) => world.groups.describe('g', world.caller(6)).groupState

test('a group forms: ids are given, the delay gathers members, the leader assigns, everybody hears its part', async () => {
  const world = new World()
  const [a, b] = [new Member(world), new Member(world)]
  await a.send()
  expect(a.reply).toMatchObject({
    errorCode: errors.MEMBER_ID_REQUIRED,
    memberId: expect.stringMatching(/^client-[0-9a-f-]{36}$/),
  })
  a.memberId = a.reply?.memberId as string
  await a.send()
  await b.join()
  expect(state(world)).toBe('PreparingRebalance')
  await world.pass(2_999)
  expect(a.reply).toBeUndefined()
  await world.pass(1)
  expect(a.reply).toBeUndefined() // b came meanwhile, so the group waits once more
  await world.pass(3_000)
  expect(state(world)).toBe('CompletingRebalance')
  expect(a.reply).toMatchObject({
    errorCode: 0,
    generationId: 1,
    protocolType: 'consumer',
    protocolName: 'range',
    leader: a.memberId,
  })
  expect(a.reply?.members.map(({ memberId }) => memberId)).toEqual([a.memberId, b.memberId])
  expect(b.reply).toMatchObject({ errorCode: 0, generationId: 1, leader: a.memberId, members: [] })
  await b.sync()
  expect(b.synced).toBeUndefined()
  await a.sync()
  expect([a.assignment, b.assignment]).toEqual([a.memberId, b.memberId])
  expect(state(world)).toBe('Stable')
  expect(await a.beat()).toBe(0)
})

test('the first rebalance waits for newcomers no longer than the rebalance time-out', async () => {
  const world = new World({ initialRebalanceDelayMs: 3_000 })
  const a = await new Member(world, { rebalanceMs: 8_000 }).join()
  for (let i = 0; i < 5; i++) {
    await world.pass(2_000)
    await new Member(world, { rebalanceMs: 8_000, version: 3 }).join()
  }
  expect(a.reply).toMatchObject({ generationId: 1 })
  expect(a.reply?.members).toHaveLength(4) // those of the first eight seconds
})

test('a group leaves the records that Kafka leaves', async () => {
  const world = new World()
  const a = new Member(world, { instanceId: 'static-1' })
  await a.join()
  const began = world.clock.now()
  await world.pass(3_000)
  await world.pass(28)
  await a.sync()
  await a.leave()
  expect(world.log.shape).toEqual([['GroupMetadata'], ['GroupMetadata'], ['GroupMetadata']])
  const [first, second, third] = world.log.records
  expect(first).toEqual({
    name: 'GroupMetadata',
    version: 3,
    key: { group: 'g' },
    value: { protocolType: '', generation: 0, protocol: null, leader: null, currentStateTimestamp: began, members: [] },
  })
  expect(second).toMatchObject({
    value: {
      protocolType: 'consumer',
      generation: 1,
      protocol: 'range',
      leader: a.memberId,
      currentStateTimestamp: began + 3_000, // when the join phase ended, not when the assignment came
      members: [
        {
          memberId: a.memberId,
          groupInstanceId: 'static-1',
          clientId: 'client',
          clientHost: '/127.0.0.1',
          rebalanceTimeout: 60_000,
          sessionTimeout: 10_000,
        },
      ],
    },
  })
  expect(third).toMatchObject({
    value: {
      protocolType: 'consumer',
      generation: 2,
      protocol: null,
      leader: null,
      currentStateTimestamp: began + 3_028,
      members: [],
    },
  })
})

test('below version 4 a member joins without being asked for its id', async () => {
  const world = new World()
  const a = new Member(world, { version: 3 })
  await a.send()
  await world.pass(3_000)
  expect(a.reply).toMatchObject({ errorCode: 0, generationId: 1 })
})

test('an id that was given and never used is forgotten after the session time-out, and until then the group waits for it', async () => {
  const world = new World()
  const a = new Member(world)
  await stable(world, [a])
  const b = new Member(world)
  await b.send() // gets its id and is never seen again
  const c = await new Member(world).join() // begins a rebalance
  expect(await a.beat()).toBe(errors.REBALANCE_IN_PROGRESS)
  await a.join()
  expect(c.reply).toBeUndefined()
  await world.pass(10_000)
  expect(c.reply).toMatchObject({ errorCode: 0, generationId: 2 })
  b.memberId = b.reply?.memberId as string
  await b.send()
  expect(b.reply).toMatchObject({ errorCode: errors.UNKNOWN_MEMBER_ID, memberId: b.memberId })
})

test('session time-outs outside the broker bounds and empty group ids are refused', async () => {
  const world = new World()
  for (const sessionMs of [5_999, 1_800_001]) {
    const a = await new Member(world, { sessionMs }).join()
    expect(a.reply?.errorCode).toBe(errors.INVALID_SESSION_TIMEOUT)
  }
  expect((await new Member(world, { groupId: '' }).join()).reply?.errorCode).toBe(errors.INVALID_GROUP_ID)
  expect(world.log.batches).toEqual([])
})

test("protocols: the type must be the group's, one name must be common to all, and most votes choose", async () => {
  const world = new World()
  const [a, b, c] = [
    new Member(world, { protocols: ['range', 'roundrobin', 'sticky'] }),
    new Member(world, { protocols: ['sticky', 'roundrobin', 'range'] }),
    new Member(world, { protocols: ['sticky', 'range'] }),
  ]
  for (const member of [a, b, c]) await member.join()
  const refused = [
    { protocols: ['roundrobin'] },
    { protocols: ['cooperative-sticky'] },
    { protocols: [] },
    { protocolType: 'connect' },
  ]
  for (const options of refused) {
    expect((await new Member(world, options).join()).reply?.errorCode).toBe(errors.INCONSISTENT_GROUP_PROTOCOL)
  }
  await world.pass(6_000)
  expect(a.reply).toMatchObject({ errorCode: 0, protocolName: 'sticky' })
})

test('a member that says nothing for its session is out, and the others rebalance', async () => {
  const world = new World()
  const [a, b] = [new Member(world), new Member(world)]
  await stable(world, [a, b])
  await world.pass(9_999)
  expect(await a.beat()).toBe(0)
  await world.pass(1)
  expect(await a.beat()).toBe(errors.REBALANCE_IN_PROGRESS)
  expect(await b.beat()).toBe(errors.UNKNOWN_MEMBER_ID)
  await a.join()
  expect(a.reply).toMatchObject({ errorCode: 0, generationId: 2 })
  expect(a.reply?.members).toHaveLength(1)
})

test('waiting in JoinGroup or SyncGroup keeps a member alive', async () => {
  const world = new World()
  const [a, b] = [new Member(world), new Member(world)]
  await stable(world, [a, b])
  const c = await new Member(world).join()
  await a.join()
  for (let i = 0; i < 5; i++) {
    await world.pass(9_000)
    expect(await b.beat()).toBe(errors.REBALANCE_IN_PROGRESS) // b is slow
  }
  expect([a.reply, c.reply]).toEqual([undefined, undefined])
  await b.join()
  expect(a.reply).toMatchObject({ generationId: 2 })
  await b.sync()
  await c.sync()
  for (let i = 0; i < 5; i++) {
    await world.pass(9_000)
    expect(await a.beat()).toBe(0)
  }
  expect(b.synced).toBeUndefined()
  await a.sync()
  expect([b.assignment, c.assignment]).toEqual([b.memberId, c.memberId])
})

test('members that do not join again within the rebalance time-out are out, static ones keep their seat', async () => {
  const world = new World()
  const a = new Member(world, { rebalanceMs: 20_000, sessionMs: 30_000 })
  const b = new Member(world, { rebalanceMs: 20_000, sessionMs: 30_000 })
  const s = new Member(world, { rebalanceMs: 20_000, sessionMs: 30_000, instanceId: 'seat' })
  await stable(world, [a, b, s])
  await a.join() // the leader asks for a rebalance
  await world.pass(19_999)
  expect(a.reply).toBeUndefined()
  await world.pass(1)
  expect(a.reply?.members.map(({ memberId }) => memberId)).toEqual([a.memberId, s.memberId])
  expect(await b.beat()).toBe(errors.UNKNOWN_MEMBER_ID)
})

test('when the leader does not come back another member leads', async () => {
  const world = new World()
  const [a, b] = [new Member(world, { rebalanceMs: 5_000 }), new Member(world, { rebalanceMs: 5_000 })]
  await stable(world, [a, b])
  expect(a.leads).toBe(true)
  await new Member(world, { version: 3, rebalanceMs: 5_000 }).join()
  await b.join()
  await world.pass(5_000)
  expect(b.reply).toMatchObject({ generationId: 2, leader: b.memberId })
})

test('members that do not sync within the rebalance time-out are out, and the rest rebalances', async () => {
  const world = new World()
  const [a, b] = [new Member(world, { sessionMs: 120_000 }), new Member(world, { sessionMs: 120_000 })]
  for (const member of [a, b]) await member.join()
  await world.pass(6_000)
  await a.sync()
  expect(a.assignment).toBe(a.memberId)
  await world.pass(60_000)
  expect(await b.beat()).toBe(errors.UNKNOWN_MEMBER_ID)
  expect(await a.beat()).toBe(errors.REBALANCE_IN_PROGRESS)
})

test('who asks before the leader has assigned waits; a rebalance in between sends it back', async () => {
  const world = new World()
  const [a, b] = [new Member(world), new Member(world)]
  for (const member of [a, b]) await member.join()
  await world.pass(6_000)
  await b.sync()
  await new Member(world, { version: 3 }).join()
  expect(b.synced?.errorCode).toBe(errors.REBALANCE_IN_PROGRESS)
  await a.sync()
  expect(a.synced?.errorCode).toBe(errors.REBALANCE_IN_PROGRESS)
  expect(world.log.records).toHaveLength(1) // no assignment was recorded
})

test('members that the leader forgot get nothing', async () => {
  const world = new World()
  const [a, b] = [new Member(world), new Member(world)]
  for (const member of [a, b]) await member.join()
  await world.pass(6_000)
  await b.sync()
  await a.sync({ [a.memberId]: 'all' })
  expect([a.assignment, b.assignment]).toEqual(['all', ''])
})

test('SyncGroup checks member, generation, and what the member thinks the protocol is', async () => {
  const world = new World()
  const a = new Member(world)
  await stable(world, [a])
  const ask = async (changes: object) => {
    const request = {
      groupId: 'g',
      generationId: 1,
      memberId: a.memberId,
      groupInstanceId: null,
      protocolType: null,
      protocolName: null,
      assignments: [],
    }
    return (await world.groups.sync({ ...request, ...changes }, world.caller(5))).errorCode
  }
  expect(await ask({})).toBe(0)
  expect(await ask({ protocolType: 'consumer', protocolName: 'range' })).toBe(0)
  expect(await ask({ memberId: 'nobody' })).toBe(errors.UNKNOWN_MEMBER_ID)
  expect(await ask({ groupId: 'none' })).toBe(errors.UNKNOWN_MEMBER_ID)
  expect(await ask({ groupId: '' })).toBe(errors.INVALID_GROUP_ID)
  expect(await ask({ generationId: 2 })).toBe(errors.ILLEGAL_GENERATION)
  expect(await ask({ protocolType: 'connect' })).toBe(errors.INCONSISTENT_GROUP_PROTOCOL)
  expect(await ask({ protocolName: 'sticky' })).toBe(errors.INCONSISTENT_GROUP_PROTOCOL)
})

test('Heartbeat checks group, member and generation', async () => {
  const world = new World()
  const a = new Member(world)
  await stable(world, [a])
  const ask = async (changes: object) => {
    const request = { groupId: 'g', generationId: 1, memberId: a.memberId, groupInstanceId: null }
    return world.groups.heartbeat({ ...request, ...changes }, world.caller(4))
  }
  expect(await ask({})).toBe(0)
  expect(await ask({ groupId: '' })).toBe(errors.INVALID_GROUP_ID)
  expect(await ask({ groupId: 'none' })).toBe(errors.UNKNOWN_MEMBER_ID)
  expect(await ask({ memberId: 'nobody' })).toBe(errors.UNKNOWN_MEMBER_ID)
  expect(await ask({ generationId: 0 })).toBe(errors.ILLEGAL_GENERATION)
  expect(await ask({ groupInstanceId: 'seat' })).toBe(errors.UNKNOWN_MEMBER_ID)
})

test('a follower that says nothing new hears again what it is in; a leader has the group rebalanced', async () => {
  const world = new World()
  const [a, b] = [new Member(world), new Member(world)]
  await stable(world, [a, b])
  await b.send()
  expect(b.reply).toMatchObject({ errorCode: 0, generationId: 1, leader: a.memberId, members: [] })
  expect(state(world)).toBe('Stable')
  await a.send()
  expect(a.reply).toBeUndefined()
  expect(state(world)).toBe('PreparingRebalance')
})

test('a follower with new metadata has the group rebalanced', async () => {
  const world = new World()
  const [a, b] = [new Member(world), new Member(world)]
  await stable(world, [a, b])
  const changed = new Member(world, { topics: ['t', 'u'] })
  changed.memberId = b.memberId
  await changed.send()
  expect(changed.reply).toBeUndefined()
  expect(await a.beat()).toBe(errors.REBALANCE_IN_PROGRESS)
})

test('before the assignment a member that asks again hears the same, the leader with all members', async () => {
  const world = new World()
  const [a, b] = [new Member(world), new Member(world)]
  for (const member of [a, b]) await member.join()
  await world.pass(6_000)
  await a.send()
  expect(a.reply).toMatchObject({ generationId: 1 })
  expect(a.reply?.members).toHaveLength(2)
  await b.send()
  expect(b.reply).toMatchObject({ generationId: 1, members: [] })
})

test('a JoinGroup that another of the same member overtakes does not stay without answer', async () => {
  const world = new World()
  const a = await new Member(world).join()
  const again = new Member(world)
  again.memberId = a.memberId
  await again.send()
  expect(a.reply).toMatchObject({ errorCode: errors.REBALANCE_IN_PROGRESS, memberId: a.memberId })
  await world.pass(3_000)
  expect(again.reply).toMatchObject({ errorCode: 0, generationId: 1 })
})

test('who leaves makes the others rebalance at once; the last leaves the group Empty', async () => {
  const world = new World()
  const [a, b] = [new Member(world), new Member(world)]
  await stable(world, [a, b])
  expect(await b.leave()).toEqual({ errorCode: 0, members: [{ memberId: b.memberId, groupInstanceId: null, errorCode: 0 }] })
  expect(await a.beat()).toBe(errors.REBALANCE_IN_PROGRESS)
  await a.join()
  expect(a.reply).toMatchObject({ generationId: 2 })
  await a.sync()
  await a.leave()
  expect(state(world)).toBe('Empty')
  expect(world.log.last).toMatchObject({ value: { generation: 3, members: [] } })
})

test('LeaveGroup says of each member what became of it', async () => {
  const world = new World()
  const [a, s] = [new Member(world), new Member(world, { instanceId: 'seat' })]
  await stable(world, [a, s])
  const leave = (members: readonly { memberId: string; groupInstanceId: string | null }[], groupId = 'g') =>
    world.groups.leave({ groupId, members: members.map((one) => ({ ...one, reason: null })) }, world.caller(5))
  const left = await leave([
    { memberId: 'nobody', groupInstanceId: null },
    { memberId: '', groupInstanceId: 'seat' },
    { memberId: '', groupInstanceId: 'no seat' },
    { memberId: 'wrong', groupInstanceId: 'seat' },
    { memberId: a.memberId, groupInstanceId: null },
  ])
  expect(left.members.map(({ errorCode }) => errorCode)).toEqual([
    errors.UNKNOWN_MEMBER_ID,
    0,
    errors.UNKNOWN_MEMBER_ID,
    errors.UNKNOWN_MEMBER_ID, // nobody sits there any more
    0,
  ])
  expect((await leave([], '')).errorCode).toBe(errors.INVALID_GROUP_ID)
  expect((await leave([{ memberId: 'm', groupInstanceId: null }], 'none')).members[0]?.errorCode).toBe(errors.UNKNOWN_MEMBER_ID)
})

test('a full group takes nobody in, but its own members back', async () => {
  const world = new World({ maxSize: 2 })
  const [a, b] = [new Member(world), new Member(world)]
  await stable(world, [a, b])
  expect((await new Member(world, { version: 3 }).join()).reply?.errorCode).toBe(errors.GROUP_MAX_SIZE_REACHED)
  await a.join()
  await b.join()
  expect(b.reply).toMatchObject({ errorCode: 0, generationId: 2 })
})
