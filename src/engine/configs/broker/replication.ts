/**
 * Settings of leaders and followers.
 */
import { atLeast, oneOf } from '../checks'
import { boolean, clusterWide, int, internal, long, NEVER, string } from '../config'

export const replicationConfigs = () => ({
  'controller.socket.timeout.ms': int(30_000, 'MEDIUM', 'How long a channel between controller and broker may be silent.'),
  'default.replication.factor': int(1, 'MEDIUM', 'Replicas of topics that are created without saying how many.'),
  'replica.lag.time.max.ms': long(30_000, 'HIGH', 'A follower that is behind for longer leaves the in-sync replicas.'),
  'replica.socket.timeout.ms': int(30_000, 'HIGH', 'How long a follower waits for an answer of its leader.'),
  'replica.socket.receive.buffer.bytes': int(65_536, 'HIGH', "Size of a follower's receive buffer."),
  'replica.fetch.max.bytes': int(1_048_576, 'MEDIUM', 'Bytes of one partition that a follower asks for at once.', atLeast(0)),
  'replica.fetch.wait.max.ms': int(500, 'HIGH', 'How long a leader may keep a follower waiting.'),
  'replica.fetch.backoff.ms': int(1000, 'MEDIUM', 'How long a follower pauses after an error.', atLeast(0)),
  'replica.fetch.min.bytes': int(1, 'HIGH', 'Bytes that a follower wants to have in an answer before the wait is over.'),
  'replica.fetch.response.max.bytes': int(10_485_760, 'MEDIUM', 'Bytes of all partitions that a follower asks for at once.', atLeast(0)),
  'num.replica.fetchers': int(1, 'HIGH', 'Threads that follow each leader in Kafka. kt accepts the setting.', atLeast(1), clusterWide),
  'replica.high.watermark.checkpoint.interval.ms': long(5000, 'HIGH', 'How often high watermarks are written to disk.'),
  'fetch.purgatory.purge.interval.requests': int(1000, 'MEDIUM', 'Finished fetches after which Kafka tidies up its waiting room.'),
  'producer.purgatory.purge.interval.requests': int(1000, 'MEDIUM', 'Finished produce requests after which Kafka tidies up its waiting room.'),
  'delete.records.purgatory.purge.interval.requests': int(1, 'MEDIUM', 'Finished deletions after which Kafka tidies up its waiting room.'),
  'auto.leader.rebalance.enable': boolean(true, 'HIGH', 'Whether leadership goes back to the preferred replicas by itself.'),
  'leader.imbalance.check.interval.seconds': long(300, 'HIGH', 'How often that is looked at.', atLeast(1)),
  'unclean.leader.election.interval.ms': long(300_000, 'MEDIUM', 'How often partitions without a leader are looked at for an unclean election.', atLeast(1), internal),
  'unclean.leader.election.enable': boolean(false, 'HIGH', 'Whether a replica that is not in sync may lead when no other can; records may be lost.', clusterWide),
  'security.inter.broker.protocol': string('PLAINTEXT', 'MEDIUM', 'Protocol between brokers where no inter.broker.listener.name is given.', oneOf('PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL')),
  'inter.broker.listener.name': string(null, 'MEDIUM', 'Listener through which brokers talk to each other.'),
  'replica.selector.class': string(null, 'MEDIUM', 'Class that chooses from which replica a consumer reads.'),
})

export const replicationQuotaConfigs = () => ({
  'leader.replication.throttled.rate': long(NEVER, 'MEDIUM', 'Bytes a second that leaders may send to throttled replicas.', atLeast(0)),
  'follower.replication.throttled.rate': long(NEVER, 'MEDIUM', 'Bytes a second that followers may fetch for throttled replicas.', atLeast(0)),
  'replica.alter.log.dirs.io.max.bytes.per.second': long(NEVER, 'MEDIUM', 'Bytes a second that may be moved between directories.', atLeast(0)),
})
