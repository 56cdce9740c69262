/** Creating, finding and deleting topics through the door, as clients do: every item has its own answer, in Kafka's words. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { CreatePartitions } from '../../../src/protocol/apis/create-partitions'
import { CreateTopics } from '../../../src/protocol/apis/create-topics'
import { DeleteTopics } from '../../../src/protocol/apis/delete-topics'
import { Metadata } from '../../../src/protocol/apis/metadata'
import type { Call } from '../../../src/protocol/call'
import { errors } from '../../../src/protocol/errors'
import { realSystem } from '../../../src/system'
import { testEngine } from '../../support/engine'
import { create, remove, send, take, topicOf } from '../../support/requests'

const createOne = async (call: Call, topic: ReturnType<typeof topicOf>, more: object = {}) => {
  const [answer] = (await call(CreateTopics, { topics: [topic], ...more })).topics
  return answer
}
const refusal = async (call: Call, topic: ReturnType<typeof topicOf>) => {
  const answer = await createOne(call, topic)
  return [answer?.errorCode, answer?.errorMessage]
}
const names = async (call: Call) => (await call(Metadata, { topics: null })).topics.map(({ name }) => name).sort()
const ask = (call: Call, name: string, allowAutoTopicCreation = false) =>
  call(Metadata, { topics: [{ name }], allowAutoTopicCreation, includeTopicAuthorizedOperations: false })

test('a topic gets the partitions, settings and id that its creation tells', async () => {
  const { call, folder } = testEngine()
  const configs = [{ name: 'retention.ms', value: '1000' }]
  const answer = await createOne(call, topicOf('orders', { numPartitions: 3, replicationFactor: 1, configs }))
  expect(answer).toMatchObject({ errorCode: 0, errorMessage: null, numPartitions: 3, replicationFactor: 1 })
  expect(answer?.configs?.find(({ name }) => name === 'retention.ms')).toMatchObject({ value: '1000', configSource: 1 })
  expect(answer?.configs?.find(({ name }) => name === 'cleanup.policy')).toMatchObject({ value: 'delete', configSource: 5 })
  const [found] = (await ask(call, 'orders')).topics
  expect(found).toMatchObject({ name: 'orders', topicId: answer?.topicId, errorCode: 0, isInternal: false })
  expect(found?.partitions.map(({ partitionIndex }) => partitionIndex)).toEqual([0, 1, 2])
  expect(found?.partitions[0]).toMatchObject({
    leaderId: 1,
    leaderEpoch: 0,
    replicaNodes: [1],
    isrNodes: [1],
    offlineReplicas: [],
  })
  expect(readFileSync(`${folder}/orders-2/partition.metadata`, 'utf8')).toBe(`version: 0\ntopic_id: ${answer?.topicId}`)
})

test('counts of -1 are the broker’s defaults, and mixed requests are answered item by item', async () => {
  const { call } = testEngine({ properties: { 'num.partitions': '4' } })
  const topics = [topicOf('good'), topicOf('bad name'), topicOf('twice'), topicOf('also'), topicOf('twice')]
  const reply = await call(CreateTopics, { topics })
  expect(reply.topics.map(({ name, errorCode, numPartitions }) => [name, errorCode, numPartitions])).toEqual([
    ['good', 0, 4],
    ['bad name', errors.INVALID_TOPIC_EXCEPTION, -1],
    ['twice', errors.INVALID_REQUEST, -1],
    ['also', 0, 4],
  ])
  expect(reply.topics[2]?.errorMessage).toBe('Duplicate topic name.')
  expect(await names(call)).toEqual(['also', 'good'])
})

test('what cannot be created is refused in Kafka’s words', async () => {
  const { call } = testEngine()
  await create(call, 'site.orders', 'there')
  const config = (name: string, value: string) => ({ configs: [{ name, value }] })
  const assigned = (...brokerIds: number[][]) => ({
    assignments: brokerIds.map((ids, partitionIndex) => ({ partitionIndex, brokerIds: ids })),
  })
  const cases: [ReturnType<typeof topicOf>, number, string][] = [
    [topicOf('there'), errors.TOPIC_ALREADY_EXISTS, "Topic 'there' already exists."],
    [topicOf('site_orders'), errors.INVALID_TOPIC_EXCEPTION, "Topic 'site_orders' collides with existing topic: site.orders"],
    [topicOf('..'), errors.INVALID_TOPIC_EXCEPTION, "Topic name is invalid: '..' is not allowed"],
    [topicOf('__cluster_metadata'), errors.INVALID_REQUEST, 'Creation of internal topic __cluster_metadata is prohibited.'],
    [
      topicOf('t', { replicationFactor: 3 }),
      errors.INVALID_REPLICATION_FACTOR,
      'Unable to replicate the partition 3 time(s): The target replication factor of 3 cannot be reached because only 1 broker(s) are registered.',
    ],
    [
      topicOf('t', { replicationFactor: 0 }),
      errors.INVALID_REPLICATION_FACTOR,
      'Replication factor must be larger than 0, or -1 to use the default value.',
    ],
    [
      topicOf('t', { numPartitions: 0 }),
      errors.INVALID_PARTITIONS,
      'Number of partitions was set to an invalid non-positive value.',
    ],
    [
      topicOf('t', { configs: [{ name: 'retention.ms', value: null }] }),
      errors.INVALID_CONFIG,
      'Null value not supported for topic configs: retention.ms',
    ],
    [topicOf('t', config('nosuch', '1')), errors.INVALID_CONFIG, 'Unknown topic config name: nosuch'],
    [
      topicOf('t', config('segment.bytes', '1')),
      errors.INVALID_CONFIG,
      'Invalid value 1 for configuration segment.bytes: Value must be at least 1048576',
    ],
    [
      topicOf('t', assigned([7])),
      errors.INVALID_REPLICA_ASSIGNMENT,
      'The manual partition assignment includes broker 7, but no such broker is registered.',
    ],
    [
      topicOf('t', assigned([1, 1])),
      errors.INVALID_REPLICA_ASSIGNMENT,
      'The manual partition assignment includes the broker 1 more than once.',
    ],
    [
      topicOf('t', assigned([])),
      errors.INVALID_REPLICA_ASSIGNMENT,
      'The manual partition assignment includes an empty replica list.',
    ],
    [
      topicOf('t', { assignments: [{ partitionIndex: 1, brokerIds: [1] }] }),
      errors.INVALID_REPLICA_ASSIGNMENT,
      'partitions should be a consecutive 0-based integer sequence',
    ],
    [
      topicOf('t', { ...assigned([1]), numPartitions: 1 }),
      errors.INVALID_REQUEST,
      'A manual partition assignment was specified, but numPartitions was not set to -1.',
    ],
    [topicOf('t', { numPartitions: 10_001 }), errors.POLICY_VIOLATION, 'Excessively large number of partitions per request.'],
  ]
  for (const [topic, code, message] of cases) expect(await refusal(call, topic)).toEqual([code, message])
  expect(await names(call)).toEqual(['site.orders', 'there'])
})

test('validateOnly checks everything and creates nothing', async () => {
  const { call, folder } = testEngine()
  const answer = await createOne(call, topicOf('t', { numPartitions: 2 }), { validateOnly: true })
  expect(answer).toMatchObject({ errorCode: 0, numPartitions: 2 })
  expect(await names(call)).toEqual([])
  expect(existsSync(`${folder}/t-0`)).toBe(false)
})

test('a topic that metadata is asked for is created at once where both sides allow it', async () => {
  const { call } = testEngine({ properties: { 'num.partitions': '2' } })
  expect((await ask(call, 'new')).topics[0]?.errorCode).toBe(errors.UNKNOWN_TOPIC_OR_PARTITION)
  expect((await ask(call, 'no good', true)).topics[0]?.errorCode).toBe(errors.INVALID_TOPIC_EXCEPTION)
  const [made] = (await ask(call, 'new', true)).topics
  expect(made).toMatchObject({ errorCode: 0, name: 'new' })
  expect(made?.partitions).toHaveLength(2)
  const off = testEngine({ properties: { 'auto.create.topics.enable': 'false' } })
  expect((await ask(off.call, 'new', true)).topics[0]?.errorCode).toBe(errors.UNKNOWN_TOPIC_OR_PARTITION)
})

test('null asks for all topics, an empty list for none but in v0; ids are answered from v12 on', async () => {
  const { call } = testEngine()
  const [id] = await create(call, 'a', 'b')
  expect((await call(Metadata, { topics: [] })).topics).toEqual([])
  expect((await call(Metadata, { topics: [] }, 0)).topics).toHaveLength(2)
  const byId = await call(
    Metadata,
    {
      topics: [
        { topicId: id, name: null },
        { topicId: 'BBBBBBBBBBBBBBBBBBBBBA', name: null },
      ],
    },
    12,
  )
  expect(byId.topics.map(({ name, errorCode }) => [name, errorCode])).toEqual([
    ['a', 0],
    [null, errors.UNKNOWN_TOPIC_ID],
  ])
  const twice = await call(Metadata, { topics: [{ name: 'a' }, { name: 'a' }, { topicId: id as string, name: 'other' }] })
  expect(twice.topics.map(({ name }) => name)).toEqual(['a', 'a'])
})

test('the broker is advertised where it was reached; operations are told when asked for', async () => {
  const { call, engine } = testEngine({ peer: { reachedAt: { host: 'from.here', port: 7 } } })
  await create(call, 'a')
  const reply = await call(
    Metadata,
    { topics: null, includeClusterAuthorizedOperations: true, includeTopicAuthorizedOperations: true },
    9,
  )
  expect(reply.brokers).toEqual([{ nodeId: 1, host: 'from.here', port: 7, rack: null }])
  expect(reply).toMatchObject({ clusterId: engine.clusterId, controllerId: 1, clusterAuthorizedOperations: 8096 })
  expect(reply.topics[0]?.topicAuthorizedOperations).toBe(3576)
  expect((await call(Metadata, { topics: null }, 9)).topics[0]?.topicAuthorizedOperations).toBe(-0x80000000)
})

test('partitions are added, never taken away', async () => {
  const { call, folder } = testEngine()
  const [topicId] = await create(call, topicOf('t', { numPartitions: 2 }))
  const grow = async (count: number, name = 't', more: object = {}) => {
    const topics = [{ name, count, assignments: null, ...more }]
    const [result] = (await call(CreatePartitions, { topics, timeoutMs: 1000, validateOnly: false })).results
    return [result?.errorCode, result?.errorMessage]
  }
  expect(await grow(4)).toEqual([0, null])
  expect(readFileSync(`${folder}/t-3/partition.metadata`, 'utf8')).toContain(topicId)
  expect(await grow(4)).toEqual([errors.INVALID_PARTITIONS, 'Topic already has 4 partition(s).'])
  expect(await grow(3)).toEqual([
    errors.INVALID_PARTITIONS,
    'The topic t currently has 4 partition(s); 3 would not be an increase.',
  ])
  expect(await grow(3, 'none')).toEqual([errors.UNKNOWN_TOPIC_OR_PARTITION, null])
  expect(await grow(6, 't', { assignments: [{ brokerIds: [1] }] })).toEqual([
    errors.INVALID_REPLICA_ASSIGNMENT,
    'Attempted to add 2 additional partition(s), but only 1 assignment(s) were specified.',
  ])
  expect(await grow(6, 't', { assignments: [{ brokerIds: [1] }, { brokerIds: [1] }] })).toEqual([0, null])
  expect((await ask(call, 't')).topics[0]?.partitions).toHaveLength(6)
})

test('a deleted topic is gone at once, its files a minute later, and its name can be used again', async () => {
  const { call, clock, folder, findings } = testEngine()
  const [id] = await create(call, 'old', 'keep')
  await send(call, 'old', ['a', 'b'])
  expect(await remove(call, 'old', 'none')).toMatchObject([
    { name: 'old', topicId: id, errorCode: 0 },
    { name: 'none', errorCode: errors.UNKNOWN_TOPIC_OR_PARTITION },
  ])
  const doomed = () => readdirSync(folder).filter((name) => /^old-0\.[0-9a-f]{32}-delete$/.test(name))
  expect(doomed()).toHaveLength(1)
  expect(existsSync(`${folder}/old-0`)).toBe(false)
  const [next] = await create(call, 'old')
  expect(next).not.toBe(id)
  expect((await take(call, 'old', 0)).values).toEqual([])
  await clock.pass(59_999)
  expect(doomed()).toHaveLength(1)
  await clock.pass(1)
  expect(doomed()).toEqual([])
  expect(existsSync(`${folder}/old-0`)).toBe(true)
  expect(await names(call)).toEqual(['keep', 'old'])
  expect(findings).toEqual([])
})

test('topics are deleted by id, and whatever is named twice is refused', async () => {
  const { call } = testEngine()
  const [a, b] = await create(call, 'a', 'b', 'c')
  const topics = [
    { name: null, topicId: a },
    { name: 'b' },
    { name: null, topicId: b },
    { name: 'c' },
    { name: 'c' },
    { name: 'c', topicId: b },
    { name: null },
    { name: null, topicId: 'BBBBBBBBBBBBBBBBBBBBBA' },
  ]
  expect((await remove(call, ...topics)).map(({ errorCode, errorMessage }) => [errorCode, errorMessage]).sort()).toEqual(
    [
      [0, null],
      [0, null],
      [errors.INVALID_REQUEST, 'The provided topic name maps to an ID that was already supplied.'],
      [errors.INVALID_REQUEST, 'Duplicate topic name.'],
      [errors.INVALID_REQUEST, 'You may not specify both topic name and topic id.'],
      [errors.INVALID_REQUEST, 'Neither topic name nor id were specified.'],
      [errors.UNKNOWN_TOPIC_ID, 'This server does not host this topic ID.'],
    ].sort(),
  )
  expect(await names(call)).toEqual(['c'])
  const off = testEngine({ properties: { 'delete.topic.enable': 'false' } })
  await create(off.call, 'a')
  const [refused] = await remove(off.call, 'a')
  expect(refused?.errorCode).toBe(errors.TOPIC_DELETION_DISABLED)
  const [before] = (await off.call(DeleteTopics, { topicNames: ['a'], timeoutMs: 1 }, 2)).responses
  expect(before?.errorCode).toBe(errors.INVALID_REQUEST)
  expect(await names(off.call)).toEqual(['a'])
})

test('a reader that waits on a topic is answered when the topic is deleted', async () => {
  const { call } = testEngine()
  await create(call, 't')
  const waiting = take(call, 't', 0, 30_000)
  await remove(call, 't')
  expect((await waiting).errorCode).toBe(errors.UNKNOWN_TOPIC_OR_PARTITION)
})

test('deleting a topic while its records are on their way to disk harms nobody', async () => {
  const { call, findings, engine } = testEngine({ system: { fs: realSystem.fs } })
  await create(call, 't', 'other')
  const sent = send(call, 't', ['a'])
  const removed = remove(call, 't')
  await Promise.all([sent, removed])
  expect((await send(call, 'other', ['b'])).errorCode).toBe(0)
  expect(findings).toEqual([])
  expect(engine.writable).toBe(true)
})

test('a restart gives the same topics, ids and settings, cleanly or not', async () => {
  for (const how of ['clean', 'killed'] as const) {
    const first = testEngine()
    await create(first.call, topicOf('a', { numPartitions: 2, configs: [{ name: 'retention.ms', value: '5' }] }), 'b', 'c')
    await remove(first.call, 'b')
    const before = await first.call(Metadata, { topics: null })
    const second = first.reopen(how)
    expect(await second.call(Metadata, { topics: null })).toEqual(before)
    expect(second.engine.topicSettings('a').retentionMs).toBe(5)
    expect(second.engine.topicSettings('c').retentionMs).toBe(604_800_000)
  }
})

test('a request that creates a hundred topics waits for the disk as often as one that creates one', async () => {
  const syncs: string[] = []
  const { fs } = realSystem
  const counting = {
    ...fs,
    dataSync(fd: number) {
      syncs.push('data')
      return fs.dataSync(fd)
    },
    dataSyncNow(fd: number) {
      syncs.push('data')
      fs.dataSyncNow(fd)
    },
    syncFolder(path: string) {
      syncs.push('folder')
      fs.syncFolder(path)
    },
  }
  const { call } = testEngine({ system: { fs: counting } })
  await create(call, 'first')
  syncs.length = 0
  await create(call, 'second')
  const one = syncs.splice(0)
  await create(call, ...Array.from({ length: 100 }, (_, index) => `t${index}`))
  expect(syncs).toEqual(one)
  expect(one).toEqual(['data'])
})

test('a partition’s metadata file that a power cut left in part is written again', async () => {
  const { call, engine, folder } = testEngine()
  engine.directory.createFolder('t-0', 'BBBBBBBBBBBBBBBBBBBBBA')
  writeFileSync(`${folder}/t-0/partition.metadata`, 'version: 0\ntopic')
  const [id] = await create(call, 't')
  expect(readFileSync(`${folder}/t-0/partition.metadata`, 'utf8')).toBe(`version: 0\ntopic_id: ${id}`)
  expect(readdirSync(folder).filter((name) => name.startsWith('t-0'))).toEqual(['t-0'])
})

test('a folder that another topic of the name left is set aside, not taken over', async () => {
  const { call, engine, folder } = testEngine()
  engine.directory.createFolder('t-0', 'BBBBBBBBBBBBBBBBBBBBBA')
  const [id] = await create(call, 't')
  expect(readFileSync(`${folder}/t-0/partition.metadata`, 'utf8')).toContain(id)
  expect(readdirSync(folder).filter((name) => /^t-0\.[0-9a-f]{32}-stray$/.test(name))).toHaveLength(1)
})
