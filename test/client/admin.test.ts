/** The admin functions: pages, fall-backs to what older brokers have, and who is asked. */
import { expect, test } from 'vitest'
import {
  alterGroupOffsets,
  deleteTopics,
  describeCluster,
  describeConfigs,
  describeGroups,
  describeTopics,
  groupOffsets,
  isError,
  listGroups,
  listOffsets,
} from '../../src/client/admin'
import { ConsumerGroupDescribe } from '../../src/protocol/apis/consumer-group-describe'
import { DeleteTopics } from '../../src/protocol/apis/delete-topics'
import { DescribeCluster } from '../../src/protocol/apis/describe-cluster'
import { DescribeConfigs } from '../../src/protocol/apis/describe-configs'
import { DescribeGroups } from '../../src/protocol/apis/describe-groups'
import { DescribeTopicPartitions } from '../../src/protocol/apis/describe-topic-partitions'
import { ListOffsets } from '../../src/protocol/apis/list-offsets'
import { OffsetCommit } from '../../src/protocol/apis/offset-commit'
import { OffsetFetch } from '../../src/protocol/apis/offset-fetch'
import { encodeAssignment } from '../../src/protocol/records/consumer-protocol'
import { type ReplyIn, ZERO_UUID } from '../../src/protocol/types'
import { Scripted } from './scripted'

const ID = 'BBBBBBBBBBBBBBBBBBBBBA'

/** Answers in pages of `limit` partitions, as a broker does. */
function paged(script: Scripted, counts: Record<string, number>): void {
  script.on(DescribeTopicPartitions, ({ topics, cursor, responsePartitionLimit }) => {
    const names = topics.map(({ name }) => name).sort()
    let room = responsePartitionLimit
    const rows: ReplyIn<typeof DescribeTopicPartitions>['topics'][number][] = []
    for (const name of names.filter((each) => !cursor || each >= cursor.topicName)) {
      const from = cursor?.topicName === name ? cursor.partitionIndex : 0
      if (room === 0) return { topics: rows, nextCursor: { topicName: name, partitionIndex: 0 } }
      const count = counts[name]
      if (count === undefined) {
        rows.push({ errorCode: 3, name, topicId: ZERO_UUID, partitions: [] })
        continue
      }
      const taken = Math.min(count - from, room)
      const partitions = Array.from({ length: taken }, (_, place) => ({
        errorCode: 0,
        partitionIndex: from + place,
        leaderId: 1,
        replicaNodes: [1],
        isrNodes: [1],
        eligibleLeaderReplicas: [],
        lastKnownElr: [],
        offlineReplicas: [],
      }))
      rows.push({ errorCode: 0, name, topicId: ID, partitions })
      room -= taken
      if (from + taken < count) return { topics: rows, nextCursor: { topicName: name, partitionIndex: from + taken } }
    }
    return { topics: rows, nextCursor: null }
  })
}

test.each([1, 2, 3, 100])('topics are described in pages of %i partitions, none lost, none twice', async (pageSize) => {
  const script = new Scripted()
  paged(script, { a: 3, b: 1, d: 5 })
  const found = await describeTopics(script.cluster(), ['d', 'a', 'c', 'b'], { pageSize })
  expect([...found.keys()]).toEqual(['d', 'a', 'c', 'b'])
  const partitions = [...found.values()].map((each) =>
    isError(each) ? each.code : each.partitions.map(({ partition }) => partition),
  )
  expect(partitions).toEqual([[0, 1, 2, 3, 4], [0, 1, 2], 3, [0]])
})

test('a broker without DescribeTopicPartitions is asked for Metadata, and says nothing of eligible leaders', async () => {
  const script = new Scripted().topic('a', [1, -1])
  script.ranges.set('DescribeTopicPartitions', null)
  const found = (await describeTopics(script.cluster(), ['a', 'b'])).get('a')
  if (!found || isError(found)) throw new Error('no description')
  expect(found.partitions.map(({ leader, eligibleLeaders }) => [leader, eligibleLeaders])).toEqual([
    [1, null],
    [-1, null],
  ])
})

test('topics are deleted by name list at a broker that knows no other way', async () => {
  const script = new Scripted().on(DeleteTopics, () => ({ responses: [{ name: 'a', errorCode: 0 }] }))
  script.ranges.set('DeleteTopics', [1, 5])
  expect((await deleteTopics(script.cluster(), ['a'])).get('a')).toBeUndefined()
  expect(script.requests(DeleteTopics)[0]).toMatchObject({ version: 5, request: { topicNames: ['a'] } })
})

test('a broker is asked about itself, and anybody about the rest', async () => {
  const script = new Scripted([1, 2]).on(DescribeConfigs, ({ resources }, { broker }) => ({
    results: resources.map(({ resourceType, resourceName }) => ({
      errorCode: 0,
      errorMessage: null,
      resourceType,
      resourceName,
      configs: [
        {
          name: 'x',
          value: `${broker}`,
          readOnly: false,
          configSource: 5,
          isSensitive: false,
          synonyms: [],
          documentation: null,
        },
      ],
    })),
  }))
  const found = await describeConfigs(script.cluster(), [
    { type: 'broker', name: '1' },
    { type: 'topic', name: 't' },
    { type: 'broker', name: '2' },
  ])
  expect(found.map((each) => (isError(each) ? each : each[0]?.value))).toMatchObject(['1', expect.anything(), '2'])
  expect(found[1]).toMatchObject([{ source: 'DEFAULT_CONFIG' }])
})

const classic = {
  errorCode: 0,
  groupState: 'Stable',
  protocolType: 'consumer',
  protocolData: 'range',
  members: [
    {
      memberId: 'm',
      groupInstanceId: null,
      clientId: 'c',
      clientHost: '/127.0.0.1',
      memberMetadata: Buffer.alloc(0),
      memberAssignment: encodeAssignment(3, { assignedPartitions: [{ topic: 't', partitions: [0, 2] }] }),
    },
  ],
}

