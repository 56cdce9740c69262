/** Records in and out: what is taken, what is refused and how, and what is read where. */
import { ask, createTopics, from, led, NO_ID, topic, UNKNOWN_ID } from './steps.mjs'

const TIME = 1_700_000_000_000
const PRODUCE = from(3, 12)

function* produced(batch) {
  const send = (name, records, more, index = 0) =>
    ask(
      'Produce',
      () => ({
        acks: -1,
        timeoutMs: 5000,
        topicData: [{ name, topicId: NO_ID, partitionData: [{ index, records: Buffer.from(records) }] }],
        ...more,
      }),
      PRODUCE,
    )
  const some = (count, options, record) =>
    batch(
      Array.from({ length: count }, (_, i) => ({ timestamp: TIME, key: `k${i}`, value: `v${i}`, ...record })),
      options,
    )
  const with_ = (bytes, change) => {
    change(bytes)
    return bytes
  }
  yield send('t', some(2))
  yield send('nope', some(2))
  yield send('t', some(1), {}, 9)
  yield send('stamped', some(1))
  yield send('comp', some(2, {}, { key: null }))
  yield send(
    't',
    with_(some(2), (bytes) => bytes.writeInt8(1, bytes.length - 2)),
  )
  for (const length of [0, 30, 70]) yield send('t', some(2).subarray(0, length))
  yield send('t', Buffer.concat([some(1), some(1)]))
  for (const magic of [1, 5])
    yield send(
      't',
      with_(some(2), (bytes) => bytes.writeInt8(magic, 16)),
    )
  yield send('t', some(1, { baseOffset: 77 }))
  yield send('t', some(1, { control: true }))
  yield send('t', some(1, { transactional: true, producerId: 5, producerEpoch: 0, baseSequence: 0 }))
  for (const [producerId, producerEpoch, baseSequence] of [
    [1000, 0, 0],
    [1000, 0, 9],
    [1000, -1, 5],
    [1001, 3, 5],
    [1002, 0, -1],
  ])
    yield send('t', some(3, { producerId, producerEpoch, baseSequence }))
  for (const acks of [1, 2]) yield send('t', some(1), { acks })
  yield send('__consumer_offsets', some(1))
  yield send('t', some(1, {}, { timestamp: -1 }))
  yield send('t', some(1, {}, { value: 'x'.repeat(1_100_000) }))
  for (const codec of from(1, 4)) yield send('u', some(5, { codec }))
  yield send('t', some(1), { topicData: [] })
}

function* lookedUp() {
  const list = (partitions, versions = 'all', more = {}) =>
    ask(
      'ListOffsets',
      { replicaId: -1, isolationLevel: 0, topics: [{ name: 't', partitions }], timeoutMs: 1000, ...more },
      versions,
    )
  for (const timestamp of [...from(-7, 0), TIME, TIME + 1, 9e15])
    yield list([0, 9].map((partitionIndex) => ({ partitionIndex, timestamp })))
  for (const currentLeaderEpoch of [0, 1, 5])
    yield list([{ partitionIndex: 0, currentLeaderEpoch, timestamp: -1 }], 'all', { isolationLevel: 1 })
  for (const [currentLeaderEpoch, leaderEpoch] of [
    [-1, 0],
    [0, 0],
    [-1, 5],
    [5, 0],
    [-1, -1],
  ]) {
    const topics = ['t', 'nope'].map((name) => ({ topic: name, partitions: [{ partition: 0, currentLeaderEpoch, leaderEpoch }] }))
    yield ask('OffsetForLeaderEpoch', { replicaId: -2, topics }, 'all')
  }
  yield ask('DescribeProducers', {
    topics: [
      { name: 't', partitionIndexes: [0, 9] },
      { name: 'nope', partitionIndexes: [0] },
    ],
  })
}

const FETCH = from(4, 12)
function* fetched() {
  const read = (partition, versions = FETCH, more = {}) => {
    const topics = [
      { topic: 'u', topicId: NO_ID, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 << 20, ...partition }] },
    ]
    return ask(
      'Fetch',
      { maxWaitMs: 0, minBytes: 1, maxBytes: 1 << 20, sessionEpoch: -1, topics, forgottenTopicsData: [], ...more },
      versions,
    )
  }
  for (const fetchOffset of [0, 3, 99_999, -1]) yield read({ fetchOffset })
  yield read({ partitionMaxBytes: 0 })
  yield read({}, FETCH, { maxBytes: 0 })
  yield read({ partition: 9 })
  yield read({ currentLeaderEpoch: 7 }, from(9, 12))
  for (const [lastFetchedEpoch, fetchOffset] of [
    [7, 0],
    [0, 2],
    [0, 99_999],
  ])
    yield read({ lastFetchedEpoch, fetchOffset }, [12])
  yield read({}, FETCH, { isolationLevel: 1 })
  for (const sessionId of [0, 77]) yield read({}, [7, 12], { sessionId, sessionEpoch: 5 })
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 100 }]
  yield read({}, FETCH, { topics: [{ topic: 'nope', partitions }] })
  yield read({}, from(13, 18), { topics: [{ topicId: UNKNOWN_ID, partitions }] })
  yield read({}, FETCH, { topics: [] })
}

function* deleted() {
  const remove = (name, partitions) =>
    ask(
      'DeleteRecords',
      {
        topics: [
          { name, partitions },
          { name: 'nope', partitions: [{ partitionIndex: 0, offset: 1 }] },
        ],
        timeoutMs: 3000,
      },
      'all',
    )
  yield remove('u', [
    { partitionIndex: 0, offset: 2 },
    { partitionIndex: 9, offset: 2 },
  ])
  yield remove('u', [{ partitionIndex: 0, offset: 1_000_000 }])
  for (const offset of [-2, -1]) yield remove('u', [{ partitionIndex: 0, offset }])
  yield remove('comp', [{ partitionIndex: 0, offset: 0 }])
  yield ask(
    'DescribeLogDirs',
    {
      topics: [
        { topic: 't', partitions: [0, 1, 2] },
        { topic: 'nope', partitions: [0] },
      ],
    },
    'all',
  )
}

function* sessions() {
  const go = (sessionEpoch, more = {}, version = 12) =>
    ask(
      'Fetch',
      ({ sessionId = 0 }) => ({
        maxWaitMs: 0,
        minBytes: 1,
        sessionId,
        sessionEpoch,
        topics: [],
        forgottenTopicsData: [],
        ...more,
      }),
      [version],
      sessionEpoch === 0 ? ({ sessionId }) => ({ sessionId }) : undefined,
    )
  const read = (fetchOffset) => ({
    topics: [{ topic: 't', partitions: [0, 1].map((partition) => ({ partition, fetchOffset, partitionMaxBytes: 1 << 20 })) }],
  })
  yield go(0, read(0))
  yield go(1)
  yield go(2)
  yield go(2)
  yield go(3, read(1))
  yield go(4, { forgottenTopicsData: [{ topic: 't', partitions: [0] }] })
  yield go(5, {}, 13)
  yield go(-1)
  yield go(6)
}

export function* steps(batch) {
  yield createTopics([
    topic('t', { numPartitions: 3 }),
    topic('u'),
    topic('comp', { configs: [{ name: 'cleanup.policy', value: 'compact' }] }),
    topic('stamped', { configs: [{ name: 'message.timestamp.type', value: 'LogAppendTime' }] }),
  ])
  yield led(['t', 'u', 'comp', 'stamped'])
  yield* produced(batch)
  yield* lookedUp()
  yield* fetched()
  yield* deleted()
  yield* fetched()
  yield* sessions()
}
