/** Groups of both protocols, right and wrong: who joins, who commits, who is turned away with which error. */
import { ask, createTopics, from, led, NO_ID, settles, topic, UNKNOWN_ID } from './steps.mjs'

const commit = (groupId, more, versions, partition = {}) =>
  ask(
    'OffsetCommit',
    (kept) => ({
      groupId,
      generationIdOrMemberEpoch: -1,
      memberId: '',
      topics: [
        {
          name: 't',
          topicId: NO_ID,
          partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: 'm', ...partition }],
        },
      ],
      ...(typeof more === 'function' ? more(kept) : more),
    }),
    versions,
  )
const COMMIT = from(2, 9)

function* offsets() {
  yield commit('g', {}, COMMIT)
  for (const partition of [
    { partitionIndex: 9 },
    { committedOffset: -5 },
    { committedMetadata: 'x'.repeat(5000) },
    { committedMetadata: null },
  ])
    yield commit('g', {}, COMMIT, partition)
  yield commit('', {}, COMMIT)
  yield commit('g', { memberId: 'x', generationIdOrMemberEpoch: 5 }, COMMIT)
  yield commit('g', { memberId: 'x' }, COMMIT)
  yield commit('g', { generationIdOrMemberEpoch: 5 }, COMMIT)
  yield commit('new', { generationIdOrMemberEpoch: 5, memberId: 'm' }, COMMIT)
  yield commit('g', { groupInstanceId: 'i' }, from(7, 9))
  const partitions = [{ partitionIndex: 0, committedOffset: 1 }]
  for (const topics of [[], [{ name: 'nope', topicId: NO_ID, partitions }]]) yield commit('g', { topics }, COMMIT)
  yield commit('g', { topics: [{ topicId: UNKNOWN_ID, partitions }] }, [10])
  const read = (groupId, topics, versions) => ask('OffsetFetch', { groupId, topics, groups: [{ groupId, topics }] }, versions)
  const some = [
    { name: 't', partitionIndexes: [0, 1, 9] },
    { name: 'nope', partitionIndexes: [0] },
  ]
  for (const group of ['g', 'none', '']) {
    yield read(group, some, from(1, 9))
    yield read(group, null, from(2, 9))
  }
  yield ask(
    'OffsetFetch',
    { groups: [{ groupId: 'g', memberId: 'x', memberEpoch: 3, topics: null }], requireStable: true },
    [9, 10],
  )
  yield ask('OffsetFetch', { groups: [{ groupId: 'g', topics: [{ topicId: UNKNOWN_ID, partitionIndexes: [0] }] }] }, [10])
  yield ask('OffsetFetch', { groups: [] }, [8, 9])
}

/** Subscribed to `t`. */
const SUBSCRIPTION = Buffer.from([0, 0, 0, 0, 0, 1, 0, 1, 116, 255, 255, 255, 255])
const join = (groupId, more, versions, keep) =>
  ask(
    'JoinGroup',
    (kept) => ({
      groupId,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 8000,
      memberId: '',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: SUBSCRIPTION }],
      ...(typeof more === 'function' ? more(kept) : more),
    }),
    versions,
    keep,
  )
const asMember = ({ memberId, generationId }) => ({ memberId, generationId })
const beat = (groupId, more, versions = 'all') => ask('Heartbeat', (kept) => ({ groupId, ...asMember(kept), ...more }), versions)
const leave = (groupId, members, versions = 'all') =>
  ask(
    'LeaveGroup',
    (kept) => ({ groupId, memberId: 'nobody', members: typeof members === 'function' ? members(kept) : members }),
    versions,
  )

function* strangers() {
  const JOIN = from(2, 9)
  yield join('', {}, JOIN)
  for (const sessionTimeoutMs of [1, 1e9]) yield join('j', { sessionTimeoutMs }, JOIN)
  yield join('j', { memberId: 'nobody' }, JOIN)
  yield join('j', { protocols: [] }, [3, 5])
  yield join('j', { protocolType: '' }, [3, 5])
  yield join('j', {}, [4, 9])
  yield ask('DescribeGroups', { groups: ['j', 'g', 'none', ''], includeAuthorizedOperations: true }, 'all')
}

