/**
 * The folders of new partitions. They are made when the record of their topic is on disk, for ext4 lets a new folder wait for a sync that
 * is under way; and nobody waits for them: a file system takes some half a millisecond for each, the topic is a fact without, and a
 * partition that is written to before its turn makes its own (DataDirectory.log). A clean end makes the rest.
 */
import { passes } from '../../storage/trouble'
import { nextTurn, SLICE_MS } from '../../system/turns'
import type { Engine } from '../engine'

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
  made: number
  done: Promise<void>
}
const queues = new WeakMap<Engine, Queue>()

/** The first are made at once. Kept when all have been, those that were asked for earlier among them. */
export function makeFolders(engine: Engine, folders: readonly Folder[]): Promise<void> {
  const waiting = queues.get(engine)
  if (waiting) {
    for (const folder of folders) waiting.folders.push(folder)
    return waiting.done
  }
  const queue: Queue = { folders: [...folders], made: 0, done: Promise.resolve() }
  if (slice(engine, queue)) return queue.done
  queues.set(engine, queue)
  const makeAll = () => {
    while (queue.made < queue.folders.length) makeNext(engine, queue)
  }
  engine.beforeClose.add(makeAll)
  queue.done = rest(engine, queue).finally(() => engine.beforeClose.delete(makeAll))
  return queue.done
}

async function rest(engine: Engine, queue: Queue): Promise<void> {
  const { clock } = engine.system
  do await nextTurn(clock)
  while (!slice(engine, queue))
  queues.delete(engine)
}

/** Makes one at least; true when all are made. */
function slice(engine: Engine, queue: Queue): boolean {
  const { clock } = engine.system
  const began = clock.monotonic()
  do {
    if (queue.made < queue.folders.length) makeNext(engine, queue)
  } while (queue.made < queue.folders.length && clock.monotonic() - began <= SLICE_MS)
  return queue.made === queue.folders.length
}

/** What cannot be made now is made with the first record. */
function makeNext(engine: Engine, queue: Queue): void {
  const folder = queue.folders[queue.made++] as Folder // the caller has looked
  const { topic, index, id } = folder
  if (!engine.writable || engine.partition(topic, index)?.topicId !== id) return // the disk failed, or it was deleted meanwhile
  try {
    engine.directory.createFolder(nameOf(folder), id)
  } catch (error) {
    const what = `the folder of ${nameOf(folder)} could not be made`
    if (passes(error)) engine.trouble.note(what, error)
    else engine.options.report(`${what}: ${(error as Error).message}`)
  }
}
