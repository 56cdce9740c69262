/**
 * Settings of logs and of compaction. Many are what a topic gets that sets nothing itself; see topic-configs.ts.
 */
import { atLeast, between, filledList, listOf, oneOf } from '../checks'
import { boolean, clusterWide, double, int, internal, javaClass, list, long, NEVER, string } from '../config'

export const cleanerConfigs = () => ({
  'log.cleaner.threads': int(1, 'MEDIUM', 'Threads that compact logs in Kafka. kt accepts the setting.', atLeast(0), clusterWide),
  'log.cleaner.io.max.bytes.per.second': double(Number.MAX_VALUE, 'MEDIUM', 'Bytes a second that compaction may read and write together.', clusterWide),
  'log.cleaner.dedupe.buffer.size': long(134_217_728, 'MEDIUM', 'Memory for the keys that one pass of compaction holds.', clusterWide),
  'log.cleaner.io.buffer.size': int(524_288, 'MEDIUM', 'Memory for reading and writing in compaction.', atLeast(0), clusterWide),
  'log.cleaner.io.buffer.load.factor': double(0.9, 'MEDIUM', 'How full the memory for keys may get.', clusterWide),
  'log.cleaner.backoff.ms': long(15_000, 'MEDIUM', 'How long compaction sleeps when there is nothing to do.', atLeast(0), clusterWide),
  'log.cleaner.min.cleanable.ratio': double(0.5, 'MEDIUM', 'Share of a log that must be uncompacted before it is compacted.', between(0, 1), clusterWide),
  'log.cleaner.enable': boolean(true, 'MEDIUM', 'Whether logs are compacted at all; deprecated, __consumer_offsets needs it.'),
  'log.cleaner.delete.retention.ms': long(86_400_000, 'MEDIUM', 'How long tombstones stay in a compacted log.', atLeast(0), clusterWide),
  'log.cleaner.min.compaction.lag.ms': long(0, 'MEDIUM', 'Records younger than this are not compacted.', atLeast(0), clusterWide),
  'log.cleaner.max.compaction.lag.ms': long(NEVER, 'MEDIUM', 'Records older than this are compacted whatever the ratio.', atLeast(1), clusterWide),
})

export const logConfigs = () => ({
  'num.partitions': int(1, 'MEDIUM', 'Partitions of topics that are created without saying how many.', atLeast(1)),
  'log.dir': list('/tmp/kafka-logs', 'HIGH', 'Data directory, used where log.dirs is not set.', filledList),
  'log.dirs': list(null, 'HIGH', 'Data directories, several with commas.', filledList),
  'log.segment.bytes': int(1_073_741_824, 'HIGH', 'A segment is rolled when it would grow beyond this.', atLeast(1048576), clusterWide),
  'log.roll.ms': long(null, 'HIGH', 'Time after which a segment is rolled though it is not full; else log.roll.hours.', clusterWide),
  'log.roll.hours': int(168, 'HIGH', 'The same in hours.', atLeast(1)),
  'log.roll.jitter.ms': long(null, 'HIGH', 'By how much rolling is spread, so that segments do not end all at once; else log.roll.jitter.hours.', clusterWide),
  'log.roll.jitter.hours': int(0, 'HIGH', 'The same in hours.', atLeast(0)),
  'log.retention.ms': long(null, 'HIGH', 'How long records are kept; -1 means for ever. Else log.retention.minutes.', clusterWide),
  'log.retention.minutes': int(null, 'HIGH', 'The same in minutes. Else log.retention.hours.'),
  'log.retention.hours': int(168, 'HIGH', 'The same in hours.'),
  'log.retention.bytes': long(-1, 'HIGH', 'Size of a partition above which old segments are deleted; -1 means no limit.', clusterWide),
  'log.retention.check.interval.ms': long(300_000, 'MEDIUM', 'How often expired segments are looked for.', atLeast(1)),
  'log.cleanup.policy': list('delete', 'MEDIUM', 'What happens to old records: delete, compact, both, or nothing.', listOf('compact', 'delete'), clusterWide),
  'log.index.size.max.bytes': int(10_485_760, 'MEDIUM', "Greatest size of a segment's offset index.", atLeast(4), clusterWide),
  'log.index.interval.bytes': int(4096, 'MEDIUM', 'Bytes of a log between two entries of its index.', atLeast(0), clusterWide),
  'log.flush.interval.messages': long(NEVER, 'HIGH', 'Records after which a log is forced to disk. See kt.flush.on.acks.', atLeast(1), clusterWide),
  'log.segment.delete.delay.ms': long(60_000, 'HIGH', 'How long deleted files stay before they are removed.', atLeast(0), clusterWide),
  'log.flush.scheduler.interval.ms': long(NEVER, 'HIGH', 'How often it is looked whether a log is to be forced to disk.'),
  'log.flush.interval.ms': long(null, 'HIGH', 'Age of records at which a log is forced to disk; else log.flush.scheduler.interval.ms.', clusterWide),
  'log.flush.offset.checkpoint.interval.ms': int(60_000, 'HIGH', 'How often recovery points are written.', atLeast(0)),
  'log.flush.start.offset.checkpoint.interval.ms': int(60_000, 'HIGH', 'How often log start offsets are written.', atLeast(0)),
  'log.preallocate': boolean(false, 'MEDIUM', 'Whether a new segment is given its full size at once.', clusterWide),
  'num.recovery.threads.per.data.dir': int(2, 'HIGH', 'Threads that recover logs at a start in Kafka. kt accepts the setting.', atLeast(1), clusterWide),
  'auto.create.topics.enable': boolean(true, 'HIGH', 'Whether a topic comes into being when a client first asks for it.'),
  'min.insync.replicas': int(1, 'HIGH', 'Replicas that must have a record before acks=all is answered.', atLeast(1), clusterWide),
  'log.message.timestamp.type': string('CreateTime', 'MEDIUM', "Whether records keep the producer's time or get the broker's.", oneOf('CreateTime', 'LogAppendTime'), clusterWide),
  'log.message.timestamp.before.max.ms': long(NEVER, 'MEDIUM', "How far a record's time may lie before the broker's.", atLeast(0), clusterWide),
  'log.message.timestamp.after.max.ms': long(3_600_000, 'MEDIUM', "How far a record's time may lie after the broker's.", atLeast(0), clusterWide),
  'create.topic.policy.class.name': javaClass(null, 'LOW', 'Class that may refuse new topics. kt loads none.'),
  'alter.config.policy.class.name': javaClass(null, 'LOW', 'Class that may refuse changes of settings. kt loads none.'),
  'log.dir.failure.timeout.ms': long(30_000, 'LOW', 'How long a broker with a failed directory goes on if it cannot tell the controller.', atLeast(1)),
  'log.initial.task.delay.ms': long(30_000, 'LOW', 'How long after a start retention, flushing and checkpoints begin.', atLeast(0), internal),
})
