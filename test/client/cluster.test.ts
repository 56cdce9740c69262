/** A cluster is a Call: who is asked, who is asked again, and when it gives up. */
import { expect, test } from 'vitest'
import { TimeoutException } from '../../src/client/kafka-error'
import { CreateTopics } from '../../src/protocol/apis/create-topics'
import { DeleteGroups } from '../../src/protocol/apis/delete-groups'
import { DeleteRecords } from '../../src/protocol/apis/delete-records'
import { DescribeCluster } from '../../src/protocol/apis/describe-cluster'
import { DescribeProducers } from '../../src/protocol/apis/describe-producers'
import { Fetch } from '../../src/protocol/apis/fetch'
import { FindCoordinator } from '../../src/protocol/apis/find-coordinator'
import { InitProducerId } from '../../src/protocol/apis/init-producer-id'
import { ListGroups } from '../../src/protocol/apis/list-groups'
import { ListOffsets } from '../../src/protocol/apis/list-offsets'
import { Metadata } from '../../src/protocol/apis/metadata'
import { OffsetCommit } from '../../src/protocol/apis/offset-commit'
import { Produce } from '../../src/protocol/apis/produce'
import { Disconnected } from '../../src/protocol/call'
import { type Answer, Scripted } from './scripted'

const describe_ = { includeClusterAuthorizedOperations: false }
const described = { errorCode: 0, clusterId: 'c', brokers: [] }
const listOffsets = (...partitions: [string, number][]) => ({
  replicaId: -1,
  topics: [...new Set(partitions.map(([topic]) => topic))].map((name) => ({
    name,
    partitions: partitions.filter(([topic]) => topic === name).map(([, partitionIndex]) => ({ partitionIndex, timestamp: -1 })),
  })),
})
/** Answers each partition with `answerOf`. */
const offsetsBy =
  (answerOf: (partition: number, broker: number) => { errorCode: number; offset?: number }): Answer<typeof ListOffsets> =>
  (request, { broker }) => ({
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, ...answerOf(partitionIndex, broker) })),
    })),
  })

test('a request about partitions is split by leader and joined in the order of the request', async () => {
  const script = new Scripted([1, 2]).topic('a', [1, 2, 1]).topic('b', [2])
  script.on(
    ListOffsets,
    offsetsBy((partition, broker) => ({ errorCode: 0, offset: broker * 100 + partition })),
  )
  const reply = await script.cluster().call(ListOffsets, listOffsets(['a', 1], ['b', 0], ['a', 0], ['a', 2]))
  expect(
    reply.topics.map(({ name, partitions }) => [name, partitions.map(({ partitionIndex, offset }) => [partitionIndex, offset])]),
  ).toEqual([
    [
      'a',
      [
        [1, 201],
        [0, 100],
        [2, 102],
      ],
    ],
    ['b', [[0, 200]]],
  ])
  expect(
    script
      .requests(ListOffsets)
      .map(({ broker }) => broker)
      .sort(),
  ).toEqual([1, 2])
})

test('a partition whose leader moved is asked about again at the new leader, the others are not', async () => {
  const script = new Scripted([1, 2]).topic('a', [1, 1])
  script.on(
    ListOffsets,
    offsetsBy((partition, broker) => {
      const leader = script.topics.get('a')?.leaders[partition]
      return broker === leader ? { errorCode: 0, offset: 7 } : { errorCode: 6 }
    }),
  )
  const cluster = script.cluster()
  await cluster.topic('a')
  script.topics.set('a', { id: script.topics.get('a')!.id, leaders: [1, 2], epochs: [0, 1] })
  const reply = await script.outcome(cluster.call(ListOffsets, listOffsets(['a', 0], ['a', 1])))
  expect(reply.topics[0]?.partitions.map(({ errorCode, offset }) => [errorCode, offset])).toEqual([
    [0, 7],
    [0, 7],
  ])
  const asked = script.requests(ListOffsets).map(({ broker, request }) => [broker, request.topics[0].partitions.length])
  expect(asked).toEqual([
    [1, 2],
    [2, 1],
  ])
})

test('a broker with old news does not make a client forget an election', async () => {
  const script = new Scripted([1, 2]).topic('a', [2])
  script.topics.get('a')!.epochs = [5]
  const cluster = script.cluster()
  await cluster.topic('a')
  const { id } = script.topics.get('a')!
  script.topics.set('a', { id, leaders: [1], epochs: [4] })
  await cluster.refresh(['a'])
  expect(cluster.metadata.topics.get('a')?.partitions[0]?.leader).toBe(2)
  script.topics.set('a', { id: 'AAAAAAAAAAAAAAAAAAAAAB'.replace('B', 'Q'), leaders: [1], epochs: [0] }) // deleted and made anew
  await cluster.refresh(['a'])
  expect(cluster.metadata.topics.get('a')?.partitions[0]?.leader).toBe(1)
})

