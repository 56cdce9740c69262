/**
 * Settings of the controller, its quorum and the metadata log (KIP-500, KIP-595, KIP-853).
 */
import { atLeast, bootstrapServers, filledList, filledListOf, quorumVoters } from '../checks'
import { boolean, int, internal, list, long, NEVER, REQUIRED, string } from '../config'

export const kraftConfigs = () => ({
  'process.roles': list(REQUIRED, 'HIGH', 'What the node does: broker, controller or both. kt does both.', filledListOf('broker', 'controller')),
  'node.id': int(REQUIRED, 'HIGH', "The node's id, unique in the cluster.", atLeast(0)),
  'initial.broker.registration.timeout.ms': int(60_000, 'MEDIUM', 'How long a starting broker tries to register before it gives up.'),
  'broker.heartbeat.interval.ms': int(2000, 'MEDIUM', 'How often a broker tells the controller that it lives.'),
  'broker.session.timeout.ms': int(9000, 'MEDIUM', 'How long the controller waits for that before it fences the broker.'),
  'controller.listener.names': list(REQUIRED, 'HIGH', 'Names of the listeners that the controller uses; clients are not led there.', filledList),
  'sasl.mechanism.controller.protocol': string('GSSAPI', 'HIGH', 'How brokers log in to the controller.'),
  'controller.performance.sample.period.ms': long(60_000, 'MEDIUM', 'How often the controller reports slow events.', atLeast(100), internal),
  'controller.performance.always.log.threshold.ms': long(2000, 'MEDIUM', 'Events slower than this are always reported.', atLeast(0), internal),
  'server.max.startup.time.ms': long(NEVER, 'MEDIUM', 'How long the server may take to start before it gives up.', atLeast(0), internal),
  'metadata.log.max.record.bytes.between.snapshots': long(20_971_520, 'HIGH', 'Bytes of metadata after which a new snapshot is made.', atLeast(1)),
  'metadata.log.max.snapshot.interval.ms': long(3_600_000, 'HIGH', 'Time after which a new snapshot of the metadata is made if anything changed; 0 means never.', atLeast(0)),
  'metadata.log.dir': string(null, 'HIGH', 'Directory of the metadata log; by default the first of log.dirs.'),
  'metadata.log.segment.bytes': int(1_073_741_824, 'HIGH', 'Greatest size of a segment of the metadata log.', atLeast(8388608)),
  'metadata.log.segment.ms': long(604_800_000, 'HIGH', 'Time after which a segment of the metadata log is rolled.'),
  'metadata.max.retention.bytes': long(104_857_600, 'HIGH', 'Size of metadata log and snapshots above which old ones are deleted.'),
  'metadata.max.retention.ms': long(604_800_000, 'HIGH', 'Age above which metadata segments and snapshots are deleted.'),
  'metadata.max.idle.interval.ms': int(500, 'LOW', 'How often the controller writes a record that says nothing; 0 means never.', atLeast(0)),
  'internal.metadata.log.segment.bytes': int(null, 'LOW', 'Greatest size of a metadata segment, for tests.', internal),
  'internal.metadata.max.batch.size.in.bytes': int(8_388_608, 'LOW', 'Greatest batch that is appended to the metadata log, for tests.', internal),
  'internal.metadata.max.fetch.size.in.bytes': int(8_388_608, 'LOW', 'Greatest fetch of the metadata log, for tests.', internal),
  'internal.metadata.delete.delay.millis': long(60_000, 'LOW', 'How long deleted metadata files stay, for tests.', internal),
})

export const quorumConfigs = () => ({
  'controller.quorum.voters': list('', 'HIGH', 'Members of a fixed quorum of controllers: id@host:port, several with commas.', quorumVoters),
  'controller.quorum.bootstrap.servers': list('', 'HIGH', 'Addresses at which the quorum of controllers can be found.', bootstrapServers),
  'controller.quorum.election.timeout.ms': int(1000, 'HIGH', 'How long without a leader until an election begins.', atLeast(0)),
  'controller.quorum.fetch.timeout.ms': int(2000, 'HIGH', 'How long without a fetch until a leader or voter is taken for lost.', atLeast(0)),
  'controller.quorum.election.backoff.max.ms': int(1000, 'HIGH', 'Greatest pause before a new election.', atLeast(0)),
  'controller.quorum.append.linger.ms': int(25, 'MEDIUM', 'How long the leader gathers records before it writes them.', atLeast(0)),
  'controller.quorum.request.timeout.ms': int(2000, 'MEDIUM', 'How long the quorum waits for an answer.', atLeast(0)),
  'controller.quorum.retry.backoff.ms': int(20, 'LOW', 'Pause before a request in the quorum is sent again.', atLeast(0)),
  'controller.quorum.auto.join.enable': boolean(false, 'LOW', 'Whether a new controller joins the quorum by itself (KIP-853).'),
})
