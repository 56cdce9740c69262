/**
 * Makes a data directory as `kafka-storage format` does (KIP-853): meta.properties, bootstrap.checkpoint with what the cluster
 * begins with, and, where the quorum is dynamic, the snapshot 0-0 that names its voters.
 */
import { BatchBuilder } from '../../protocol/batch-builder'
import { type ControlName, encodeControlKey, encodeControlValue } from '../../protocol/records/control'
import { replaceFile } from '../../storage/checkpoints'
import { type MetaProperties, writeMetaProperties } from '../../storage/meta-properties'
import { segmentName } from '../../storage/segment'
import type { System } from '../../system/system'
import { change, type MetadataChange, records } from './changes'
import { bootstrapLevels, NEWEST } from './features'

export const METADATA_FOLDER = '__cluster_metadata-0'
export const METADATA_TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ'

/** A controller that votes, and where it is reached. */
export interface Voter {
  readonly id: number
  readonly directoryId: string
  /** Of its listener. */
  readonly name: string
  readonly host: string
  readonly port: number
}

export interface FormatOptions {
  readonly meta: MetaProperties
  /** Undefined: they come from controller.quorum.voters (kraft.version 0) or from a controller that is asked later, or this is no metadata directory. */
  readonly voters: readonly Voter[] | undefined
  /** Records that the cluster begins with. */
  readonly bootstrap?: readonly MetadataChange[]
}

/** The records that set features to their levels. */
export const levelRecords = (levels: readonly (readonly [name: string, level: number])[]): MetadataChange[] =>
  levels.map(([name, featureLevel]) => change(records.FeatureLevelRecord, { name, featureLevel }))

/** One record of a control batch. */
export type Control = { [N in ControlName]: { name: N; value: Parameters<typeof encodeControlValue<N>>[1] } }[ControlName]

/** A control batch of KRaft: no producer, no transaction. */
export function controlBatch(controls: readonly Control[], baseOffset: number, epoch: number, nowMs: number): Buffer {
  const builder = new BatchBuilder()
  for (const { name, value } of controls) {
    builder.append({
      timestamp: nowMs,
      key: encodeControlKey(name),
      value: encodeControlValue(name, value as never),
      headers: [],
    })
  }
  return builder.build({ baseOffset, partitionLeaderEpoch: epoch, control: true })
}
export function dataBatch(changes: readonly Buffer[], baseOffset: number, epoch: number, nowMs: number): Buffer {
  const builder = new BatchBuilder()
  for (const value of changes) builder.append({ timestamp: nowMs, key: null, value, headers: [] })
  return builder.build({ baseOffset, partitionLeaderEpoch: epoch })
}

/** What a record of the quorum says of its voters. */
export const votersRecord = (voters: readonly Voter[]): Control => ({
  name: 'KRAFT_VOTERS',
  value: {
    voters: voters.map(({ id, directoryId, name, host, port }) => ({
      voterId: id,
      voterDirectoryId: directoryId,
      endpoints: [{ name, host, port }],
      kRaftVersionFeature: { minSupportedVersion: 0, maxSupportedVersion: 1 },
    })),
  },
})

/** Formats `folder`, which is made if need be (0700: records are nobody else's business). meta.properties comes last. */
export function formatDirectory(system: System, folder: string, options: FormatOptions): void {
  const { fs, clock } = system
  const now = clock.now()
  fs.makeFolder(folder, 0o700)
  const first = options.bootstrap ?? levelRecords(bootstrapLevels(NEWEST))
  const header = (lastContainedLogTimestamp: number): Control => ({
    name: 'SNAPSHOT_HEADER',
    value: { lastContainedLogTimestamp },
  })
  const footer: Control = { name: 'SNAPSHOT_FOOTER', value: {} }
  const bootstrap = [
    controlBatch([header(0)], 0, 0, now),
    dataBatch(first, 1, 0, now),
    controlBatch([footer], 1 + first.length, 0, now),
  ]
  replaceFile(fs, `${folder}/bootstrap.checkpoint`, Buffer.concat(bootstrap))
  if (options.voters) {
    const quorum = [header(now), { name: 'KRAFT_VERSION', value: { kRaftVersion: 1 } } as const, votersRecord(options.voters)]
    fs.makeFolder(`${folder}/${METADATA_FOLDER}`)
    const snapshot = `${folder}/${METADATA_FOLDER}/${segmentName(0)}-0000000000.checkpoint`
    replaceFile(fs, snapshot, Buffer.concat([controlBatch(quorum, 0, 0, now), controlBatch([footer], 3, 0, now)]), 0o400)
    fs.syncFolder(`${folder}/${METADATA_FOLDER}`)
  }
  writeMetaProperties(fs, folder, options.meta, now)
  fs.syncFolder(folder)
  fs.syncFolder(folder.slice(0, folder.lastIndexOf('/')) || '/')
}
