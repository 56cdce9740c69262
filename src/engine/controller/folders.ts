/**
 * The folders of new partitions. They are made when the record of their topic is on disk, and in the background, for ext4 lets a new folder
 * wait for a sync that is under way; and nobody waits for them: the topic is a fact without, and a partition that is written to before its
 * turn makes its own (DataDirectory.log). A clean end makes the rest.
 */
import { passes } from '../../storage/trouble'
import { nextTurn, SLICE_MS } from '../../system/turns'
import type { Engine } from '../engine'
import type { Partition } from '../partition'

/** So many are under way at a time. */
const SIDE_BY_SIDE = 4

export interface Folder {
  readonly topic: string
  readonly index: number
  readonly id: string
}

export function foldersOf(
  { nodeId }: Engine,
  topic: string,
  id: string,
  from: number,
  replicas: readonly (readonly number[])[],
): Folder[] {
  return replicas.flatMap((ids, index) => (ids.includes(nodeId) ? [{ topic, index: from + index, id }] : []))
}

export const nameOf = ({ topic, index }: Folder): string => `${topic}-${index}`

/** What is still to be made, in order, and the end of that. */
interface Queue {
  readonly folders: Folder[]
  begun: number
  done: Promise<void>
}
const queues = new WeakMap<Engine, Queue>()

/** Kept when all have been made, those that were asked for earlier among them. */
export function makeFolders(engine: Engine, folders: readonly Folder[]): Promise<void> {
  const waiting = queues.get(engine)
  if (waiting) {
    for (const folder of folders) waiting.folders.push(folder)
    return waiting.done
  }
  const queue: Queue = { folders: [...folders], begun: 0, done: Promise.resolve() }
  if (!engine.recovery) makeFirst(engine, queue)
  if (queue.begun >= queue.folders.length) return queue.done
  queues.set(engine, queue)
  const makeAll = () => {
    for (const folder of queue.folders.slice(Math.max(0, queue.begun - SIDE_BY_SIDE))) makeNow(engine, folder)
  }
  engine.beforeClose.add(makeAll)
  queue.done = makeInTurns(engine, queue).finally(() => engine.beforeClose.delete(makeAll))
  return queue.done
}

/** A passing command has nothing else to do. */
function makeFirst(engine: Engine, queue: Queue): void {
  const { clock } = engine.system
  const began = clock.monotonic()
  do {
    const folder = queue.folders[queue.begun++]
    if (folder) makeNow(engine, folder)
  } while (queue.begun < queue.folders.length && clock.monotonic() - began <= SLICE_MS)
}

async function makeInTurns(engine: Engine, queue: Queue): Promise<void> {
  await nextTurn(engine.system.clock) // whoever asked is answered first
  const work = async () => {
    while (queue.begun < queue.folders.length) await makeNext(engine, queue)
  }
  do await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work))
  while (queue.begun < queue.folders.length) // somebody came as they ended
  queues.delete(engine)
}

async function makeNext(engine: Engine, queue: Queue): Promise<void> {
  const folder = queue.folders[queue.begun++] as Folder // the caller has looked
  const partition = wanted(engine, folder)
  if (!partition) return
  try {
    await makeFolder(engine, partition)
  } catch (error) {
    tell(engine, folder, error)
  }
}
function makeNow(engine: Engine, folder: Folder): void {
  if (!wanted(engine, folder)) return
  try {
    engine.directory.createFolder(nameOf(folder), folder.id)
  } catch (error) {
    tell(engine, folder, error)
  }
}
/** Undefined: the disk failed, or it was deleted meanwhile. */
function wanted(engine: Engine, { topic, index, id }: Folder): Partition | undefined {
  const partition = engine.writable ? engine.partition(topic, index) : undefined
  return partition?.topicId === id ? partition : undefined
}
/** What cannot be made now is made with the first record. */
function tell(engine: Engine, folder: Folder, error: unknown): void {
  const what = `the folder of ${nameOf(folder)} could not be made`
  if (passes(error)) engine.trouble.note(what, error)
  else engine.options.report(`${what}: ${(error as Error).message}`)
}

/** Makes a partition's folder in the background. One that came after its partition went is taken away again. */
export async function makeFolder(engine: Engine, partition: Partition): Promise<void> {
  const { directory } = engine
  const { fs } = directory.system
  const { name, topic, index, topicId } = partition
  const folder = directory.file(name)
  await directory.createFolderLater(name, topicId, () => !partition.deleted && engine.writable)
  const isNobodys = partition.deleted && !partition.isLost && !engine.partition(topic, index)
  if (isNobodys && fs.exists(folder) && fs.list(folder).length === 0) fs.removeFolder(folder)
}
