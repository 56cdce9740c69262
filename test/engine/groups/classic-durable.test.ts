/** What a classic group commits and assigns is on disk before anybody hears of it, and is there after a restart. */
import { expect, test } from 'vitest'
import { errors } from '../../../src/protocol/errors'
import { Member, stable } from './classic-member'
import { World } from './world'

const state = (world: World) => world.groups.describe('g', world.caller(6)).groupState

test('commits: members in their generation, outsiders while the group is empty', async () => {
  const world = new World()
  const [a, b] = [new Member(world), new Member(world)]
  for (const member of [a, b]) await member.join()
  await world.pass(6_000)
  expect(await a.commit()).toBe(errors.REBALANCE_IN_PROGRESS)
  await a.sync()
  await b.sync()
  expect(await a.commit()).toBe(0)
  expect(await a.commit(1, { generation: 0 })).toBe(errors.ILLEGAL_GENERATION)
  expect(await a.commit(1, { memberId: 'nobody' })).toBe(errors.UNKNOWN_MEMBER_ID)
  expect(await a.commit(1, { memberId: '', generation: -1 })).toBe(errors.UNKNOWN_MEMBER_ID)
  await b.leave()
  expect(await a.commit(2)).toBe(0) // while the rebalance is prepared, what was read may still be committed
  await a.leave()
  expect(await a.commit(3, { memberId: '', generation: -1 })).toBe(0)
})

test('a commit is a sign of life', async () => {
  const world = new World()
  const a = new Member(world)
  await stable(world, [a])
  for (let i = 0; i < 4; i++) {
    await world.pass(9_000)
    expect(await a.commit(i)).toBe(0)
  }
})

test('after a restart the group is as its last assignment left it, and members have a session to be heard of', async () => {
  const world = new World()
  const [a, b] = [new Member(world), new Member(world)]
  await stable(world, [a, b])
  const before = world.groups.describe('g', world.caller(6))
  world.restart()
  expect(world.groups.describe('g', world.caller(6))).toEqual(before)
  expect(await a.beat()).toBe(0)
  await world.pass(9_000)
  expect(await a.beat()).toBe(0)
  await world.pass(1_000)
  expect(await b.beat()).toBe(errors.UNKNOWN_MEMBER_ID)
  expect(await a.beat()).toBe(errors.REBALANCE_IN_PROGRESS)
})

test('a group that a restart finds larger than allowed is rebalanced', async () => {
  const world = new World()
  const members = [new Member(world), new Member(world), new Member(world)]
  await stable(world, members)
  Object.assign(world.settings, { maxSize: 2 })
  world.restart()
  expect(await members[0]?.beat()).toBe(errors.REBALANCE_IN_PROGRESS)
})

test('an assignment is told when it is durable, to nobody before', async () => {
  const world = new World()
  const [a, b] = [new Member(world), new Member(world)]
  for (const member of [a, b]) await member.join()
  await world.pass(6_000)
  world.log.hold()
  await b.sync()
  await a.sync()
  expect([a.synced, b.synced]).toEqual([undefined, undefined])
  world.log.release()
  await world.pass(0)
  expect([a.assignment, b.assignment]).toEqual([a.memberId, b.memberId])
})

test('when the assignment cannot be written everybody who waits is sent to look for the coordinator', async () => {
  const world = new World()
  const [a, b, c] = [new Member(world), new Member(world), new Member(world)]
  for (const member of [a, b, c]) await member.join()
  await world.pass(6_000)
  await b.sync()
  await c.sync()
  world.log.hold()
  await a.sync()
  world.log.fail()
  await world.pass(0)
  expect([a, b, c].map((member) => member.synced?.errorCode)).toEqual(Array(3).fill(errors.NOT_COORDINATOR))
})

test('who left while the broker was ending is not waited for by the next one', async () => {
  const world = new World({ initialRebalanceDelayMs: 0 })
  const [a, b] = [new Member(world), new Member(world)]
  await stable(world, [a, b])
  await a.leave()
  world.handOver()
  await b.beat() // the group is read
  await world.pass(10)
  expect(await b.beat()).toBe(errors.REBALANCE_IN_PROGRESS)
  await b.join()
  await world.pass(0)
  await b.sync()
  expect(state(world)).toBe('Stable')
  expect(world.groups.describe('g', world.caller(6)).members.length).toBe(1)
})
