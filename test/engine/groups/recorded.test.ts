/** Every reply of a recorded conversation with Kafka 4.2.1 is the one that kt gives (test/golden/groups). */
import { expect, test } from 'vitest'
import { decodeRecord } from '../../../src/engine/groups/records'
import type { Ask, Handler } from '../../../src/engine/handler'
import { consumerGroupDescribe } from '../../../src/engine/handlers/consumer-group-describe'
import { consumerGroupHeartbeat } from '../../../src/engine/handlers/consumer-group-heartbeat'
import { deleteGroups } from '../../../src/engine/handlers/delete-groups'
import { describeGroups } from '../../../src/engine/handlers/describe-groups'
import { findCoordinator } from '../../../src/engine/handlers/find-coordinator'
import { heartbeat } from '../../../src/engine/handlers/heartbeat'
import { joinGroup } from '../../../src/engine/handlers/join-group'
import { leaveGroup } from '../../../src/engine/handlers/leave-group'
import { listGroups } from '../../../src/engine/handlers/list-groups'
import { offsetCommit } from '../../../src/engine/handlers/offset-commit'
import { offsetDelete } from '../../../src/engine/handlers/offset-delete'
import { offsetFetch } from '../../../src/engine/handlers/offset-fetch'
import { syncGroup } from '../../../src/engine/handlers/sync-group'
import { requestCodec, responseCodec } from '../../../src/protocol/codecs'
import { Reader } from '../../../src/protocol/reader'
import { Writer } from '../../../src/protocol/writer'
import { readArchive } from '../../golden/archive'
import { fill, plain } from './recorded'
import { World } from './world'

interface Step {
  readonly api: string
  readonly version: number
  readonly request: object
  /** The reply's memberId goes by this name from here on. */
  readonly as?: string
  readonly reply: unknown
}

const handlers = new Map(
  [
    consumerGroupDescribe,
    consumerGroupHeartbeat,
    deleteGroups,
    describeGroups,
    findCoordinator,
    heartbeat,
    joinGroup,
    leaveGroup,
    listGroups,
    offsetCommit,
    offsetDelete,
    offsetFetch,
    syncGroup,
  ].map((handler) => [handler.api.name, handler as unknown as Handler]),
)

/** Where Kafka stumbles over an assignment that is none (UNKNOWN_SERVER_ERROR), kt says what is wrong. */
const BETTER = 317

/** Through bytes, as over a connection. */
async function answer(world: World, { api, version }: Step, request: unknown): Promise<{ memberId?: string }> {
  const handler = handlers.get(api) as Handler
  const asked = new Writer()
  requestCodec(handler.api, version).write(asked, request as never)
  const read = requestCodec(handler.api, version).read(new Reader(asked.whole()))
  const context = {
    engine: { groups: world.groups, nodeId: 1, metadata: { topic: () => ({}) }, partitionsOf: () => [] },
    peer: { clientId: 'client', clientHost: '/127.0.0.1', reachedAt: { host: '127.0.0.1', port: 39471 } },
    version,
    now: world.clock.now(),
  } as unknown as Ask // as much of an engine as these handlers look at
  const later = Promise.resolve(handler.answer(read as never, context))
  await world.pass(2)
  const answered = new Writer()
  responseCodec(handler.api, version).write(answered, (await later) as never)
  return responseCodec(handler.api, version).read(new Reader(answered.whole()))
}

async function converse(
  check: (i: number, step: Step, reply: { memberId?: string }, names: ReadonlyMap<string, string>) => void,
): Promise<World> {
  const steps = readArchive('groups/replies.json.gz') as Step[]
  const world = new World({ initialRebalanceDelayMs: 0 })
  const names = new Map<string, string>()
  for (const [name, partitions] of [
    ['t', 3],
    ['u', 1],
    ['f', 4],
  ] as const)
    names.set(world.topics.add(name, partitions), `$${name}`)
  world.topics.add('__consumer_offsets', 5)
  world.log.partitionCount = () => 5
  expect(steps.length).toBe(334)
  for (const [i, step] of steps.entries()) {
    const reply = await answer(world, step, fill(step.request, names))
    if (step.as && reply.memberId) names.set(reply.memberId, `$${step.as}`)
    check(i, step, reply, names)
  }
  return world
}

test('a conversation with Kafka goes the same with kt', async () => {
  await converse((i, { api, version, request, reply: theirs }, ours, names) => {
    const said = { i, api, version, request }
    if (i !== BETTER) expect({ ...said, reply: plain(ours, names) }).toEqual({ ...said, reply: theirs })
    else expect(ours).toMatchObject({ errorCode: 69, errorMessage: expect.stringContaining('is malformed') })
  })
})

type Written = readonly [partition: number, records: readonly (readonly [key: string, value: string | null])[]][]

test('what is written meanwhile is what Kafka wrote, record by record and batch by batch', async () => {
  const world = await converse(() => {})
  const ours: Written = world.log.batches.map(({ partition, records }) => [
    partition,
    records.map(({ key, value }) => [key.toString('hex'), value?.toString('hex') ?? null]),
  ])
  const theirs = readArchive('groups/written.json.gz') as Written
  expect(byPartition(ours)).toEqual(byPartition(theirs))
})

/** Decoded, with what is of one run only (clocks, ids, the hashes of ids) under the names that it gets in order of appearance. */
function byPartition(written: Written): unknown[][] {
  const partitions: unknown[][] = [[], [], [], [], []]
  const ids = partitions.map(() => new Map<string, string>())
  for (const [partition, records] of written) {
    const known = ids[partition] as Map<string, string>
    const name = (id: string) => {
      if (!known.has(id)) known.set(id, `id ${known.size}`)
      return known.get(id)
    }
    const walk = (part: unknown, field = ''): unknown => {
      if (typeof part === 'bigint') return part === 0n ? 0 : 'hash'
      if (typeof part === 'number') return /timestamp$/i.test(field) && part > 0 ? 'time' : part
      if (typeof part === 'string') return /^[\w-]*[0-9a-f]{8}-[0-9a-f-]{27}$|^(?!A{22})[\w-]{22}$/.test(part) ? name(part) : part
      if (part instanceof Uint8Array) return Buffer.from(part).toString('hex')
      if (Array.isArray(part)) return part.map((one) => walk(one))
      if (part === null || typeof part !== 'object') return part
      return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, walk(inner, key)]))
    }
    const bytes = (hex: string | null) => (hex === null ? null : Buffer.from(hex, 'hex'))
    partitions[partition]?.push(
      records.map(([key, value]) => walk(decodeRecord({ key: Buffer.from(key, 'hex'), value: bytes(value) }))),
    )
  }
  return partitions
}
