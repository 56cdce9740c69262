/**
 * Folders of deleted partitions that an earlier end left. A partition's folder is renamed when its deletion is decided, and its
 * records go later, so a crash leaves folders to remove; and where a power cut was faster than the record of the deletion, of which
 * nobody has been told, folders to put back.
 */
import { removeAll } from './controller/topics'
import type { Engine } from './engine'

/** After an unclean end, before anybody asks for a log: folders of topics that are there all the same are put back. */
export function restoreLeftovers({ directory, metadata, options }: Engine): void {
  for (const leftover of directory.leftovers()) {
    const { folder, name, topicId } = leftover
    if (topicId === undefined || !metadata.topicById(topicId)) continue
    const back = directory.restore({ folder, name, topicId })
    options.report(
      `${name}: its deletion was cut off; ${back ? 'its records are back' : `what it held until then is kept in ${folder}`}`,
    )
  }
}

/** Removes what nobody needs any more. */
export function removeLeftovers(engine: Engine): void {
  const { directory, metadata } = engine
  const doomed = directory.leftovers().filter(({ topicId }) => topicId === undefined || !metadata.topicById(topicId))
  void removeAll(
    engine,
    doomed.map(({ folder }) => directory.doom([folder])),
  )
}
