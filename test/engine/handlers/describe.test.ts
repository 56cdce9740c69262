/** What an administrator asks a broker about: cluster, partitions, directories, quorum, producers, elections. */
import { expect, test } from 'vitest'
import { change, records } from '../../../src/engine/metadata/changes'
import { DescribeCluster } from '../../../src/protocol/apis/describe-cluster'
import { DescribeLogDirs } from '../../../src/protocol/apis/describe-log-dirs'
import { DescribeProducers } from '../../../src/protocol/apis/describe-producers'
import { DescribeQuorum } from '../../../src/protocol/apis/describe-quorum'
import { DescribeTopicPartitions } from '../../../src/protocol/apis/describe-topic-partitions'
import { ElectLeaders } from '../../../src/protocol/apis/elect-leaders'
import { ListPartitionReassignments } from '../../../src/protocol/apis/list-partition-reassignments'
import { Metadata } from '../../../src/protocol/apis/metadata'
import { errors } from '../../../src/protocol/errors'
import { START, testEngine } from '../../support/engine'
import { batchOf, create, send, topicOf } from '../../support/requests'

test('the cluster is described as this broker was reached; controllers are asked for elsewhere', async () => {
  const { call, engine } = testEngine()
  const plain = await call(DescribeCluster, { includeClusterAuthorizedOperations: false })
  expect(plain).toMatchObject({
    errorCode: 0,
    clusterId: engine.clusterId,
    controllerId: 1,
    clusterAuthorizedOperations: -0x80000000,
  })
  expect(plain.brokers).toEqual([{ brokerId: 1, host: 'kt.example', port: 19092, rack: null, isFenced: false }])
  expect((await call(DescribeCluster, { includeClusterAuthorizedOperations: true })).clusterAuthorizedOperations).toBe(8096)
  const controllers = await call(DescribeCluster, { includeClusterAuthorizedOperations: false, endpointType: 2 })
  expect([controllers.errorCode, controllers.errorMessage]).toEqual([
    errors.MISMATCHED_ENDPOINT_TYPE,
    'The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER',
  ])
  const odd = await call(DescribeCluster, { includeClusterAuthorizedOperations: false, endpointType: 9 })
  expect(odd.errorCode).toBe(errors.UNSUPPORTED_ENDPOINT_TYPE)
})

test('partitions are described page by page, in the order of their topics’ names', async () => {
  const { call } = testEngine()
  await create(call, topicOf('b', { numPartitions: 3 }), topicOf('a', { numPartitions: 2 }), 'c')
  const seen: string[] = []
  let cursor: { topicName: string; partitionIndex: number } | null = null
  let pages = 0
  do {
    const page: Awaited<ReturnType<typeof ask>> = await ask(cursor)
    for (const { name, partitions } of page.topics)
      seen.push(...partitions.map(({ partitionIndex }) => `${name}-${partitionIndex}`))
    cursor = page.nextCursor
    pages++
  } while (cursor)
  expect(seen).toEqual(['a-0', 'a-1', 'b-0', 'b-1', 'b-2', 'c-0'])
  expect(pages).toBe(3)
  function ask(from: typeof cursor) {
    return call(DescribeTopicPartitions, { topics: [], responsePartitionLimit: 2, cursor: from })
  }
})

test('topics that are named and not there are errors, a cursor outside of the request too', async () => {
  const { call } = testEngine()
  await create(call, 'a')
  const ask = async (topics: string[], cursor: { topicName: string; partitionIndex: number } | null = null) => {
    const reply = await call(DescribeTopicPartitions, { topics: topics.map((name) => ({ name })), cursor })
    return reply.topics.map(({ name, errorCode }) => [name, errorCode])
  }
  expect(await ask(['none', 'a', '..'])).toEqual([
    ['..', errors.INVALID_TOPIC_EXCEPTION],
    ['a', 0],
    ['none', errors.UNKNOWN_TOPIC_OR_PARTITION],
  ])
  expect(await ask(['a'], { topicName: 'b', partitionIndex: 0 })).toEqual([['a', errors.INVALID_REQUEST]])
})

test('what a clean stop of Kafka leaves without a leader is led by this broker, in the epoch it was left in', async () => {
  const { call, engine } = testEngine()
  const [topicId] = await create(call, 't')
  const stopped = { isr: [], leader: -1, eligibleLeaderReplicas: [1], lastKnownElr: [1] }
  await engine.commit([change(records.PartitionChangeRecord, { topicId: topicId as string, partitionId: 0, ...stopped })])
  const [found] = (await call(Metadata, { topics: [{ name: 't' }] })).topics
  expect(found?.partitions[0]).toMatchObject({ errorCode: 0, leaderId: 1, leaderEpoch: 1, isrNodes: [1], replicaNodes: [1] })
  const [described] = (await call(DescribeTopicPartitions, { topics: [{ name: 't' }] })).topics
  expect(described?.partitions[0]).toMatchObject({ leaderId: 1, isrNodes: [1], eligibleLeaderReplicas: [], lastKnownElr: [] })
})