function* members() {
  yield join('k', {}, [2], asMember)
  yield join(
    'k',
    ({ memberId }) => ({ memberId, protocols: [{ name: 'rr', metadata: SUBSCRIPTION }], protocolType: 'other' }),
    [5],
  )
  const sync = (more, versions = 'all') =>
    ask(
      'SyncGroup',
      (kept) => ({
        groupId: 'k',
        ...asMember(kept),
        protocolType: 'consumer',
        protocolName: 'range',
        assignments: [{ memberId: kept.memberId, assignment: Buffer.from('assigned') }],
        ...more,
      }),
      versions,
    )
  yield beat('k')
  for (const more of [{ generationId: 99 }, { memberId: 'nobody' }, { groupId: 'none' }, { groupId: '' }]) yield sync(more)
  for (const more of [{ protocolName: 'zzz' }, { protocolType: 'zzz' }, { protocolName: null }]) yield sync(more, [5])
  yield sync({})
  yield beat('k')
  for (const more of [{ generationId: 77 }, { memberId: 'nobody' }]) yield beat('k', more)
  for (const group of ['none', '']) yield beat(group, {})
  yield beat('k', { groupInstanceId: 'i' }, [3, 4])
  const member = ({ memberId, generationId }) => ({ memberId, generationIdOrMemberEpoch: generationId })
  yield commit('k', member, COMMIT)
  yield commit('k', (kept) => ({ ...member(kept), generationIdOrMemberEpoch: 9 }), COMMIT)
  yield commit('k', (kept) => ({ ...member(kept), memberId: 'z' }), COMMIT)
  yield commit('k', {}, COMMIT)
  yield ask('DescribeGroups', { groups: ['k'], includeAuthorizedOperations: true }, 'all')
  yield ask('ListGroups', {}, 'all')
  for (const statesFilter of [['Stable', 'empty'], ['Foo']]) yield ask('ListGroups', { statesFilter }, [4, 5])
  for (const type of ['Classic', 'foo', 'consumer']) yield ask('ListGroups', { typesFilter: [type] }, [5])
  yield ask('DeleteGroups', { groupsNames: ['k', 'none', ''] }, 'all')
  const forget = (groupId, ...names) =>
    ask('OffsetDelete', {
      groupId,
      topics: names.map((name) => ({ name, partitions: [{ partitionIndex: 0 }, { partitionIndex: 9 }] })),
    })
  yield forget('k', 't', 'u')
  for (const group of ['none', '']) yield forget(group, 't')
  yield forget('g', 't', 'nope')
  yield join('k', ({ memberId }) => ({ memberId }), [5], asMember)
  yield join('k', ({ memberId }) => ({ memberId }), [9], asMember)
  yield sync({})
  for (const group of ['k', 'none', '']) yield leave(group, [{ memberId: 'nobody' }])
  yield leave('k', [{ memberId: '', groupInstanceId: 'i' }], [3, 4, 5])
  yield leave('k', ({ memberId }) => [{ memberId }, { memberId }], [3])
  yield ask('DescribeGroups', { groups: ['k'] }, 'all')
}

function* staticMembers() {
  const groupInstanceId = 'one'
  const sync = (more, versions) =>
    ask('SyncGroup', (kept) => ({ groupId: 's', ...asMember(kept), groupInstanceId, assignments: [], ...more(kept) }), versions)
  yield join('s', { groupInstanceId }, [5], asMember)
  yield sync(({ memberId }) => ({ assignments: [{ memberId, assignment: Buffer.from('x') }] }), [3])
  yield join('s', { groupInstanceId }, [9], ({ memberId, generationId }) => ({ newMemberId: memberId, generationId }))
  yield beat('s', { groupInstanceId }, [3, 4])
  yield commit(
    's',
    ({ memberId, generationId }) => ({ memberId, generationIdOrMemberEpoch: generationId, groupInstanceId }),
    [7, 9],
  )
  yield sync(() => ({}), [3, 5])
  yield sync(({ newMemberId }) => ({ memberId: newMemberId, protocolType: 'consumer', protocolName: 'range' }), [3, 5])
  yield ask('DescribeGroups', { groups: ['s'] }, [4, 6])
  yield leave('s', [{ memberId: '', groupInstanceId, reason: 'x' }], [5])
}

