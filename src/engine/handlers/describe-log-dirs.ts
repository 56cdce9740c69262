/**
 * DescribeLogDirs 1-4: the one directory of this broker and the sizes of what lies in it, told without opening a log that is not
 * open. Null topics ask for all. The size of the volume (v4, KIP-827) is not known: -1.
 */
import { DescribeLogDirs } from '../../protocol/apis/describe-log-dirs'
import { errors } from '../../protocol/errors'
import type { Engine } from '../engine'
import { handle } from '../handler'
import type { Partition } from '../partition'

export const describeLogDirs = handle(DescribeLogDirs, ({ topics }, { engine }) => {
  const wanted =
    topics?.map(({ topic, partitions }) => ({
      name: topic,
      partitions: partitions.map((index) => engine.partition(topic, index)),
    })) ?? [...engine.metadata.topics()].map(({ name }) => ({ name, partitions: engine.partitionsOf(name) }))
  const found = wanted.map(({ name, partitions }) => ({
    name,
    partitions: partitions
      .filter((partition) => partition !== undefined)
      .filter(({ state }) => state.replicas.includes(engine.nodeId))
      .map((partition) => ({
        partitionIndex: partition.index,
        partitionSize: sizeOf(engine, partition),
        offsetLag: 0,
        isFutureKey: false,
      })),
  }))
  return {
    errorCode: errors.NONE,
    results: [
      { errorCode: errors.NONE, logDir: engine.directory.path, topics: found.filter(({ partitions }) => partitions.length > 0) },
    ],
  }
})

function sizeOf({ directory }: Engine, { name }: Partition): number {
  const open = directory.opened(name)
  if (open) return open.sizeBytes
  const { fs } = directory.system
  const folder = directory.file(name)
  if (!fs.exists(folder)) return 0
  const logs = fs.list(folder).filter((file) => /^\d{20}\.log$/.test(file))
  return logs.reduce((sum, file) => sum + (fs.stat(`${folder}/${file}`)?.size ?? 0), 0)
}
