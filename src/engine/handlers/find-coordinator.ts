/**
 * FindCoordinator 0-6.
 * This broker coordinates all groups and transactions, and makes the topic for them when it is first asked. It has no
 * coordinator for share partitions (v6): INVALID_REQUEST, which no client asks again after. v1 kinds of key; v4 several keys
 * (KIP-699).
 */
import { FindCoordinator } from '../../protocol/apis/find-coordinator'
import { errorOf, errors } from '../../protocol/errors'
import { ensureInternalTopic } from '../controller/internal-topics'
import { notStored } from '../controller/not-stored'
import { GROUP_TOPIC, partitionFor } from '../groups/placement'
import { type Ask, handle } from '../handler'

interface Found {
  readonly errorCode: number
  readonly errorMessage: string
  readonly nodeId: number
  readonly host: string
  readonly port: number
}

const nowhere = (errorCode: number, errorMessage: string): Found => ({ errorCode, errorMessage, nodeId: -1, host: '', port: -1 })

const SHARE = 2
/** By kind of key. */
const TOPICS = new Map([
  [0, GROUP_TOPIC],
  [1, '__transaction_state'],
])

export const findCoordinator = handle(FindCoordinator, async ({ key, keyType, coordinatorKeys }, ask) => {
  const there = await find(keyType, ask)
  const of = (key: string) => (isAway(keyType, key, ask) ? nowhere(errors.COORDINATOR_NOT_AVAILABLE, '') : there)
  if (ask.version >= 4) return { coordinators: coordinatorKeys.map((name) => ({ key: name, ...of(name) })) }
  // Kafka's word for the error that there is none.
  const found = of(key)
  return found.errorCode === errors.NONE ? { ...found, errorMessage: 'NONE' } : found
})

/** Whether what is known of a group or a transaction lies in a data directory that is not here. */
function isAway(keyType: number, key: string, { engine }: Ask): boolean {
  const partitions = engine.partitionsOf(TOPICS.get(keyType) ?? '')
  const state = partitions[partitionFor(key, partitions.length)]?.state
  return state !== undefined && engine.isAway(state)
}

async function find(keyType: number, { engine, peer, version }: Ask): Promise<Found> {
  const topic = TOPICS.get(keyType)
  if (topic === undefined) {
    // Kafka has the sentence where it does not know the kind, and before there were several keys.
    const { sentence } = errorOf(errors.INVALID_REQUEST)
    return nowhere(errors.INVALID_REQUEST, keyType === SHARE && version >= 4 ? '' : sentence)
  }
  const failure = await notStored(async () => ensureInternalTopic(engine, topic))
  if (failure) return nowhere(errors.COORDINATOR_NOT_AVAILABLE, failure.errorMessage)
  const { host, port } = peer.reachedAt
  return { errorCode: errors.NONE, errorMessage: '', nodeId: engine.nodeId, host, port }
}
