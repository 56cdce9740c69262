/** Topics, their settings, and what the cluster says of itself. */
import { ask, createTopics, from, NO_ID, settles, topic, UNKNOWN_ID } from './steps.mjs'

const settings = (pairs) => Object.entries(pairs).map(([name, value]) => ({ name, value }))
const placed = (...brokers) => ({
  numPartitions: -1,
  replicationFactor: -1,
  assignments: brokers.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
})

function* creations() {
  yield createTopics([
    topic('t', { numPartitions: 3 }),
    topic('u'),
    topic('comp', { configs: settings({ 'cleanup.policy': 'compact' }) }),
  ])
  for (const version of from(2, 7)) {
    const create = (...topics) => createTopics(topics, [version])
    yield create(topic(`v${version}`, { numPartitions: -1, replicationFactor: -1 }))
    yield create(topic(`v${version}`))
    yield create(topic(`d${version}`), topic(`d${version}`), topic(`e${version}`))
    for (const name of ['', '.', 'a b', 't.x', 't_x', '__cluster_metadata', 'x'.repeat(250)]) yield create(topic(name))
    yield create(topic('x', { numPartitions: 0 }))
    yield create(topic('x', { replicationFactor: 0 }))
    yield create(topic('x', { replicationFactor: 2 }))
    yield create(topic('x', { assignments: [{ partitionIndex: 0, brokerIds: [1] }] }))
    yield create(topic('x', { ...placed(), assignments: [{ partitionIndex: 1, brokerIds: [1] }] }))
    for (const brokers of [[], [1, 1], [9]]) yield create(topic('x', placed(brokers)))
    for (const configs of [settings({ nope: '1' }), settings({ 'retention.ms': null }), settings({ 'retention.ms': 'x' })])
      yield create(topic('x', { configs }))
    yield create(topic('x', { configs: [...settings({ 'retention.ms': '1' }), ...settings({ 'retention.ms': '2' })] }))
  }
  yield createTopics(topic('only-asked', { numPartitions: 4, configs: settings({ 'retention.ms': '5' }) }), 'all', {
    validateOnly: true,
  })
  yield createTopics([])
}

function* partitions() {
  for (const version of from(0, 3)) {
    const more = (name, count, brokers = null, validateOnly = false) => {
      const assignments = brokers?.map((brokerIds) => ({ brokerIds })) ?? null
      return ask('CreatePartitions', { topics: [{ name, count, assignments }], timeoutMs: 5000, validateOnly }, [version])
    }
    yield more('u', 2 + version)
    for (const count of [0, 1, 2 + version, 60]) yield more('u', count, null, true)
    yield more('nope', 2)
    yield more('u', 9, [[1]])
    for (const brokers of [[], [1, 1], [7]]) yield more('u', 3 + version, [brokers])
  }
}

function* metadata() {
  const about = (topics, versions, more) => ask('Metadata', { topics, allowAutoTopicCreation: false, ...more }, versions)
  yield about([{ name: 't' }, { name: 'nope' }, { name: 'a b' }, { name: '' }], 'all')
  yield about([], 'all')
  yield about(null, 'all')
  for (const name of [null, 't']) yield about([{ name, topicId: UNKNOWN_ID }], from(10, 13))
  yield about([{ name: null, topicId: NO_ID }], from(10, 13))
  yield about([{ name: 't' }, { name: 't' }], [12])
  const operations = { includeClusterAuthorizedOperations: true, includeTopicAuthorizedOperations: true }
  yield about([{ name: 't' }], from(8, 13), operations)
  const described = (names, responsePartitionLimit, cursor = null) =>
    ask('DescribeTopicPartitions', { topics: names.map((name) => ({ name })), responsePartitionLimit, cursor })
  yield described(['t', 'nope', 'comp'], 2)
  yield described([], 5)
  yield described([], 5, { topicName: 't', partitionIndex: 1 })
  yield described(['t'], 0, { topicName: 't', partitionIndex: -1 })
  yield described(['t'], 5, { topicName: 'zz', partitionIndex: 7 })
  yield ask('DescribeCluster', { includeClusterAuthorizedOperations: true }, 'all')
  for (const endpointType of [2, 3]) yield ask('DescribeCluster', { endpointType }, [1, 2])
}

