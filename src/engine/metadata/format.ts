/**
 * Makes a data directory as `kafka-storage format --standalone` does (KIP-853): meta.properties, bootstrap.checkpoint with the
 * feature levels that the cluster begins at, and the snapshot 0-0 that names its one voter.
 */
import { BatchBuilder } from '../../protocol/batch-builder'
import { type ControlName, encodeControlKey, encodeControlValue } from '../../protocol/records/control'
import { replaceFile } from '../../storage/checkpoints'
import { type MetaProperties, writeMetaProperties } from '../../storage/meta-properties'
import { segmentName } from '../../storage/segment'
import type { System } from '../../system/system'
import { change, records } from './changes'
import { BOOTSTRAP_LEVELS } from './features'

export const METADATA_FOLDER = '__cluster_metadata-0'
export const METADATA_TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ'

export interface FormatOptions {
  readonly meta: MetaProperties
  /** Where the controller listens. */
  readonly controller: { readonly name: string; readonly host: string; readonly port: number }
  /** Feature levels in the order they are written. */
  readonly levels?: readonly (readonly [name: string, level: number])[]
  /** False: voters come from controller.quorum.voters (kraft.version 0), and there is no snapshot 0-0. */
  readonly dynamicQuorum?: boolean
}

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

export function votersOf({ meta, controller }: Pick<FormatOptions, 'meta' | 'controller'>) {
  return [
    {
      voterId: meta.nodeId,
      voterDirectoryId: meta.directoryId,
      endpoints: [controller],
      kRaftVersionFeature: { minSupportedVersion: 0, maxSupportedVersion: 1 },
    },
  ]
}

/** Formats `folder`, which is made if need be (0700: records are nobody else's business). meta.properties comes last. */
export function formatDirectory(system: System, folder: string, options: FormatOptions): void {
  const { fs, clock } = system
  const now = clock.now()
  fs.makeFolder(folder, 0o700)
  const levels = (options.levels ?? BOOTSTRAP_LEVELS).map(([name, featureLevel]) =>
    change(records.FeatureLevelRecord, { name, featureLevel }),
  )
  const header = (lastContainedLogTimestamp: number): Control => ({
    name: 'SNAPSHOT_HEADER',
    value: { lastContainedLogTimestamp },
  })
  const footer: Control = { name: 'SNAPSHOT_FOOTER', value: {} }
  const bootstrap = [
    controlBatch([header(0)], 0, 0, now),
    dataBatch(levels, 1, 0, now),
    controlBatch([footer], 1 + levels.length, 0, now),
  ]
  replaceFile(fs, `${folder}/bootstrap.checkpoint`, Buffer.concat(bootstrap))
  if (options.dynamicQuorum !== false) {
    const first = controlBatch(
      [
        header(now),
        { name: 'KRAFT_VERSION', value: { kRaftVersion: 1 } },
        { name: 'KRAFT_VOTERS', value: { voters: votersOf(options) } },
      ],
      0,
      0,
      now,
    )
    fs.makeFolder(`${folder}/${METADATA_FOLDER}`)
    const snapshot = `${folder}/${METADATA_FOLDER}/${segmentName(0)}-0000000000.checkpoint`
    replaceFile(fs, snapshot, Buffer.concat([first, controlBatch([footer], 3, 0, now)]), 0o400)
    fs.syncFolder(`${folder}/${METADATA_FOLDER}`)
  }
  writeMetaProperties(fs, folder, options.meta, now)
  fs.syncFolder(folder)
  fs.syncFolder(folder.slice(0, folder.lastIndexOf('/')) || '/')
}