test('a leader that vanished is asked again where it came back', async () => {
  const script = new Scripted([1]).topic('a', [1])
  let gone = 2
  script.on(ListOffsets, () => {
    if (gone-- > 0) throw new Disconnected('gone')
    return { topics: [{ name: 'a', partitions: [{ partitionIndex: 0, errorCode: 0, offset: 3 }] }] }
  })
  const reply = await script.outcome(script.cluster().call(ListOffsets, listOffsets(['a', 0])))
  expect(reply.topics[0]?.partitions[0]?.offset).toBe(3)
})

test('records that may have been written are not written twice: a lost Produce is the caller to decide', async () => {
  const script = new Scripted([1]).topic('a', [1])
  script.on(Produce, () => {
    throw new Disconnected('gone')
  })
  const produce = {
    acks: -1,
    timeoutMs: 1000,
    topicData: [{ name: 'a', partitionData: [{ index: 0, records: Buffer.alloc(1) }] }],
  }
  await expect(script.outcome(script.cluster().call(Produce, produce))).rejects.toBeInstanceOf(Disconnected)
  expect(script.requests(Produce).length).toBe(1)
})

test('a topic is named by id where the version wants it, and by name for the caller', async () => {
  const script = new Scripted([1]).topic('a', [1])
  const { id } = script.topics.get('a')!
  script.on(Fetch, () => ({
    responses: [
      {
        topicId: id,
        partitions: [{ partitionIndex: 0, errorCode: 0, highWatermark: 9, abortedTransactions: null, records: null }],
      },
    ],
  }))
  const request = {
    maxWaitMs: 0,
    minBytes: 0,
    topics: [{ topic: 'a', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 }] }],
  }
  const reply = await script.cluster().call(Fetch, request)
  expect(script.requests(Fetch)[0]?.request.topics[0]).toMatchObject({ topic: '', topicId: id })
  expect(reply.responses[0]).toMatchObject({ topic: 'a', topicId: id, partitions: [{ highWatermark: 9 }] })
})

test('partitions and topics that do not exist are errors of their own, soon, and the others are answered', async () => {
  const script = new Scripted([1]).topic('a', [1])
  script.on(
    ListOffsets,
    offsetsBy(() => ({ errorCode: 0, offset: 3 })),
  )
  const before = script.clock.time
  const reply = await script.outcome(script.cluster().call(ListOffsets, listOffsets(['a', 0], ['a', 9], ['b', 0])))
  expect(script.clock.time - before).toBeLessThan(1000)
  expect(reply.topics.map(({ partitions }) => partitions.map(({ errorCode, offset }) => [errorCode, offset]))).toEqual([
    [
      [0, 3],
      [3, -1],
    ],
    [[3, -1]],
  ])
})

test('a partition without a leader is asked about until time is up, and says so then', async () => {
  const script = new Scripted([1]).topic('a', [-1])
  const reply = await script.outcome(
    script.cluster().during('deleteRecords', 5000)(DeleteRecords, {
      topics: [{ name: 'a', partitions: [{ partitionIndex: 0, offset: 1 }] }],
      timeoutMs: 1,
    }),
  )
  expect(reply.topics[0]?.partitions[0]).toMatchObject({ errorCode: 5, lowWatermark: -1 })
  expect(script.clock.time - 1_700_000_000_000).toBeGreaterThan(3000)
})

test('partitions that are listed as numbers are split too', async () => {
  const script = new Scripted([1, 2]).topic('a', [1, 2])
  script.on(DescribeProducers, (request, { broker }) => ({
    topics: request.topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => ({
        partitionIndex,
        errorCode: 0,
        errorMessage: `${broker}`,
        activeProducers: [],
      })),
    })),
  }))
  const reply = await script.cluster().call(DescribeProducers, { topics: [{ name: 'a', partitionIndexes: [1, 0] }] })
  expect(reply.topics[0]?.partitions.map(({ errorMessage }) => errorMessage)).toEqual(['2', '1'])
})

const commit = {
  groupId: 'g',
  memberId: '',
  topics: [
    {
      name: 'a',
      topicId: 'BBBBBBBBBBBBBBBBBBBBBA',
      partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }],
    },
  ],
}
const committed = (errorCode: number) => ({
  topics: [{ topicId: 'BBBBBBBBBBBBBBBBBBBBBA', partitions: [{ partitionIndex: 0, errorCode }] }],
})

