/** A broker that knows of topics what the test says, and the ways to ask it. */
import topics from '../../src/commands/topics'
import type { Call } from '../../src/protocol/call'
import { fillResponse } from '../../src/protocol/codecs'
import type { Api } from '../../src/protocol/types'
import { harness, type Setup } from '../cli/harness'

export interface Partition {
  leader: number
  replicas: number[]
  isr: number[]
}
export interface Topic {
  id: string
  partitions: Partition[]
  configs: Record<string, [value: string, source: number]>
}
export const OWN = 1
export const BROKER_DEFAULT = 3
export const DEFAULT = 5
export const WARNING =
  "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. To avoid issues it is best to use either, but not both.\n"

/** A broker that knows as much of topics as the tool asks about. */
export class Broker {
  readonly topics = new Map<string, Topic>()
  readonly asked: string[] = []
  /** Per name: what creating, deleting or growing it answers. */
  readonly refusals = new Map<string, [code: number, message: string]>()
  pages = 0
  moves: { topic: string; partition: number; replicas: number[]; adding: number[]; removing: number[] }[] = []

  add(name: string, partitions: number | Partition[] = 1, configs: Topic['configs'] = {}): this {
    const made = Array.isArray(partitions)
      ? partitions
      : Array.from({ length: partitions }, () => ({ leader: 1, replicas: [1], isr: [1] }))
    const id = Buffer.from(name.padEnd(16, '-').slice(0, 16)).toString('base64url')
    this.topics.set(name, { id, partitions: made, configs: { 'min.insync.replicas': ['1', BROKER_DEFAULT], ...configs } })
    return this
  }

  // biome-ignore lint/suspicious/noExplicitAny: one function for the requests of every API
  private readonly answers: Record<string, (request: any) => object> = {
    Metadata: ({ topics }) => ({
      brokers: [{ nodeId: 1, host: 'h', port: 1 }],
      topics: [...this.topics]
        .filter(([, topic]) => topics === null || topics.some((one: { topicId: string }) => one.topicId === topic.id))
        .map(([name, topic]) => ({ errorCode: 0, name, topicId: topic.id, partitions: topic.partitions.map(wire) })),
    }),
    DescribeTopicPartitions: ({ topics, responsePartitionLimit, cursor }) => {
      this.pages++
      const all = topics.flatMap(({ name }: { name: string }) =>
        (this.topics.get(name)?.partitions ?? []).map((one, partition) => ({ name, partition, one })),
      )
      const rest = all.filter(
        ({ name, partition }: { name: string; partition: number }) =>
          !cursor || name > cursor.topicName || (name === cursor.topicName && partition >= cursor.partitionIndex),
      )
      const page: typeof all = rest.slice(0, responsePartitionLimit)
      const next = rest[responsePartitionLimit]
      const names = [...new Set(page.map(({ name }: { name: string }) => name))] as string[]
      return {
        topics: names.map((name) => ({
          errorCode: 0,
          name,
          topicId: this.topics.get(name)?.id,
          partitions: page
            .filter((row: { name: string }) => row.name === name)
            .map(({ one, partition }: { one: Partition; partition: number }) => ({
              ...wire(one, partition),
              eligibleLeaderReplicas: [],
              lastKnownElr: [],
            })),
        })),
        nextCursor: next ? { topicName: next.name, partitionIndex: next.partition } : null,
      }
    },
    DescribeConfigs: ({ resources }) => ({
      results: resources.map(({ resourceName }: { resourceName: string }) => ({
        errorCode: 0,
        errorMessage: null,
        resourceType: 2,
        resourceName,
        configs: Object.entries({ 'flush.ms': ['1', DEFAULT], ...this.topics.get(resourceName)?.configs }).map(
          ([name, [value, configSource]]) => ({ name, value, readOnly: false, configSource, isSensitive: false, synonyms: [] }),
        ),
      })),
    }),
    ListPartitionReassignments: () => ({
      errorCode: 0,
      errorMessage: null,
      topics: this.moves.map(({ topic, partition, replicas, adding, removing }) => ({
        name: topic,
        partitions: [{ partitionIndex: partition, replicas, addingReplicas: adding, removingReplicas: removing }],
      })),
    }),
    DescribeCluster: () => ({
      errorCode: 0,
      errorMessage: null,
      clusterId: 'c',
      controllerId: 1,
      brokers: [{ brokerId: 1, host: 'h', port: 1, rack: null }],
    }),
    CreateTopics: (request) => ({
      topics: request.topics.map(({ name, numPartitions }: { name: string; numPartitions: number }) => {
        const refusal = this.refusals.get(name)
        if (!refusal) this.add(name, Math.max(numPartitions, 1))
        const topicId = this.topics.get(name)?.id
        return { name, topicId, ...errorOf(refusal), numPartitions: Math.max(numPartitions, 1), replicationFactor: 1 }
      }),
    }),
    CreatePartitions: (request) => ({
      results: request.topics.map(({ name }: { name: string }) => ({ name, ...errorOf(this.refusals.get(name)) })),
    }),
    DeleteTopics: (request) => ({
      responses: request.topics.map(({ name }: { name: string }) => {
        this.topics.delete(name)
        return { name, ...errorOf(this.refusals.get(name)) }
      }),
    }),
  }

  readonly call: Call = async (api: Api, request: object) => {
    this.asked.push(`${api.name} ${JSON.stringify(request)}`)
    return fillResponse(api, this.answers[api.name]?.(request) as never) as never // the replies above are what the API declares
  }
  /** The requests of one API. */
  requests(name: string): object[] {
    return this.asked.filter((one) => one.startsWith(`${name} `)).map((one) => JSON.parse(one.slice(name.length + 1)))
  }
}

export const wire = ({ leader, replicas, isr }: Partition, partitionIndex: number) => ({
  errorCode: 0,
  partitionIndex,
  leaderId: leader,
  replicaNodes: replicas,
  isrNodes: isr,
  offlineReplicas: [],
})
export const errorOf = ([errorCode, errorMessage]: [number, string | null] = [0, null]) => ({ errorCode, errorMessage })

export const B = '--bootstrap-server x:1'
export const kafka = (broker: Broker, words: string, setup: Setup = {}) =>
  harness({ call: broker.call, ...setup }).kafka(topics, `${B} ${words}`)
export const kt = (broker: Broker, words: string, setup: Setup = {}) =>
  harness({ call: broker.call, ...setup }).run(topics, words)
export const ok = (out: string) => ({ out, err: '', code: 0 })
export const failed = (message: string) => ({ out: `Error while executing topic command : ${message}\n`, err: '', code: 1 })
