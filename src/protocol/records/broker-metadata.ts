/** The records of __cluster_metadata about brokers, controllers, and what the cluster has agreed to use. */
import { array, bool, int8, int16, int32, int64, string, struct, uint16, uuid } from '../types'
import { metadataType } from './metadata-record'

/** A broker made itself known. v1 controlled shutdown, v2 ZooKeeper migration, v3 directories (KIP-858). */
export const RegisterBrokerRecord = metadataType({
  type: 0,
  name: 'RegisterBrokerRecord',
  versions: [0, 3],
  flexible: 0,
  fields: {
    brokerId: int32,
    isMigratingZkBroker: bool.since(2),
    incarnationId: uuid,
    brokerEpoch: int64,
    endPoints: array(
      struct({
        name: string,
        host: string,
        port: uint16,
        securityProtocol: int16, // 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL
      }),
    ),
    features: array(struct({ name: string, minSupportedVersion: int16, maxSupportedVersion: int16 })),
    rack: string.orNull(),
    fenced: bool.default(true),
    inControlledShutdown: bool.since(1),
    logDirs: array(uuid).tag(0, 3),
  },
})

/** A broker is gone for good. */
export const UnregisterBrokerRecord = metadataType({
  type: 1,
  name: 'UnregisterBrokerRecord',
  versions: [0, 0],
  flexible: 0,
  fields: { brokerId: int32, brokerEpoch: int64 },
})

/** A broker was fenced; of early KRaft, BrokerRegistrationChange took its place. */
export const FenceBrokerRecord = metadataType({
  type: 7,
  name: 'FenceBrokerRecord',
  versions: [0, 0],
  flexible: 0,
  fields: { id: int32, epoch: int64 },
})

/** A broker was unfenced; of early KRaft, BrokerRegistrationChange took its place. */
export const UnfenceBrokerRecord = metadataType({
  type: 8,
  name: 'UnfenceBrokerRecord',
  versions: [0, 0],
  flexible: 0,
  fields: { id: int32, epoch: int64 },
})

/** What changed in a registration. Written in the least version that has its fields; v2 directories (KIP-858). */
export const BrokerRegistrationChangeRecord = metadataType({
  type: 17,
  name: 'BrokerRegistrationChangeRecord',
  versions: [0, 2],
  flexible: 0,
  fields: {
    brokerId: int32,
    brokerEpoch: int64,
    fenced: int8.tag(0, 0), // 1: now fenced, -1: no more, 0: unchanged
    inControlledShutdown: int8.tag(1, 1), // 1: now in shutdown, 0: unchanged
    logDirs: array(uuid).tag(2, 2),
  },
})

/** A controller made itself known (KIP-919). */
export const RegisterControllerRecord = metadataType({
  type: 27,
  name: 'RegisterControllerRecord',
  versions: [0, 0],
  flexible: 0,
  fields: {
    controllerId: int32,
    incarnationId: uuid,
    zkMigrationReady: bool,
    endPoints: array(struct({ name: string, host: string, port: uint16, securityProtocol: int16 })),
    features: array(struct({ name: string, minSupportedVersion: int16, maxSupportedVersion: int16 })),
  },
})

/** The level of a feature, metadata.version among them. */
export const FeatureLevelRecord = metadataType({
  type: 12,
  name: 'FeatureLevelRecord',
  versions: [0, 0],
  flexible: 0,
  fields: {
    name: string,
    featureLevel: int16, // 0: no longer used
  },
})

/** A block of producer ids was given to a broker (KIP-730). */
export const ProducerIdsRecord = metadataType({
  type: 15,
  name: 'ProducerIdsRecord',
  versions: [0, 0],
  flexible: 0,
  fields: {
    brokerId: int32,
    brokerEpoch: int64.default(-1),
    nextProducerId: int64, // the first that was not given out
  },
})
