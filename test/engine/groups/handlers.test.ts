/** The group APIs as a client of any version sees them: every reply can be said in the version that asked. */
import { expect, test } from 'vitest'
import { GROUP_OPERATIONS } from '../../../src/engine/groups/admin/operations'
import type { Ask, Handler } from '../../../src/engine/handler'
import { deleteGroups } from '../../../src/engine/handlers/delete-groups'
import { describeGroups } from '../../../src/engine/handlers/describe-groups'
import { findCoordinator } from '../../../src/engine/handlers/find-coordinator'
import { heartbeat } from '../../../src/engine/handlers/heartbeat'
import { joinGroup } from '../../../src/engine/handlers/join-group'
import { leaveGroup } from '../../../src/engine/handlers/leave-group'
import { listGroups } from '../../../src/engine/handlers/list-groups'
import { offsetCommit } from '../../../src/engine/handlers/offset-commit'
import { offsetDelete } from '../../../src/engine/handlers/offset-delete'
import { offsetFetch } from '../../../src/engine/handlers/offset-fetch'
import { syncGroup } from '../../../src/engine/handlers/sync-group'
import { fillRequest, requestCodec, responseCodec } from '../../../src/protocol/codecs'
import { errorOf, errors } from '../../../src/protocol/errors'
import { Reader } from '../../../src/protocol/reader'
import type { Api, Reply, RequestIn } from '../../../src/protocol/types'
import { Writer } from '../../../src/protocol/writer'
import { Member, stable } from './classic-member'
import { World } from './world'

/** Asks as a client does: request and reply go through bytes of the version. */
async function ask<A extends Api>(world: World, handler: Handler<A>, version: number, request: RequestIn<A>): Promise<Reply<A>> {
  const asked = new Writer()
  requestCodec(handler.api, version).write(asked, request)
  const read = requestCodec(handler.api, version).read(new Reader(asked.whole()))
  const engine = { groups: world.groups, nodeId: 7, metadata: { topic: () => ({}) }, partitionsOf: () => [] }
  const context = {
    engine,
    peer: { clientId: 'client', clientHost: '/127.0.0.1', reachedAt: { host: 'here', port: 9092 } },
    version,
    now: world.clock.now(),
  } as unknown as Ask // as much of an engine as these handlers look at
  let reply = handler.answer(read as never, context)
  if (reply instanceof Promise) {
    await world.pass(0)
    reply = await reply
  }
  const answered = new Writer()
  responseCodec(handler.api, version).write(answered, reply)
  return responseCodec(handler.api, version).read(new Reader(answered.whole())) as Reply<A>
}

const versions = (handler: Handler<never> | { versions: readonly [number, number] }) =>
  Array.from({ length: handler.versions[1] - handler.versions[0] + 1 }, (_, i) => handler.versions[0] + i)

test('OffsetCommit says of each partition whether it is there, in every version', async () => {
  for (const version of versions(offsetCommit)) {
    const world = new World()
    const topicId = world.topics.add('t', 2)
    const byId = version >= 10
    const partition = (partitionIndex: number) => ({ partitionIndex, committedOffset: 5, committedMetadata: null })
    const topics = [
      { ...(byId ? { topicId } : { name: 't' }), partitions: [partition(0), partition(2)] },
      { ...(byId ? { topicId: 'bbbbbbbbbbbbbbbbbbbbbA' } : { name: 'none' }), partitions: [partition(0)] },
    ]
    const reply = await ask(world, offsetCommit, version, { groupId: 'g', memberId: '', topics })
    const found = reply.topics.map((topic) => [byId ? topic.topicId : topic.name, topic.partitions])
    expect(new Map(found as [string, unknown][])).toEqual(
      new Map<string, unknown>([
        [
          byId ? topicId : 't',
          [
            { partitionIndex: 2, errorCode: 3 },
            { partitionIndex: 0, errorCode: 0 },
          ],
        ],
        [byId ? 'bbbbbbbbbbbbbbbbbbbbbA' : 'none', [{ partitionIndex: 0, errorCode: byId ? errors.UNKNOWN_TOPIC_ID : 3 }]],
      ]),
    )
    expect(world.log.last).toMatchObject({
      key: { topic: 't', partition: 0 },
      value: { topicId: byId ? topicId : 'AAAAAAAAAAAAAAAAAAAAAA' },
    })
  }
})

