/**
 * A whole data directory, checked by reading only: `kt check`, and tests that want to know what a crash has left. It takes no lock;
 * whoever calls it sees to it that nobody writes meanwhile.
 *
 *     const { findings } = finish(checkDirectory(fs, '/var/lib/kt'))       // storage/check/finding.ts
 *
 * One partition alone is checkPartition of storage/check/partition.ts.
 */
import { baseOffset, isControl } from '../../protocol/batch'
import { readRecords } from '../../protocol/batch-reader'
import { checkOffsets, checkStrangers, readCheckpoints } from '../../storage/check/checkpoints'
import { type At, namesIn } from '../../storage/check/files'
import { type Checking, type Counts, type Finding, Findings } from '../../storage/check/finding'
import { checkOutgoing, checkTopicId } from '../../storage/check/folder'
import { checkPartition } from '../../storage/check/partition'
import { META_PROPERTIES } from '../../storage/meta-properties'
import { isOutgoing } from '../../storage/outgoing-name'
import type { FileSystem } from '../../system/system'
import { METADATA_FOLDER, METADATA_TOPIC_ID } from '../metadata/format'
import { type Homes, homesIn } from './homes'
import { coordinatorCheck } from './internal-topics'
import { MetadataReplay } from './metadata-replay'
import { checkBootstrap, checkSnapshots, replaySnapshot } from './snapshots'
import { checkMeta, checkQuorumState, checkTopLevel, MARKER, partitionFolders } from './top-level'

export interface CheckOptions {
  /** Look into compressed batches too. */
  readonly deep?: boolean
}

export interface CheckResult {
  readonly findings: readonly Finding[]
  readonly counts: Readonly<Counts>
  /** Whoever wrote here last ended cleanly, or nobody ever wrote. */
  readonly clean: boolean
}

/** Never throws for what is in the files; the steps say how many bytes were read. */
export function* checkDirectory(fs: FileSystem, root: string, { deep = false }: CheckOptions = {}): Checking<CheckResult> {
  const findings = new Findings()
  const at: At = { fs, root, findings }
  const names = namesIn(at, '')
  const hasLog = names.includes(METADATA_FOLDER) && namesIn(at, METADATA_FOLDER).some((name) => name.endsWith('.log'))
  const clean = names.includes(MARKER)
  const isNew = !hasLog && partitionFolders(names).every((name) => name === METADATA_FOLDER)
  const result = () => ({ findings: findings.all(), counts: findings.counts, clean: clean || isNew })
  if (!names.includes(META_PROPERTIES)) {
    const isPartition = names.some((name) => /^\d{20}\.log$/.test(name))
    const next = isPartition
      ? 'This is the folder of a partition; check the directory that it is in.'
      : 'This is no data directory of Kafka or kt, or it is not formatted.'
    findings.error(META_PROPERTIES, 'it is missing', next)
    return result()
  }
  const meta = checkMeta(at)
  checkTopLevel(at, names)
  checkBootstrap(at, hasLog)
  if (!clean && !isNew) {
    findings.note('', 'it was not stopped cleanly', 'The next opening reads the last segments again and makes their indexes.')
  }
  const checkpoints = readCheckpoints(at)
  const replay = names.includes(METADATA_FOLDER) ? yield* checkMetadata(at, { clean, deep }) : undefined
  const homes = homesIn(at, replay?.image, meta, checkpoints)
  const folders = partitionFolders(names)
  for (const name of folders) {
    if (name === METADATA_FOLDER) continue
    checkHome(at, homes, name, clean)
    const topic = name.slice(0, name.lastIndexOf('-'))
    const index = Number(name.slice(topic.length + 1))
    const onBatch = coordinatorCheck(topic, index, homes.partitionCount(topic), findings)
    const checked = yield* checkPartition(at, {
      name,
      clean,
      recoveryPoint: checkpoints.recoveryPoints.get(name) ?? 0,
      compacted: homes.isCompacted(name),
      deep,
      ...(onBatch ? { onBatch } : {}),
    })
    checkOffsets(at, checkpoints, checked, clean)
  }
  for (const name of names) if (isOutgoing(name)) checkOutgoing(at, name, clean)
  homes.tellMissing(new Set(folders))
  checkStrangers(at, checkpoints, new Set([...folders, ...homes.expected]))
  return result()
}

/** The log of the metadata and its snapshots, replayed as at a start. */
function* checkMetadata(at: At, { clean, deep }: { clean: boolean; deep: boolean }): Checking<MetadataReplay> {
  const names = namesIn(at, METADATA_FOLDER)
  const replay = new MetadataReplay(at.findings)
  const snapshot = checkSnapshots(at, names)
  if (snapshot) replaySnapshot(snapshot, replay)
  const from = snapshot?.endOffset ?? 0
  const topicId = names.some((name) => name.endsWith('.log')) ? checkTopicId(at, METADATA_FOLDER, names, clean) : undefined
  if (topicId !== undefined && topicId !== METADATA_TOPIC_ID) {
    at.findings.error(`${METADATA_FOLDER}/partition.metadata`, `its topic id is ${topicId}`, `It should be ${METADATA_TOPIC_ID}.`)
  }
  const checked = yield* checkPartition(at, {
    name: METADATA_FOLDER,
    clean,
    recoveryPoint: 0,
    compacted: false,
    deep,
    onBatch(bytes, start, file) {
      if (isControl(bytes, start) || baseOffset(bytes, start) < from) return
      for (const { value, offset } of readRecords(bytes, start)) replay.take(value, { file, position: start, offset })
    },
  })
  if (checked.startOffset > from) {
    const what = `its log begins at offset ${checked.startOffset}, and no sound snapshot has what was before`
    at.findings.error(
      METADATA_FOLDER,
      what,
      'Topics and settings from before are lost. Look for a snapshot in a copy of the directory.',
    )
  }
  if (from > checked.endOffset && checked.endOffset > 0) {
    at.findings.error(
      snapshot?.file ?? '',
      `it is of offset ${from}, and the log ends at ${checked.endOffset}`,
      'The log has lost its end.',
    )
  }
  replay.finish(METADATA_FOLDER)
  checkQuorumState(at, names)
  return replay
}

function checkHome(at: At, homes: Homes, name: string, clean: boolean): void {
  const topicId = checkTopicId(at, name, namesIn(at, name), clean)
  homes.checkOwner(name, topicId)
}
