/**
 * Which APIs there are, without their declarations: the numbers that are needed to read a request header and to say what is
 * supported. A declaration is loaded when it is first asked for, so that a command pays only for the APIs it speaks.
 */
import type { Api } from '../types'

export interface ApiRow {
  readonly key: number
  readonly name: string
  /** Versions that Kafka 4.2.1 has, both included. */
  readonly versions: readonly [number, number]
  /** First flexible version (KIP-482), or null. */
  readonly flexible: number | null
  readonly load: () => Promise<Api>
}

function row<N extends string>(
  key: number,
  name: N,
  least: number,
  most: number,
  flexible: number | null,
  load: () => Promise<Record<N, Api>>,
): ApiRow {
  return { key, name, versions: [least, most], flexible, load: async () => (await load())[name] }
}

/** Every API of Kafka 4.2.1, by key; a test holds it against the declarations. */
// biome-ignore format: one API a row
export const apiTable: readonly ApiRow[] = [
  row(0, 'Produce', 3, 13, 9, () => import('./produce')),
  row(1, 'Fetch', 4, 18, 12, () => import('./fetch')),
  row(2, 'ListOffsets', 1, 11, 6, () => import('./list-offsets')),
  row(3, 'Metadata', 0, 13, 9, () => import('./metadata')),
  row(8, 'OffsetCommit', 2, 10, 8, () => import('./offset-commit')),
  row(9, 'OffsetFetch', 1, 10, 6, () => import('./offset-fetch')),
  row(10, 'FindCoordinator', 0, 6, 3, () => import('./find-coordinator')),
  row(11, 'JoinGroup', 0, 9, 6, () => import('./join-group')),
  row(12, 'Heartbeat', 0, 4, 4, () => import('./heartbeat')),
  row(13, 'LeaveGroup', 0, 5, 4, () => import('./leave-group')),
  row(14, 'SyncGroup', 0, 5, 4, () => import('./sync-group')),
  row(15, 'DescribeGroups', 0, 6, 5, () => import('./describe-groups')),
  row(16, 'ListGroups', 0, 5, 3, () => import('./list-groups')),
  row(17, 'SaslHandshake', 0, 1, null, () => import('./sasl-handshake')),
  row(18, 'ApiVersions', 0, 4, 3, () => import('./api-versions')),
  row(19, 'CreateTopics', 2, 7, 5, () => import('./create-topics')),
  row(20, 'DeleteTopics', 1, 6, 4, () => import('./delete-topics')),
  row(21, 'DeleteRecords', 0, 2, 2, () => import('./delete-records')),
  row(22, 'InitProducerId', 0, 6, 2, () => import('./init-producer-id')),
  row(23, 'OffsetForLeaderEpoch', 2, 4, 4, () => import('./offset-for-leader-epoch')),
  row(24, 'AddPartitionsToTxn', 0, 5, 3, () => import('./add-partitions-to-txn')),
  row(25, 'AddOffsetsToTxn', 0, 4, 3, () => import('./add-offsets-to-txn')),
  row(26, 'EndTxn', 0, 5, 3, () => import('./end-txn')),
  row(27, 'WriteTxnMarkers', 1, 2, 1, () => import('./write-txn-markers')),
  row(28, 'TxnOffsetCommit', 0, 5, 3, () => import('./txn-offset-commit')),
  row(29, 'DescribeAcls', 1, 3, 2, () => import('./describe-acls')),
  row(30, 'CreateAcls', 1, 3, 2, () => import('./create-acls')),
  row(31, 'DeleteAcls', 1, 3, 2, () => import('./delete-acls')),
  row(32, 'DescribeConfigs', 1, 4, 4, () => import('./describe-configs')),
  row(33, 'AlterConfigs', 0, 2, 2, () => import('./alter-configs')),
  row(34, 'AlterReplicaLogDirs', 1, 2, 2, () => import('./alter-replica-log-dirs')),
  row(35, 'DescribeLogDirs', 1, 4, 2, () => import('./describe-log-dirs')),
  row(36, 'SaslAuthenticate', 0, 2, 2, () => import('./sasl-authenticate')),
  row(37, 'CreatePartitions', 0, 3, 2, () => import('./create-partitions')),
  row(38, 'CreateDelegationToken', 1, 3, 2, () => import('./create-delegation-token')),
  row(39, 'RenewDelegationToken', 1, 2, 2, () => import('./renew-delegation-token')),
  row(40, 'ExpireDelegationToken', 1, 2, 2, () => import('./expire-delegation-token')),
  row(41, 'DescribeDelegationToken', 1, 3, 2, () => import('./describe-delegation-token')),
  row(42, 'DeleteGroups', 0, 2, 2, () => import('./delete-groups')),
  row(43, 'ElectLeaders', 0, 2, 2, () => import('./elect-leaders')),
  row(44, 'IncrementalAlterConfigs', 0, 1, 1, () => import('./incremental-alter-configs')),
  row(45, 'AlterPartitionReassignments', 0, 1, 0, () => import('./alter-partition-reassignments')),
  row(46, 'ListPartitionReassignments', 0, 0, 0, () => import('./list-partition-reassignments')),
  row(47, 'OffsetDelete', 0, 0, null, () => import('./offset-delete')),
  row(48, 'DescribeClientQuotas', 0, 1, 1, () => import('./describe-client-quotas')),
  row(49, 'AlterClientQuotas', 0, 1, 1, () => import('./alter-client-quotas')),
  row(50, 'DescribeUserScramCredentials', 0, 0, 0, () => import('./describe-user-scram-credentials')),
  row(51, 'AlterUserScramCredentials', 0, 0, 0, () => import('./alter-user-scram-credentials')),
  row(52, 'Vote', 0, 2, 0, () => import('./vote')),
  row(53, 'BeginQuorumEpoch', 0, 1, 1, () => import('./begin-quorum-epoch')),
  row(54, 'EndQuorumEpoch', 0, 1, 1, () => import('./end-quorum-epoch')),
  row(55, 'DescribeQuorum', 0, 2, 0, () => import('./describe-quorum')),
  row(56, 'AlterPartition', 2, 3, 0, () => import('./alter-partition')),
  row(57, 'UpdateFeatures', 0, 2, 0, () => import('./update-features')),
  row(58, 'Envelope', 0, 0, 0, () => import('./envelope')),
  row(59, 'FetchSnapshot', 0, 1, 0, () => import('./fetch-snapshot')),
  row(60, 'DescribeCluster', 0, 2, 0, () => import('./describe-cluster')),
  row(61, 'DescribeProducers', 0, 0, 0, () => import('./describe-producers')),
  row(62, 'BrokerRegistration', 0, 4, 0, () => import('./broker-registration')),
  row(63, 'BrokerHeartbeat', 0, 1, 0, () => import('./broker-heartbeat')),
  row(64, 'UnregisterBroker', 0, 0, 0, () => import('./unregister-broker')),
  row(65, 'DescribeTransactions', 0, 0, 0, () => import('./describe-transactions')),
  row(66, 'ListTransactions', 0, 2, 0, () => import('./list-transactions')),
  row(67, 'AllocateProducerIds', 0, 0, 0, () => import('./allocate-producer-ids')),
  row(68, 'ConsumerGroupHeartbeat', 0, 1, 0, () => import('./consumer-group-heartbeat')),
  row(69, 'ConsumerGroupDescribe', 0, 1, 0, () => import('./consumer-group-describe')),
  row(70, 'ControllerRegistration', 0, 0, 0, () => import('./controller-registration')),
  row(71, 'GetTelemetrySubscriptions', 0, 0, 0, () => import('./get-telemetry-subscriptions')),
  row(72, 'PushTelemetry', 0, 0, 0, () => import('./push-telemetry')),
  row(73, 'AssignReplicasToDirs', 0, 0, 0, () => import('./assign-replicas-to-dirs')),
  row(74, 'ListConfigResources', 0, 1, 0, () => import('./list-config-resources')),
  row(75, 'DescribeTopicPartitions', 0, 0, 0, () => import('./describe-topic-partitions')),
  row(76, 'ShareGroupHeartbeat', 1, 1, 0, () => import('./share-group-heartbeat')),
  row(77, 'ShareGroupDescribe', 1, 1, 0, () => import('./share-group-describe')),
  row(78, 'ShareFetch', 1, 2, 0, () => import('./share-fetch')),
  row(79, 'ShareAcknowledge', 1, 2, 0, () => import('./share-acknowledge')),
  row(80, 'AddRaftVoter', 0, 1, 0, () => import('./add-raft-voter')),
  row(81, 'RemoveRaftVoter', 0, 0, 0, () => import('./remove-raft-voter')),
  row(82, 'UpdateRaftVoter', 0, 0, 0, () => import('./update-raft-voter')),
  row(83, 'InitializeShareGroupState', 0, 0, 0, () => import('./initialize-share-group-state')),
  row(84, 'ReadShareGroupState', 0, 0, 0, () => import('./read-share-group-state')),
  row(85, 'WriteShareGroupState', 0, 1, 0, () => import('./write-share-group-state')),
  row(86, 'DeleteShareGroupState', 0, 0, 0, () => import('./delete-share-group-state')),
  row(87, 'ReadShareGroupStateSummary', 0, 1, 0, () => import('./read-share-group-state-summary')),
  row(88, 'StreamsGroupHeartbeat', 0, 0, 0, () => import('./streams-group-heartbeat')),
  row(89, 'StreamsGroupDescribe', 0, 0, 0, () => import('./streams-group-describe')),
  row(90, 'DescribeShareGroupOffsets', 0, 1, 0, () => import('./describe-share-group-offsets')),
  row(91, 'AlterShareGroupOffsets', 0, 0, 0, () => import('./alter-share-group-offsets')),
  row(92, 'DeleteShareGroupOffsets', 0, 0, 0, () => import('./delete-share-group-offsets')),
]

const byKey = new Map(apiTable.map((row) => [row.key, row]))
const byName = new Map(apiTable.map((row) => [row.name, row]))

/** The row of an API key; undefined for one that Kafka 4.2.1 does not have. */
export const apiRow = (key: number): ApiRow | undefined => byKey.get(key)

/** The declaration of the API called `name` ('Heartbeat'). Rejects a name that is not in the table. */
export async function loadApi(name: string): Promise<Api> {
  const found = byName.get(name)
  if (!found) throw new RangeError(`there is no API called '${name}'`)
  return found.load()
}
