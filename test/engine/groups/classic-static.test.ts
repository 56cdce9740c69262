import { expect, test } from 'vitest'
import { errors } from '../../../src/protocol/errors'
import { Member, stable } from './classic-member'
import { World } from './world'

const seat = { instanceId: 'seat' }

test('a static member gets an id from its instance id, without being asked to come back', async () => {
  const world = new World()
  const s = new Member(world, seat)
  await s.send()
  await world.pass(3_000)
  expect(s.reply).toMatchObject({ errorCode: 0, memberId: expect.stringMatching(/^seat-[0-9a-f-]{36}$/) })
})

test('a static member that comes back takes its seat without a rebalance, and fences its former self', async () => {
  const world = new World()
  const [a, s] = [new Member(world), new Member(world, seat)]
  await stable(world, [a, s])
  const back = new Member(world, seat)
  await back.send()
  expect(back.reply).toMatchObject({ errorCode: 0, generationId: 1, leader: a.memberId, members: [] })
  expect(back.memberId).not.toBe(s.memberId)
  expect(await a.beat()).toBe(0)
  await back.sync()
  expect(back.assignment).toBe(s.memberId) // what the former self was assigned
  expect(await s.beat()).toBe(errors.FENCED_INSTANCE_ID)
  expect(await s.commit()).toBe(errors.FENCED_INSTANCE_ID)
  await s.sync()
  expect(s.synced?.errorCode).toBe(errors.FENCED_INSTANCE_ID)
  await s.send()
  expect(s.reply).toMatchObject({ errorCode: errors.FENCED_INSTANCE_ID, protocolName: null })
  expect((await s.leave()).members[0]?.errorCode).toBe(errors.FENCED_INSTANCE_ID)
  world.restart() // the new id is durable
  expect(await back.beat()).toBe(0)
})

test('a static leader that comes back may skip the assignment from version 9 on; before, it is not told that it leads', async () => {
  for (const version of [9, 8]) {
    const world = new World()
    const [s, b] = [new Member(world, seat), new Member(world)]
    await stable(world, [s, b])
    expect(s.leads).toBe(true)
    const back = new Member(world, { ...seat, version })
    await back.send()
    expect(back.reply?.errorCode).toBe(0)
    if (version === 9) {
      expect(back.reply).toMatchObject({ skipAssignment: true, leader: back.memberId })
      expect(back.reply?.members).toHaveLength(2)
    } else {
      expect(back.reply).toMatchObject({ leader: s.memberId, members: [] })
      expect(back.reply?.skipAssignment ?? false).toBe(false)
    }
  }
})

test('a static member whose protocols change the choice makes the group rebalance', async () => {
  const world = new World()
  const [a, s] = [
    new Member(world, { protocols: ['range', 'sticky'] }),
    new Member(world, { ...seat, protocols: ['range', 'sticky'] }),
  ]
  await stable(world, [a, s])
  const back = new Member(world, { ...seat, protocols: ['sticky'] })
  await back.send()
  expect(back.reply).toBeUndefined()
  expect(await a.beat()).toBe(errors.REBALANCE_IN_PROGRESS)
  await a.join()
  expect(back.reply).toMatchObject({ generationId: 2, protocolName: 'sticky' })
})

test('a seat taken over while the group rebalances: the former self is told, the rebalance goes on', async () => {
  const world = new World()
  const [a, s] = [new Member(world), new Member(world, seat)]
  await stable(world, [a, s])
  await a.join()
  await s.send()
  expect(a.reply).toMatchObject({ generationId: 2 })
  await s.sync()
  const back = new Member(world, seat)
  await back.send()
  expect(s.synced?.errorCode).toBe(errors.FENCED_INSTANCE_ID)
  expect(back.reply).toBeUndefined()
  expect(await a.beat()).toBe(errors.REBALANCE_IN_PROGRESS)
  const once = new Member(world, seat)
  await once.send()
  expect(back.reply).toMatchObject({ errorCode: errors.FENCED_INSTANCE_ID })
  await a.join()
  expect(once.reply).toMatchObject({ errorCode: 0, generationId: 3 })
})

test('a static member that is away keeps its seat until its session is over', async () => {
  const world = new World()
  const [a, s] = [new Member(world), new Member(world, { ...seat, sessionMs: 30_000 })]
  await stable(world, [a, s])
  for (let i = 0; i < 5; i++) {
    await world.pass(5_999)
    expect(await a.beat()).toBe(0)
  }
  await world.pass(5_000)
  expect(await a.beat()).toBe(errors.REBALANCE_IN_PROGRESS)
  expect(world.groups.describe('g', world.caller(6)).members).toHaveLength(1)
})

test('an admin removes a static member by its instance id alone', async () => {
  const world = new World()
  const [a, s] = [new Member(world), new Member(world, seat)]
  await stable(world, [a, s])
  expect((await s.leave('', 'seat')).members[0]).toEqual({ memberId: '', groupInstanceId: 'seat', errorCode: 0 })
  expect(await s.beat()).toBe(errors.UNKNOWN_MEMBER_ID)
  expect(await a.beat()).toBe(errors.REBALANCE_IN_PROGRESS)
})
