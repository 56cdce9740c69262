/**
 * The settings of a topic, and what a topic gets that sets nothing itself: the broker's setting of another name, in another
 * unit where it is an old one. Names, types, defaults and limits are those of Kafka 4.2 (LogConfig, ServerTopicConfigSynonyms).
 */
import { atLeast, between, gzipLevel, listOf, oneOf, throttledReplicas } from './checks'
import { accept, boolean, type Config, double, int, internal, lazily, list, long, NEVER, rowOf, string } from './config'

const rows = () => ({
  'segment.bytes': int(1_073_741_824, 'MEDIUM', 'A segment is rolled when it would grow beyond this.', atLeast(1048576)),
  'segment.ms': long(604_800_000, 'MEDIUM', 'Time after which a segment is rolled though it is not full.', atLeast(1)),
  'segment.jitter.ms': long(0, 'MEDIUM', 'By how much rolling is spread, so that segments do not end all at once.', atLeast(0)),
  'segment.index.bytes': int(10_485_760, 'MEDIUM', "Greatest size of a segment's offset index.", atLeast(4)),
  'flush.messages': long(NEVER, 'MEDIUM', 'Records after which the log is forced to disk.', atLeast(1)),
  'flush.ms': long(NEVER, 'MEDIUM', 'Age of records at which the log is forced to disk.', atLeast(0)),
  'retention.bytes': long(-1, 'MEDIUM', 'Size of a partition above which old segments are deleted; -1 means no limit.'),
  'retention.ms': long(604_800_000, 'MEDIUM', 'How long records are kept; -1 means for ever.', atLeast(-1)),
  'max.message.bytes': int(1_048_588, 'MEDIUM', 'Greatest size of a record batch, compressed if it is, with its header.', atLeast(0)),
  'index.interval.bytes': int(4096, 'MEDIUM', 'Bytes of the log between two entries of its index.', atLeast(0)),
  'delete.retention.ms': long(86_400_000, 'MEDIUM', 'How long tombstones stay in a compacted log.', atLeast(0)),
  'min.compaction.lag.ms': long(0, 'MEDIUM', 'Records younger than this are not compacted.', atLeast(0)),
  'max.compaction.lag.ms': long(NEVER, 'MEDIUM', 'Records older than this are compacted whatever the ratio.', atLeast(1)),
  'file.delete.delay.ms': long(60_000, 'MEDIUM', 'How long deleted files stay before they are removed.', atLeast(0)),
  'min.cleanable.dirty.ratio': double(0.5, 'MEDIUM', 'Share of a log that must be uncompacted before it is compacted.', between(0, 1)),
  'cleanup.policy': list('delete', 'MEDIUM', 'What happens to old records: delete, compact, both, or nothing.', listOf('compact', 'delete')),
  'unclean.leader.election.enable': boolean(false, 'MEDIUM', 'Whether a replica that is not in sync may lead when no other can; records may be lost.'),
  'min.insync.replicas': int(1, 'MEDIUM', 'Replicas that must have a record before acks=all is answered.', atLeast(1)),
  'compression.type': string('producer', 'MEDIUM', 'How batches are compressed on disk; `producer` leaves them as they came.', oneOf('uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer')),
  'compression.gzip.level': int(-1, 'MEDIUM', "Level where compression.type is gzip; -1 is gzip's own default.", gzipLevel),
  'compression.lz4.level': int(9, 'MEDIUM', 'Level where compression.type is lz4.', between(1, 17)),
  'compression.zstd.level': int(3, 'MEDIUM', 'Level where compression.type is zstd.', between(-131072, 22)),
  preallocate: boolean(false, 'MEDIUM', 'Whether a new segment is given its full size at once.'),
  'message.timestamp.type': string('CreateTime', 'MEDIUM', "Whether records keep the producer's time or get the broker's.", oneOf('CreateTime', 'LogAppendTime')),
  'message.timestamp.before.max.ms': long(NEVER, 'MEDIUM', "How far a record's time may lie before the broker's.", atLeast(0)),
  'message.timestamp.after.max.ms': long(3_600_000, 'MEDIUM', "How far a record's time may lie after the broker's.", atLeast(0)),
  'leader.replication.throttled.replicas': list('', 'MEDIUM', 'Replicas whose leaders send no faster than leader.replication.throttled.rate.', throttledReplicas),
  'follower.replication.throttled.replicas': list('', 'MEDIUM', 'Replicas that fetch no faster than follower.replication.throttled.rate.', throttledReplicas),
  'remote.storage.enable': boolean(false, 'MEDIUM', 'Whether old segments go to remote storage. kt has none.'),
  'local.retention.ms': long(-2, 'MEDIUM', 'How long segments stay local once they are remote; -2 means retention.ms.', atLeast(-2)),
  'local.retention.bytes': long(-2, 'MEDIUM', 'How many bytes stay local once they are remote; -2 means retention.bytes.', atLeast(-2)),
  'remote.log.copy.disable': boolean(false, 'MEDIUM', 'Whether remote storage is only read.'),
  'remote.log.delete.on.disable': boolean(false, 'MEDIUM', 'Whether remote segments are deleted when remote.storage.enable is turned off.'),
  'internal.segment.bytes': int(null, 'MEDIUM', 'Greatest size of a segment, without the lower limit of segment.bytes, for tests.', internal),
})