/** The protocol of KIP-848. */
function* nextGeneration() {
  const memberId = 'B'.repeat(22)
  const heartbeat = (more, versions = 'all', keep = undefined) =>
    ask(
      'ConsumerGroupHeartbeat',
      (kept) => ({
        groupId: 'n',
        memberId,
        memberEpoch: 0,
        rebalanceTimeoutMs: 5000,
        subscribedTopicNames: ['t'],
        topicPartitions: [],
        ...(typeof more === 'function' ? more(kept) : more),
      }),
      versions,
      keep,
    )
  for (const more of [
    { groupId: '' },
    { rebalanceTimeoutMs: -1 },
    { topicPartitions: null },
    { subscribedTopicNames: null },
    { serverAssignor: 'foo' },
    { instanceId: '' },
    { rackId: '' },
    { memberEpoch: -2 },
    { memberEpoch: -3 },
    { memberEpoch: 5 },
  ])
    yield heartbeat(more)
  for (const more of [{ memberId: '' }, { subscribedTopicRegex: '[' }]) yield heartbeat(more, [1])
  yield heartbeat({}, [1], ({ memberEpoch }) => ({ memberEpoch }))
  const still = { subscribedTopicNames: null, rebalanceTimeoutMs: -1, topicPartitions: null }
  yield heartbeat(({ memberEpoch }) => ({ ...still, memberEpoch }), [1])
  yield heartbeat({ ...still, memberEpoch: 99 }, [1])
  yield heartbeat({ ...still, memberId: 'zz', memberEpoch: 1 }, [1])
  yield ask('ConsumerGroupDescribe', { groupIds: ['n', 'k', 'none', ''], includeAuthorizedOperations: true }, 'all')
  yield ask('DescribeGroups', { groups: ['n'] }, 'all')
  for (const behind of [0, -5, 1])
    yield commit('n', ({ memberEpoch }) => ({ memberId, generationIdOrMemberEpoch: memberEpoch - behind }), [8, 9])
  yield commit('n', { memberId: 'zz', generationIdOrMemberEpoch: 1 }, [8, 9])
  yield commit('n', {}, [8, 9])
  const reader = (more) => ({ groupId: 'n', memberId, topics: null, ...more })
  const readers = ({ memberEpoch }) => [
    reader({ memberEpoch }),
    reader({ memberEpoch: 77 }),
    reader({ memberId: 'zz', memberEpoch: 1 }),
  ]
  yield ask('OffsetFetch', (kept) => ({ groups: readers(kept), requireStable: true }), [9])
  for (const more of [{}, { memberId: 'x' }]) yield join('n', more, [9])
  yield beat('n', { generationId: 1, memberId }, [4])
  yield leave('n', [{ memberId: 'nobody' }], [5])
  yield ask('DeleteGroups', { groupsNames: ['n'] })
  yield ask('ListGroups', { typesFilter: ['consumer'] })
  yield heartbeat({ memberEpoch: -1 }, [1])
  yield ask('ConsumerGroupDescribe', { groupIds: ['n'] }, 'all')
  yield ask('DeleteGroups', { groupsNames: ['n', 'g', 'k'] })
  yield ask('ListGroups', {})
}

export function* steps(batch) {
  yield createTopics([topic('t', { numPartitions: 3 }), topic('u')])
  yield led(['t', 'u'])
  yield settles(ask('FindCoordinator', { key: 'g' }, [2])) // the first who asks has __consumer_offsets made
  yield settles(ask('OffsetFetch', { groupId: 'g', topics: null }, [7]))
  for (const key of ['g', '']) yield ask('FindCoordinator', { key, coordinatorKeys: [key] }, 'all')
  yield ask('FindCoordinator', { key: 'x', keyType: 7, coordinatorKeys: ['x'] }, from(1, 6))
  const records = batch([{ timestamp: 1_700_000_000_000, value: 'a' }])
  yield ask(
    'Produce',
    () => ({ acks: -1, timeoutMs: 5000, topicData: [{ name: 't', partitionData: [{ index: 0, records }] }] }),
    [9],
  )
  yield* offsets()
  yield* strangers()
  yield* members()
  yield* staticMembers()
  yield* nextGeneration()
}
