/**
 * Every error a Kafka broker can answer: its number on the wire, its name, whether asking again can help, the Java exception
 * that clients raise for it and the sentence they print. People grep for these words, so they are Kafka's
 * (org.apache.kafka.common.protocol.Errors of 4.2.1).
 */

/** Asking again cannot help. */
const FINAL = 0
/** Asking again can help (a RetriableException). */
const RETRIABLE = 1
/** Asking again can help after looking up leader or coordinator anew (a RefreshRetriableException). */
const REFRESH = 2

// biome-ignore format: one error a row
const table = [
  // code, name, what to do, Java class (in org.apache.kafka.common.errors unless it has a package), sentence
  [-1, 'UNKNOWN_SERVER_ERROR', FINAL, 'UnknownServerException',
    'The server experienced an unexpected error when processing the request.'],
  [0, 'NONE', FINAL, '', ''],
  [1, 'OFFSET_OUT_OF_RANGE', FINAL, 'OffsetOutOfRangeException',
    'The requested offset is not within the range of offsets maintained by the server.'],
  [2, 'CORRUPT_MESSAGE', RETRIABLE, 'CorruptRecordException',
    'This message has failed its CRC checksum, exceeds the valid size, has a null key for a compacted topic, or is ' +
      'otherwise corrupt.'],
  [3, 'UNKNOWN_TOPIC_OR_PARTITION', REFRESH, 'UnknownTopicOrPartitionException',
    'This server does not host this topic-partition.'],
  [4, 'INVALID_FETCH_SIZE', FINAL, 'InvalidFetchSizeException', 'The requested fetch size is invalid.'],
  [5, 'LEADER_NOT_AVAILABLE', REFRESH, 'LeaderNotAvailableException',
    'There is no leader for this topic-partition as we are in the middle of a leadership election.'],
  [6, 'NOT_LEADER_OR_FOLLOWER', REFRESH, 'NotLeaderOrFollowerException',
    'For requests intended only for the leader, this error indicates that the broker is not the current leader. For ' +
      'requests intended for any replica, this error indicates that the broker is not a replica of the topic partition.'],
  [7, 'REQUEST_TIMED_OUT', RETRIABLE, 'TimeoutException', 'The request timed out.'],
  [8, 'BROKER_NOT_AVAILABLE', FINAL, 'BrokerNotAvailableException', 'The broker is not available.'],
  [9, 'REPLICA_NOT_AVAILABLE', REFRESH, 'ReplicaNotAvailableException',
    'The replica is not available for the requested topic-partition. Produce/Fetch requests and other requests ' +
      'intended only for the leader or follower return NOT_LEADER_OR_FOLLOWER if the broker is not a replica of the ' +
      'topic-partition.'],
  [10, 'MESSAGE_TOO_LARGE', FINAL, 'RecordTooLargeException',
    'The request included a message larger than the max message size the server will accept.'],
  [11, 'STALE_CONTROLLER_EPOCH', FINAL, 'ControllerMovedException', 'The controller moved to another broker.'],
  [12, 'OFFSET_METADATA_TOO_LARGE', FINAL, 'OffsetMetadataTooLarge', 'The metadata field of the offset request was too large.'],
  [13, 'NETWORK_EXCEPTION', REFRESH, 'NetworkException', 'The server disconnected before a response was received.'],
  [14, 'COORDINATOR_LOAD_IN_PROGRESS', RETRIABLE, 'CoordinatorLoadInProgressException',
    "The coordinator is loading and hence can't process requests."],
  [15, 'COORDINATOR_NOT_AVAILABLE', REFRESH, 'CoordinatorNotAvailableException', 'The coordinator is not available.'],
  [16, 'NOT_COORDINATOR', REFRESH, 'NotCoordinatorException', 'This is not the correct coordinator.'],
  [17, 'INVALID_TOPIC_EXCEPTION', FINAL, 'InvalidTopicException',
    'The request attempted to perform an operation on an invalid topic.'],
  [18, 'RECORD_LIST_TOO_LARGE', FINAL, 'RecordBatchTooLargeException',
    'The request included message batch larger than the configured segment size on the server.'],
  [19, 'NOT_ENOUGH_REPLICAS', RETRIABLE, 'NotEnoughReplicasException',
    'Messages are rejected since there are fewer in-sync replicas than required.'],
  [20, 'NOT_ENOUGH_REPLICAS_AFTER_APPEND', RETRIABLE, 'NotEnoughReplicasAfterAppendException',
    'Messages are written to the log, but to fewer in-sync replicas than required.'],
  [21, 'INVALID_REQUIRED_ACKS', FINAL, 'InvalidRequiredAcksException',
    'Produce request specified an invalid value for required acks.'],
  [22, 'ILLEGAL_GENERATION', FINAL, 'IllegalGenerationException', 'Specified group generation id is not valid.'],
  [23, 'INCONSISTENT_GROUP_PROTOCOL', FINAL, 'InconsistentGroupProtocolException',
    "The group member's supported protocols are incompatible with those of existing members or first group member " +
      'tried to join with empty protocol type or empty protocol list.'],
  [24, 'INVALID_GROUP_ID', FINAL, 'InvalidGroupIdException', 'The group id is invalid.'],
  [25, 'UNKNOWN_MEMBER_ID', FINAL, 'UnknownMemberIdException', 'The coordinator is not aware of this member.'],
  [26, 'INVALID_SESSION_TIMEOUT', FINAL, 'InvalidSessionTimeoutException',
    'The session timeout is not within the range allowed by the broker (as configured by group.min.session.timeout.ms ' +
      'and group.max.session.timeout.ms).'],
  [27, 'REBALANCE_IN_PROGRESS', FINAL, 'RebalanceInProgressException', 'The group is rebalancing, so a rejoin is needed.'],
  [28, 'INVALID_COMMIT_OFFSET_SIZE', FINAL, 'InvalidCommitOffsetSizeException', 'The committing offset data size is not valid.'],
  [29, 'TOPIC_AUTHORIZATION_FAILED', FINAL, 'TopicAuthorizationException', 'Topic authorization failed.'],
  [30, 'GROUP_AUTHORIZATION_FAILED', FINAL, 'GroupAuthorizationException', 'Group authorization failed.'],
  [31, 'CLUSTER_AUTHORIZATION_FAILED', FINAL, 'ClusterAuthorizationException', 'Cluster authorization failed.'],
  [32, 'INVALID_TIMESTAMP', FINAL, 'InvalidTimestampException', 'The timestamp of the message is out of acceptable range.'],
  [33, 'UNSUPPORTED_SASL_MECHANISM', FINAL, 'UnsupportedSaslMechanismException',
    'The broker does not support the requested SASL mechanism.'],
  [34, 'ILLEGAL_SASL_STATE', FINAL, 'IllegalSaslStateException', 'Request is not valid given the current SASL state.'],
  [35, 'UNSUPPORTED_VERSION', FINAL, 'UnsupportedVersionException', 'The version of API is not supported.'],
  [36, 'TOPIC_ALREADY_EXISTS', FINAL, 'TopicExistsException', 'Topic with this name already exists.'],
  [37, 'INVALID_PARTITIONS', FINAL, 'InvalidPartitionsException', 'Number of partitions is below 1.'],
  [38, 'INVALID_REPLICATION_FACTOR', FINAL, 'InvalidReplicationFactorException',
    'Replication factor is below 1 or larger than the number of available brokers.'],
  [39, 'INVALID_REPLICA_ASSIGNMENT', FINAL, 'InvalidReplicaAssignmentException', 'Replica assignment is invalid.'],
  [40, 'INVALID_CONFIG', FINAL, 'InvalidConfigurationException', 'Configuration is invalid.'],
  [41, 'NOT_CONTROLLER', RETRIABLE, 'NotControllerException', 'This is not the correct controller for this cluster.'],
  [42, 'INVALID_REQUEST', FINAL, 'InvalidRequestException',
    'This most likely occurs because of a request being malformed by the client library or the message was sent to an ' +
      'incompatible broker. See the broker logs for more details.'],
  [43, 'UNSUPPORTED_FOR_MESSAGE_FORMAT', FINAL, 'UnsupportedForMessageFormatException',
    'The message format version on the broker does not support the request.'],
  [44, 'POLICY_VIOLATION', FINAL, 'PolicyViolationException', 'Request parameters do not satisfy the configured policy.'],
  [45, 'OUT_OF_ORDER_SEQUENCE_NUMBER', FINAL, 'OutOfOrderSequenceException',
    'The broker received an out of order sequence number.'],
  [46, 'DUPLICATE_SEQUENCE_NUMBER', FINAL, 'DuplicateSequenceException', 'The broker received a duplicate sequence number.'],
  [47, 'INVALID_PRODUCER_EPOCH', FINAL, 'InvalidProducerEpochException', 'Producer attempted to produce with an old epoch.'],
  [48, 'INVALID_TXN_STATE', FINAL, 'InvalidTxnStateException',
    'The producer attempted a transactional operation in an invalid state.'],
  [49, 'INVALID_PRODUCER_ID_MAPPING', FINAL, 'InvalidPidMappingException',
    'The producer attempted to use a producer id which is not currently assigned to its transactional id.'],
  [50, 'INVALID_TRANSACTION_TIMEOUT', FINAL, 'InvalidTxnTimeoutException',
    'The transaction timeout is larger than the maximum value allowed by the broker (as configured by ' +
      'transaction.max.timeout.ms).'],
  [51, 'CONCURRENT_TRANSACTIONS', RETRIABLE, 'ConcurrentTransactionsException',
    'The producer attempted to update a transaction while another concurrent operation on the same transaction was ' +
      'ongoing.'],
  [52, 'TRANSACTION_COORDINATOR_FENCED', FINAL, 'TransactionCoordinatorFencedException',
    'Indicates that the transaction coordinator sending a WriteTxnMarker is no longer the current coordinator for a ' +
      'given producer.'],
  [53, 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED', FINAL, 'TransactionalIdAuthorizationException',
    'Transactional Id authorization failed.'],
  [54, 'SECURITY_DISABLED', FINAL, 'SecurityDisabledException', 'Security features are disabled.'],
  [55, 'OPERATION_NOT_ATTEMPTED', FINAL, 'OperationNotAttemptedException',
    'The broker did not attempt to execute this operation. This may happen for batched RPCs where some operations in ' +
      'the batch failed, causing the broker to respond without trying the rest.'],
  [56, 'KAFKA_STORAGE_ERROR', REFRESH, 'KafkaStorageException', 'Disk error when trying to access log file on the disk.'],
  [57, 'LOG_DIR_NOT_FOUND', FINAL, 'LogDirNotFoundException',
    'The user-specified log directory is not found in the broker config.'],
  [58, 'SASL_AUTHENTICATION_FAILED', FINAL, 'SaslAuthenticationException', 'SASL Authentication failed.'],
  [59, 'UNKNOWN_PRODUCER_ID', FINAL, 'UnknownProducerIdException',
    'This exception is raised by the broker if it could not locate the producer metadata associated with the ' +
      "producerId in question. This could happen if, for instance, the producer's records were deleted because their " +
      "retention time had elapsed. Once the last records of the producerId are removed, the producer's metadata is " +
      'removed from the broker, and future appends by the producer will return this exception.'],
  [60, 'REASSIGNMENT_IN_PROGRESS', FINAL, 'ReassignmentInProgressException', 'A partition reassignment is in progress.'],
  [61, 'DELEGATION_TOKEN_AUTH_DISABLED', FINAL, 'DelegationTokenDisabledException', 'Delegation Token feature is not enabled.'],
  [62, 'DELEGATION_TOKEN_NOT_FOUND', FINAL, 'DelegationTokenNotFoundException', 'Delegation Token is not found on server.'],
  [63, 'DELEGATION_TOKEN_OWNER_MISMATCH', FINAL, 'DelegationTokenOwnerMismatchException',
    'Specified Principal is not valid Owner/Renewer.'],
  [64, 'DELEGATION_TOKEN_REQUEST_NOT_ALLOWED', FINAL, 'UnsupportedByAuthenticationException',
    'Delegation Token requests are not allowed on PLAINTEXT/1-way SSL channels and on delegation token authenticated ' +
      'channels.'],
  [65, 'DELEGATION_TOKEN_AUTHORIZATION_FAILED', FINAL, 'DelegationTokenAuthorizationException',
    'Delegation Token authorization failed.'],
  [66, 'DELEGATION_TOKEN_EXPIRED', FINAL, 'DelegationTokenExpiredException', 'Delegation Token is expired.'],
  [67, 'INVALID_PRINCIPAL_TYPE', FINAL, 'InvalidPrincipalTypeException', 'Supplied principalType is not supported.'],
  [68, 'NON_EMPTY_GROUP', FINAL, 'GroupNotEmptyException', 'The group is not empty.'],
  [69, 'GROUP_ID_NOT_FOUND', FINAL, 'GroupIdNotFoundException', 'The group id does not exist.'],
  [70, 'FETCH_SESSION_ID_NOT_FOUND', RETRIABLE, 'FetchSessionIdNotFoundException', 'The fetch session ID was not found.'],
  [71, 'INVALID_FETCH_SESSION_EPOCH', RETRIABLE, 'InvalidFetchSessionEpochException', 'The fetch session epoch is invalid.'],
  [72, 'LISTENER_NOT_FOUND', REFRESH, 'ListenerNotFoundException',
    'There is no listener on the leader broker that matches the listener on which metadata request was processed.'],
  [73, 'TOPIC_DELETION_DISABLED', FINAL, 'TopicDeletionDisabledException', 'Topic deletion is disabled.'],
  [74, 'FENCED_LEADER_EPOCH', REFRESH, 'FencedLeaderEpochException',
    'The leader epoch in the request is older than the epoch on the broker.'],
  [75, 'UNKNOWN_LEADER_EPOCH', RETRIABLE, 'UnknownLeaderEpochException',
    'The leader epoch in the request is newer than the epoch on the broker.'],
  [76, 'UNSUPPORTED_COMPRESSION_TYPE', FINAL, 'UnsupportedCompressionTypeException',
    'The requesting client does not support the compression type of given partition.'],
  [77, 'STALE_BROKER_EPOCH', FINAL, 'StaleBrokerEpochException', 'Broker epoch has changed.'],
  [78, 'OFFSET_NOT_AVAILABLE', RETRIABLE, 'OffsetNotAvailableException',
    'The leader high watermark has not caught up from a recent leader election so the offsets cannot be guaranteed to ' +
      'be monotonically increasing.'],
  [79, 'MEMBER_ID_REQUIRED', FINAL, 'MemberIdRequiredException',
    'The group member needs to have a valid member id before actually entering a consumer group.'],
  [80, 'PREFERRED_LEADER_NOT_AVAILABLE', REFRESH, 'PreferredLeaderNotAvailableException',
    'The preferred leader was not available.'],
  [81, 'GROUP_MAX_SIZE_REACHED', FINAL, 'GroupMaxSizeReachedException', 'The group has reached its maximum size.'],
  [82, 'FENCED_INSTANCE_ID', FINAL, 'FencedInstanceIdException',
    'The broker rejected this static consumer since another consumer with the same group.instance.id has registered ' +
      'with a different member.id.'],
  [83, 'ELIGIBLE_LEADERS_NOT_AVAILABLE', REFRESH, 'EligibleLeadersNotAvailableException',
    'Eligible topic partition leaders are not available.'],
  [84, 'ELECTION_NOT_NEEDED', REFRESH, 'ElectionNotNeededException', 'Leader election not needed for topic partition.'],
  [85, 'NO_REASSIGNMENT_IN_PROGRESS', FINAL, 'NoReassignmentInProgressException', 'No partition reassignment is in progress.'],
  [86, 'GROUP_SUBSCRIBED_TO_TOPIC', FINAL, 'GroupSubscribedToTopicException',
    'Deleting offsets of a topic is forbidden while the consumer group is actively subscribed to it.'],
  [87, 'INVALID_RECORD', FINAL, 'org.apache.kafka.common.InvalidRecordException',
    'This record has failed the validation on broker and hence will be rejected.'],
  [88, 'UNSTABLE_OFFSET_COMMIT', RETRIABLE, 'UnstableOffsetCommitException',
    'There are unstable offsets that need to be cleared.'],
  [89, 'THROTTLING_QUOTA_EXCEEDED', RETRIABLE, 'ThrottlingQuotaExceededException', 'The throttling quota has been exceeded.'],
  [90, 'PRODUCER_FENCED', FINAL, 'ProducerFencedException',
    'There is a newer producer with the same transactionalId which fences the current one.'],
  [91, 'RESOURCE_NOT_FOUND', FINAL, 'ResourceNotFoundException',
    'A request illegally referred to a resource that does not exist.'],
  [92, 'DUPLICATE_RESOURCE', FINAL, 'DuplicateResourceException', 'A request illegally referred to the same resource twice.'],
  [93, 'UNACCEPTABLE_CREDENTIAL', FINAL, 'UnacceptableCredentialException',
    'Requested credential would not meet criteria for acceptability.'],
  [94, 'INCONSISTENT_VOTER_SET', FINAL, 'InconsistentVoterSetException',
    'Indicates that the either the sender or recipient of a voter-only request is not one of the expected voters.'],
  [95, 'INVALID_UPDATE_VERSION', FINAL, 'InvalidUpdateVersionException', 'The given update version was invalid.'],
  [96, 'FEATURE_UPDATE_FAILED', FINAL, 'FeatureUpdateFailedException',
    'Unable to update finalized features due to an unexpected server error.'],
  [97, 'PRINCIPAL_DESERIALIZATION_FAILURE', FINAL, 'PrincipalDeserializationException',
    'Request principal deserialization failed during forwarding. This indicates an internal error on the broker ' +
      'cluster security setup.'],
  [98, 'SNAPSHOT_NOT_FOUND', FINAL, 'SnapshotNotFoundException', 'Requested snapshot was not found.'],
  [99, 'POSITION_OUT_OF_RANGE', FINAL, 'PositionOutOfRangeException',
    'Requested position is not greater than or equal to zero, and less than the size of the snapshot.'],
  [100, 'UNKNOWN_TOPIC_ID', REFRESH, 'UnknownTopicIdException', 'This server does not host this topic ID.'],
  [101, 'DUPLICATE_BROKER_REGISTRATION', FINAL, 'DuplicateBrokerRegistrationException', 'This broker ID is already in use.'],
  [102, 'BROKER_ID_NOT_REGISTERED', FINAL, 'BrokerIdNotRegisteredException', 'The given broker ID was not registered.'],
  [103, 'INCONSISTENT_TOPIC_ID', REFRESH, 'InconsistentTopicIdException',
    "The log's topic ID did not match the topic ID in the request."],
  [104, 'INCONSISTENT_CLUSTER_ID', FINAL, 'InconsistentClusterIdException',
    'The clusterId in the request does not match that found on the server.'],
  [105, 'TRANSACTIONAL_ID_NOT_FOUND', FINAL, 'TransactionalIdNotFoundException', 'The transactionalId could not be found.'],
  [106, 'FETCH_SESSION_TOPIC_ID_ERROR', RETRIABLE, 'FetchSessionTopicIdException',
    'The fetch session encountered inconsistent topic ID usage.'],
  [107, 'INELIGIBLE_REPLICA', FINAL, 'IneligibleReplicaException', 'The new ISR contains at least one ineligible replica.'],
  [108, 'NEW_LEADER_ELECTED', FINAL, 'NewLeaderElectedException',
    'The AlterPartition request successfully updated the partition state but the leader has changed.'],
  [109, 'OFFSET_MOVED_TO_TIERED_STORAGE', FINAL, 'OffsetMovedToTieredStorageException',
    'The requested offset is moved to tiered storage.'],
  [110, 'FENCED_MEMBER_EPOCH', FINAL, 'FencedMemberEpochException',
    'The member epoch is fenced by the group coordinator. The member must abandon all its partitions and rejoin.'],
  [111, 'UNRELEASED_INSTANCE_ID', FINAL, 'UnreleasedInstanceIdException',
    'The instance ID is still used by another member in the consumer group. That member must leave first.'],
  [112, 'UNSUPPORTED_ASSIGNOR', FINAL, 'UnsupportedAssignorException',
    'The assignor or its version range is not supported by the consumer group.'],
  [113, 'STALE_MEMBER_EPOCH', FINAL, 'StaleMemberEpochException',
    'The member epoch is stale. The member must retry after receiving its updated member epoch via the ' +
      'ConsumerGroupHeartbeat API.'],
  [114, 'MISMATCHED_ENDPOINT_TYPE', FINAL, 'MismatchedEndpointTypeException',
    'The request was sent to an endpoint of the wrong type.'],
  [115, 'UNSUPPORTED_ENDPOINT_TYPE', FINAL, 'UnsupportedEndpointTypeException', 'This endpoint type is not supported yet.'],
  [116, 'UNKNOWN_CONTROLLER_ID', FINAL, 'UnknownControllerIdException', 'This controller ID is not known.'],
  [117, 'UNKNOWN_SUBSCRIPTION_ID', FINAL, 'UnknownSubscriptionIdException',
    'Client sent a push telemetry request with an invalid or outdated subscription ID.'],
  [118, 'TELEMETRY_TOO_LARGE', FINAL, 'TelemetryTooLargeException',
    'Client sent a push telemetry request larger than the maximum size the broker will accept.'],
  [119, 'INVALID_REGISTRATION', FINAL, 'InvalidRegistrationException',
    'The controller has considered the broker registration to be invalid.'],
  [120, 'TRANSACTION_ABORTABLE', FINAL, 'TransactionAbortableException',
    'The server encountered an error with the transaction. The client can abort the transaction to continue using ' +
      'this transactional ID.'],
  [121, 'INVALID_RECORD_STATE', FINAL, 'InvalidRecordStateException',
    'The record state is invalid. The acknowledgement of delivery could not be completed.'],
  [122, 'SHARE_SESSION_NOT_FOUND', RETRIABLE, 'ShareSessionNotFoundException', 'The share session was not found.'],
  [123, 'INVALID_SHARE_SESSION_EPOCH', RETRIABLE, 'InvalidShareSessionEpochException', 'The share session epoch is invalid.'],
  [124, 'FENCED_STATE_EPOCH', FINAL, 'FencedStateEpochException',
    'The share coordinator rejected the request because the share-group state epoch did not match.'],
  [125, 'INVALID_VOTER_KEY', FINAL, 'InvalidVoterKeyException', "The voter key doesn't match the receiving replica's key."],
  [126, 'DUPLICATE_VOTER', FINAL, 'DuplicateVoterException', 'The voter is already part of the set of voters.'],
  [127, 'VOTER_NOT_FOUND', FINAL, 'VoterNotFoundException', 'The voter is not part of the set of voters.'],
  [128, 'INVALID_REGULAR_EXPRESSION', FINAL, 'InvalidRegularExpression', 'The regular expression is not valid.'],
  [129, 'REBOOTSTRAP_REQUIRED', FINAL, 'RebootstrapRequiredException',
    'Client metadata is stale. The client should rebootstrap to obtain new metadata.'],
  [130, 'STREAMS_INVALID_TOPOLOGY', FINAL, 'StreamsInvalidTopologyException', 'The supplied topology is invalid.'],
  [131, 'STREAMS_INVALID_TOPOLOGY_EPOCH', FINAL, 'StreamsInvalidTopologyEpochException',
    'The supplied topology epoch is invalid.'],
  [132, 'STREAMS_TOPOLOGY_FENCED', FINAL, 'StreamsTopologyFencedException', 'The supplied topology epoch is outdated.'],
  [133, 'SHARE_SESSION_LIMIT_REACHED', RETRIABLE, 'ShareSessionLimitReachedException',
    'The limit of share sessions has been reached.'],
] as const

