/**
 * The numbers of every API: what is needed to read a request header and to say what is supported, without the declarations.
 * A test holds them against the declarations.
 */

export interface ApiNumbers {
  readonly key: number
  readonly name: string
  /** Versions that Kafka 4.2.1 has, both included. */
  readonly versions: readonly [number, number]
  /** First flexible version (KIP-482), or null. */
  readonly flexible: number | null
}

const row = (key: number, name: string, least: number, most: number, flexible: number | null): ApiNumbers => ({
  key,
  name,
  versions: [least, most],
  flexible,
})

/** Every API of Kafka 4.2.1, by key. */
export const apiNumbers: readonly ApiNumbers[] = [
  // key, name, least and greatest version, first flexible one
  row(0, 'Produce', 3, 13, 9),
  row(1, 'Fetch', 4, 18, 12),
  row(2, 'ListOffsets', 1, 11, 6),
  row(3, 'Metadata', 0, 13, 9),
  row(8, 'OffsetCommit', 2, 10, 8),
  row(9, 'OffsetFetch', 1, 10, 6),
  row(10, 'FindCoordinator', 0, 6, 3),
  row(11, 'JoinGroup', 0, 9, 6),
  row(12, 'Heartbeat', 0, 4, 4),
  row(13, 'LeaveGroup', 0, 5, 4),
  row(14, 'SyncGroup', 0, 5, 4),
  row(15, 'DescribeGroups', 0, 6, 5),
  row(16, 'ListGroups', 0, 5, 3),
  row(17, 'SaslHandshake', 0, 1, null),
  row(18, 'ApiVersions', 0, 4, 3),
  row(19, 'CreateTopics', 2, 7, 5),
  row(20, 'DeleteTopics', 1, 6, 4),
  row(21, 'DeleteRecords', 0, 2, 2),
  row(22, 'InitProducerId', 0, 6, 2),
  row(23, 'OffsetForLeaderEpoch', 2, 4, 4),
  row(24, 'AddPartitionsToTxn', 0, 5, 3),
  row(25, 'AddOffsetsToTxn', 0, 4, 3),
  row(26, 'EndTxn', 0, 5, 3),
  row(27, 'WriteTxnMarkers', 1, 2, 1),
  row(28, 'TxnOffsetCommit', 0, 5, 3),
  row(29, 'DescribeAcls', 1, 3, 2),
  row(30, 'CreateAcls', 1, 3, 2),
  row(31, 'DeleteAcls', 1, 3, 2),
  row(32, 'DescribeConfigs', 1, 4, 4),
  row(33, 'AlterConfigs', 0, 2, 2),
  row(34, 'AlterReplicaLogDirs', 1, 2, 2),
  row(35, 'DescribeLogDirs', 1, 4, 2),
  row(36, 'SaslAuthenticate', 0, 2, 2),
  row(37, 'CreatePartitions', 0, 3, 2),
  row(38, 'CreateDelegationToken', 1, 3, 2),
  row(39, 'RenewDelegationToken', 1, 2, 2),
  row(40, 'ExpireDelegationToken', 1, 2, 2),
  row(41, 'DescribeDelegationToken', 1, 3, 2),
  row(42, 'DeleteGroups', 0, 2, 2),
  row(43, 'ElectLeaders', 0, 2, 2),
  row(44, 'IncrementalAlterConfigs', 0, 1, 1),
  row(45, 'AlterPartitionReassignments', 0, 1, 0),
  row(46, 'ListPartitionReassignments', 0, 0, 0),
  row(47, 'OffsetDelete', 0, 0, null),
  row(48, 'DescribeClientQuotas', 0, 1, 1),
  row(49, 'AlterClientQuotas', 0, 1, 1),
  row(50, 'DescribeUserScramCredentials', 0, 0, 0),
  row(51, 'AlterUserScramCredentials', 0, 0, 0),
  row(52, 'Vote', 0, 2, 0),
  row(53, 'BeginQuorumEpoch', 0, 1, 1),
  row(54, 'EndQuorumEpoch', 0, 1, 1),
  row(55, 'DescribeQuorum', 0, 2, 0),
  row(56, 'AlterPartition', 2, 3, 0),
  row(57, 'UpdateFeatures', 0, 2, 0),
  row(58, 'Envelope', 0, 0, 0),
  row(59, 'FetchSnapshot', 0, 1, 0),
  row(60, 'DescribeCluster', 0, 2, 0),
  row(61, 'DescribeProducers', 0, 0, 0),
  row(62, 'BrokerRegistration', 0, 4, 0),
  row(63, 'BrokerHeartbeat', 0, 1, 0),
  row(64, 'UnregisterBroker', 0, 0, 0),
  row(65, 'DescribeTransactions', 0, 0, 0),
  row(66, 'ListTransactions', 0, 2, 0),
  row(67, 'AllocateProducerIds', 0, 0, 0),
  row(68, 'ConsumerGroupHeartbeat', 0, 1, 0),
  row(69, 'ConsumerGroupDescribe', 0, 1, 0),
  row(70, 'ControllerRegistration', 0, 0, 0),
  row(71, 'GetTelemetrySubscriptions', 0, 0, 0),
  row(72, 'PushTelemetry', 0, 0, 0),
  row(73, 'AssignReplicasToDirs', 0, 0, 0),
  row(74, 'ListConfigResources', 0, 1, 0),
  row(75, 'DescribeTopicPartitions', 0, 0, 0),
  row(76, 'ShareGroupHeartbeat', 1, 1, 0),
  row(77, 'ShareGroupDescribe', 1, 1, 0),
  row(78, 'ShareFetch', 1, 2, 0),
  row(79, 'ShareAcknowledge', 1, 2, 0),
  row(80, 'AddRaftVoter', 0, 1, 0),
  row(81, 'RemoveRaftVoter', 0, 0, 0),
  row(82, 'UpdateRaftVoter', 0, 0, 0),
  row(83, 'InitializeShareGroupState', 0, 0, 0),
  row(84, 'ReadShareGroupState', 0, 0, 0),
  row(85, 'WriteShareGroupState', 0, 1, 0),
  row(86, 'DeleteShareGroupState', 0, 0, 0),
  row(87, 'ReadShareGroupStateSummary', 0, 1, 0),
  row(88, 'StreamsGroupHeartbeat', 0, 0, 0),
  row(89, 'StreamsGroupDescribe', 0, 0, 0),
  row(90, 'DescribeShareGroupOffsets', 0, 1, 0),
  row(91, 'AlterShareGroupOffsets', 0, 0, 0),
  row(92, 'DeleteShareGroupOffsets', 0, 0, 0),
]

const byKey = new Map(apiNumbers.map((row) => [row.key, row]))

/** The numbers of an API key; undefined for one that Kafka 4.2.1 does not have. */
export const apiRow = (key: number): ApiNumbers | undefined => byKey.get(key)
