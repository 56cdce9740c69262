/**
 * Folders in a data directory that are no partition of this broker's. One that is named like a partition of which the metadata know
 * nothing, or which has its replicas elsewhere, is set aside by renaming, as by Kafka (LogManager.isStrayReplica); one that bears no
 * name of a partition is a mistake, and Kafka does not start with it.
 */
import { setCopiesAside } from '../storage/future-copies'
import { isOutgoing } from '../storage/outgoing-name'
import type { Engine } from './engine'
import { METADATA_FOLDER } from './metadata/format'

const PARTITION = /^(.+)-(\d+)$/
/** Folders that Kafka passes over. */
const OTHER = new Set([METADATA_FOLDER, 'remote-log-index-cache'])

/** Sets the strays aside; gives the paths of folders that are none of Kafka's. */
export function setStraysAside(engine: Engine): string[] {
  setCopiesAside(engine.directory, (topicId) => engine.metadata.topicById(topicId) !== undefined)
  return engine.directory.all.flatMap(({ path }) => lookThrough(engine, path))
}

function lookThrough(engine: Engine, home: string): string[] {
  const { directory, nodeId, system } = engine
  const foreign: string[] = []
  for (const name of system.fs.list(home)) {
    const [, topic = '', index] = PARTITION.exec(name) ?? []
    const partition = index === undefined ? undefined : engine.partition(topic, Number(index))
    if (partition?.state.replicas.includes(nodeId)) continue
    const path = `${home}/${name}`
    if (OTHER.has(name) || isOutgoing(name) || !system.fs.stat(path)?.isDirectory) continue
    if (index === undefined) foreign.push(path)
    else directory.setAside(name, partition ? 'has its replicas on other brokers' : 'is no partition of any topic')
  }
  return foreign
}