function* configs() {
  const describe = (resources, versions) => ask('DescribeConfigs', { resources, includeSynonyms: true }, versions)
  const resource = (resourceType, resourceName, configurationKeys = null) => ({ resourceType, resourceName, configurationKeys })
  yield describe([resource(2, 't')], 'all')
  yield describe([resource(2, 'comp', ['cleanup.policy', 'nope']), resource(2, 'nope'), resource(2, 'a b')], 'all')
  for (const one of [resource(99, 'x'), resource(4, '7', ['log.dirs']), resource(4, 'x'), resource(16, 'x'), resource(32, 'g')])
    yield describe([one], 'all')
  const change = (resourceType, resourceName, ...changes) => {
    const all = changes.map(([name, configOperation, value]) => ({ name, configOperation, value }))
    return ask(
      'IncrementalAlterConfigs',
      { resources: [{ resourceType, resourceName, configs: all }], validateOnly: false },
      'all',
    )
  }
  for (const [name, operation, value] of [
    ['retention.ms', 0, '77'],
    ['retention.ms', 0, 'x'],
    ['retention.ms', 0, null],
    ['retention.ms', 2, '5'],
    ['nope', 0, '1'],
    ['nope', 1, null],
    ['cleanup.policy', 2, 'compact'],
    ['cleanup.policy', 2, 'foo'],
    ['cleanup.policy', 3, 'compact'],
    ['segment.bytes', 0, '1'],
  ])
    yield change(2, 't', [name, operation, value])
  yield change(2, 't', ['retention.ms', 0, '1'], ['retention.ms', 0, '2'])
  for (const name of ['nope', '']) yield change(2, name, ['retention.ms', 0, '1'])
  for (const [name, value] of Object.entries({ 'log.retention.ms': '99', 'log.dirs': '/x', nope: '1', 'num.io.threads': '0' }))
    yield change(4, '1', [name, 0, value])
  for (const name of ['', '7', 'x']) yield change(4, name, ['log.retention.ms', 0, '98'])
  yield change(99, '1', ['a', 0, '1'])
  for (const value of ['46000', '1']) yield change(32, 'g', ['consumer.session.timeout.ms', 0, value])
  const replace = (pairs, validateOnly) =>
    ask('AlterConfigs', { resources: [{ resourceType: 2, resourceName: 't', configs: pairs }], validateOnly }, 'all')
  yield replace([...settings({ 'retention.ms': '5' }), ...settings({ 'retention.ms': '6' })], true)
  yield replace(settings({ 'retention.bytes': '5' }), false)
  yield settles(describe([resource(2, 't'), resource(4, '1', ['log.retention.ms', 'log.retention.hours'])]))
}

function* endings() {
  yield ask('ElectLeaders', { electionType: 5, topicPartitions: [{ topic: 't', partitions: [0] }], timeoutMs: 1000 }, [1, 2])
  for (const electionType of [0, 1]) {
    const topicPartitions = [
      { topic: 't', partitions: [0, 9] },
      { topic: 'nope', partitions: [0] },
    ]
    yield ask('ElectLeaders', { electionType, topicPartitions, timeoutMs: 1000 }, [1, 2])
  }
  for (const topics of [null, [{ name: 'nope', partitionIndexes: [0] }]])
    yield ask('ListPartitionReassignments', { timeoutMs: 1000, topics }, 'all')
  yield ask('DescribeQuorum', { topics: [{ topicName: 'x', partitions: [{ partitionIndex: 0 }] }] }, 'all')
  yield ask('ListConfigResources', { resourceTypes: [99] }, [1])
  yield ask('DeleteTopics', { topicNames: ['v2', 'nope', 'v2', 'a b'], timeoutMs: 5000 }, from(1, 5))
  const named = (name, topicId = NO_ID) => ({ name, topicId })
  const wanted = [named('v3'), named('nope'), named('v3'), named(null, UNKNOWN_ID), named(null), named('v4', UNKNOWN_ID)]
  yield ask('DeleteTopics', { topics: wanted, timeoutMs: 5000 })
}

export function* steps() {
  yield* creations()
  const known = settles(ask('Metadata', { topics: null, allowAutoTopicCreation: false }, [9]))
  yield known
  yield* partitions()
  yield known
  yield* metadata()
  yield* configs()
  yield* endings()
}
