/** Decides CreatePartitions (ReplicationControlManager.createPartitions): a topic gets more partitions, never fewer. */
import type { CreatePartitions } from '../../protocol/apis/create-partitions'
import { errors } from '../../protocol/errors'
import type { Request } from '../../protocol/types'
import type { MetadataChange } from '../metadata/changes'
import type { TopicImage } from '../metadata/image'
import { inactiveRefusal, partitionRecord } from './create-topics'
import { brokersOf, checkAssignment, place } from './replicas'
import type { ControllerView, Refusal } from './view'

type Wanted = Request<typeof CreatePartitions>['topics'][number]

export interface AddedPartitions {
  readonly topic: TopicImage
  /** Index of the first. */
  readonly from: number
  readonly replicas: readonly (readonly number[])[]
}
export interface PartitionsPlan {
  readonly changes: readonly MetadataChange[]
  readonly added: readonly AddedPartitions[]
  readonly results: readonly ({ readonly name: string } & Refusal)[]
}

const MAX_PARTITIONS = 10_000

export function decideCreatePartitions(wanted: readonly Wanted[], view: ControllerView): PartitionsPlan {
  const names = wanted.map(({ name }) => name)
  const changes: MetadataChange[] = []
  const added: AddedPartitions[] = []
  let room = MAX_PARTITIONS
  const results = [...new Set(names)].map((name) => {
    const asked = wanted.filter((one) => one.name === name)
    const [first] = asked
    if (!first || asked.length > 1) return { name, errorCode: errors.INVALID_REQUEST, errorMessage: 'Duplicate topic name.' }
    const plan = planPartitions(first, view, room)
    if ('errorCode' in plan) return { name, ...plan }
    const brokers = brokersOf(view.image, view.nodeId)
    changes.push(...plan.replicas.map((ids, index) => partitionRecord(plan.topic.id, plan.from + index, ids, brokers, view)))
    added.push(plan)
    room -= plan.replicas.length
    return { name, errorCode: errors.NONE, errorMessage: null }
  })
  return { changes, added, results }
}

function planPartitions({ name, count, assignments }: Wanted, view: ControllerView, room: number): AddedPartitions | Refusal {
  const topic = view.image.topic(name)
  const refuse = (errorCode: number, errorMessage: string) => ({ errorCode, errorMessage })
  if (!topic) return { errorCode: errors.UNKNOWN_TOPIC_OR_PARTITION, errorMessage: null }
  const from = topic.partitions.length
  if (count === from) return refuse(errors.INVALID_PARTITIONS, `Topic already has ${from} partition(s).`)
  if (count < from) {
    const errorMessage = `The topic ${name} currently has ${from} partition(s); ${count} would not be an increase.`
    return refuse(errors.INVALID_PARTITIONS, errorMessage)
  }
  const additional = count - from
  if (assignments !== null && assignments.length !== additional) {
    const errorMessage = `Attempted to add ${additional} additional partition(s), but only ${assignments.length} assignment(s) were specified.`
    return refuse(errors.INVALID_REPLICA_ASSIGNMENT, errorMessage)
  }
  if (additional > room) return refuse(errors.POLICY_VIOLATION, 'Excessively large number of partitions per request.')
  const brokers = brokersOf(view.image, view.nodeId)
  const factor = topic.partitions[0]?.replicas.length ?? 1
  if (assignments === null) {
    const replicas = place(additional, factor, brokers, view.random)
    return 'errorCode' in replicas ? replicas : { topic, from, replicas }
  }
  for (const [index, { brokerIds }] of assignments.entries()) {
    const problem = checkAssignment(brokerIds, factor, brokers) ?? inactiveRefusal(from + index, brokerIds, brokers)
    if (problem) return problem
  }
  return { topic, from, replicas: assignments.map(({ brokerIds }) => brokerIds) }
}
