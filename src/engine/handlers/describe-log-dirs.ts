/**
 * DescribeLogDirs 1-4: the data directories of this broker and the sizes of what lies in each, told without opening a log that is not
 * open. Null topics ask for all. A directory that is offline is KAFKA_STORAGE_ERROR. The size of the volume (v4, KIP-827) is not known: -1.
 */
import { DescribeLogDirs } from '../../protocol/apis/describe-log-dirs'
import { errors } from '../../protocol/errors'
import type { Request } from '../../protocol/types'
import type { Engine } from '../engine'
import { handle } from '../handler'
import type { Partition } from '../partition'
import { after, inSlices } from '../slices'

export const describeLogDirs = handle(DescribeLogDirs, ({ topics }, { engine }) => {
  const { directory } = engine
  const asked = topics ? named(engine, topics) : allOf(engine)
  const looked = inSlices(engine.system.clock, asked, (partition) => tell(engine, partition))
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

type Named = Request<typeof DescribeLogDirs>['topics']
function named(engine: Engine, topics: NonNullable<Named>): Partition[] {
  return topics.flatMap(({ topic, partitions }) =>
    partitions.map((index) => engine.partition(topic, index)).filter((one) => one !== undefined),
  )
}
/** Without anything made for each: there may be tens of thousands, before the first slice. */
function allOf(engine: Engine): Partition[] {
  const all: Partition[] = []
  for (const { name } of engine.metadata.topics()) for (const partition of engine.partitionsOf(name)) all.push(partition)
  return all
}

/** Undefined: it has gone meanwhile, with its topic or its directory. */
function tell(engine: Engine, { topic, name, index, deleted, state }: Partition): Told | undefined {
  const { directory, nodeId } = engine
  if (deleted || !state.replicas.includes(nodeId) || engine.isAway(state)) return undefined
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
