/**
 * Which versions of records a metadata.version knows (MetadataVersion): whoever reads a directory at that level must be able to read
 * all of it. Records that are not named here have one version.
 */
import { METADATA_VERSION, NEWEST } from './features'

/** Metadata transactions (KIP-868). */
const SINCE_TRANSACTIONS = 13
/** Controllers make themselves known (KIP-919). */
const SINCE_CONTROLLERS = 15
/** Replicas have directories (KIP-858). */
const SINCE_DIRECTORIES = 17
/** Eligible leader replicas (KIP-966). */
const SINCE_ELR = 23
const SINCE_MIGRATION = 8

export interface RecordVersions {
  readonly registerBroker: number
  /** PartitionRecord and PartitionChangeRecord. */
  readonly partition: number
  readonly hasDirectories: boolean
  readonly hasElr: boolean
  readonly hasControllers: boolean
  readonly hasTransactions: boolean
}

export function recordVersions(level: number): RecordVersions {
  const hasDirectories = level >= SINCE_DIRECTORIES
  const hasElr = level >= SINCE_ELR
  return {
    registerBroker: hasDirectories ? 3 : level >= SINCE_MIGRATION ? 2 : 1,
    partition: hasElr ? 2 : hasDirectories ? 1 : 0,
    hasDirectories,
    hasElr,
    hasControllers: level >= SINCE_CONTROLLERS,
    hasTransactions: level >= SINCE_TRANSACTIONS,
  }
}

/** The versions of a cluster with these features; one that has said nothing yet begins with the newest. */
export const versionsOf = (features: ReadonlyMap<string, number>): RecordVersions =>
  recordVersions(features.get(METADATA_VERSION) ?? NEWEST)