test('a group is asked of its coordinator, looked up anew when that moved, waited for while it loads', async () => {
  const script = new Scripted([1, 2])
  script.coordinators.set('g', 1)
  const codes = [16, 14, 0]
  script.on(OffsetCommit, () => {
    script.coordinators.set('g', 2)
    return committed(codes.shift() as number)
  })
  const reply = await script.outcome(script.cluster().call(OffsetCommit, commit))
  expect(reply.topics[0]?.partitions[0]?.errorCode).toBe(0)
  expect(script.requests(OffsetCommit).map(({ broker }) => broker)).toEqual([1, 2, 2])
})

test('a coordinator that is not there yet is waited for', async () => {
  const script = new Scripted([1])
  let missing = 3
  script.on(FindCoordinator, ({ coordinatorKeys }) => ({
    coordinators: coordinatorKeys.map((key) => ({
      key,
      nodeId: 1,
      host: 'broker',
      port: 1,
      errorCode: missing-- > 0 ? 15 : 0,
      errorMessage: null,
    })),
  }))
  script.on(OffsetCommit, () => committed(0))
  await script.outcome(script.cluster().call(OffsetCommit, commit))
  expect(script.requests(FindCoordinator).length).toBe(4)
})

test('an error that is not the coordinator moving is the answer', async () => {
  const script = new Scripted([1]).on(OffsetCommit, () => committed(25))
  const reply = await script.cluster().call(OffsetCommit, commit)
  expect(reply.topics[0]?.partitions[0]?.errorCode).toBe(25)
})

test('a list of groups is split by coordinator, and only the group that moved is asked about twice', async () => {
  const script = new Scripted([1, 2])
  script.coordinators.set('x', 1).set('y', 2).set('z', 1)
  let moving = 1
  script.on(DeleteGroups, ({ groupsNames }) => ({
    results: groupsNames.map((groupId) => ({ groupId, errorCode: groupId === 'y' && moving-- > 0 ? 16 : 0 })),
  }))
  const reply = await script.outcome(script.cluster().call(DeleteGroups, { groupsNames: ['z', 'y', 'x'] }))
  expect(reply.results).toEqual(['z', 'y', 'x'].map((groupId) => ({ groupId, errorCode: 0 })))
  const asked = script.requests(DeleteGroups).flatMap(({ request }) => request.groupsNames)
  expect(asked.filter((name) => name === 'x').length).toBe(1)
  expect(asked.filter((name) => name === 'y').length).toBe(2)
})

test('an old broker is asked for one coordinator at a time', async () => {
  const script = new Scripted([1]).on(OffsetCommit, () => committed(0))
  script.ranges.set('FindCoordinator', [0, 2])
  await script.cluster().call(OffsetCommit, commit)
  expect(script.requests(FindCoordinator)[0]).toMatchObject({ version: 2, request: { key: 'g' } })
})

test('groups are listed by every broker', async () => {
  const script = new Scripted([1, 2, 3]).on(ListGroups, (_, { broker }) => ({
    errorCode: 0,
    groups: [{ groupId: `g${broker}`, protocolType: 'consumer' }],
  }))
  const reply = await script.cluster().call(ListGroups, {})
  expect(reply.groups.map(({ groupId }) => groupId)).toEqual(['g1', 'g2', 'g3'])
})

test('a producer without transactions asks any broker for its id, again while there is none', async () => {
  const script = new Scripted([1])
  const codes = [15, 14, 0]
  script.on(InitProducerId, () => ({ errorCode: codes.shift() as number, producerId: 5, producerEpoch: 0 }))
  const reply = await script.outcome(script.cluster().call(InitProducerId, { transactionalId: null, transactionTimeoutMs: 1 }))
  expect(reply.producerId).toBe(5)
  expect(script.requests(FindCoordinator)).toEqual([])
})

test('what is for the controller goes to any broker, and to the controller where that broker says no', async () => {
  const script = new Scripted([2, 1])
  script.on(CreateTopics, (request, { broker }) => ({
    topics: request.topics.map(({ name }) => ({ name, errorCode: broker === 2 ? 0 : 41, errorMessage: null })),
  }))
  const cluster = script.cluster()
  await cluster.node(1)(Metadata, { topics: [] })
  const topics = [{ name: 'a', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }]
  const reply = await script.outcome(cluster.call(CreateTopics, { topics }))
  expect(reply.topics[0]?.errorCode).toBe(0)
})

