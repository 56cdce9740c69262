/** A member of a group of the new protocol (KIP-848): what it says in heartbeats, and what it makes of the answers. */
import { expect, test } from 'vitest'
import { ConsumerGroupHeartbeat } from '../../../src/protocol/apis/consumer-group-heartbeat'
import { OffsetCommit } from '../../../src/protocol/apis/offset-commit'
import { OffsetFetch } from '../../../src/protocol/apis/offset-fetch'
import { Disconnected } from '../../../src/protocol/call'
import { Scripted } from '../scripted'
import { Logs } from './log-model'

const JOINED = { errorCode: 0, memberEpoch: 1, heartbeatIntervalMs: 5000 }

function world(properties: Record<string, string> = {}) {
  const script = new Scripted().topic('t', [1, 1, 1])
  const logs = new Logs(script)
  const { id } = script.topics.get('t')!
  const events: string[] = []
  const note = (what: string) => (rows: readonly { partition: number }[]) =>
    void events.push(
      `${what} ${rows
        .map(({ partition }) => partition)
        .sort()
        .join()}`,
    )
  const warnings: string[] = []
  const consumer = logs.consumer(
    { 'group.id': 'g', 'group.protocol': 'consumer', ...properties },
    { onWarning: (text) => warnings.push(text) },
  )
  consumer.subscribe(['t'], { onAssigned: note('assigned'), onRevoked: note('revoked'), onLost: note('lost') })
  /** The partitions that the broker wants it to have; told once after each change. */
  const state = { target: [0, 1, 2], epoch: 1, isTold: false, code: 0 }
  script.on(ConsumerGroupHeartbeat, ({ memberEpoch }) => {
    if (state.code !== 0) return { errorCode: state.code, errorMessage: 'because', memberEpoch: 0, heartbeatIntervalMs: 0 }
    const assignment = state.isTold && memberEpoch !== 0 ? null : { topicPartitions: [{ topicId: id, partitions: state.target }] }
    state.isTold = true
    return { ...JOINED, memberEpoch: state.epoch, assignment }
  })
  const change = (target: number[], epoch = state.epoch + 1) => Object.assign(state, { target, epoch, isTold: false })
  const poll = async (ms = 100) => void (await logs.read(consumer, ms))
  const beats = () => script.requests(ConsumerGroupHeartbeat).map(({ request }) => request)
  return { logs, script, consumer, events, warnings, state, change, poll, beats, id }
}

test('it joins with everything, takes what it is told to have, and says that it has it', async () => {
  const { consumer, events, poll, beats, id } = world({ 'group.remote.assignor': 'range', 'client.rack': 'r' })
  await poll()
  expect(beats()[0]).toEqual({
    groupId: 'g',
    memberId: consumer.memberId,
    memberEpoch: 0,
    instanceId: null,
    rackId: 'r',
    rebalanceTimeoutMs: 300_000,
    subscribedTopicNames: ['t'],
    subscribedTopicRegex: null,
    serverAssignor: 'range',
    topicPartitions: [],
  })
  expect(consumer.memberId).toMatch(/^[\w-]{22}$/)
  expect(events).toEqual(['assigned 0,1,2'])
  expect(beats()[1]).toMatchObject({ memberEpoch: 1, rackId: null, rebalanceTimeoutMs: -1, subscribedTopicNames: null })
  expect(beats()[1].topicPartitions).toEqual([{ topicId: id, partitions: [0, 1, 2] }])
})

test('later heartbeats come at the broker pace and repeat nothing', async () => {
  const { poll, beats } = world()
  await poll()
  const before = beats().length
  await poll(20_000)
  expect(beats().length - before).toBe(4)
  expect(beats().at(-1)).toMatchObject({ subscribedTopicNames: null, topicPartitions: null, rebalanceTimeoutMs: -1 })
})

test('it commits what is consumed before it gives a partition up, and only then says so', async () => {
  const { logs, script, events, change, poll, beats, id } = world({ 'auto.commit.interval.ms': '1000000' })
  logs.log('t', 2).append('a')
  await poll()
  await poll()
  change([0, 1])
  await poll(6000)
  expect(events).toEqual(['assigned 0,1,2', 'revoked 2', 'assigned '])
  expect(logs.stored.get('t-2')).toBe(1)
  const commit = script.requests(OffsetCommit)[0]
  expect(commit?.request).toMatchObject({ generationIdOrMemberEpoch: 2 })
  const acknowledged = script.asked.findIndex(
    ({ api, request }) => api === 'ConsumerGroupHeartbeat' && request.topicPartitions?.[0]?.partitions.length === 2,
  )
  expect(acknowledged).toBeGreaterThan(script.asked.findIndex(({ api }) => api === 'OffsetCommit'))
  expect(beats().at(-1)?.topicPartitions ?? beats().at(-2)?.topicPartitions).toEqual([{ topicId: id, partitions: [0, 1] }])
})