test('a group that is none of the new protocol is described as a classic one', async () => {
  const script = new Scripted()
  script.on(ConsumerGroupDescribe, ({ groupIds }) => ({
    groups: groupIds.map((groupId) =>
      groupId === 'new'
        ? { errorCode: 0, groupId, groupState: 'Stable', groupEpoch: 4, assignmentEpoch: 4, assignorName: 'uniform', members: [] }
        : { errorCode: 69, groupId, groupState: '', groupEpoch: 0, assignmentEpoch: 0, assignorName: '', members: [] },
    ),
  }))
  script.on(DescribeGroups, ({ groups }) => ({
    groups: groups.map((groupId) =>
      groupId === 'old'
        ? { ...classic, groupId }
        : {
            errorCode: 69,
            errorMessage: `Group ${groupId} not found.`,
            groupId,
            groupState: 'Dead',
            protocolType: '',
            protocolData: '',
            members: [],
          },
    ),
  }))
  const found = await describeGroups(script.cluster(), ['old', 'new', 'none'])
  expect(found.get('new')).toMatchObject({ type: 'consumer', groupEpoch: 4, assignor: 'uniform', coordinator: { id: 1 } })
  expect(found.get('old')).toMatchObject({
    type: 'classic',
    assignor: 'range',
    members: [
      {
        host: '/127.0.0.1',
        assignment: [
          { topic: 't', partition: 0 },
          { topic: 't', partition: 2 },
        ],
      },
    ],
  })
  expect(String(found.get('none'))).toBe('org.apache.kafka.common.errors.GroupIdNotFoundException: Group none not found.')
  expect(script.requests(DescribeGroups).flatMap(({ request }) => request.groups)).toEqual(['old', 'none'])
})

test('a broker that does not know the new protocol is asked for classic groups at once', async () => {
  const script = new Scripted().on(DescribeGroups, ({ groups }) => ({
    groups: groups.map((groupId) => ({ ...classic, groupId })),
  }))
  script.ranges.set('ConsumerGroupDescribe', null)
  expect((await describeGroups(script.cluster(), ['g'])).get('g')).toMatchObject({ type: 'classic' })
})

test('stored offsets are asked for by name, and in the old shape at an old broker', async () => {
  const row = { partitionIndex: 1, committedOffset: 9, committedLeaderEpoch: 2, metadata: 'm', errorCode: 0 }
  const script = new Scripted().on(OffsetFetch, (_, { version }) =>
    version >= 8
      ? { groups: [{ groupId: 'g', topics: [{ name: 't', partitions: [row] }] }] }
      : { topics: [{ name: 't', partitions: [row] }], errorCode: 0 },
  )
  const expected = [{ topic: 't', partition: 1, outcome: { offset: 9, leaderEpoch: 2, metadata: 'm' } }]
  expect(await groupOffsets(script.cluster(), 'g')).toMatchObject(expected)
  script.ranges.set('OffsetFetch', [1, 7])
  expect(await groupOffsets(script.cluster(), 'g')).toMatchObject(expected)
  expect(script.requests(OffsetFetch).map(({ version }) => version)).toEqual([9, 7])
})

test('offsets are stored as nobody: no member, no generation', async () => {
  const script = new Scripted().on(OffsetCommit, () => ({
    topics: [{ name: 't', partitions: [{ partitionIndex: 0, errorCode: 25 }] }],
  }))
  const [outcome] = await alterGroupOffsets(script.cluster(), 'g', [{ topic: 't', partition: 0, offset: 3 }])
  expect(outcome).toMatchObject({ exception: 'org.apache.kafka.common.errors.UnknownMemberIdException' })
  expect(script.requests(OffsetCommit)[0]?.request).toMatchObject({ generationIdOrMemberEpoch: -1, memberId: '' })
})

test.each([
  ['latest', -1],
  ['earliest', -2],
  ['max-timestamp', -3],
  ['earliest-local', -4],
  ['latest-tiered', -5],
  ['earliest-pending-upload', -6],
  [{ timestamp: 7 }, 7],
] as const)('the offset %j is asked for as %i', async (at, timestamp) => {
  const script = new Scripted().topic('t', [1]).on(ListOffsets, () => ({
    topics: [{ name: 't', partitions: [{ partitionIndex: 0, errorCode: 0, offset: 4, timestamp: 5, leaderEpoch: 6 }] }],
  }))
  const found = await listOffsets(script.cluster(), [{ topic: 't', partition: 0, at }], { readCommitted: true })
  expect(found).toEqual([{ offset: 4, timestamp: 5, leaderEpoch: 6 }])
  expect(script.requests(ListOffsets)[0]?.request).toMatchObject({ isolationLevel: 1, topics: [{ partitions: [{ timestamp }] }] })
})

test('a cluster is described by Metadata where there is nothing better', async () => {
  const script = new Scripted([4])
  script.ranges.set('DescribeCluster', null)
  expect(await describeCluster(script.cluster())).toMatchObject({
    clusterId: 'cluster',
    controllerId: 4,
    nodes: [{ id: 4, isFenced: false }],
  })
  expect(script.requests(DescribeCluster)).toEqual([])
})

test('groups cannot be listed where nobody answers, in words of their own', async () => {
  const script = new Scripted()
  script.down.add(1)
  const error = await script.outcome(listGroups(script.cluster(), { timeoutMs: 1000 })).catch((each) => each)
  expect(String(error)).toBe('org.apache.kafka.common.KafkaException: Failed to find brokers to send ListGroups')
})
