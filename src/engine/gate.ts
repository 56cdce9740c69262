/**
 * What a request has to wait for: while the server still makes things ready (recovery.ts), the logs and groups that it asks for; and later,
 * where it names many logs that nobody has used since the start, that they are opened a few at a time.
 */
import { ApiVersions } from '../protocol/apis/api-versions'
import { CreateTopics } from '../protocol/apis/create-topics'
import { DeleteRecords } from '../protocol/apis/delete-records'
import { DescribeCluster } from '../protocol/apis/describe-cluster'
import { DescribeConfigs } from '../protocol/apis/describe-configs'
import { DescribeLogDirs } from '../protocol/apis/describe-log-dirs'
import { DescribeProducers } from '../protocol/apis/describe-producers'
import { DescribeTopicPartitions } from '../protocol/apis/describe-topic-partitions'
import { Fetch } from '../protocol/apis/fetch'
import { FindCoordinator } from '../protocol/apis/find-coordinator'
import { ListOffsets } from '../protocol/apis/list-offsets'
import { Metadata } from '../protocol/apis/metadata'
import { OffsetForLeaderEpoch } from '../protocol/apis/offset-for-leader-epoch'
import { Produce } from '../protocol/apis/produce'
import type { Engine } from './engine'
import { GROUP_TOPIC, partitionFor } from './groups/placement'
import type { Partition } from './partition'
import { isCold, type Recovery, type Task, type Use } from './recovery'
import { INTERNAL_TOPICS } from './topic'

const keysOf = (...apis: readonly { readonly key: number }[]): ReadonlySet<number> => new Set(apis.map(({ key }) => key))
/** Requests for the logs of the topics that they name. */
const OF_TOPICS = keysOf(Produce, Fetch, ListOffsets, DeleteRecords, OffsetForLeaderEpoch, DescribeProducers)
/** Requests that need no log at all. Of the others, those that name groups need these; the rest may need all that coordinators keep. */
const OF_NONE = keysOf(
  ApiVersions,
  Metadata,
  CreateTopics,
  FindCoordinator,
  DescribeCluster,
  DescribeConfigs,
  DescribeLogDirs,
  DescribeTopicPartitions,
)

/** A connection's: requests behind one that waits do so, too, so that their order stays. */
export class Gate {
  private last: Promise<void> | undefined

  constructor(
    private readonly engine: Engine,
    private readonly recovery: Recovery,
  ) {}

  /** Kept when the request may be answered; undefined: at once. */
  pass(apiKey: number, request: object): Promise<void> | undefined {
    const { recovery } = this
    const waits = recovery.isOver ? [] : this.needs(apiKey, request).flatMap((task) => recovery.want(task) ?? [])
    if (OF_TOPICS.has(apiKey)) {
      const use = apiKey === Produce.key ? 'to write' : 'to read'
      const cold = coldIn(this.engine, request, use)
      if (cold.length > FEW) for (const partition of cold) waits.push(recovery.warm(partition, use))
    }
    if (!this.last && waits.length === 0) return undefined
    const ready = Promise.all([this.last, ...waits])
    const turn = (waits.length > 0 ? ready.then(() => recovery.turn()) : ready).then(() => {
      if (this.last === turn) this.last = undefined
    })
    this.last = turn
    return turn
  }

  private needs(apiKey: number, request: object): readonly Task[] {
    const { engine } = this
    if (OF_NONE.has(apiKey)) return []
    if (OF_TOPICS.has(apiKey)) return topicsIn(engine, request).flatMap((topic) => engine.partitionsOf(topic))
    const groupPartitions = engine.partitionsOf(GROUP_TOPIC).length
    const groups = groupsIn(request)
    if (groups && groupPartitions > 0) return groups.map((group) => partitionFor(group, groupPartitions))
    const logs = [...INTERNAL_TOPICS].flatMap((topic) => engine.partitionsOf(topic))
    return [...logs, ...Array.from({ length: groupPartitions }, (_, index) => index)]
  }
}

/** So many logs are opened where they are asked for: that takes a millisecond, and as much again to make their files. */
const FEW = 4

/** Partitions in a request whose logs are to be opened, or made ready for their first record; none where there are few in it. */
function coldIn(engine: Engine, request: object, use: Use): Partition[] {
  type Index = number | { readonly index?: number; readonly partition?: number; readonly partitionIndex?: number }
  type Named = { readonly name?: string | null; readonly topic?: string; readonly topicId?: string } & {
    readonly [K in 'partitions' | 'partitionData' | 'partitionIndexes']?: readonly Index[]
  }
  const { topics, topicData } = request as { topics?: readonly Named[] | null; topicData?: readonly Named[] }
  const named = topics ?? topicData ?? []
  const listOf = ({ partitions, partitionData, partitionIndexes }: Named) => partitions ?? partitionData ?? partitionIndexes ?? []
  if (named.reduce((count, one) => count + listOf(one).length, 0) <= FEW) return []
  const cold = new Set<Partition>()
  for (const one of named) {
    const topic = one.name || one.topic || engine.metadata.nameOf(one.topicId ?? '')
    for (const entry of topic ? listOf(one) : []) {
      const index = typeof entry === 'number' ? entry : (entry.index ?? entry.partition ?? entry.partitionIndex)
      const partition = engine.partition(topic ?? '', index ?? -1)
      if (partition && isCold(partition, use) && !engine.isAway(partition.state)) cold.add(partition)
    }
  }
  return [...cold]
}

/** Names of the topics in a request; where it bears ids (Produce 13, Fetch 13), the names that they are of. */
function topicsIn({ metadata }: Engine, request: object): string[] {
  type Named = { readonly name?: string | null; readonly topic?: string; readonly topicId?: string }
  const { topics, topicData } = request as { topics?: readonly Named[] | null; topicData?: readonly Named[] }
  return (topics ?? topicData ?? []).flatMap(({ name, topic, topicId }) => {
    const known = name || topic || metadata.nameOf(topicId ?? '')
    return known ? [known] : []
  })
}

/** The groups that a request is about, if that is all that it is about. */
function groupsIn(request: object): readonly string[] | undefined {
  type Named = string | { readonly groupId: string }
  type Asked = { readonly groupId?: string; readonly transactionalId?: string | null } & {
    readonly [K in 'groups' | 'groupIds' | 'groupsNames']?: readonly Named[]
  }
  const { groupId, groups, groupIds, groupsNames, transactionalId } = request as Asked
  if (transactionalId) return undefined
  const named = groupId ? [groupId] : (groups ?? groupIds ?? groupsNames)
  return named?.map((group) => (typeof group === 'string' ? group : group.groupId))
}
