/** A member of a classic group: joining, sharing out, giving up, losing, leaving. */
import { expect, test } from 'vitest'
import type { RebalanceListener } from '../../../src/client/consumer'
import { FindCoordinator } from '../../../src/protocol/apis/find-coordinator'
import { Heartbeat } from '../../../src/protocol/apis/heartbeat'
import { JoinGroup } from '../../../src/protocol/apis/join-group'
import { LeaveGroup } from '../../../src/protocol/apis/leave-group'
import { OffsetCommit } from '../../../src/protocol/apis/offset-commit'
import { SyncGroup } from '../../../src/protocol/apis/sync-group'
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../../src/protocol/records/consumer-protocol'
import { Scripted } from '../scripted'
import { Logs } from './log-model'

/** A coordinator with one member of ours and, where a test says so, others that want the same. */
class Group {
  generation = 0
  heartbeatCode = 0
  joinCode = 0
  readonly others: string[] = []
  /** What is handed out instead of what the leader says. */
  assigned: { topic: string; partitions: number[] }[] | undefined
  isLeader = true
  private given = 0

  constructor(readonly logs: Logs) {
    const { script } = logs
    script.on(JoinGroup, ({ memberId, groupInstanceId, protocols }) => {
      const refuse = (errorCode: number, id = '') => ({ errorCode, protocolName: '', leader: '', memberId: id, members: [] })
      if (this.joinCode !== 0) return refuse(this.joinCode)
      if (memberId === '' && groupInstanceId === null) return refuse(79, `member-${++this.given}`)
      this.generation++
      this.heartbeatCode = 0
      const mine = memberId || `static-${groupInstanceId}`
      const protocol = protocols[0]!
      const metadata = encodeSubscription(3, { topics: ['t'] })
      const members = [
        { memberId: mine, groupInstanceId, metadata: protocol.metadata },
        ...this.others.map((id) => ({ memberId: id, metadata })),
      ]
      return {
        errorCode: 0,
        generationId: this.generation,
        protocolType: 'consumer',
        protocolName: protocol.name,
        leader: this.isLeader ? mine : 'somebody',
        memberId: mine,
        members: this.isLeader ? members : [],
      }
    })
    script.on(SyncGroup, ({ memberId, assignments }) => ({
      errorCode: 0,
      assignment: this.assigned
        ? encodeAssignment(3, { assignedPartitions: this.assigned })
        : (assignments.find((each) => each.memberId === memberId)?.assignment ?? Buffer.alloc(0)),
    }))
    script.on(Heartbeat, () => ({ errorCode: this.heartbeatCode }))
    script.on(LeaveGroup, () => ({ errorCode: 0, members: [] }))
  }
}

function world(properties: Record<string, string> = {}, partitions = 3, listen: RebalanceListener = {}) {
  const logs = new Logs(new Scripted([1, 2]).topic('t', new Array(partitions).fill(1)))
  const group = new Group(logs)
  const events: string[] = []
  const note = (what: string) => (rows: readonly { partition: number }[]) =>
    void events.push(
      `${what} ${rows
        .map(({ partition }) => partition)
        .sort()
        .join()}`,
    )
  const warnings: string[] = []
  const consumer = logs.consumer({ 'group.id': 'g', ...properties }, { onWarning: (text) => warnings.push(text) })
  const listener = { onAssigned: note('assigned'), onRevoked: note('revoked'), onLost: note('lost'), ...listen }
  consumer.subscribe(['t'], listener)
  /** Polls until there is nothing to do. */
  const poll = async (ms = 100) => void (await logs.read(consumer, ms))
  return { logs, script: logs.script, group, events, warnings, consumer, poll }
}

test('a member is given an id, joins with it, shares the partitions out and reads what it got', async () => {
  const { logs, script, group, events, consumer, poll } = world()
  group.others.push('other')
  logs.log('t', 0).append('a')
  await poll()
  expect(script.requests(JoinGroup).map(({ request }) => request.memberId)).toEqual(['', 'member-1'])
  const join = script.requests(JoinGroup)[1]?.request
  expect(join).toMatchObject({ sessionTimeoutMs: 45_000, rebalanceTimeoutMs: 300_000, protocolType: 'consumer' })
  expect(join.protocols.map(({ name }: { name: string }) => name)).toEqual(['range', 'cooperative-sticky'])
  expect(decodeSubscription(join.protocols[0].metadata)).toMatchObject({ topics: ['t'], ownedPartitions: [], generationId: -1 })
  const sync = script.requests(SyncGroup)[0]?.request
  expect(
    sync.assignments.map(({ memberId, assignment }: { memberId: string; assignment: Buffer }) => [
      memberId,
      decodeAssignment(assignment).assignedPartitions,
    ]),
  ).toEqual([
    ['member-1', [{ topic: 't', partitions: [0, 1] }]],
    ['other', [{ topic: 't', partitions: [2] }]],
  ])
  expect(events).toEqual(['assigned 0,1'])
  expect(consumer.memberId).toBe('member-1')
})

