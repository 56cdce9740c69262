/**
 * DeleteRecords 0-2 (KIP-107): the start of a partition moves up to the offset, -1: to all that may be read; segments that lie wholly
 * below are taken away. The new start is on disk when it is answered: what was deleted does not come back. An offset below the start
 * is answered with the start; topics that are only compacted refuse with POLICY_VIOLATION. Many partitions have their turns one after the
 * other, and the new starts of all of them reach the disk together, in the background.
 */
import { DeleteRecords } from '../../protocol/apis/delete-records'
import { errors } from '../../protocol/errors'
import type { Request } from '../../protocol/types'
import type { Directory } from '../../storage/directory'
import { advanceStart } from '../../storage/log-retention'
import type { Engine } from '../engine'
import { handle } from '../handler'
import type { Partition } from '../partition'
import { dropBelowStart } from '../retention-logs'
import { inSlices } from '../slices'
import { INTERNAL_TOPICS } from '../topic'

const HIGH_WATERMARK = -1

type Asked = Request<typeof DeleteRecords>['topics'][number]['partitions'][number]

export const deleteRecords = handle(DeleteRecords, async ({ topics }, { engine }) => {
  let moved = false
  const work = (name: string, { partitionIndex, offset }: Asked) => {
    const found = engine.partition(name, partitionIndex)
    const errorCode = found ? refusal(engine, found, offset) : errors.UNKNOWN_TOPIC_OR_PARTITION
    if (!found || errorCode !== errors.NONE) return { partitionIndex, lowWatermark: -1, errorCode }
    moved = advance(engine, found, offset) || moved
    return { partitionIndex, lowWatermark: found.log.startOffset, errorCode }
  }
  const all = topics.flatMap(({ name, partitions }) => partitions.map((asked) => ({ name, asked })))
  const answers = await inSlices(engine.system.clock, all, ({ name, asked }) => work(name, asked))
  if (moved) await putOnDisk(engine.directory)
  return { topics: topics.map(({ name, partitions }) => ({ name, partitions: answers.splice(0, partitions.length) })) }
})

/** Kept when the checkpoints are on disk as they are now: those that something has overtaken are written again. */
async function putOnDisk(directory: Directory): Promise<void> {
  let isWhole: boolean
  do isWhole = await directory.checkpointLater('all')
  while (!isWhole)
  for (const { path, system } of directory.all) await system.fs.syncFolderLater(path) // a rename is on disk when its folder is
}

function refusal(engine: Engine, partition: Partition, offset: number): number {
  if (INTERNAL_TOPICS.has(partition.topic)) return errors.INVALID_TOPIC_EXCEPTION
  if (engine.isAway(partition.state)) return errors.KAFKA_STORAGE_ERROR
  if (!engine.writable) return errors.KAFKA_STORAGE_ERROR
  const settings = engine.topicSettings(partition.topic)
  if (settings.compact && !settings.delete) return errors.POLICY_VIOLATION
  if (offset < HIGH_WATERMARK || offset > partition.highWatermark) return errors.OFFSET_OUT_OF_RANGE
  return errors.NONE
}

function advance(engine: Engine, partition: Partition, offset: number): boolean {
  const moved = advanceStart(partition.log, offset === HIGH_WATERMARK ? partition.highWatermark : offset)
  if (moved) dropBelowStart(engine, partition)
  return moved || partition.log.folderChanged // retention has moved it, and that may not be on disk yet
}
