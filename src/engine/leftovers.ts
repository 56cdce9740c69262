/**
 * Folders of deleted partitions that an earlier end left. A partition's folder is renamed when its deletion is decided, and its
 * records go later, so a crash leaves folders to remove; and where a power cut was faster than the record of the deletion, of which
 * nobody has been told, folders to put back.
 */
import { isOutgoing } from '../storage/outgoing-name'
import { removeAll } from './controller/topics'
import type { Engine } from './engine'
import { METADATA_FOLDER } from './metadata/format'

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

/**
 * After an unclean end: of all folders, those of no partition and those on their way out as well, Kafka reads whose they are, and starts
 * with none that has a file which does not say.
 */
export function disownUnreadable({ directory, system, metadata }: Engine): void {
  const isKnown = (name: string) => {
    const dash = name.lastIndexOf('-')
    return metadata.topic(name.slice(0, dash))?.partitions[Number(name.slice(dash + 1))] !== undefined
  }
  for (const { path } of directory.all) {
    for (const name of system.fs.list(path)) {
      const isNobodys = /-\d+$/.test(name) && name !== METADATA_FOLDER && !isKnown(name)
      if (isNobodys || isOutgoing(name)) directory.disown(`${path}/${name}`)
    }
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
