/** Groups: which there are, who is in them, and removing them. */
import { ConsumerGroupDescribe } from '../../protocol/apis/consumer-group-describe'
import { DeleteGroups } from '../../protocol/apis/delete-groups'
import { DescribeGroups } from '../../protocol/apis/describe-groups'
import { ListGroups } from '../../protocol/apis/list-groups'
import { errors } from '../../protocol/errors'
import { decodeAssignment } from '../../protocol/records/consumer-protocol'
import type { Reply } from '../../protocol/types'
import type { Cluster } from '../cluster'
import type { Target } from '../cluster/nodes'
import { errorIn, KafkaError, kafkaError, kafkaException, TimeoutException } from '../kafka-error'
import type { Outcome, TopicPartition } from './result'

export interface GroupListing {
  readonly groupId: string
  /** `consumer`, `connect`, ...; '' for a group that only stores offsets. */
  readonly protocolType: string
  /** `Stable`, `Empty`, ...; '' from brokers before 2.6. */
  readonly state: string
  /** `classic`, `consumer`, `share`, `streams`; '' from brokers before 3.8. */
  readonly type: string
}

/** Groups of all brokers. Filters are by Kafka's names; a broker that cannot filter is an error (Unsayable). */
export async function listGroups(
  cluster: Cluster,
  { states = [], types = [], timeoutMs }: { states?: readonly string[]; types?: readonly string[]; timeoutMs?: number } = {},
): Promise<GroupListing[]> {
  const reply = await cluster
    .during('findAllBrokers', timeoutMs)(ListGroups, { statesFilter: states, typesFilter: types })
    .catch((error) => {
      if (!(error instanceof TimeoutException)) throw error
      throw kafkaException('Failed to find brokers to send ListGroups', error)
    })
  const error = errorIn(reply.errorCode)
  if (error) throw error
  return reply.groups.map(({ groupId, protocolType, groupState, groupType }) => ({
    groupId,
    protocolType,
    state: groupState,
    type: groupType,
  }))
}

export interface MemberDescription {
  readonly memberId: string
  readonly instanceId: string | null
  readonly rackId: string | null
  readonly clientId: string
  /** As `/127.0.0.1`. */
  readonly host: string
  readonly assignment: readonly TopicPartition[]
  /** Only in groups of the new protocol (KIP-848), as what follows. */
  readonly targetAssignment?: readonly TopicPartition[]
  readonly memberEpoch?: number
  /** false: a classic member in a group of the new protocol; undefined: the broker does not say. */
  readonly upgraded?: boolean | undefined
}
export interface GroupDescription {
  readonly groupId: string
  readonly type: 'classic' | 'consumer'
  readonly protocolType: string
  readonly state: string
  readonly coordinator: Target
  /** The assignor or protocol in use; '' while there is none. */
  readonly assignor: string
  readonly members: readonly MemberDescription[]
  /** Only in groups of the new protocol. */
  readonly groupEpoch?: number
  readonly targetAssignmentEpoch?: number
  readonly authorizedOperations: number
}

/** Describes groups of both protocols: first as the new one's, and as classic ones what the broker says is none of those. */
export async function describeGroups(
  cluster: Cluster,
  groupIds: readonly string[],
  timeoutMs?: number,
): Promise<Map<string, Outcome<GroupDescription>>> {
  const operation = cluster.operation('describeConsumerGroups(api=FIND_COORDINATOR)', timeoutMs)
  const call = cluster.during(operation.name, timeoutMs)
  const described = await call(ConsumerGroupDescribe, { groupIds, includeAuthorizedOperations: false }).catch((error) => {
    if (error instanceof KafkaError && error.code === errors.UNSUPPORTED_VERSION) return undefined
    throw error
  })
  const outcomes = new Map<string, Outcome<GroupDescription>>()
  const coordinatorOf = (groupId: string) => operation.persist(() => cluster.coordinator('group', groupId))
  for (const row of described?.groups ?? []) {
    if (row.errorCode === errors.GROUP_ID_NOT_FOUND || row.errorCode === errors.UNSUPPORTED_VERSION) continue // a classic one, or none
    const error = errorIn(row.errorCode, row.errorMessage)
    outcomes.set(row.groupId, error ?? newGroup(row, await coordinatorOf(row.groupId)))
  }
  const classic = groupIds.filter((groupId) => !outcomes.has(groupId))
  if (classic.length > 0) {
    const reply = await call(DescribeGroups, { groups: classic })
    for (const row of reply.groups) {
      const error = errorIn(row.errorCode, row.errorMessage)
      outcomes.set(row.groupId, error ?? classicGroup(row, await coordinatorOf(row.groupId)))
    }
  }
  return new Map(groupIds.map((groupId) => [groupId, outcomes.get(groupId) ?? kafkaError(errors.GROUP_ID_NOT_FOUND)]))
}

type NewGroup = Reply<typeof ConsumerGroupDescribe>['groups'][number]
type ClassicGroup = Reply<typeof DescribeGroups>['groups'][number]

const flat = (rows: readonly { topicName: string; partitions: number[] }[]): TopicPartition[] =>
  rows.flatMap(({ topicName, partitions }) => partitions.map((partition) => ({ topic: topicName, partition })))

function newGroup(row: NewGroup, coordinator: Target): GroupDescription {
  return {
    groupId: row.groupId,
    type: 'consumer',
    protocolType: 'consumer',
    state: row.groupState,
    coordinator,
    assignor: row.assignorName,
    members: row.members.map((member) => ({
      memberId: member.memberId,
      instanceId: member.instanceId,
      rackId: member.rackId,
      clientId: member.clientId,
      host: member.clientHost,
      assignment: flat(member.assignment.topicPartitions),
      targetAssignment: flat(member.targetAssignment.topicPartitions),
      memberEpoch: member.memberEpoch,
      upgraded: member.memberType < 0 ? undefined : member.memberType === 1,
    })),
    groupEpoch: row.groupEpoch,
    targetAssignmentEpoch: row.assignmentEpoch,
    authorizedOperations: row.authorizedOperations,
  }
}

function classicGroup(row: ClassicGroup, coordinator: Target): GroupDescription {
  return {
    groupId: row.groupId,
    type: 'classic',
    protocolType: row.protocolType,
    state: row.groupState,
    coordinator,
    assignor: row.protocolData,
    members: row.members.map((member) => ({
      memberId: member.memberId,
      instanceId: member.groupInstanceId,
      rackId: null,
      clientId: member.clientId,
      host: member.clientHost,
      assignment: row.protocolType === 'consumer' ? assigned(Buffer.from(member.memberAssignment)) : [],
    })),
    authorizedOperations: row.authorizedOperations,
  }
}

/** What a member was given; nothing while a rebalance goes on. Throws Malformed. */
function assigned(bytes: Buffer): TopicPartition[] {
  if (bytes.length === 0) return []
  return flat(decodeAssignment(bytes).assignedPartitions.map(({ topic, partitions }) => ({ topicName: topic, partitions })))
}

/** Removes groups; undefined where it is done. */
export async function deleteGroups(
  cluster: Cluster,
  groupIds: readonly string[],
  timeoutMs?: number,
): Promise<Map<string, KafkaError | undefined>> {
  const reply = await cluster.during('deleteConsumerGroups(api=FIND_COORDINATOR)', timeoutMs)(DeleteGroups, {
    groupsNames: groupIds,
  })
  return new Map(reply.results.map(({ groupId, errorCode }) => [groupId, errorIn(errorCode)]))
}