export type ErrorName = (typeof table)[number][1]

/** One row of the table. */
export interface KafkaError {
  readonly code: number
  readonly name: ErrorName
  readonly retriable: boolean
  /** A retry should look up the leader or the coordinator anew first. */
  readonly refresh: boolean
  /** The Java exception with its package; '' for NONE. */
  readonly exception: string
  /** What clients print where the broker sent no words of its own; '' for NONE. */
  readonly sentence: string
}

const withPackage = (name: string) => (name === '' || name.includes('.') ? name : `org.apache.kafka.common.errors.${name}`)

/** The numbers by name: `errors.UNKNOWN_TOPIC_OR_PARTITION` is 3. */
export const errors = Object.fromEntries(table.map(([code, name]) => [name, code])) as { readonly [N in ErrorName]: number }

const rows: KafkaError[] = []

/** The row of `code`; a code that this table lacks is UNKNOWN_SERVER_ERROR, as in Errors.forCode. */
export function errorOf(code: number): KafkaError {
  const known = Number.isInteger(code) && code + 1 in table ? code : -1 // the table has no gaps; a test sees to it
  rows[known + 1] ??= rowOf(table[known + 1] ?? table[0])
  return rows[known + 1] as KafkaError
}
function rowOf([code, name, remedy, exception, sentence]: (typeof table)[number]): KafkaError {
  return { code, name, retriable: remedy !== FINAL, refresh: remedy === REFRESH, exception: withPackage(exception), sentence }
}

/** All errors, by code, from -1 on. */
export const allErrors = (): readonly KafkaError[] => table.map(([code]) => errorOf(code))
