/**
 * Settings of the broker as a whole and of its sockets.
 */
import { anyList, atLeast, between, filledList, gzipLevel, oneOf } from '../checks'
import { boolean, clusterWide, int, internal, list, long, perBroker, string } from '../config'

export const serverConfigs = () => ({
  'broker.id': int(-1, 'HIGH', "The node's id, under its old name; the same as node.id. In files for ZooKeeper -1 means that an id is made up."),
  'message.max.bytes': int(1_048_588, 'HIGH', 'Greatest size of a record batch, compressed if it is, with its header. Topics may differ: max.message.bytes.', atLeast(0), clusterWide),
  'num.io.threads': int(8, 'HIGH', 'Threads that handle requests in Kafka. kt has one and accepts the setting.', atLeast(1), clusterWide),
  'num.replica.alter.log.dirs.threads': int(null, 'HIGH', 'Threads that move replicas between directories.'),
  'background.threads': int(10, 'HIGH', 'Threads for chores in Kafka. kt accepts the setting.', atLeast(1), clusterWide),
  'request.timeout.ms': int(30_000, 'HIGH', 'How long the broker waits for the answer to a request of its own.'),
  'socket.connection.setup.timeout.ms': long(10_000, 'MEDIUM', 'How long the broker waits for a connection of its own to come up, at first.'),
  'socket.connection.setup.timeout.max.ms': long(30_000, 'MEDIUM', 'How long it waits for one at most, after failures.'),
  'config.providers': list('', 'LOW', 'Names of plugins that fill placeholders in values. kt fills in none.', anyList, clusterWide),
  'authorizer.class.name': string('', 'LOW', 'Class that decides who may do what. kt has none: everybody who can connect may do everything.'),
  'early.start.listeners': list(null, 'HIGH', 'Listeners that open before the broker has caught up; by default those of the controller.', anyList),
  'broker.rack': string(null, 'MEDIUM', 'Where the broker stands; replicas are spread over racks, and consumers may ask for a near one (KIP-392).'),
  'controlled.shutdown.enable': boolean(true, 'MEDIUM', 'Whether a stopping broker hands its leaderships over first.'),
  'delete.topic.enable': boolean(true, 'HIGH', 'Whether topics can be deleted.'),
  'compression.type': string(
    'producer',
    'HIGH',
    'How batches are compressed on disk; `producer` leaves them as they came.',
    oneOf('uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'),
    clusterWide,
  ),
  'compression.gzip.level': int(-1, 'MEDIUM', "Level where compression.type is gzip; -1 is gzip's own default.", gzipLevel, clusterWide),
  'compression.lz4.level': int(9, 'MEDIUM', 'Level where compression.type is lz4.', between(1, 17), clusterWide),
  'compression.zstd.level': int(3, 'MEDIUM', 'Level where compression.type is zstd.', between(-131072, 22), clusterWide),
  'max.incremental.fetch.session.cache.slots': int(1000, 'MEDIUM', 'Fetch sessions that are remembered (KIP-227).', atLeast(0)),
  'fetch.max.bytes': int(57_671_680, 'MEDIUM', 'Greatest answer to a fetch; a first batch that is larger is sent all the same.', atLeast(1024)),
  'max.request.partition.size.limit': int(2000, 'MEDIUM', 'Partitions that one answer to DescribeTopicPartitions may hold.', atLeast(1)),
  'unstable.api.versions.enable': boolean(false, 'HIGH', 'Whether versions of requests that are still being designed are offered.', internal),
  'unstable.feature.versions.enable': boolean(false, 'HIGH', 'Whether feature levels that are still being designed may be used.', internal),
})

export const socketConfigs = () => ({
  listeners: list('PLAINTEXT://:9092', 'HIGH', 'Where the server listens: NAME://host:port, several with commas. No host means this machine only, in kt.', filledList, perBroker),
  'advertised.listeners': list(null, 'HIGH', 'Addresses that clients are told; by default those of listeners, or the one the client came by.', filledList),
  'listener.security.protocol.map': string(
    'SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT',
    'LOW',
    'Which protocol each listener name speaks. kt speaks PLAINTEXT.',
    perBroker,
  ),
  'socket.send.buffer.bytes': int(102_400, 'HIGH', "Size of the sockets' send buffer; -1 leaves it to the system."),
  'socket.receive.buffer.bytes': int(102_400, 'HIGH', "Size of the sockets' receive buffer; -1 leaves it to the system."),
  'socket.request.max.bytes': int(104_857_600, 'HIGH', 'Greatest request that is read; a connection that announces a larger one is closed.', atLeast(1)),
  'socket.listen.backlog.size': int(50, 'MEDIUM', 'Connections that may wait to be accepted.', atLeast(1)),
  'max.connections.per.ip': int(2_147_483_647, 'MEDIUM', 'Connections that one address may hold.', atLeast(0), clusterWide),
  'max.connections.per.ip.overrides': string('', 'MEDIUM', 'Other limits for some addresses: host:count, several with commas.', clusterWide),
  'max.connections': int(2_147_483_647, 'MEDIUM', 'Connections that the broker holds at all.', atLeast(0), clusterWide),
  'max.connection.creation.rate': int(2_147_483_647, 'MEDIUM', 'Connections a second that are accepted.', atLeast(0), clusterWide),
  'connections.max.idle.ms': long(600_000, 'MEDIUM', 'Connections that are silent for this long are closed.'),
  'connection.failed.authentication.delay.ms': int(100, 'LOW', 'How long a failed log-in waits for its answer.', atLeast(0)),
  'queued.max.requests': int(500, 'HIGH', 'Requests that may wait before no more are read.', atLeast(1)),
  'queued.max.request.bytes': long(-1, 'MEDIUM', 'Bytes of requests that may wait before no more are read; -1 means no limit.'),
  'num.network.threads': int(3, 'HIGH', 'Threads per listener for the network in Kafka. kt accepts the setting.', atLeast(1), clusterWide),
})
