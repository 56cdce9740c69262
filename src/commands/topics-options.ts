/** The options of kafka-topics.sh, with Kafka's descriptions. */
import { file, flag, int, list, positiveInt, text, type Values } from '../cli/options'

/** Names of topic settings, as Kafka's help lists them. */
export const TOPIC_CONFIGS =
  `cleanup.policy compression.gzip.level compression.lz4.level compression.type compression.zstd.level delete.retention.ms
file.delete.delay.ms flush.messages flush.ms follower.replication.throttled.replicas index.interval.bytes
leader.replication.throttled.replicas local.retention.bytes local.retention.ms max.compaction.lag.ms max.message.bytes
message.timestamp.after.max.ms message.timestamp.before.max.ms message.timestamp.type min.cleanable.dirty.ratio min.compaction.lag.ms
min.insync.replicas preallocate remote.log.copy.disable remote.log.delete.on.disable remote.storage.enable retention.bytes
retention.ms segment.bytes segment.index.bytes segment.jitter.ms segment.ms unclean.leader.election.enable`.split(/\s+/)

const CAN_ALTER = '(To alter topic configurations, the kafka-configs tool can be used.)'

export const topicOptions = {
  create: flag('Create a new topic.').summed('Create a topic'),
  list: flag('List all available topics.').summed('List topics'),
  describe: flag('List details for the given topics.').summed('Show partitions, replicas and settings'),
  alter: flag(`Alter the number of partitions and replica assignment. ${CAN_ALTER}`).summed('Add partitions'),
  delete: flag('Delete a topic.').summed('Delete topics'),
  topic: text(
    'topic',
    'The topic to create, alter, describe or delete. It also accepts a regular expression, except for --create option.',
  ).summed('The topic; but for --create a regular expression, with commas for "or"'),
  topicId: text('topic-id', 'The topic-id to describe.'),
  partitions: int(
    '# of partitions',
    'The number of partitions for the topic being created or altered. If not supplied with --create, the topic uses the cluster ' +
      'default. (WARNING: If partitions are increased for a topic that has a key, the partition logic or ordering of the messages ' +
      'will be affected).',
  ).summed('How many partitions (with --alter, in all)'),
  replicationFactor: int(
    'replication factor',
    'The replication factor for each partition in the topic being created. If not supplied, the topic uses the cluster default.',
  ).summed('How many brokers keep each partition'),
  replicaAssignment: text(
    'broker_id_for_part1_replica1 : broker_id_for_part1_replica2 , broker_id_for_part2_replica1 : broker_id_for_part2_replica2 , ...',
    'A list of manual partition-to-broker assignments for the topic being created or altered.',
  ).summed('Brokers of each partition: 1:2,2:3,...'),
  config: list(
    'name=value',
    `A topic configuration override for the topic being created. The following is a list of valid configurations: \n${TOPIC_CONFIGS.map(
      (name) => `\t${name}\n`,
    ).join(
      '',
    )}See the Kafka documentation for full details on the topic configs. It is supported only in combination with --create. ${CAN_ALTER}`,
  ).summed('A setting of the new topic, such as retention.ms=60000; repeatable'),
  deleteConfig: list('name', 'This option is no longer supported and has been deprecated since 4.0').kafkaOnly(),
  ifExists: flag(
    'If set when altering or deleting or describing topics, the action will only execute if the topic exists.',
  ).summed('Not an error if the topic does not exist'),
  ifNotExists: flag(
    'If set when creating topics, the create request will not fail if the topic already exists, but the request will still be sent.',
  ).summed('Not an error if the topic exists'),
  excludeInternal: flag(
    'Exclude internal topics when listing or describing topics. By default, the internal topics are included.',
  ).summed("Leave out Kafka's internal topics"),
  topicsWithOverrides: flag('If set when describing topics, only show topics that have overridden configs.').summed(
    'Show only topics with settings of their own',
  ),
  underReplicatedPartitions: flag('If set when describing topics, only show under-replicated partitions.').summed(
    'Show only partitions that lack replicas',
  ),
  unavailablePartitions: flag('If set when describing topics, only show partitions whose leader is not available.').summed(
    'Show only partitions without a leader',
  ),
  underMinIsrPartitions: flag(
    'If set when describing topics, only show partitions whose isr count is less than the configured minimum.',
  ).summed('Show only partitions below min.insync.replicas'),
  atMinIsrPartitions: flag(
    'If set when describing topics, only show partitions whose isr count is equal to the configured minimum.',
  ).summed('Show only partitions exactly at min.insync.replicas'),
  partitionSizeLimitPerResponse: positiveInt(
    'maximum number of partitions per response',
    'The maximum partition size to be included in one DescribeTopicPartitions response.',
  ).summed('Partitions to ask for at once'),
  bootstrapServer: text('server to connect to', 'REQUIRED: The Kafka server to connect to.'),
  commandConfig: file('command config property file', 'Property file containing configs to be passed to Admin Client.').summed(
    'Client properties',
  ),
}

export type TopicOptions = Values<typeof topicOptions>
