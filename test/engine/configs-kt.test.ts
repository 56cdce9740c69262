/** What kt promises of settings beyond what Kafka does: old files, warnings, typed views, its own settings, what it ships. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { incrementalAlterConfigs, ops, replaceConfigs } from '../../src/engine/configs/alter'
import { defaultBrokerSettings, withDynamicConfigs } from '../../src/engine/configs/broker-settings'
import { durationMs } from '../../src/engine/configs/checks'
import { describeConfigs, topicRows } from '../../src/engine/configs/describe'
import { groupSettings } from '../../src/engine/configs/group-configs'
import { type ConfigState, resourceTypes } from '../../src/engine/configs/resources'
import { exceptionOf, readServerProperties, type ServerProperties } from '../../src/engine/configs/server-properties'
import { topicSettings } from '../../src/engine/configs/topic-settings'

function read(text: string, overrides: string[] = []): ServerProperties {
  const result = readServerProperties(text, overrides)
  if (result.errors) throw new Error(result.errors.join('\n'))
  return result
}

const kraft = `process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:9093
listeners=PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093
controller.listener.names=CONTROLLER
log.dirs=/data
`
const old = 'broker.id=0\nzookeeper.connect=localhost:2181\nlog.dirs=/tmp/kafka-logs\n'
const shipped = (name: string) => readFileSync(new URL(`../../config/${name}`, import.meta.url), 'utf8')
const none: ReadonlyMap<string, string> = new Map()

test('a file of the time of ZooKeeper starts a server that is broker and controller', () => {
  const { settings, warnings } = read(`${old}zookeeper.connection.timeout.ms=18000\nnum.partitions=2\n`)
  expect(settings).toMatchObject({ nodeId: 0, brokerId: 0, numPartitions: 2, dataDirs: ['/tmp/kafka-logs'] })
  expect(settings.processRoles).toEqual(['broker', 'controller'])
  expect(settings.listeners).toEqual([{ name: 'PLAINTEXT', host: null, port: 9092, protocol: 'PLAINTEXT' }])
  expect(settings.controllerListeners).toEqual([])
  expect(warnings).toEqual([])
})

test('addresses in the words of before Kafka 3.0 are understood', () => {
  const { settings } = read(`${old}host.name=10.0.0.1\nport=9999\nadvertised.host.name=kafka.example\n`)
  expect(settings.listeners).toMatchObject([{ host: '10.0.0.1', port: 9999 }])
  expect(settings.advertisedListeners).toMatchObject([{ host: 'kafka.example', port: 9999 }])
})

test('an old file without an id gets the first one that Kafka made up', () => {
  expect(read('zookeeper.connect=localhost:2181\n').settings.nodeId).toBe(1001)
  expect(read('zookeeper.connect=z\nbroker.id=-1\nreserved.broker.max.id=7\n').settings.nodeId).toBe(8)
})

test('an old file is held to the rules that still make sense', () => {
  const wrong = (line: string) => readServerProperties(`${old}${line}\n`).errors?.[0]
  expect(wrong('broker.id=-2')).toBe('Invalid value -2 for configuration node.id: Value must be at least 0')
  expect(wrong('log.roll.ms=0')).toBe('requirement failed: log.roll.ms must be greater than or equal to 1')
  expect(wrong('listeners=PLAINTEXT://:9092,X://:9093')).toContain('No security protocol defined for listener X')
})

test('a file with neither process.roles nor a word of ZooKeeper is one of KRaft that lacks something', () => {
  const refusal = 'Missing required configuration "process.roles" which has no default value.'
  expect(readServerProperties('log.dirs=/x\n').errors?.[0]).toBe(refusal)
  expect(readServerProperties('node.id=1\nbroker.id=1\n').errors?.[0]).toBe(refusal)
})

test('all wrong values are reported, and a half-written file with its line', () => {
  const { errors } = readServerProperties(`${kraft}num.partitions=none\nlog.retention.hours=x\n`)
  expect(errors).toEqual([
    'Invalid value none for configuration num.partitions: Not a number of type INT',
    'Invalid value x for configuration log.retention.hours: Not a number of type INT',
  ])
  expect(readServerProperties('a=1\nlog.dirs=C:\\users\n').errors).toEqual(['Malformed \\uxxxx encoding. (line 2)'])
})

test('overrides stand above the file', () => {
  const { settings, raw } = read(kraft, ['num.partitions=4', 'node.id=7', 'sasl.x=a=b', 'empty'])
  expect(settings).toMatchObject({ numPartitions: 4, nodeId: 7, brokerId: 7 })
  expect(raw.get('sasl.x')).toBe('a=b')
  expect(raw.get('empty')).toBe('')
  expect(readServerProperties(kraft, ['=5']).errors).toEqual(['Invalid command line properties: =5'])
})

test.each([
  ['authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer', 'authorizer.class.name='],
  ['remote.log.storage.system.enable=true', 'remote.log.storage.system.enable'],
  ['controller.quorum.voters=1@a:1,2@b:1', 'controller.quorum.voters'],
  ['create.topic.policy.class.name=a.B', 'create.topic.policy.class.name=a.B'],
  ['delegation.token.secret.key=hush', 'delegation.token.secret.key'],
  [
    'listeners=PLAINTEXT://:1,SSL://[::1]:2,CONTROLLER://:3\nlistener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL',
    'SSL://[::1]:2 is not opened',
  ],
])('%s: what kt cannot honour is said', (line, warning) => {
  const { warnings } = read(kraft + line)
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain(warning)
  expect(warnings[0]).not.toContain('hush')
})

test('what kt has no use for is passed over in silence', () => {
  const { warnings } = read(`${kraft}num.io.threads=99\nzookeeper.session.timeout.ms=1\nunheard.of=1\nmetric.reporters=\n`)
  expect(warnings).toEqual([])
})

test('a server that could open no listener is refused', () => {
  const map = 'listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:SASL_SSL'
  expect(readServerProperties(kraft + map).errors?.[0]).toContain('PLAINTEXT://127.0.0.1:9092 can be opened')
})

test.each([
  ['num.partitions=-1', 'org.apache.kafka.common.config.ConfigException'],
  ['log.roll.ms=0', 'java.lang.IllegalArgumentException'],
  ['listeners=FOO://:1,CONTROLLER://:2', 'java.lang.IllegalArgumentException'],
  ['listener.security.protocol.map=FOO', 'java.lang.IllegalArgumentException'],
  ['group.consumer.session.timeout.ms=1', 'java.lang.IllegalArgumentException'],
  ['log.cleaner.threads=0', 'java.lang.ArithmeticException'],
])('%s is refused with %s, as Kafka does', (line, exception) => {
  expect(exceptionOf(readServerProperties(`${kraft}${line}\n`).errors?.[0] ?? '')).toBe(exception)
})

test('the shipped files are good, without a warning, and name the ZooKeeper of old walk-throughs', () => {
  const { settings, warnings, raw } = read(shipped('server.properties'))
  expect(warnings).toEqual([])
  expect(settings).toMatchObject({ nodeId: 1, ktFlushOnAcks: true, dataDirs: ['/tmp/kraft-combined-logs'], numPartitions: 1 })
  expect(raw.get('zookeeper.connect')).toBe('localhost:2181')
  expect(shipped('zookeeper.properties')).toContain('clientPort=2181')
})

test('acks=all means on disk unless the file says otherwise', () => {
  expect(defaultBrokerSettings(1, '/d').ktFlushOnAcks).toBe(true)
  expect(read(`${kraft}kt.flush.on.acks=false`).settings.ktFlushOnAcks).toBe(false)
  expect(readServerProperties(`${kraft}kt.flush.on.acks=maybe`).errors?.[0]).toContain('kt.flush.on.acks')
})

test('a topic takes its own settings, then the broker of now, then the file, then the default', () => {
  const broker = read(`${kraft}log.retention.hours=2\nlog.segment.bytes=2097152\n`).settings
  expect(topicSettings(none, broker)).toMatchObject({
    retentionMs: 7_200_000,
    segmentBytes: 2_097_152,
    cleanupPolicy: ['delete'],
  })
  const changed = withDynamicConfigs(broker, new Map([['log.retention.ms', '5']]), none)
  expect(topicSettings(none, changed).retentionMs).toBe(5)
  expect(topicSettings(none, broker, new Map([['log.retention.ms', '6']])).retentionMs).toBe(6)
  expect(topicSettings(new Map([['retention.ms', '7']]), changed).retentionMs).toBe(7)
})

test('what is unlimited is Infinity, and a compacted topic rolls by its compaction lag', () => {
  const overrides = new Map([
    ['retention.ms', '-1'],
    ['cleanup.policy', 'compact'],
    ['max.compaction.lag.ms', '100'],
    ['internal.segment.bytes', '1000'],
  ])
  expect(topicSettings(overrides, defaultBrokerSettings(1, '/d'))).toMatchObject({
    retentionMs: Number.POSITIVE_INFINITY,
    retentionBytes: Number.POSITIVE_INFINITY,
    flushMessages: Number.POSITIVE_INFINITY,
    compact: true,
    delete: false,
    rollMs: 100,
    segmentMs: 604_800_000,
    segmentBytes: 1000,
    minCleanableDirtyRatio: 0.5,
  })
})

test('a group takes its own settings, then those of the broker', () => {
  const broker = read(`${kraft}group.consumer.session.timeout.ms=46000\n`).settings
  expect(groupSettings(none, broker)).toMatchObject({ consumerSessionTimeoutMs: 46_000, shareAutoOffsetReset: 'latest' })
  expect(groupSettings(new Map([['consumer.session.timeout.ms', '47000']]), broker).consumerSessionTimeoutMs).toBe(47_000)
})

test('kafka-topics.sh --describe shows the settings of a topic in the order of Kafka', () => {
  const order =
    'compression.type remote.log.delete.on.disable leader.replication.throttled.replicas remote.storage.enable ' +
    'min.insync.replicas segment.jitter.ms remote.log.copy.disable local.retention.ms cleanup.policy flush.ms ' +
    'follower.replication.throttled.replicas compression.lz4.level segment.bytes retention.ms compression.gzip.level ' +
    'flush.messages compression.zstd.level max.compaction.lag.ms file.delete.delay.ms max.message.bytes ' +
    'min.compaction.lag.ms message.timestamp.type local.retention.bytes preallocate index.interval.bytes ' +
    'min.cleanable.dirty.ratio unclean.leader.election.enable retention.bytes delete.retention.ms ' +
    'message.timestamp.after.max.ms message.timestamp.before.max.ms segment.ms segment.index.bytes'
  const rows = topicRows(none, defaultBrokerSettings(1, '/d'))
  expect(rows.map((row) => row.name).join(' ')).toBe(order)
})

function stateOf(text: string): ConfigState {
  return {
    broker: read(text).settings,
    topic: () => none,
    group: () => none,
    clientMetrics: () => none,
    loggers: new Map([['root', 'INFO']]),
  }
}

test('a secret is never among the answers, wherever it was set', () => {
  const secret = 'hunter2'
  const names = [
    'ssl.keystore.password',
    'sasl.jaas.config',
    'listener.name.x.ssl.key.password',
    'my.own.secret',
    'zookeeper.auth',
  ]
  const state = stateOf(kraft + names.map((name) => `${name}=${secret}\n`).join(''))
  const changed = {
    ...state,
    broker: withDynamicConfigs(state.broker, new Map([['a.secret', secret]]), new Map([['b.secret', secret]])),
  }
  for (const name of ['1', '']) {
    const answer = describeConfigs({ type: resourceTypes.BROKER, name }, null, changed)
    expect(answer.errorCode).toBe(0)
    expect(JSON.stringify(answer)).not.toContain(secret)
  }
})

test('levels of loggers are checked and handed back', () => {
  const resource = { type: resourceTypes.BROKER_LOGGER, name: '1' }
  const alter = (name: string, op: number, value: string | null) =>
    incrementalAlterConfigs(resource, [{ name, op, value }], stateOf(kraft))
  expect(alter('root', ops.SET, 'DEBUG')).toMatchObject({ errorCode: 0, changes: [{ name: 'root', value: 'DEBUG' }] })
  expect(alter('root', ops.SET, 'LOUD').errorMessage).toBe(
    'Cannot set the log level of root to LOUD as it is not a supported log level. Valid log levels are DEBUG, ERROR, FATAL, INFO, TRACE, WARN',
  )
})

test('an operation that does not exist is refused, and so is a setting that only Kafka would let pass', () => {
  const broker = { type: resourceTypes.BROKER, name: '1' }
  const state = stateOf(kraft)
  const strange = incrementalAlterConfigs(broker, [{ name: 'max.connections', op: 7, value: '1' }], state)
  expect(strange).toMatchObject({ errorCode: 42, errorMessage: 'Unknown operations type 7', changes: [] })
  const flush = replaceConfigs(broker, [{ name: 'kt.flush.on.acks', value: 'false' }], state)
  expect(flush.errorMessage).toBe('Cannot update these configs dynamically: Set(kt.flush.on.acks)')
})

test('settings of a server without a file can be changed like any other', () => {
  const state = { ...stateOf(kraft), broker: defaultBrokerSettings(1, '/d') }
  const change = [{ name: 'log.retention.ms', op: ops.SET, value: '5' }]
  expect(incrementalAlterConfigs({ type: resourceTypes.BROKER, name: '' }, change, state)).toEqual({
    errorCode: 0,
    errorMessage: null,
    changes: [{ name: 'log.retention.ms', value: '5' }],
  })
})

test('durations are read as Java reads them', () => {
  expect(durationMs('by_duration:P1DT2H3M4.5S')).toBe(93_784_500)
  expect(durationMs('by_duration:PT0S')).toBe(0)
  for (const wrong of ['by_duration:', 'by_duration:P', 'by_duration:PT', 'by_duration:P1H', 'P1D', 'by_duration:-PT1H']) {
    expect(durationMs(wrong)).toBe(null)
  }
})
