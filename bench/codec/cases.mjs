/**
 * The messages that are measured, as kt's objects, and what makes the same bytes out of kafkajs and @platformatic/kafka. A client
 * writes requests and reads responses, so that is what those two can be asked; kt and Java do both.
 */

const NOW = 1_700_000_000_000
const range = (count, make) => Array.from({ length: count }, (_, i) => make(i))
const uuid = (i) => Buffer.from(String(i).padStart(16, '0')).toString('base64url')
const uuidText = (i) => {
  const hex = Buffer.from(String(i).padStart(16, '0')).toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** Ten records of about 100 bytes with a key. */
export const messages = range(10, (i) => ({ key: `key-${i}`, value: `value ${i} `.padEnd(100, '.') }))

/** The batch of those records, as the clients write it. */
export function makeBatch({ BatchBuilder }, options = {}) {
  const builder = new BatchBuilder()
  for (const { key, value } of messages)
    builder.append({ timestamp: NOW, key: Buffer.from(key), value: Buffer.from(value), headers: [] })
  return builder.build({ partitionLeaderEpoch: 0, ...options })
}

export const PARTITIONS = 10
const topics = range(1000, (i) => `some-topic-${i}`)
const memberId = (i) => `consumer-orders-${i}-${uuidText((i + 1) * 7919 ** 4)}`
const subscription = Buffer.from('00010000000100066f7264657273ffffffff00000000', 'hex')

/** {api, version, kind, value}; `value` is what kt's writer takes. */
export function makeCases(kt, versions) {
  const batch = makeBatch(kt, versions.batch)
  const produce = { acks: -1, timeoutMs: 30_000 }
  const data = range(PARTITIONS, (index) => ({ index, records: batch }))
  const fetchTopic = { topic: 'orders', topicId: uuid(1) }
  const offsets = range(PARTITIONS, (i) => ({ partitionIndex: i, committedOffset: 1_000_000 + i, committedMetadata: '' }))
  const joined = { generationId: 7, leader: memberId(0), memberId: memberId(0) }
  const all = [
    ['Produce', 'request', { ...produce, topicData: [{ name: 'orders', partitionData: data }] }],
    ['Produce', 'response', { responses: [{ name: 'orders', partitionResponses: range(PARTITIONS, producedPartition) }] }],
    ['Fetch', 'request', { ...fetchAsked, topics: [{ ...fetchTopic, partitions: range(PARTITIONS, fetchPartition) }] }],
    ['Fetch', 'response', { responses: [{ ...fetchTopic, partitions: range(PARTITIONS, (i) => fetched(i, batch)) }] }],
    ['Metadata', 'request', { topics: topics.map((name) => ({ name })), allowAutoTopicCreation: false }],
    ['Metadata', 'response', { brokers: range(3, broker), clusterId: uuid(9), controllerId: 1, topics: topics.map(described) }],
    ['OffsetCommit', 'request', { ...member, topics: [{ name: 'orders', partitions: offsets }] }],
    ['OffsetCommit', 'response', { topics: [{ name: 'orders', partitions: range(PARTITIONS, committed) }] }],
    ['JoinGroup', 'request', { ...joining, protocols: ['range', 'cooperative-sticky'].map(protocol) }],
    [
      'JoinGroup',
      'response',
      { ...joined, protocolType: nullBefore(versions, 'consumer'), protocolName: 'range', members: range(10, joinedMember) },
    ],
  ]
  return all.map(([name, kind, value]) => ({ api: kt.apis[name], version: versions[name], kind, value, name }))
}

/** A field that the older version of the two lacks. */
const nullBefore = (versions, value) => (versions.JoinGroup >= 7 ? value : null)
const producedPartition = (index) => ({
  index,
  errorCode: 0,
  baseOffset: 1_000_000 + index,
  logAppendTimeMs: -1,
  logStartOffset: 0,
})
const fetchAsked = { maxWaitMs: 500, minBytes: 1, maxBytes: 52_428_800, isolationLevel: 0, sessionId: 0, sessionEpoch: -1 }
const fetchPartition = (partition) => ({
  partition,
  currentLeaderEpoch: -1,
  fetchOffset: 1_000_000 + partition,
  logStartOffset: -1,
  partitionMaxBytes: 1_048_576,
})
const fetched = (partitionIndex, records) => ({
  partitionIndex,
  errorCode: 0,
  highWatermark: 1_000_010,
  lastStableOffset: 1_000_010,
  logStartOffset: 0,
  abortedTransactions: [],
  preferredReadReplica: -1,
  records,
})
const broker = (nodeId) => ({ nodeId, host: `broker-${nodeId}.example.org`, port: 9092, rack: null })
const described = (name, i) => ({
  errorCode: 0,
  name,
  topicId: uuid(i),
  partitions: [
    { errorCode: 0, partitionIndex: 0, leaderId: i % 3, leaderEpoch: 5, replicaNodes: [0, 1, 2], isrNodes: [0, 1, 2] },
  ],
})
const member = { groupId: 'orders-group', generationIdOrMemberEpoch: 7, memberId: memberId(0) }
const committed = (partitionIndex) => ({ partitionIndex, errorCode: 0 })
const joining = {
  groupId: 'orders-group',
  sessionTimeoutMs: 45_000,
  rebalanceTimeoutMs: 300_000,
  memberId: memberId(0),
  protocolType: 'consumer',
}
const protocol = (name) => ({ name, metadata: subscription })
const joinedMember = (i) => ({ memberId: memberId(i), groupInstanceId: null, metadata: subscription })

/** kafkajs 2.2.4: the newest versions that it has. `require` finds its files. */
export function kafkajs(require) {
  const file = (path) => require(`kafkajs/src/protocol/requests/${path}`)
  const Encoder = require('kafkajs/src/protocol/encoder')
  const versions = {
    Produce: 7,
    Fetch: 11,
    Metadata: 6,
    OffsetCommit: 5,
    JoinGroup: 5,
    batch: { producerId: -1, producerEpoch: 0, baseSequence: 0 },
  }
  const sent = messages.map(({ key, value }) => ({
    key: Buffer.from(key),
    value: Buffer.from(value),
    timestamp: NOW,
    headers: {},
  }))
  const requests = {
    Produce: file('produce/v7/request'),
    Fetch: file('fetch/v11/request'),
    Metadata: file('metadata/v6/request'),
    OffsetCommit: file('offsetCommit/v5/request'),
    JoinGroup: file('joinGroup/v5/request'),
  }
  const partitions = range(PARTITIONS, (partition) => ({ partition, firstSequence: 0, messages: sent }))
  const asked = range(PARTITIONS, (partition) => ({ partition, fetchOffset: 1_000_000 + partition, maxBytes: 1_048_576 }))
  const offsets = range(PARTITIONS, (partition) => ({ partition, offset: String(1_000_000 + partition), metadata: '' }))
  const protocols = ['range', 'cooperative-sticky'].map(protocol)
  const values = {
    Produce: {
      acks: -1,
      timeout: 30_000,
      transactionalId: null,
      producerId: -1,
      producerEpoch: 0,
      compression: 0,
      topicData: [{ topic: 'orders', partitions }],
    },
    Fetch: {
      replicaId: -1,
      isolationLevel: 0,
      sessionId: 0,
      sessionEpoch: -1,
      forgottenTopics: [],
      rackId: '',
      maxWaitTime: 500,
      minBytes: 1,
      maxBytes: 52_428_800,
      topics: [{ topic: 'orders', partitions: asked }],
    },
    Metadata: { topics, allowAutoTopicCreation: false },
    OffsetCommit: {
      groupId: 'orders-group',
      groupGenerationId: 7,
      memberId: memberId(0),
      topics: [{ topic: 'orders', partitions: offsets }],
    },
    JoinGroup: {
      groupId: 'orders-group',
      sessionTimeout: 45_000,
      rebalanceTimeout: 300_000,
      memberId: memberId(0),
      groupInstanceId: null,
      protocolType: 'consumer',
      groupProtocols: protocols,
    },
  }
  const encode = (name) => async () => (await requests[name](values[name]).encode()).buffer
  const decoders = {
    Produce: file('produce/v7/response'),
    Fetch: file('fetch/v11/response'),
    Metadata: file('metadata/v6/response'),
    OffsetCommit: file('offsetCommit/v5/response'),
    JoinGroup: file('joinGroup/v5/response'),
  }
  return { name: 'kafkajs', versions, encode, decode: (name, bytes) => () => decoders[name].decode(bytes), Encoder }
}

/** @platformatic/kafka. `importFile` loads one of its files. */
export async function platformatic(importFile) {
  const versions = {
    Produce: 9,
    Fetch: 13,
    Metadata: 12,
    OffsetCommit: 8,
    JoinGroup: 9,
    batch: { producerId: -1, producerEpoch: 0, baseSequence: 0 },
  }
  const { Reader } = await importFile('protocol/reader.js')
  const modules = {
    Produce: await importFile('apis/producer/produce-v9.js'),
    Fetch: await importFile('apis/consumer/fetch-v13.js'),
    Metadata: await importFile('apis/metadata/metadata-v12.js'),
    OffsetCommit: await importFile('apis/consumer/offset-commit-v8.js'),
    JoinGroup: await importFile('apis/consumer/join-group-v9.js'),
  }
  const sent = range(PARTITIONS, (partition) =>
    messages.map(({ key, value }) => ({
      topic: 'orders',
      partition,
      key: Buffer.from(key),
      value: Buffer.from(value),
      timestamp: BigInt(NOW),
      headers: new Map(),
    })),
  ).flat()
  const asked = range(PARTITIONS, (partition) => ({
    partition,
    currentLeaderEpoch: -1,
    fetchOffset: BigInt(1_000_000 + partition),
    lastFetchedEpoch: -1,
    partitionMaxBytes: 1_048_576,
  }))
  const offsets = range(PARTITIONS, (i) => ({
    partitionIndex: i,
    committedOffset: BigInt(1_000_000 + i),
    committedLeaderEpoch: -1,
    committedMetadata: '',
  }))
  const protocols = ['range', 'cooperative-sticky'].map(protocol)
  const values = {
    Produce: [-1, 30_000, sent, { producerEpoch: 0 }],
    Fetch: [500, 1, 52_428_800, 0, 0, -1, [{ topicId: uuidText(1), partitions: asked }], [], ''],
    Metadata: [topics, false, false],
    OffsetCommit: ['orders-group', 7, memberId(0), null, [{ name: 'orders', partitions: offsets }]],
    JoinGroup: ['orders-group', 45_000, 300_000, memberId(0), null, 'consumer', protocols, null],
  }
  const encode = (name) => () => modules[name].createRequest(...values[name]).buffer
  const decode = (name, bytes) => () => modules[name].parseResponse(1, 0, versions[name], Reader.from(bytes))
  return { name: '@platformatic/kafka', versions, encode, decode }
}
