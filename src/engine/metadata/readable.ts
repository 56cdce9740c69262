/**
 * Reads metadata records that a newer Kafka may have written among others. Kinds that are new, and new versions of kinds that kt has no
 * use for, are passed over: they stay in the log, and it is said once. A new version of a record that kt goes by, or a level of a
 * feature that is not known, says more than kt can see: the directory is refused, as Kafka refuses it.
 */
import { clusterMetadata } from '../../protocol/records/cluster-metadata'
import { decodeMetadataRecord, peekMetadataRecord } from '../../protocol/records/metadata-record'
import type { Directory } from '../../storage/directory'
import { ForeignDirectory } from '../../storage/meta-properties'
import { FEATURES, METADATA_VERSION, NEWEST, nameOfLevel, supports } from './features'
import type { MetadataRecord } from './image'

/** Kinds that nothing here hangs on. */
const UNUSED: ReadonlySet<string> = new Set([
  'DelegationTokenRecord',
  'RemoveDelegationTokenRecord',
  'UserScramCredentialRecord',
  'RemoveUserScramCredentialRecord',
  'ClientQuotaRecord',
  'AccessControlEntryRecord',
  'RemoveAccessControlEntryRecord',
  'NoOpRecord',
  'ZkMigrationStateRecord',
])

export class Readable {
  /** 'log', or the name of the snapshot that is being read. */
  source = 'log'
  unknownInLog = 0
  private readonly unknown = new Map<string, number>()

  constructor(private readonly directory: Directory) {}

  /** Undefined for a record that only a newer Kafka knows. Throws ForeignDirectory, and Malformed for what is no record. */
  read(value: Buffer, offset: number): MetadataRecord | undefined {
    let record: MetadataRecord
    try {
      record = decodeMetadataRecord(clusterMetadata, value)
    } catch (error) {
      return this.readNewer(value, offset, error)
    }
    if (record.name === 'unknown') return this.passOver(`type ${record.type}`)
    if (record.name === 'FeatureLevelRecord') this.checkLevel(record.value.name, record.value.featureLevel)
    return record
  }
  private readNewer(value: Buffer, offset: number, error: unknown): undefined {
    const { frame, type, version } = peekMetadataRecord(value)
    const known = clusterMetadata.byType.get(type)
    if (frame !== 1 || !known || version <= known.versions[1]) throw error
    if (UNUSED.has(known.name)) return this.passOver(`${known.name} of version ${version}`)
    throw new ForeignDirectory(
      `${this.directory.path} was written by a newer Kafka: the record at offset ${offset} of its metadata (${this.source}) is a ` +
        `${known.name} of version ${version}, and kt reads versions up to ${known.versions[1]}`,
    )
  }
  private passOver(what: string): undefined {
    this.unknown.set(what, (this.unknown.get(what) ?? 0) + 1)
    if (this.source === 'log') this.unknownInLog++
    return undefined
  }
  /** As FeatureControlManager.replay: a level that is not supported ends the controller. */
  private checkLevel(name: string, level: number): void {
    if (supports(name, level) || (level === 0 && name !== METADATA_VERSION)) return
    const known = FEATURES.find((feature) => feature.name === name)
    const label = name === METADATA_VERSION ? `${level}${nameOfLevel(level) ? ` (${nameOfLevel(level)})` : ''}` : level
    const range =
      name === METADATA_VERSION ? `${known?.min} to ${NEWEST} (${nameOfLevel(NEWEST)})` : `${known?.min} to ${known?.max}`
    throw new ForeignDirectory(
      `${this.directory.path} has the feature ${name} at level ${label}; kt knows ${known ? `levels ${range}` : 'no such feature'}`,
    )
  }

  /** Says what was passed over. */
  tell(): void {
    if (this.unknown.size === 0) return
    const what = [...this.unknown].map(([kind, count]) => `${count} of ${kind}`).join(', ')
    this.directory.report(
      `the metadata has records of a newer Kafka (${what}); they are kept and have no effect here` +
        (this.unknownInLog > 0 ? ', and no snapshot is written, for it could not hold what they mean' : ''),
    )
  }
}