test('who does not lead takes what it is given', async () => {
  const { script, group, events, poll } = world()
  group.isLeader = false
  group.assigned = [{ topic: 't', partitions: [2] }]
  await poll()
  expect(events).toEqual(['assigned 2'])
  expect(script.requests(SyncGroup)[0]?.request.assignments).toEqual([])
})

test('commits carry member and generation', async () => {
  const { logs, script, consumer, poll } = world()
  logs.log('t', 0).append('a')
  await poll()
  await poll()
  await script.outcome(consumer.commit())
  const [commit] = script.requests(OffsetCommit)
  expect(commit?.request).toMatchObject({ memberId: 'member-1', generationIdOrMemberEpoch: 1 })
  // by name, though both sides know ids: what is stored is what Kafka's consumers store
  expect(commit).toMatchObject({ version: 9, request: { topics: [{ name: 't' }] } })
})

test('heartbeats go on while somebody polls now and then', async () => {
  const { script, poll } = world()
  await poll()
  for (let i = 0; i < 10; i++) await poll(3000)
  expect(script.requests(Heartbeat).length).toBeGreaterThanOrEqual(9)
  expect(script.requests(Heartbeat).length).toBeLessThanOrEqual(11)
  expect(script.requests(Heartbeat)[0]?.request).toMatchObject({ memberId: 'member-1', generationId: 1 })
})

test('at a rebalance it commits what is consumed, gives everything up, and joins again', async () => {
  const { logs, script, group, events, poll } = world({ 'auto.commit.interval.ms': '1000000' })
  logs.log('t', 0).append('a')
  await poll()
  await poll()
  group.heartbeatCode = 27
  group.others.push('other')
  await poll(4000)
  expect(events).toEqual(['assigned 0,1,2', 'revoked 0,1,2', 'assigned 0,1'])
  expect(logs.stored.get('t-0')).toBe(1)
  const order = script.asked.map(({ api }) => api)
  expect(order.lastIndexOf('OffsetCommit')).toBeLessThan(order.lastIndexOf('JoinGroup'))
  expect(script.requests(JoinGroup).at(-1)?.request.memberId).toBe('member-1')
})

test.each([
  [25, 'is not known any more'],
  [22, 'is of another generation'],
])('a member that the coordinator says %i of (it %s) loses everything and begins as a new one', async (code) => {
  const { logs, script, group, events, poll } = world()
  logs.log('t', 0).append('a')
  await poll()
  group.heartbeatCode = code
  await poll(4000)
  expect(events).toEqual(['assigned 0,1,2', 'lost 0,1,2', 'assigned 0,1,2'])
  expect(script.requests(JoinGroup).map(({ request }) => request.memberId)).toEqual(['', 'member-1', '', 'member-2'])
})

test('a commit of one who was thrown out fails with the reason', async () => {
  const { logs, script, consumer, poll } = world()
  logs.log('t', 0).append('a')
  await poll()
  await poll()
  script.on(OffsetCommit, ({ topics }) => ({
    topics: topics.map(({ topicId }) => ({ topicId, partitions: [{ partitionIndex: 0, errorCode: 25 }] })),
  }))
  await expect(script.outcome(consumer.commit())).rejects.toMatchObject({
    exception: 'org.apache.kafka.clients.consumer.CommitFailedException',
    message: expect.stringContaining('it is likely that the consumer was kicked out of the group.'),
  })
})

test('a coordinator that moved is looked up anew, and the member stays one', async () => {
  const { script, group, events, poll } = world()
  await poll()
  const lookups = script.requests(FindCoordinator).length
  script.coordinators.set('g', 2)
  script.on(Heartbeat, (_, { broker }) => ({ errorCode: broker === 2 ? 0 : 16 }))
  await poll(7000)
  expect(script.requests(FindCoordinator).length).toBe(lookups + 1)
  expect(script.requests(Heartbeat).at(-1)?.broker).toBe(2)
  expect(group.generation).toBe(1)
  expect(events).toEqual(['assigned 0,1,2'])
})

test('who does not poll in max.poll.interval.ms leaves with a warning, and comes back as a new member', async () => {
  const { script, events, warnings, poll } = world({ 'max.poll.interval.ms': '10000' })
  await poll()
  await script.clock.pass(15_000)
  expect(warnings[0]).toMatch(/^consumer poll timeout has expired\./)
  expect(script.requests(LeaveGroup)[0]?.request.members[0]).toMatchObject({ memberId: 'member-1' })
  await poll()
  expect(events).toEqual(['assigned 0,1,2', 'lost 0,1,2', 'assigned 0,1,2'])
  const beats = script.requests(Heartbeat).length
  await script.clock.pass(3000)
  expect(script.requests(Heartbeat).length).toBe(beats + 1)
})

