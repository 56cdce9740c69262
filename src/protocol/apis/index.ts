/**
 * Every API with a way to load its declaration, for who learns only at run time which one it is: a tool that is given a name.
 * Who knows imports the API's own file; who needs only numbers imports numbers.ts, which drags nothing into a bundle.
 */
import type { Api } from '../types'
import { type ApiNumbers, apiNumbers } from './numbers'

export interface ApiRow extends ApiNumbers {
  readonly load: () => Promise<Api>
}

const modules: { readonly [name: string]: () => Promise<{ readonly [name: string]: Api }> } = {
  Produce: () => import('./produce'),
  Fetch: () => import('./fetch'),
  ListOffsets: () => import('./list-offsets'),
  Metadata: () => import('./metadata'),
  OffsetCommit: () => import('./offset-commit'),
  OffsetFetch: () => import('./offset-fetch'),
  FindCoordinator: () => import('./find-coordinator'),
  JoinGroup: () => import('./join-group'),
  Heartbeat: () => import('./heartbeat'),
  LeaveGroup: () => import('./leave-group'),
  SyncGroup: () => import('./sync-group'),
  DescribeGroups: () => import('./describe-groups'),
  ListGroups: () => import('./list-groups'),
  SaslHandshake: () => import('./sasl-handshake'),
  ApiVersions: () => import('./api-versions'),
  CreateTopics: () => import('./create-topics'),
  DeleteTopics: () => import('./delete-topics'),
  DeleteRecords: () => import('./delete-records'),
  InitProducerId: () => import('./init-producer-id'),
  OffsetForLeaderEpoch: () => import('./offset-for-leader-epoch'),
  AddPartitionsToTxn: () => import('./add-partitions-to-txn'),
  AddOffsetsToTxn: () => import('./add-offsets-to-txn'),
  EndTxn: () => import('./end-txn'),
  WriteTxnMarkers: () => import('./write-txn-markers'),
  TxnOffsetCommit: () => import('./txn-offset-commit'),
  DescribeAcls: () => import('./describe-acls'),
  CreateAcls: () => import('./create-acls'),
  DeleteAcls: () => import('./delete-acls'),
  DescribeConfigs: () => import('./describe-configs'),
  AlterConfigs: () => import('./alter-configs'),
  AlterReplicaLogDirs: () => import('./alter-replica-log-dirs'),
  DescribeLogDirs: () => import('./describe-log-dirs'),
  SaslAuthenticate: () => import('./sasl-authenticate'),
  CreatePartitions: () => import('./create-partitions'),
  CreateDelegationToken: () => import('./create-delegation-token'),
  RenewDelegationToken: () => import('./renew-delegation-token'),
  ExpireDelegationToken: () => import('./expire-delegation-token'),
  DescribeDelegationToken: () => import('./describe-delegation-token'),
  DeleteGroups: () => import('./delete-groups'),
  ElectLeaders: () => import('./elect-leaders'),
  IncrementalAlterConfigs: () => import('./incremental-alter-configs'),
  AlterPartitionReassignments: () => import('./alter-partition-reassignments'),
  ListPartitionReassignments: () => import('./list-partition-reassignments'),
  OffsetDelete: () => import('./offset-delete'),
  DescribeClientQuotas: () => import('./describe-client-quotas'),
  AlterClientQuotas: () => import('./alter-client-quotas'),
  DescribeUserScramCredentials: () => import('./describe-user-scram-credentials'),
  AlterUserScramCredentials: () => import('./alter-user-scram-credentials'),
  Vote: () => import('./vote'),
  BeginQuorumEpoch: () => import('./begin-quorum-epoch'),
  EndQuorumEpoch: () => import('./end-quorum-epoch'),
  DescribeQuorum: () => import('./describe-quorum'),
  AlterPartition: () => import('./alter-partition'),
  UpdateFeatures: () => import('./update-features'),
  Envelope: () => import('./envelope'),
  FetchSnapshot: () => import('./fetch-snapshot'),
  DescribeCluster: () => import('./describe-cluster'),
  DescribeProducers: () => import('./describe-producers'),
  BrokerRegistration: () => import('./broker-registration'),
  BrokerHeartbeat: () => import('./broker-heartbeat'),
  UnregisterBroker: () => import('./unregister-broker'),
  DescribeTransactions: () => import('./describe-transactions'),
  ListTransactions: () => import('./list-transactions'),
  AllocateProducerIds: () => import('./allocate-producer-ids'),
  ConsumerGroupHeartbeat: () => import('./consumer-group-heartbeat'),
  ConsumerGroupDescribe: () => import('./consumer-group-describe'),
  ControllerRegistration: () => import('./controller-registration'),
  GetTelemetrySubscriptions: () => import('./get-telemetry-subscriptions'),
  PushTelemetry: () => import('./push-telemetry'),
  AssignReplicasToDirs: () => import('./assign-replicas-to-dirs'),
  ListConfigResources: () => import('./list-config-resources'),
  DescribeTopicPartitions: () => import('./describe-topic-partitions'),
  ShareGroupHeartbeat: () => import('./share-group-heartbeat'),
  ShareGroupDescribe: () => import('./share-group-describe'),
  ShareFetch: () => import('./share-fetch'),
  ShareAcknowledge: () => import('./share-acknowledge'),
  AddRaftVoter: () => import('./add-raft-voter'),
  RemoveRaftVoter: () => import('./remove-raft-voter'),
  UpdateRaftVoter: () => import('./update-raft-voter'),
  InitializeShareGroupState: () => import('./initialize-share-group-state'),
  ReadShareGroupState: () => import('./read-share-group-state'),
  WriteShareGroupState: () => import('./write-share-group-state'),
  DeleteShareGroupState: () => import('./delete-share-group-state'),
  ReadShareGroupStateSummary: () => import('./read-share-group-state-summary'),
  StreamsGroupHeartbeat: () => import('./streams-group-heartbeat'),
  StreamsGroupDescribe: () => import('./streams-group-describe'),
  DescribeShareGroupOffsets: () => import('./describe-share-group-offsets'),
  AlterShareGroupOffsets: () => import('./alter-share-group-offsets'),
  DeleteShareGroupOffsets: () => import('./delete-share-group-offsets'),
}

/** Every API of Kafka 4.2.1, by key. */
export const apiTable: readonly ApiRow[] = apiNumbers.map((row) => ({ ...row, load: () => loadApi(row.name) }))

/** The declaration of the API called `name` ('Heartbeat'). Rejects a name that is not in the table. */
export async function loadApi(name: string): Promise<Api> {
  const module = Object.hasOwn(modules, name) ? await modules[name]?.() : undefined
  const api = module?.[name]
  if (!api) throw new RangeError(`there is no API called '${name}'`)
  return api
}
