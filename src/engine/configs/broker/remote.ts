/**
 * Settings of remote storage (KIP-405). kt keeps everything local and honours none of them, but files that bear them must
 * still be read, and clients that ask for all settings see them as Kafka shows them.
 */
import { atLeast, between, notEmpty } from '../checks'
import { boolean, clusterWide, double, int, internal, long, NEVER, string } from '../config'

export const remoteConfigs = () => ({
  'remote.log.storage.system.enable': boolean(false, 'MEDIUM', 'Whether old segments may be kept in remote storage (KIP-405). kt has none and ignores it.'),
  'remote.log.storage.manager.impl.prefix': string('rsm.config.', 'MEDIUM', 'Prefix of the settings that are handed to the remote storage plugin.', notEmpty),
  'remote.log.metadata.manager.impl.prefix': string('rlmm.config.', 'MEDIUM', 'Prefix of the settings that are handed to the remote metadata plugin.', notEmpty),
  'remote.log.storage.manager.class.name': string(null, 'MEDIUM', 'Class of the remote storage plugin.', notEmpty),
  'remote.log.storage.manager.class.path': string(null, 'MEDIUM', 'Where the remote storage plugin is loaded from.'),
  'remote.log.metadata.manager.class.name': string(
    'org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager',
    'MEDIUM',
    'Class of the plugin that remembers remote segments.',
    notEmpty,
  ),
  'remote.log.metadata.manager.class.path': string(null, 'MEDIUM', 'Where that plugin is loaded from.'),
  'remote.log.metadata.manager.listener.name': string(null, 'MEDIUM', 'Listener through which the remote metadata plugin reaches the brokers.', notEmpty),
  'remote.log.metadata.custom.metadata.max.bytes': int(128, 'LOW', "Greatest size of a plugin's own metadata of a segment; greater is refused.", atLeast(0)),
  'remote.log.index.file.cache.total.size.bytes': long(1_073_741_824, 'LOW', 'Disk space for indexes fetched from remote storage.', atLeast(1), clusterWide),
  'remote.log.manager.thread.pool.size': int(2, 'MEDIUM', 'Threads that follow remote segments as a follower, where no other pool is set.', atLeast(1)),
  'remote.log.manager.copier.thread.pool.size': int(10, 'MEDIUM', 'Threads that copy segments to remote storage.', atLeast(1), clusterWide),
  'remote.log.manager.expiration.thread.pool.size': int(10, 'MEDIUM', 'Threads that delete expired remote segments.', atLeast(1), clusterWide),
  'remote.log.manager.follower.thread.pool.size': int(2, 'MEDIUM', 'Threads that read remote metadata for follower partitions.', atLeast(1), clusterWide),
  'remote.log.manager.task.interval.ms': long(30_000, 'LOW', 'How often segments are copied and expired.', atLeast(1)),
  'remote.log.manager.task.retry.backoff.ms': long(500, 'LOW', 'First pause before a failed remote task is tried again.', atLeast(1), internal),
  'remote.log.manager.task.retry.backoff.max.ms': long(30_000, 'LOW', 'Greatest pause before a failed remote task is tried again.', atLeast(1), internal),
  'remote.log.manager.task.retry.jitter': double(0.2, 'LOW', 'Share of the pause by which retries are spread.', between(0, 0.5), internal),
  'remote.log.reader.threads': int(10, 'MEDIUM', 'Threads that read from remote storage.', atLeast(1), clusterWide),
  'remote.log.reader.max.pending.tasks': int(100, 'MEDIUM', 'Reads from remote storage that may wait; more are refused.', atLeast(1)),
  'log.local.retention.ms': long(-2, 'MEDIUM', 'How long segments stay local once they are remote; -2 means log.retention.ms.', atLeast(-2), clusterWide),
  'log.local.retention.bytes': long(-2, 'MEDIUM', 'How many bytes of a partition stay local once they are remote; -2 means log.retention.bytes.', atLeast(-2), clusterWide),
  'remote.log.manager.copy.max.bytes.per.second': long(NEVER, 'MEDIUM', 'Bytes a second that may be copied to remote storage.', atLeast(1), clusterWide),
  'remote.log.manager.copy.quota.window.num': int(11, 'MEDIUM', 'Samples that the quota of copying remembers.', atLeast(1)),
  'remote.log.manager.copy.quota.window.size.seconds': int(1, 'MEDIUM', 'Length of a sample of the quota of copying.', atLeast(1)),
  'remote.log.manager.fetch.max.bytes.per.second': long(NEVER, 'MEDIUM', 'Bytes a second that may be read from remote storage.', atLeast(1), clusterWide),
  'remote.log.manager.fetch.quota.window.num': int(11, 'MEDIUM', 'Samples that the quota of remote reading remembers.', atLeast(1)),
  'remote.log.manager.fetch.quota.window.size.seconds': int(1, 'MEDIUM', 'Length of a sample of the quota of remote reading.', atLeast(1)),
  'remote.fetch.max.wait.ms': int(500, 'MEDIUM', 'How long a fetch waits for remote storage.', atLeast(1), clusterWide),
  'remote.list.offsets.request.timeout.ms': long(30_000, 'MEDIUM', 'How long a look-up of offsets waits for remote storage.', atLeast(1), clusterWide),
})