test('OffsetCommit asks no group when no partition exists', async () => {
  const world = new World()
  const partitions = [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }]
  await ask(world, offsetCommit, 9, { groupId: 'g', memberId: '', topics: [{ name: 'none', partitions }] })
  expect(world.topics.exists('__consumer_offsets')).toBe(false)
})

test('OffsetFetch gives offsets in every version, of some topics and of all', async () => {
  for (const version of versions(offsetFetch)) {
    const world = new World()
    const topicId = world.topics.add('t', 2)
    const partitions = [{ partitionIndex: 0, committedOffset: 5, committedLeaderEpoch: 3, committedMetadata: 'words' }]
    await ask(world, offsetCommit, 9, { groupId: 'g', memberId: '', topics: [{ name: 't', partitions }] })
    const fetch = async (some: boolean) => {
      if (version < 8) {
        const topics = some ? [{ name: 't', partitionIndexes: [0, 1] }] : null
        const reply = await ask(world, offsetFetch, version, { groupId: 'g', topics })
        expect(reply.errorCode).toBe(0)
        return reply.topics
      }
      const topics = some ? [{ ...(version >= 10 ? { topicId } : { name: 't' }), partitionIndexes: [0, 1] }] : null
      const reply = await ask(world, offsetFetch, version, { groups: [{ groupId: 'g', topics }] })
      expect(reply.groups[0]).toMatchObject({ groupId: 'g', errorCode: 0 })
      expect(reply.groups[0]?.topics[0]?.topicId).toBe(version >= 10 ? topicId : 'AAAAAAAAAAAAAAAAAAAAAA')
      return reply.groups[0]?.topics
    }
    const kept = {
      partitionIndex: 0,
      committedOffset: 5,
      committedLeaderEpoch: version >= 5 ? 3 : -1,
      metadata: 'words',
      errorCode: 0,
    }
    expect((await fetch(true))?.[0]?.partitions).toEqual([
      kept,
      { partitionIndex: 1, committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode: 0 },
    ])
    if (version >= 2) expect((await fetch(false))?.[0]?.partitions).toEqual([kept])
  }
})

test('OffsetFetch by id: unknown ids are named, topics that are gone are left out', async () => {
  const world = new World()
  world.topics.add('t', 1)
  const partitions = [{ partitionIndex: 0, committedOffset: 5, committedMetadata: '' }]
  await ask(world, offsetCommit, 9, { groupId: 'g', memberId: '', topics: [{ name: 't', partitions }] })
  world.topics.remove('t')
  const all = await ask(world, offsetFetch, 10, { groups: [{ groupId: 'g', topics: null }] })
  expect(all.groups[0]?.topics).toEqual([])
  const some = await ask(world, offsetFetch, 10, {
    groups: [{ groupId: 'g', topics: [{ topicId: 'bbbbbbbbbbbbbbbbbbbbbA', partitionIndexes: [4] }] }],
  })
  expect(some.groups[0]?.topics[0]).toMatchObject({
    topicId: 'bbbbbbbbbbbbbbbbbbbbbA',
    partitions: [{ partitionIndex: 4, errorCode: errors.UNKNOWN_TOPIC_ID }],
  })
})

