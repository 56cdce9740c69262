/**
 * DescribeLogDirs 1-4: the data directories of this broker and the sizes of what lies in each, told without opening a log that is not
 * open. Null topics ask for all. A directory that is offline is KAFKA_STORAGE_ERROR. The size of the volume (v4, KIP-827) is not known: -1.
 */
import { DescribeLogDirs } from '../../protocol/apis/describe-log-dirs'
import { errors } from '../../protocol/errors'
import type { Engine } from '../engine'
import { handle } from '../handler'
import type { Partition } from '../partition'

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
  const online = directory.all.map(({ path: logDir }) => {
    const topicsHere = wanted.map(({ name, partitions }) => ({
      name,
      partitions: partitions
        .filter((one) => directory.file(one.name) === `${logDir}/${one.name}`)
        .map((one) => told(engine, one)),
    }))
    return { errorCode: errors.NONE, logDir, topics: topicsHere.filter(({ partitions }) => partitions.length > 0) }
  })
  const offline = directory.offline.map((logDir) => ({ errorCode: errors.KAFKA_STORAGE_ERROR, logDir, topics: [] }))
  return { errorCode: errors.NONE, results: [...online, ...offline] }
})

const told = ({ directory }: Engine, { name, index }: Partition) => ({
  partitionIndex: index,
  partitionSize: directory.opened(name)?.sizeBytes ?? directory.sizeOf(name),
  offsetLag: 0,
  isFutureKey: false,
})