test('who waits in one long poll is there', async () => {
  const { script, consumer } = world({ 'max.poll.interval.ms': '10000' })
  const polling = consumer.poll(1_000_000)
  await script.clock.pass(40_000)
  expect(script.requests(LeaveGroup)).toEqual([])
  consumer.wakeup()
  await polling
})

test('the end: commit, tell, leave', async () => {
  const { logs, script, events, consumer, poll } = world()
  logs.log('t', 0).append('a')
  await poll()
  await poll()
  await script.outcome(consumer.close())
  expect(logs.stored.get('t-0')).toBe(1)
  expect(events.at(-1)).toBe('revoked 0,1,2')
  expect(script.requests(LeaveGroup)[0]?.request.members).toMatchObject([
    { memberId: 'member-1', reason: 'the consumer is being closed' },
  ])
  const beats = script.requests(Heartbeat).length
  await script.clock.pass(60_000)
  expect(script.requests(Heartbeat).length).toBe(beats)
})

test('a static member does not say goodbye', async () => {
  const { script, consumer, poll } = world({ 'group.instance.id': 'me' })
  await poll()
  expect(script.requests(JoinGroup).map(({ request }) => request.groupInstanceId)).toEqual(['me'])
  await script.outcome(consumer.close())
  expect(script.requests(LeaveGroup)).toEqual([])
})

test('whoever closes while still joining does not wait for the group', async () => {
  const { script, consumer } = world()
  let joins = 0
  script.on(JoinGroup, () =>
    ++joins === 1 ? { errorCode: 79, protocolName: '', leader: '', memberId: 'm', members: [] } : new Promise<never>(() => {}),
  )
  const polling = consumer.poll(1000)
  await script.clock.pass(500)
  const started = script.clock.time
  await script.outcome(consumer.close(), 10)
  expect(script.clock.time - started).toBeLessThan(1000)
  expect(script.requests(LeaveGroup)[0]?.request.members[0]).toMatchObject({ memberId: 'm' })
  await script.outcome(polling.catch(() => []))
})

test.each([
  [30, 'org.apache.kafka.common.errors.GroupAuthorizationException: Not authorized to access group: g'],
  [
    26,
    'org.apache.kafka.common.errors.InvalidSessionTimeoutException: The session timeout is not within the range allowed by the broker ' +
      '(as configured by group.min.session.timeout.ms and group.max.session.timeout.ms).',
  ],
  [23, /^org.apache.kafka.common.errors.InconsistentGroupProtocolException/],
])('a group that will not have it (%i) is an error', async (code, text) => {
  const { script, group, consumer } = world()
  group.joinCode = code
  const error = await script.outcome(consumer.poll(1000)).catch((each) => each)
  if (typeof text === 'string') expect(String(error)).toBe(text)
  else expect(String(error)).toMatch(text)
})

test('a coordinator that is loading is asked again', async () => {
  const { script, group, events, poll } = world()
  group.joinCode = 14
  await poll(1000)
  expect(script.requests(JoinGroup).length).toBeLessThan(10)
  group.joinCode = 0
  await poll(2000)
  expect(events).toEqual(['assigned 0,1,2'])
})

test('a cooperative member gives up only what another is to have, and says so with another round', async () => {
  const { logs, group, events, consumer, poll, script } = world({
    'partition.assignment.strategy': 'org.apache.kafka.clients.consumer.CooperativeStickyAssignor',
  })
  logs.log('t', 0).append('a')
  await poll()
  expect(events).toEqual(['assigned 0,1,2'])
  group.others.push('other')
  group.heartbeatCode = 27
  await poll(4000)
  expect(events.filter((event) => event !== 'assigned ')).toEqual(['assigned 0,1,2', 'revoked 2'])
  expect(consumer.assignment().map(({ partition }) => partition)).toEqual([0, 1])
  await poll(1000)
  const last = decodeSubscription(script.requests(JoinGroup).at(-1)?.request.protocols[0].metadata)
  expect(last).toMatchObject({ ownedPartitions: [{ topic: 't', partitions: [0, 1] }], generationId: 2 })
  expect(events.filter((event) => event.startsWith('revoked'))).toEqual(['revoked 2'])
})

test('the leader begins another round when a topic grows', async () => {
  const { script, events, poll } = world({ 'metadata.max.age.ms': '1000' }, 1)
  await poll()
  expect(events).toEqual(['assigned 0'])
  const { id } = script.topics.get('t')!
  script.topics.set('t', { id, leaders: [1, 1], epochs: [0, 0] })
  await poll(3000)
  expect(events).toEqual(['assigned 0', 'revoked 0', 'assigned 0,1'])
})
