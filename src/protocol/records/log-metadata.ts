/** The records of __cluster_metadata about the metadata log itself. */
import { int8, string } from '../types'
import { metadataType } from './metadata-record'

/** Nothing: moves the high watermark forward while nothing happens (KIP-835). */
export const NoOpRecord = metadataType({
  type: 20,
  name: 'NoOpRecord',
  versions: [0, 0],
  flexible: 0,
  fields: {},
})

/** What follows holds together or not at all (KIP-868). */
export const BeginTransactionRecord = metadataType({
  type: 23,
  name: 'BeginTransactionRecord',
  versions: [0, 0],
  flexible: 0,
  fields: { name: string.orNull().tag(0, 0).default(null) },
})

/** All records since BeginTransaction hold. */
export const EndTransactionRecord = metadataType({
  type: 24,
  name: 'EndTransactionRecord',
  versions: [0, 0],
  flexible: 0,
  fields: {},
})

/** No record since BeginTransaction holds. */
export const AbortTransactionRecord = metadataType({
  type: 25,
  name: 'AbortTransactionRecord',
  versions: [0, 0],
  flexible: 0,
  fields: { reason: string.orNull().tag(0, 0).default(null) },
})

/** How far the migration from ZooKeeper is (KIP-866). */
export const ZkMigrationStateRecord = metadataType({
  type: 21,
  name: 'ZkMigrationStateRecord',
  versions: [0, 0],
  flexible: 0,
  fields: { zkMigrationState: int8 },
})