export const topicConfigs = lazily<ReturnType<typeof rows>>([rows])

/** In the order in which Kafka checks them, and so in which it finds the first mistake. */
export function topicConfigNames(): readonly string[] {
  names ??= Object.keys(topicConfigs)
  return names
}
let names: readonly string[] | undefined

/** The setting `name` of a topic, or undefined if there is none. */
export function topicConfig(name: string): Config | undefined {
  return rowOf(topicConfigs, name)
}

/** A broker setting that a topic's setting falls back on, and what its value is multiplied by. */
export interface Synonym {
  readonly name: string
  readonly factor: bigint
}

const asItIs = (name: string): Synonym => ({ name, factor: 1n })
const inMinutes = (name: string): Synonym => ({ name, factor: 60_000n })
const inHours = (name: string): Synonym => ({ name, factor: 3_600_000n })

/** For each setting of a topic that has any: its broker settings, the one that counts first. */
export const topicSynonyms: ReadonlyMap<string, readonly [Synonym, ...Synonym[]]> = new Map([
  ['segment.bytes', [asItIs('log.segment.bytes')]],
  ['segment.ms', [asItIs('log.roll.ms'), inHours('log.roll.hours')]],
  ['segment.jitter.ms', [asItIs('log.roll.jitter.ms'), inHours('log.roll.jitter.hours')]],
  ['segment.index.bytes', [asItIs('log.index.size.max.bytes')]],
  ['flush.messages', [asItIs('log.flush.interval.messages')]],
  ['flush.ms', [asItIs('log.flush.interval.ms'), asItIs('log.flush.scheduler.interval.ms')]],
  ['retention.bytes', [asItIs('log.retention.bytes')]],
  ['retention.ms', [asItIs('log.retention.ms'), inMinutes('log.retention.minutes'), inHours('log.retention.hours')]],
  ['max.message.bytes', [asItIs('message.max.bytes')]],
  ['index.interval.bytes', [asItIs('log.index.interval.bytes')]],
  ['delete.retention.ms', [asItIs('log.cleaner.delete.retention.ms')]],
  ['min.compaction.lag.ms', [asItIs('log.cleaner.min.compaction.lag.ms')]],
  ['max.compaction.lag.ms', [asItIs('log.cleaner.max.compaction.lag.ms')]],
  ['file.delete.delay.ms', [asItIs('log.segment.delete.delay.ms')]],
  ['min.cleanable.dirty.ratio', [asItIs('log.cleaner.min.cleanable.ratio')]],
  ['cleanup.policy', [asItIs('log.cleanup.policy')]],
  ['unclean.leader.election.enable', [asItIs('unclean.leader.election.enable')]],
  ['min.insync.replicas', [asItIs('min.insync.replicas')]],
  ['compression.type', [asItIs('compression.type')]],
  ['compression.gzip.level', [asItIs('compression.gzip.level')]],
  ['compression.lz4.level', [asItIs('compression.lz4.level')]],
  ['compression.zstd.level', [asItIs('compression.zstd.level')]],
  ['preallocate', [asItIs('log.preallocate')]],
  ['message.timestamp.type', [asItIs('log.message.timestamp.type')]],
  ['message.timestamp.before.max.ms', [asItIs('log.message.timestamp.before.max.ms')]],
  ['message.timestamp.after.max.ms', [asItIs('log.message.timestamp.after.max.ms')]],
  ['local.retention.ms', [asItIs('log.local.retention.ms')]],
  ['local.retention.bytes', [asItIs('log.local.retention.bytes')]],
])

/**
 * What is wrong with one setting of a topic in Kafka's words, or null. Rules between settings are validateTopicConfigs' matter
 * (topic-settings.ts).
 */
export function validateTopicConfig(name: string, value: string): string | null {
  const config = topicConfig(name)
  if (!config) return unknownTopicConfig(name)
  return accept(name, config, value).error ?? null
}

export function unknownTopicConfig(name: string): string {
  return `Unknown topic config name: ${name}`
}
