/**
 * DescribeLogDirs 1-4: the data directories of this broker and the sizes of what lies in each, told without opening a log that is not
 * open. Null topics ask for all. A directory that is offline is KAFKA_STORAGE_ERROR. The size of the volume (v4, KIP-827) is not known: -1.
 */
import { DescribeLogDirs } from '../../protocol/apis/describe-log-dirs'
import { errors } from '../../protocol/errors'
import type { Engine } from '../engine'
import { handle } from '../handler'
import type { Partition } from '../partition'
import { after, inSlices } from '../slices'

export const describeLogDirs = handle(DescribeLogDirs, ({ topics }, { engine }) => {
  const { directory, nodeId } = engine
  const asked =
    topics?.map(({ topic, partitions }) => ({
      name: topic,
      partitions: partitions.map((index) => engine.partition(topic, index)),
    })) ?? [...engine.metadata.topics()].map(({ name }) => ({ name, partitions: engine.partitionsOf(name) }))
  const wanted = asked.map(({ name, partitions }) => ({
    name,
    partitions: partitions
      .filter((one) => one !== undefined)
      .filter(({ state }) => state.replicas.includes(nodeId) && !engine.isAway(state)),
  }))
  const all = wanted.flatMap(({ name, partitions }) => partitions.map((partition) => ({ topic: name, partition })))
  const looked = inSlices(engine.system.clock, all, ({ topic, partition }) => tell(engine, topic, partition))
  return after(looked, (found) => {
    const online = directory.all.map(({ path: logDir }) => ({
      errorCode: errors.NONE,
      logDir,
      topics: byTopic(found.filter((one) => one?.logDir === logDir)),
    }))
    const offline = directory.offline.map((logDir) => ({ errorCode: errors.KAFKA_STORAGE_ERROR, logDir, topics: [] }))
    return { errorCode: errors.NONE, results: [...online, ...offline] }
  })
})

interface Told {
  readonly topic: string
  readonly logDir: string
  readonly partition: { partitionIndex: number; partitionSize: number; offsetLag: number; isFutureKey: boolean }
}

/** Undefined: it has gone meanwhile, with its topic or its directory. */
function tell(engine: Engine, topic: string, { name, index, deleted, state }: Partition): Told | undefined {
  const { directory } = engine
  if (deleted || engine.isAway(state)) return undefined
  const partitionSize = directory.opened(name)?.sizeBytes ?? directory.sizeOf(name)
  return {
    topic,
    logDir: directory.file(name).slice(0, -name.length - 1),
    partition: { partitionIndex: index, partitionSize, offsetLag: 0, isFutureKey: false },
  }
}

function byTopic(found: readonly (Told | undefined)[]) {
  const topics = new Map<string, Told['partition'][]>()
  for (const one of found) {
    if (!one) continue
    const partitions = topics.get(one.topic) ?? []
    partitions.push(one.partition)
    topics.set(one.topic, partitions)
  }
  return [...topics].map(([name, partitions]) => ({ name, partitions }))
}
