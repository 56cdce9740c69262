/**
 * What a server makes of the files after a crash when it has looked through everything, and what a power cut behind its clean end
 * leaves: Apache Kafka does not start where a partition.metadata does not say whose folder it is, nor keeps a log that has none.
 */
import { startRecovery } from '../../src/engine/recovery'
import { readTopicId, topicIdPath } from '../../src/storage/partition-metadata'
import type { Below, Disk } from '../storage/disk'
import type { Wrap } from './states'
import { FOLDER, openWorld } from './world'

/** `below`: decides what the cut of the power left; undefined: the process was killed. `wrap`: see states.ts. */
export async function servedAmiss(disk: Disk, below: Below | undefined, timeMs: number, wrap: Wrap) {
  if (below) disk.cutPower(below)
  else disk.kill()
  const world = openWorld(wrap(disk), 1, timeMs)
  startRecovery(world.engine, () => {})
  for (let turn = 0; !world.engine.recovery?.isOver; turn++) {
    if (turn > 1000) throw new Error('the recovery does not end')
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
  const complaints = foldersAmiss(disk, (name) => world.engine.partition(...placeOf(name)) !== undefined)
  world.stop()
  if (!disk.exists(`${FOLDER}/.kafka_cleanshutdown`)) return complaints
  disk.cutPower(below ?? (() => 0))
  const then = foldersAmiss(disk, () => false)
  return [...complaints, ...then.map((one) => `after a clean end and a power cut: ${one}`)]
}

const placeOf = (name: string): [topic: string, index: number] => {
  const dash = name.lastIndexOf('-')
  return [name.slice(0, dash), Number(name.slice(dash + 1))]
}

/** `isKnown`: whether a folder is one of a partition that is there. */
function foldersAmiss(disk: Disk, isKnown: (name: string) => boolean): string[] {
  return disk.list(FOLDER).flatMap((name) => {
    const folder = `${FOLDER}/${name}`
    if (!disk.stat(folder)?.isDirectory || readTopicId(disk, folder) !== undefined) return []
    if (disk.exists(topicIdPath(folder))) return [`the partition.metadata of ${name} does not say whose folder it is`]
    return isKnown(name) ? [`${name} has no partition.metadata`] : []
  })
}
