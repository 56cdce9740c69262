/** The cluster and its brokers. */
import { DescribeCluster } from '../../protocol/apis/describe-cluster'
import { DescribeLogDirs } from '../../protocol/apis/describe-log-dirs'
import { Metadata } from '../../protocol/apis/metadata'
import { errors } from '../../protocol/errors'
import type { Cluster } from '../cluster'
import type { Node } from '../cluster/snapshot'
import { errorIn, KafkaError } from '../kafka-error'
import { byTopic, type Outcome, type TopicPartition } from './result'

export interface ClusterDescription {
  readonly clusterId: string | null
  /** -1: unknown. */
  readonly controllerId: number
  readonly nodes: readonly (Node & { readonly isFenced: boolean })[]
  readonly authorizedOperations: number
}

/** By DescribeCluster (KIP-700), or by Metadata where the broker has no such thing. `fenced`: brokers that are not well too. */
export async function describeCluster(
  cluster: Cluster,
  { fenced = false, timeoutMs }: { fenced?: boolean; timeoutMs?: number } = {},
): Promise<ClusterDescription> {
  const call = cluster.during('listNodes', timeoutMs)
  try {
    const reply = await call(DescribeCluster, { includeClusterAuthorizedOperations: false, includeFencedBrokers: fenced })
    const error = errorIn(reply.errorCode, reply.errorMessage)
    if (error) throw error
    return {
      clusterId: reply.clusterId,
      controllerId: reply.controllerId,
      nodes: reply.brokers.map(({ brokerId, host, port, rack, isFenced }) => ({ id: brokerId, host, port, rack, isFenced })),
      authorizedOperations: reply.clusterAuthorizedOperations,
    }
  } catch (error) {
    if (!(error instanceof KafkaError) || error.code !== errors.UNSUPPORTED_VERSION) throw error
    const reply = await call(Metadata, { topics: [], allowAutoTopicCreation: false })
    return {
      clusterId: reply.clusterId,
      controllerId: reply.controllerId,
      nodes: reply.brokers.map(({ nodeId, host, port, rack }) => ({ id: nodeId, host, port, rack, isFenced: false })),
      authorizedOperations: reply.clusterAuthorizedOperations,
    }
  }
}

export interface LogDirDescription {
  readonly path: string
  readonly error: KafkaError | undefined
  readonly replicas: readonly (TopicPartition & {
    readonly sizeBytes: number
    readonly offsetLag: number
    readonly isFuture: boolean
  })[]
  /** Of the file system; -1: unknown. */
  readonly totalBytes: number
  readonly usableBytes: number
}

/** The log directories of `brokers`, by broker id; `partitions`: only these. */
export async function describeLogDirs(
  cluster: Cluster,
  brokers: readonly number[],
  { partitions, timeoutMs }: { partitions?: readonly TopicPartition[]; timeoutMs?: number } = {},
): Promise<Map<number, Outcome<LogDirDescription[]>>> {
  const topics = partitions
    ? byTopic(partitions).map(([topic, rows]) => ({ topic, partitions: rows.map(({ partition }) => partition) }))
    : null
  const describe = async (broker: number): Promise<Outcome<LogDirDescription[]>> => {
    const operation = cluster.operation('describeLogDirs', timeoutMs)
    const reply = await operation.persist(() => cluster.node(broker)(DescribeLogDirs, { topics }))
    return (
      errorIn(reply.errorCode) ??
      reply.results.map((row) => ({
        path: row.logDir,
        error: errorIn(row.errorCode),
        replicas: row.topics.flatMap(({ name, partitions: rows }) =>
          rows.map((each) => ({
            topic: name,
            partition: each.partitionIndex,
            sizeBytes: each.partitionSize,
            offsetLag: each.offsetLag,
            isFuture: each.isFutureKey,
          })),
        ),
        totalBytes: row.totalBytes,
        usableBytes: row.usableBytes,
      }))
    )
  }
  return new Map(await Promise.all(brokers.map(async (broker) => [broker, await describe(broker)] as const)))
}