test('a classic group forms in every version of JoinGroup and SyncGroup', async () => {
  for (const version of versions(joinGroup)) {
    const world = new World({ initialRebalanceDelayMs: 0 })
    const request = {
      groupId: 'g',
      sessionTimeoutMs: 10_000,
      memberId: '',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.from('abc') }],
    }
    let joined = await ask(world, joinGroup, version, request)
    if (version >= 4) {
      expect(joined).toMatchObject({ errorCode: 79, protocolName: version >= 7 ? null : '', leader: '', members: [] })
      joined = await ask(world, joinGroup, version, { ...request, memberId: joined.memberId })
    }
    const { memberId } = joined
    expect(joined).toMatchObject({
      errorCode: 0,
      generationId: 1,
      protocolName: 'range',
      leader: memberId,
      protocolType: version >= 7 ? 'consumer' : null,
    })
    expect(joined.members).toEqual([{ memberId, groupInstanceId: null, metadata: Buffer.from('abc') }])
    const assignments = [{ memberId, assignment: Buffer.from('all') }]
    const protocol = version >= 5 ? { protocolType: 'consumer', protocolName: 'range' } : {}
    const synced = await ask(world, syncGroup, Math.min(version, 5), {
      groupId: 'g',
      generationId: 1,
      memberId,
      assignments,
      ...protocol,
    })
    expect(synced).toMatchObject({ errorCode: 0, assignment: Buffer.from('all') })
    if (version >= 5) {
      const silent = await ask(world, syncGroup, 5, { groupId: 'g', generationId: 1, memberId, assignments })
      expect(silent.errorCode).toBe(errors.INCONSISTENT_GROUP_PROTOCOL)
    }
    const lost = await ask(world, joinGroup, version, { ...request, memberId: 'nobody' })
    expect(lost).toMatchObject({ errorCode: 25, protocolName: version >= 7 ? null : '' })
    expect(await ask(world, heartbeat, Math.min(version, 4), { groupId: 'g', generationId: 1, memberId })).toMatchObject({
      errorCode: 0,
    })
  }
})

test('LeaveGroup below version 3 has one member and one error', async () => {
  for (const version of versions(leaveGroup)) {
    const world = new World()
    const member = new Member(world)
    await stable(world, [member])
    const leave = (memberId: string) =>
      ask(world, leaveGroup, version, version < 3 ? { groupId: 'g', memberId } : { groupId: 'g', members: [{ memberId }] })
    const lost = await leave('nobody')
    expect(version < 3 ? lost.errorCode : lost.members[0]?.errorCode).toBe(errors.UNKNOWN_MEMBER_ID)
    expect(await leave(member.memberId)).toMatchObject({ errorCode: 0 })
    expect(world.groups.describe('g', world.caller(6)).groupState).toBe('Empty')
  }
})

test('ListGroups filters by state and type, whatever the case', async () => {
  const world = new World()
  world.topics.add('t', 1)
  await stable(world, [new Member(world)])
  const partitions = [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }]
  await ask(world, offsetCommit, 9, { groupId: 'simple', memberId: '', topics: [{ name: 't', partitions }] })
  const list = async (version: number, filter: { statesFilter?: string[]; typesFilter?: string[] } = {}) =>
    (await ask(world, listGroups, version, filter)).groups.map(({ groupId }) => groupId).sort()
  for (const version of versions(listGroups)) expect(await list(version)).toEqual(['g', 'simple'])
  expect(await list(5, { statesFilter: ['stable'] })).toEqual(['g'])
  expect(await list(5, { statesFilter: ['EMPTY', 'Dead'] })).toEqual(['simple'])
  expect(await list(5, { typesFilter: ['CLASSIC'] })).toEqual(['g', 'simple'])
  expect(await list(5, { typesFilter: ['consumer'] })).toEqual([])
  expect(await list(5, { typesFilter: ['no such type'] })).toEqual([])
  const { groups } = await ask(world, listGroups, 5, {})
  expect(groups.find(({ groupId }) => groupId === 'g')).toEqual({
    groupId: 'g',
    protocolType: 'consumer',
    groupState: 'Stable',
    groupType: 'classic',
  })
  expect(groups.find(({ groupId }) => groupId === 'simple')).toMatchObject({
    protocolType: '',
    groupState: 'Empty',
    groupType: 'classic',
  })
})

test('DescribeGroups shows members, and says in version 6 that a group is not there', async () => {
  const world = new World()
  const member = new Member(world)
  await stable(world, [member])
  for (const version of versions(describeGroups)) {
    const { groups } = await ask(world, describeGroups, version, {
      groups: ['g', 'none'],
      ...(version >= 3 ? { includeAuthorizedOperations: true } : {}),
    })
    expect(groups[0]).toMatchObject({
      errorCode: 0,
      groupState: 'Stable',
      protocolType: 'consumer',
      protocolData: 'range',
      authorizedOperations: version >= 3 ? GROUP_OPERATIONS : -2147483648,
      members: [
        {
          memberId: member.memberId,
          clientId: 'client',
          clientHost: '/127.0.0.1',
          memberAssignment: Buffer.from(member.memberId),
        },
      ],
    })
    if (version < 6) expect(groups[1]).toMatchObject({ errorCode: 0, groupState: 'Dead', errorMessage: null })
    else expect(groups[1]).toMatchObject({ errorCode: 69, groupState: 'Dead', errorMessage: 'Group none not found.' })
  }
  expect(GROUP_OPERATIONS).toBe(3400)
})

