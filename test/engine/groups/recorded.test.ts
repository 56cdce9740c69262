/** Every reply of a recorded conversation with Kafka 4.2.1 is the one that kt gives (test/golden/groups). */
import { expect, test } from 'vitest'
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
    engine: { groups: world.groups, nodeId: 1, metadata: { topic: () => ({}) } },
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

test('a conversation with Kafka goes the same with kt', async () => {
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
  expect(steps.length).toBe(334)
  for (const [i, step] of steps.entries()) {
    const reply = await answer(world, step, fill(step.request, names))
    if (i === BETTER) {
      expect(reply).toMatchObject({ errorCode: 69, errorMessage: expect.stringContaining('is malformed') })
      continue
    }
    if (step.as && reply.memberId) names.set(reply.memberId, `$${step.as}`)
    expect({ i, asked: step.api, version: step.version, request: step.request, reply: plain(reply, names) }).toEqual({
      i,
      asked: step.api,
      version: step.version,
      request: step.request,
      reply: step.reply,
    })
  }
})
