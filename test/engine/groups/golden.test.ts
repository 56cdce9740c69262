/** The groups that a real Kafka left: read from its records, and written as it wrote them. */
import { expect, test } from 'vitest'
import { decodeRecord, encodeRecord, type GroupRecord } from '../../../src/engine/groups/records'
import { readArchive } from '../../golden/archive'
import { World } from './world'

interface Left {
  readonly partitions: { readonly key: string; readonly value: string | null; readonly timestamp: number }[][][]
  readonly topics: Record<string, { readonly id: string; readonly partitions: number }>
  readonly groups: Record<
    string,
    {
      readonly type: string
      readonly state: string
      readonly protocol: string
      readonly assignor?: string
      readonly groupEpoch: number
      readonly members:
        | number
        | {
            readonly memberId: string
            readonly instanceId: string
            readonly clientId: string
            readonly host: string
            readonly memberEpoch: number
            readonly assignment: string[]
          }[]
      readonly offsets: Record<string, { readonly offset: number; readonly leaderEpoch: number; readonly metadata: string }>
    }
  >
}
const left = readArchive('groups/groups.json.gz') as Left

function open(withGroups: boolean): World {
  const world = new World()
  for (const [name, { id, partitions }] of Object.entries(left.topics)) world.topics.put(name, id, partitions)
  world.log.partitionCount = () => 3
  if (!withGroups) return world
  for (const [partition, batches] of left.partitions.entries()) {
    for (const batch of batches) {
      const records = batch.map(({ key, value }) => ({
        key: Buffer.from(key, 'hex'),
        value: value === null ? null : Buffer.from(value, 'hex'),
      }))
      world.log.write(partition, records, batch[0]?.timestamp ?? 0)
    }
  }
  return world
}

test('groups, states and kinds are those that Kafka said', () => {
  const world = open(true)
  const listed = world.groups.list({ states: [], types: [] })
  expect(
    Object.fromEntries(listed.map((group) => [group.groupId, [group.groupType, group.groupState, group.protocolType]])),
  ).toEqual(
    Object.fromEntries(
      Object.entries(left.groups).map(([id, { type, state, protocol }]) => [id, [type.toLowerCase(), state, protocol]]),
    ),
  )
})

test('offsets are those that Kafka said', async () => {
  const world = open(true)
  for (const [groupId, { type, offsets }] of Object.entries(left.groups)) {
    if (type === 'Share') continue
    const found = await world.groups.fetchOffsets({ groupId, memberId: null, memberEpoch: -1, topics: null, requireStable: true })
    const byName = found.topics.flatMap(({ name, partitions }) =>
      partitions.map((one) => [
        `${name}-${one.partitionIndex}`,
        { offset: one.committedOffset, leaderEpoch: one.committedLeaderEpoch, metadata: one.metadata },
      ]),
    )
    expect(Object.fromEntries(byName)).toEqual(offsets)
  }
})

test('members and what they have are those that Kafka said', () => {
  const world = open(true)
  for (const [groupId, { type, members, state, groupEpoch, assignor }] of Object.entries(left.groups)) {
    if (typeof members === 'number') continue
    if (type === 'Classic') {
      const found = world.groups.describe(groupId, world.caller(6))
      expect(found.groupState).toBe(state)
      expect(found.protocolData).toBe(assignor)
      expect(found.members.map((one) => [one.memberId, one.groupInstanceId, one.clientId, one.clientHost])).toEqual(
        members.map((one) => [one.memberId, one.instanceId, one.clientId, one.host]),
      )
    } else {
      const found = world.groups.describeConsumer(groupId)
      expect(found).toMatchObject({ groupState: state, groupEpoch, assignorName: assignor })
      const assigned = found.members.map(({ assignment }) =>
        assignment.topicPartitions
          .flatMap(({ topicName, partitions }) => partitions.map((partition) => `${topicName}-${partition}`))
          .sort(),
      )
      expect(assigned).toEqual(members.map(({ assignment }) => assignment))
    }
  }
})

test('every record that Kafka wrote comes out the same when it is written again', () => {
  let count = 0
  for (const { key, value } of left.partitions.flat(2)) {
    const decoded = decodeRecord({ key: Buffer.from(key, 'hex'), value: value === null ? null : Buffer.from(value, 'hex') })
    const again = encodeRecord(decoded as GroupRecord)
    expect([again.key.toString('hex'), again.value?.toString('hex') ?? null]).toEqual([key, value])
    count++
  }
  expect(count).toBe(89)
})

test('a consumer that joins as it joined Kafka leaves what it left there', async () => {
  const world = open(false)
  const written = left.partitions[0]?.find((batch) => batch.length === 5) ?? []
  await world.groups.consumerHeartbeat(
    {
      groupId: 'next',
      memberId: 'J2WOMtUaRT-RFTaR2rvxtw',
      memberEpoch: 0,
      instanceId: 'next-static',
      rackId: 'rack-a',
      rebalanceTimeoutMs: 300_000,
      subscribedTopicNames: ['payments', 'orders'],
      subscribedTopicRegex: null,
      serverAssignor: null,
      topicPartitions: [],
    },
    world.caller(1, 'next-1'),
  )
  expect(world.log.batches).toHaveLength(1)
  expect(world.log.batches[0]?.partition).toBe(0)
  const ours =
    world.log.batches[0]?.records.map(({ key, value }) => ({
      key: key.toString('hex'),
      value: value?.toString('hex') ?? null,
    })) ?? []
  const inOrder = (record: GroupRecord | undefined) =>
    JSON.stringify(record, (_, value) =>
      typeof value === 'bigint' ? String(value) : Array.isArray(value) ? [...value].sort(byText) : value,
    )
  const byText = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
  for (const [i, theirs] of written.entries()) {
    const [our, their] = [ours[i], theirs].map((one) =>
      decodeRecord({ key: Buffer.from(one?.key ?? '', 'hex'), value: Buffer.from(one?.value ?? '', 'hex') }),
    )
    expect(inOrder(our)).toBe(inOrder(their)) // topics stand in the order of Java's hash tables
    expect(ours[i]?.value).toHaveLength(theirs.value?.length ?? 0)
  }
  for (const i of [0, 1, 3]) expect(ours[i]).toEqual({ key: written[i]?.key, value: written[i]?.value })
})