test('before a group is Stable its members are shown without metadata', async () => {
  const world = new World()
  await new Member(world, { version: 3 }).join()
  const { groups } = await ask(world, describeGroups, 6, { groups: ['g'] })
  expect(groups[0]).toMatchObject({
    groupState: 'PreparingRebalance',
    protocolData: '',
    members: [{ memberMetadata: Buffer.alloc(0) }],
  })
})

test('DeleteGroups deletes what is empty, with its offsets', async () => {
  for (const version of versions(deleteGroups)) {
    const world = new World()
    const member = new Member(world)
    await stable(world, [member])
    await member.commit()
    const remove = async () => {
      const { results } = await ask(world, deleteGroups, version, { groupsNames: ['g', 'g', 'none'] })
      return results.map(({ groupId, errorCode }) => [groupId, errorCode])
    }
    expect(await remove()).toEqual([
      ['g', errors.NON_EMPTY_GROUP],
      ['none', errors.GROUP_ID_NOT_FOUND],
    ])
    await member.leave()
    expect(await remove()).toEqual([
      ['g', 0],
      ['none', errors.GROUP_ID_NOT_FOUND],
    ])
    expect(world.log.shape.at(-1)).toEqual(['OffsetCommit gone', 'GroupMetadata gone'])
    world.restart()
    expect(world.groups.list({ states: [], types: [] })).toEqual([])
  }
})

test('OffsetDelete spares topics that a member subscribes to, and groups whose members it cannot know', async () => {
  const world = new World()
  world.topics.add('t', 1)
  world.topics.add('old', 1)
  const member = new Member(world, { topics: ['t'] })
  await stable(world, [member])
  const request = { groupId: 'g', topics: ['t', 'old', 'none'].map((name) => ({ name, partitions: [{ partitionIndex: 0 }] })) }
  const codes = async (groupId = 'g') => {
    const reply = await ask(world, offsetDelete, 0, { ...request, groupId })
    return reply.errorCode || Object.fromEntries(reply.topics.map(({ name, partitions }) => [name, partitions[0]?.errorCode]))
  }
  expect(await codes()).toEqual({ t: errors.GROUP_SUBSCRIBED_TO_TOPIC, old: 0, none: 3 })
  expect(await codes('nobody')).toBe(errors.GROUP_ID_NOT_FOUND)
  await stable(world, [new Member(world, { groupId: 'workers', protocolType: 'connect' })])
  expect(await codes('workers')).toBe(errors.NON_EMPTY_GROUP)
})

test('FindCoordinator sends everybody here, to the address at which we were reached', async () => {
  const world = new World()
  for (const version of versions(findCoordinator)) {
    const here = { errorCode: 0, nodeId: 7, host: 'here', port: 9092 }
    if (version < 4) {
      const reply = await ask(world, findCoordinator, version, { key: 'g', ...(version >= 1 ? { keyType: 1 } : {}) })
      expect(reply).toMatchObject(here)
      expect(reply.errorMessage).toBe(version >= 1 ? 'NONE' : '')
    } else {
      const reply = await ask(world, findCoordinator, version, { keyType: 0, coordinatorKeys: ['g', 'h'] })
      expect(reply.coordinators).toEqual(['g', 'h'].map((key) => ({ key, ...here, errorMessage: '' })))
    }
  }
  const share = await ask(world, findCoordinator, 6, { keyType: 2, coordinatorKeys: ['g:AAAAAAAAAAAAAAAAAAAAAQ:0'] })
  expect(share.coordinators[0]).toMatchObject({ errorCode: errors.INVALID_REQUEST, nodeId: -1, port: -1, host: '' })
  const strange = await ask(world, findCoordinator, 3, { key: 'g', keyType: 9 })
  expect(strange).toMatchObject({
    errorCode: errors.INVALID_REQUEST,
    errorMessage: errorOf(errors.INVALID_REQUEST).sentence,
    nodeId: -1,
  })
  expect(fillRequest(findCoordinator.api, {}).keyType).toBe(0)
})
