/**
 * Copies of partitions that Kafka was moving from one of its directories to another: `orders-0.4f3c...-future`, which say in their
 * partition.metadata whose they are. kt makes none and goes on with none. They go with their topic, as in Kafka (LogManager.asyncDelete);
 * one whose topic is not there any more is a stray (LogManager.loadLog).
 */
import type { System } from '../system/system'
import type { Directory } from './directory'
import { outgoingName } from './outgoing-name'
import { readTopicId } from './partition-metadata'

const FUTURE = /^(.+-\d+)\.[0-9a-f]{32}-future$/

interface FutureCopy {
  readonly home: string
  readonly folder: string
  /** The partition's. */
  readonly name: string
  readonly topicId: string | undefined
}

/** Nobody makes more of them while the directory is held, so they are looked for once. */
const known = new WeakMap<Directory, FutureCopy[]>()

function copiesIn(directory: Directory): FutureCopy[] {
  const found = known.get(directory) ?? directory.all.flatMap(({ path }) => copiesAt(directory.system, path))
  known.set(directory, found)
  return found
}
function copiesAt({ fs }: System, home: string): FutureCopy[] {
  return fs.list(home).flatMap((folder) => {
    const name = FUTURE.exec(folder)?.[1]
    return name === undefined ? [] : [{ home, folder, name, topicId: readTopicId(fs, `${home}/${folder}`) }]
  })
}

/**
 * After the deletion of a topic has become a fact, or a power cut that undid it could bring the copy back in the place of the original:
 * renames its copies to names that Kafka deletes, and gives their paths.
 */
export function takeCopiesAway(directory: Directory, topicId: string): readonly string[] {
  return take(directory, 'delete', (copy) => copy.topicId === topicId).map(({ to }) => to)
}

/** Sets copies of topics that are not there aside, and tells of each. */
export function setCopiesAside(directory: Directory, isThere: (topicId: string) => boolean): void {
  const strays = take(directory, 'stray', ({ topicId }) => topicId === undefined || !isThere(topicId))
  for (const { folder, to } of strays) {
    directory.report(`${folder} is of a topic that is not there; it is kept as ${to.slice(to.lastIndexOf('/') + 1)}`)
  }
}

function take(directory: Directory, kind: 'delete' | 'stray', isMeant: (copy: FutureCopy) => boolean) {
  const { fs, random } = directory.system
  const online = new Set(directory.all.map(({ path }) => path))
  const meant = copiesIn(directory).filter((copy) => online.has(copy.home) && isMeant(copy))
  if (meant.length === 0) return []
  known.set(
    directory,
    copiesIn(directory).filter((copy) => !meant.includes(copy)),
  )
  return meant.map(({ home, folder, name }) => {
    const to = `${home}/${outgoingName(name, random, kind)}`
    fs.rename(`${home}/${folder}`, to)
    return { folder, to }
  })
}
