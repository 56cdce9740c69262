/**
 * Settings of metrics and of quotas.
 */
import { anyList, atLeast } from '../checks'
import { clusterWide, int, javaClass, list, long, string } from '../config'

export const metricsConfigs = () => ({
  'metrics.num.samples': int(2, 'LOW', 'Samples of which metrics are made.', atLeast(1)),
  'metrics.sample.window.ms': long(30_000, 'LOW', 'Length of a sample.', atLeast(1)),
  'metric.reporters': list('org.apache.kafka.common.metrics.JmxReporter', 'LOW', 'Classes that carry metrics away. kt loads none.', anyList, clusterWide),
  'metrics.recording.level': string('INFO', 'LOW', 'How much is measured: INFO, DEBUG or TRACE.'),
  'kafka.metrics.reporters': list('', 'LOW', 'Classes that carry the old kind of metrics away. kt loads none.', anyList),
  'kafka.metrics.polling.interval.secs': int(10, 'LOW', 'How often those look.', atLeast(1)),
  'telemetry.max.bytes': int(1_048_576, 'LOW', "Greatest push of a client's metrics (KIP-714).", atLeast(1)),
})

export const quotaConfigs = () => ({
  'quota.window.num': int(11, 'LOW', "Samples that clients' quotas remember.", atLeast(1)),
  'replication.quota.window.num': int(11, 'LOW', 'Samples that the quota of replication remembers.', atLeast(1)),
  'alter.log.dirs.replication.quota.window.num': int(11, 'LOW', 'Samples that the quota of moves between directories remembers.', atLeast(1)),
  'controller.quota.window.num': int(11, 'LOW', 'Samples that the quota of changes to topics remembers.', atLeast(1)),
  'quota.window.size.seconds': int(1, 'LOW', "Length of a sample of clients' quotas.", atLeast(1)),
  'replication.quota.window.size.seconds': int(1, 'LOW', 'Length of a sample of the quota of replication.', atLeast(1)),
  'alter.log.dirs.replication.quota.window.size.seconds': int(1, 'LOW', 'Length of a sample of the quota of moves between directories.', atLeast(1)),
  'controller.quota.window.size.seconds': int(1, 'LOW', 'Length of a sample of the quota of changes to topics.', atLeast(1)),
  'client.quota.callback.class': javaClass(null, 'LOW', "Class that decides clients' quotas. kt loads none."),
})
