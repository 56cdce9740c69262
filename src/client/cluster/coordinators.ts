/** Which broker coordinates which group or transactional id, by FindCoordinator, remembered until it proves wrong (KIP-699). */
import { FindCoordinator } from '../../protocol/apis/find-coordinator'
import { errors } from '../../protocol/errors'
import type { RequestIn } from '../../protocol/types'
import { kafkaError } from '../kafka-error'
import type { Link } from '../link'
import { agreedVersion } from '../versions'
import type { Target } from './nodes'

export type CoordinatorKind = 'group' | 'transaction'
const KEY_TYPE = { group: 0, transaction: 1 } as const
const FIRST_WITH_LISTS = 4

export class Coordinators {
  private readonly known = new Map<string, Target>()

  constructor(private readonly anyLink: () => Promise<Link>) {}

  /** Rejects with the broker's error, which may be retriable. */
  async find(kind: CoordinatorKind, key: string): Promise<Target> {
    const known = this.known.get(`${kind} ${key}`)
    if (known) return known
    const link = await this.anyLink()
    const keyType = KEY_TYPE[kind]
    const lists = agreedVersion(FindCoordinator, link.peer) >= FIRST_WITH_LISTS
    const request: RequestIn<typeof FindCoordinator> = lists ? { keyType, coordinatorKeys: [key] } : { keyType, key }
    const reply = await link.call(FindCoordinator, request)
    const answer = lists ? reply.coordinators[0] : reply
    if (!answer) throw kafkaError(errors.COORDINATOR_NOT_AVAILABLE)
    if (answer.errorCode !== errors.NONE) throw kafkaError(answer.errorCode, answer.errorMessage)
    const target = { id: answer.nodeId, host: answer.host, port: answer.port }
    this.known.set(`${kind} ${key}`, target)
    return target
  }

  forget(kind: CoordinatorKind, key: string): void {
    this.known.delete(`${kind} ${key}`)
  }
}