test('sizes of logs are told without opening them', async () => {
  const first = testEngine()
  await create(first.call, topicOf('t', { numPartitions: 2 }), 'u')
  await send(first.call, 't', ['a'])
  const size = batchOf(['a']).length
  for (const { call, engine, folder } of [first, first.reopen()]) {
    const reply = await call(DescribeLogDirs, { topics: null })
    expect(reply.results[0]).toMatchObject({ errorCode: 0, logDir: folder, totalBytes: -1 })
    const sizes = reply.results[0]?.topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, partitionSize }) => [name, partitionIndex, partitionSize]),
    )
    expect(sizes).toEqual([
      ['t', 0, size],
      ['t', 1, 0],
      ['u', 0, 0],
    ])
    const some = await call(DescribeLogDirs, {
      topics: [
        { topic: 'u', partitions: [0, 5] },
        { topic: 'none', partitions: [0] },
      ],
    })
    expect(some.results[0]?.topics.map(({ name, partitions }) => [name, partitions.length])).toEqual([['u', 1]])
    if (engine !== first.engine) expect(engine.partition('t', 0)?.isOpen).toBe(false)
  }
})

test('no election is needed; asking for all tells of no partition', async () => {
  const { call } = testEngine()
  await create(call, 't')
  const elect = async (topicPartitions: { topic: string; partitions: number[] }[] | null, electionType = 0) => {
    const { errorCode, replicaElectionResults } = await call(ElectLeaders, { electionType, topicPartitions })
    return (
      errorCode ||
      replicaElectionResults.flatMap(({ partitionResult }) => partitionResult.map((one) => [one.errorCode, one.errorMessage]))
    )
  }
  expect(
    await elect(
      [
        { topic: 't', partitions: [0, 4] },
        { topic: 'none', partitions: [0] },
      ],
      1,
    ),
  ).toEqual([
    [errors.ELECTION_NOT_NEEDED, 'Leader election not needed for topic partition.'],
    [errors.UNKNOWN_TOPIC_OR_PARTITION, 'No such partition as t-4'],
    [errors.UNKNOWN_TOPIC_OR_PARTITION, 'No such topic as none'],
  ])
  const all = await call(ElectLeaders, { electionType: 0, topicPartitions: null })
  expect(all).toMatchObject({ errorCode: 0, replicaElectionResults: [{ topic: 't', partitionResult: [] }] })
  expect(await elect(null, 7)).toBe(errors.INVALID_REQUEST)
})

test('nothing is on the move', async () => {
  const { call } = testEngine()
  await create(call, 't')
  expect(await call(ListPartitionReassignments, {})).toMatchObject({ errorCode: 0, errorMessage: null, topics: [] })
})

test('the metadata log has one voter, which leads it', async () => {
  const { call, engine } = testEngine()
  await create(call, 't')
  const ask = (topicName: string) => call(DescribeQuorum, { topics: [{ topicName, partitions: [{ partitionIndex: 0 }] }] })
  const reply = await ask('__cluster_metadata')
  const end = engine.metadata.endOffset
  expect(reply.topics[0]?.partitions[0]).toMatchObject({
    errorCode: 0,
    leaderId: 1,
    leaderEpoch: 1,
    highWatermark: end,
    observers: [],
  })
  const { directoryId } = engine.directory.meta
  expect(reply.topics[0]?.partitions[0]?.currentVoters).toEqual([
    { replicaId: 1, replicaDirectoryId: directoryId, logEndOffset: end, lastFetchTimestamp: START, lastCaughtUpTimestamp: START },
  ])
  expect(reply.nodes).toEqual([{ nodeId: 1, listeners: [{ name: 'CONTROLLER', host: 'localhost', port: 9093 }] }])
  expect((await ask('t')).topics[0]?.partitions[0]?.errorCode).toBe(errors.UNKNOWN_TOPIC_OR_PARTITION)
})

test('producers of a partition are told, and forgotten by a partition that is not there', async () => {
  const { call } = testEngine()
  await create(call, 't')
  await send(call, 't', ['a', 'b'], START, { producerId: 5, producerEpoch: 2, baseSequence: 0 })
  const { topics } = await call(DescribeProducers, { topics: [{ name: 't', partitionIndexes: [0, 9] }] })
  expect(topics[0]?.partitions.map(({ errorCode }) => errorCode)).toEqual([0, errors.UNKNOWN_TOPIC_OR_PARTITION])
  const others = await call(DescribeProducers, {
    topics: [
      { name: '..', partitionIndexes: [0] },
      { name: 'none', partitionIndexes: [0] },
    ],
  })
  expect(others.topics.map(({ partitions }) => [partitions[0]?.errorCode, partitions[0]?.errorMessage])).toEqual([
    [errors.INVALID_TOPIC_EXCEPTION, "Topic name is invalid: '..' is not allowed"],
    [errors.UNKNOWN_TOPIC_OR_PARTITION, 'This server does not host this topic-partition.'],
  ])
  expect(topics[0]?.partitions[0]?.activeProducers).toEqual([
    { producerId: 5, producerEpoch: 2, lastSequence: 1, lastTimestamp: START, coordinatorEpoch: -1, currentTxnStartOffset: -1 },
  ])
})