test('stored offsets are asked for as a member', async () => {
  const { logs, script, consumer, poll } = world()
  logs.stored.set('t-0', 1)
  logs.log('t', 0).append('a').append('b')
  await poll()
  expect(script.requests(OffsetFetch)[0]?.request.groups[0]).toMatchObject({ memberId: consumer.memberId, memberEpoch: 1 })
  expect(consumer.position({ topic: 't', partition: 0 })).toBe(2)
})

test.each([
  [110, 'fenced'],
  [25, 'forgotten'],
])('with error %i it is %s: it loses everything and joins again', async (code) => {
  const { events, state, poll, beats } = world()
  await poll()
  state.code = code
  await poll(6000)
  state.code = 0
  await poll(2000)
  expect(events.slice(0, 2)).toEqual(['assigned 0,1,2', 'lost 0,1,2'])
  expect(events.at(-1)).toBe('assigned 0,1,2')
  expect(beats().filter(({ memberEpoch }) => memberEpoch === 0).length).toBeGreaterThan(1)
  expect(new Set(beats().map(({ memberId }) => memberId)).size).toBe(1)
})

test('a coordinator that is not ready is asked again with pauses', async () => {
  const { events, state, poll, beats } = world()
  state.code = 15
  await poll(3000)
  expect(beats().length).toBeLessThan(15)
  state.code = 0
  await poll(2000)
  expect(events).toEqual(['assigned 0,1,2'])
})

test('a heartbeat that was lost is said again in full', async () => {
  const { script, events, change, poll, beats, id } = world()
  await poll()
  script.on(ConsumerGroupHeartbeat, () => {
    throw new Disconnected('gone')
  })
  await poll(6000)
  script.on(ConsumerGroupHeartbeat, () => ({ ...JOINED, memberEpoch: 2, assignment: null }))
  change([0, 1, 2])
  await poll(3000)
  expect(beats().at(-1)).toMatchObject({
    memberEpoch: 1,
    subscribedTopicNames: ['t'],
    topicPartitions: [{ topicId: id, partitions: [0, 1, 2] }],
  })
  expect(events).toEqual(['assigned 0,1,2'])
})

test('an error that is final is thrown in the broker words', async () => {
  const { script, state, consumer } = world()
  state.code = 112
  const error = await script.outcome(consumer.poll(1000)).catch((each) => each)
  expect(String(error)).toBe('org.apache.kafka.common.errors.UnsupportedAssignorException: because')
})

test.each([
  [{}, -1],
  [{ 'group.instance.id': 'me' }, -2],
])('it leaves with the right epoch (%j: %i)', async (properties, epoch) => {
  const { script, consumer, events, poll, beats } = world(properties)
  await poll()
  await script.outcome(consumer.close())
  expect(beats().at(-1)).toMatchObject({ memberEpoch: epoch })
  expect(events.at(-1)).toBe('revoked 0,1,2')
  const count = beats().length
  await script.clock.pass(60_000)
  expect(beats().length).toBe(count)
})

test('who does not poll in max.poll.interval.ms leaves, and joins again with the next poll', async () => {
  const { script, events, warnings, poll, beats } = world({ 'max.poll.interval.ms': '12000' })
  await poll()
  await script.clock.pass(20_000)
  expect(beats().at(-1)).toMatchObject({ memberEpoch: -1 })
  expect(warnings[0]).toMatch(/^consumer poll timeout has expired/)
  await poll()
  expect(events).toEqual(['assigned 0,1,2', 'lost 0,1,2', 'assigned 0,1,2'])
})

test('a commit with an epoch that is just out of date is tried again with the new one', async () => {
  const { logs, script, consumer, change, poll, id } = world()
  logs.log('t', 0).append('a')
  await poll()
  await poll()
  script.on(OffsetCommit, ({ generationIdOrMemberEpoch }) => ({
    topics: [{ topicId: id, partitions: [{ partitionIndex: 0, errorCode: generationIdOrMemberEpoch === 2 ? 0 : 113 }] }],
  }))
  change([0, 1, 2])
  await script.outcome(consumer.commit())
  expect(script.requests(OffsetCommit).at(-1)?.request.generationIdOrMemberEpoch).toBe(2)
})