test('when nothing listens it tries until the deadline, complains of each try in Kafka words, and says what was tried', async () => {
  const script = new Scripted([1, 2])
  script.down.add(1).add(2)
  const started = script.clock.time
  const error = await script
    .outcome(script.cluster().during('listTopics', 5000)(DescribeCluster, describe_))
    .catch((each) => each)
  expect(error).toBeInstanceOf(TimeoutException)
  expect(error.message).toBe('Timed out waiting for a node assignment. Call: listTopics')
  expect(String(error)).toBe(
    'org.apache.kafka.common.errors.TimeoutException: Timed out waiting for a node assignment. Call: listTopics',
  )
  expect(error.tried).toEqual([
    { address: 'seed:2', reason: 'nothing listens there' },
    { address: 'seed:1', reason: 'nothing listens there' },
  ])
  expect(script.clock.time - started).toBeGreaterThan(3500)
  expect(script.clock.time - started).toBeLessThanOrEqual(5100)
  expect(script.warnings.length).toBeGreaterThan(6)
  expect(script.warnings.length).toBeLessThan(40)
  expect(script.warnings[0]).toBe('Connection to node -2 (seed:2) could not be established. Node may not be available.')
})

test('a producer or consumer says a second thing of a bootstrap address', async () => {
  const script = new Scripted([1])
  script.down.add(1)
  const cluster = script.cluster({}, { complainsTwice: true, bootstrap: [{ host: '127.0.0.1', port: 1 }] })
  await script.outcome(cluster.during('x', 10)(DescribeCluster, describe_)).catch(() => {})
  expect(script.warnings).toEqual([
    'Connection to node -1 (/127.0.0.1:1) could not be established. Node may not be available.',
    'Bootstrap broker 127.0.0.1:1 (id: -1 rack: null isFenced: false) disconnected',
  ])
})

test('names that nobody knows are said to be so at once', async () => {
  const script = new Scripted([1])
  script.down.add(1)
  script.refusal = 'ENOTFOUND'
  await expect(script.cluster().call(DescribeCluster, describe_)).rejects.toMatchObject({
    exception: 'org.apache.kafka.common.config.ConfigException',
    message: 'No resolvable bootstrap urls given in bootstrap.servers',
  })
  expect(script.warnings).toEqual(["Couldn't resolve server seed:1 from bootstrap.servers as DNS resolution failed for seed"])
})

test('a broker that comes back within the deadline is found', async () => {
  const script = new Scripted([1]).on(DescribeCluster, () => described)
  script.down.add(1)
  const reply = script.cluster().call(DescribeCluster, describe_)
  await script.clock.pass(10_000)
  script.down.delete(1)
  expect((await script.outcome(reply)).clusterId).toBe('c')
})

test('another broker is asked when one hangs up in the middle of a call', async () => {
  const script = new Scripted([1, 2])
  script.on(DescribeCluster, (_, { broker }) => {
    if (broker === 1) return described
    script.down.add(2)
    script.hangUp(2)
    throw new Disconnected('gone')
  })
  const reply = await script.outcome(script.cluster().call(DescribeCluster, describe_))
  expect(reply.clusterId).toBe('c')
  expect(script.requests(DescribeCluster).map(({ broker }) => broker)).toEqual([2, 1])
})

test('an answer that never comes ends with the name of the call and what it waited for', async () => {
  const script = new Scripted([1]).on(DescribeCluster, () => new Promise(() => {}))
  const error = await script.outcome(script.cluster().during('listNodes', 3000)(DescribeCluster, describe_)).catch((each) => each)
  expect(error).toBeInstanceOf(TimeoutException)
})

test('one link serves all calls, and closing ends the waiting', async () => {
  const script = new Scripted([1]).on(DescribeCluster, () => described)
  const cluster = script.cluster()
  await Promise.all([cluster.call(DescribeCluster, describe_), cluster.call(DescribeCluster, describe_), cluster.nodes()])
  expect(script.dials).toBe(1)
  cluster.close()
  await expect(cluster.call(DescribeCluster, describe_)).rejects.toThrow('The client is closed')
})

test('topics are fetched once, and again when they are too old', async () => {
  const script = new Scripted([1]).topic('a', [1])
  const cluster = script.cluster({ 'metadata.max.age.ms': '1000' })
  await cluster.topic('a')
  await cluster.topic('a')
  expect(script.requests(Metadata).length).toBe(1)
  expect(script.requests(Metadata)[0]?.request.allowAutoTopicCreation).toBe(false)
  await script.clock.pass(1001)
  await cluster.topic('a')
  expect(script.requests(Metadata).length).toBe(2)
})
