/**
 * The ways a request takes through a cluster: to any broker, to the controller, to coordinators, to everybody (to leaders:
 * to-leaders.ts). Each asks again, within its operation's time, where the answer says that it came to the wrong place or too early.
 */
import { Disconnected } from '../../protocol/call'
import { errors, isRetriableCode } from '../../protocol/errors'
import type { Api } from '../../protocol/types'
import { kafkaError } from '../kafka-error'
import type { Link } from '../link'
import { answersByKey, findError, keysOf, replyAbout, requestAbout, takesMany } from './by-key'
import type { Row } from './by-leader'
import type { CoordinatorKind, Coordinators } from './coordinators'
import type { MetadataCache } from './metadata-cache'
import type { Operation } from './operation'

export interface Ways {
  readonly metadata: MetadataCache
  readonly coordinators: Coordinators
  anyLink(): Promise<Link>
  linkOf(nodeId: number): Promise<Link>
  coordinatorLink(kind: CoordinatorKind, key: string): Promise<Link>
}

/** A question on its way: every step takes all three. */
export interface Question {
  readonly api: Api
  readonly request: Row
  readonly version: number | undefined
}

export const ask = async (link: Link, { api, version }: Question, request: Row): Promise<Row> =>
  (await link.call(api, request as never, version)) as Row // by name: which fields there are was checked by the caller's types

const CONTROLLER_ERRORS = new Set<unknown>([errors.NOT_CONTROLLER])
const COORDINATOR_ERRORS = new Set<unknown>([
  errors.COORDINATOR_LOAD_IN_PROGRESS,
  errors.COORDINATOR_NOT_AVAILABLE,
  errors.NOT_COORDINATOR,
])

/** Any broker. An answer that is an error as a whole, and a retriable one, is asked again. */
export const toAny = (ways: Ways, operation: Operation, question: Question): Promise<Row> =>
  operation.persist(async () => {
    const reply = await ask(await ways.anyLink(), question, question.request)
    const code = reply['errorCode']
    if (typeof code === 'number' && isRetriableCode(code)) throw kafkaError(code, reply['errorMessage'] as string | null)
    return reply
  })

/** Brokers of today pass on what is for the controller, so it is looked up only where one says that it will not. */
export function toController(ways: Ways, operation: Operation, question: Question): Promise<Row> {
  let lookedUp = false
  return operation.persist(async () => {
    const { controllerId } = ways.metadata.snapshot
    const link = lookedUp && controllerId >= 0 ? await ways.linkOf(controllerId) : await ways.anyLink()
    const reply = await ask(link, question, question.request)
    if (findError(reply, CONTROLLER_ERRORS) === 0) return reply
    await ways.metadata.fetch([])
    lookedUp = true
    throw kafkaError(errors.NOT_CONTROLLER)
  })
}

/** Every broker; the lists of their answers become one. */
export const toEverybody = (ways: Ways, operation: Operation, question: Question, list: string): Promise<Row> =>
  operation.persist(async () => {
    const { nodes } = await ways.metadata.fetch([])
    if (nodes.size === 0) throw new Disconnected('the cluster has no brokers')
    const replies = await Promise.all(
      [...nodes.keys()].map(async (id) => {
        const reply = await ask(await ways.linkOf(id), question, question.request)
        const code = findError(reply, COORDINATOR_ERRORS)
        if (code !== 0) throw kafkaError(code)
        return reply
      }),
    )
    const failed = replies.find((reply) => reply['errorCode'] !== errors.NONE)
    return { ...(failed ?? replies[0]), [list]: replies.flatMap((reply) => reply[list] as unknown[]) }
  })

/** The coordinators of the groups or transactional ids that the request names. */
export async function toCoordinators(ways: Ways, operation: Operation, question: Question): Promise<Row> {
  const { api, request } = question
  const keys = keysOf(api, request)
  if (keys === null) return toAny(ways, operation, question)
  const kind: CoordinatorKind = api.route === 'transaction' ? 'transaction' : 'group'
  const toOne = (key: string) =>
    operation.persist(async () => {
      try {
        const reply = await ask(await ways.coordinatorLink(kind, key), question, requestAbout(api, request, new Set([key])))
        const code = findError(reply, COORDINATOR_ERRORS)
        if (code !== 0) throw kafkaError(code)
        return reply
      } catch (error) {
        ways.coordinators.forget(kind, key)
        throw error
      }
    })
  const replies = await Promise.all(keys.map(toOne))
  if (!takesMany(api)) return replies[0] as Row // one key, one reply
  const answers = new Map(replies.flatMap((reply) => [...answersByKey(api, reply)]))
  return replyAbout(api, replies[0] ?? {}, keys, answers)
}
