/** Describing topics (TopicCommand.TopicService.describeTopic): Kafka's lines, a drawn table, or JSON. */
import { Failure } from '../cli/errors'
import { hashCode, hashOrder } from '../cli/java-hash'
import { ZERO_UUID } from '../protocol/types'
import { type At, topicsThatMustExist } from './topics-change'
import type { TopicOptions } from './topics-options'
import {
  type ConfigEntry,
  DEFAULT_SOURCE,
  describeById,
  describeByName,
  listings,
  liveBrokers,
  OWN_SOURCE,
  type Partition,
  type Reassignment,
  reassignments,
  type Topic,
  topicConfigs,
} from './topics-requests'
import { parseUuid } from './topics-uuid'

/** A topic with everything that is printed about it. */
interface Described extends Topic {
  /** Settings that are not Kafka's defaults. */
  readonly configs: readonly ConfigEntry[]
  readonly replicationFactor: number
  readonly shown: readonly Partition[]
  readonly moves: ReadonlyMap<string, Reassignment>
}

export async function describeTopics(at: At, options: TopicOptions): Promise<void> {
  const topics = await chosenTopics(at, options)
  const configs = await topicConfigs(
    at.cluster,
    topics.map(({ name }) => name),
  )
  const isFiltered = hasFilter(options)
  const moves = topics.length > 0 ? await reassignments(at.cluster, topics) : new Map<string, Reassignment>()
  const brokers = options.unavailablePartitions ? await liveBrokers(at.cluster) : new Set<number>()
  const described = topics.map((topic): Described => {
    const entries = configs.get(topic.name) ?? []
    const least = Number(entries.find(({ name }) => name === 'min.insync.replicas')?.value ?? 1)
    const factor = (one: Partition) => replicationFactor(one, moves.get(`${topic.name}-${one.partition}`))
    const isShown = (one: Partition) => !isFiltered || matchesFilter(one, options, { factor: factor(one), least, brokers })
    const [first] = topic.partitions
    return {
      ...topic,
      configs: notDefault(entries, at.legacy === 'zookeeper'),
      replicationFactor: first ? factor(first) : 0,
      shown: topic.partitions.filter(isShown),
      moves,
    }
  })
  const wanted = options.topicsWithOverrides ? described.filter(({ configs }) => configs.length > 0) : described
  if (at.out.form === 'json') printJson(at, wanted)
  else if (at.out.form === 'table') await printTables(at, wanted, options)
  else printLines(at, wanted, options)
}

async function chosenTopics(at: At, options: TopicOptions): Promise<Topic[]> {
  const { topicId, ifExists, partitionSizeLimitPerResponse = 2000 } = options
  const id = topicId === undefined ? ZERO_UUID : parseUuid(topicId)
  if (id !== ZERO_UUID) {
    const known = (await listings(at.cluster)).some((one) => one.topicId === id)
    if (known) return describeById(at.cluster, id)
    if (ifExists) return []
    throw new Failure(`TopicId '${id}' does not exist as expected`, { sentence: `there is no topic with the id ${id}` })
  }
  const names = await topicsThatMustExist(at, options)
  if (names.length === 0) return []
  const topics = await describeByName(at.cluster, names, partitionSizeLimitPerResponse)
  // Kafka prints the topics in the order of a HashMap made for their number; people get them sorted
  return at.out.form === 'kafka' ? hashOrder(topics, ({ name }) => hashCode(name), topics.length) : topics
}

// ---- what is shown ----

const hasFilter = (options: TopicOptions): boolean =>
  options.underReplicatedPartitions ||
  options.unavailablePartitions ||
  options.underMinIsrPartitions ||
  options.atMinIsrPartitions

interface Facts {
  readonly factor: number
  /** min.insync.replicas */
  readonly least: number
  readonly brokers: ReadonlySet<number>
}

function matchesFilter({ leader, isr }: Partition, options: TopicOptions, { factor, least, brokers }: Facts): boolean {
  return (
    (options.underReplicatedPartitions && isr.length < factor) ||
    (options.unavailablePartitions && (leader === undefined || !brokers.has(leader))) ||
    (options.underMinIsrPartitions && (leader === undefined || isr.length < least)) ||
    (options.atMinIsrPartitions && isr.length === least)
  )
}

/** How many replicas there should be: while a partition moves, those that come do not count yet. */
function replicationFactor({ replicas }: Partition, move: Reassignment | undefined): number {
  const isMoving = move && replicas.some((id) => move.adding.includes(id) || move.removing.includes(id))
  return isMoving ? move.replicas.length - move.adding.length : replicas.length
}

/** What is set on the topic or the brokers, in the order in which Kafka prints it; ZooKeeper knew the topic's own only. */
function notDefault(entries: readonly ConfigEntry[], isOld: boolean): ConfigEntry[] {
  const ordered = hashOrder(entries, ({ name }) => hashCode(name))
  return ordered.filter(({ source }) => (isOld ? source === OWN_SOURCE : source !== DEFAULT_SOURCE))
}

// ---- how it is shown ----

function printLines({ out, legacy }: At, topics: readonly Described[], options: TopicOptions): void {
  for (const { name, topicId, partitions, replicationFactor, configs, shown, moves } of topics) {
    if (!hasFilter(options)) {
      const id = topicId === ZERO_UUID ? '' : `\tTopicId: ${topicId}`
      const settings = configs.map(({ name, value }) => `${name}=${value ?? ''}`).join(',')
      out.line(
        `Topic: ${name}${id}\tPartitionCount: ${partitions.length}\tReplicationFactor: ${replicationFactor}\tConfigs: ${settings}`,
      )
    }
    if (options.topicsWithOverrides) continue
    for (const one of shown) out.line(partitionLine(name, one, moves.get(`${name}-${one.partition}`), legacy === 'zookeeper'))
  }
}

function partitionLine(topic: string, one: Partition, move: Reassignment | undefined, isOld: boolean): string {
  const cells = [
    '',
    `Topic: ${topic}`,
    `Partition: ${one.partition}`,
    `Leader: ${one.leader ?? 'none'}`,
    `Replicas: ${one.replicas.join(',')}`,
    `Isr: ${one.isr.join(',')}`,
  ]
  if (move) cells.push(`Adding Replicas: ${move.adding.join(',')}`, `Removing Replicas: ${move.removing.join(',')}`)
  if (!isOld) cells.push(`Elr: ${one.elr?.join(',') ?? 'N/A'}`, `LastKnownElr: ${one.lastKnownElr?.join(',') ?? 'N/A'}`)
  return cells.join('\t')
}

function printJson({ out }: At, topics: readonly Described[]): void {
  out.json({
    topics: topics.map(({ name, topicId, partitions, replicationFactor, configs, shown, moves }) => ({
      name,
      topicId,
      partitionCount: partitions.length,
      replicationFactor,
      configs: Object.fromEntries(configs.map(({ name, value }) => [name, value])),
      partitions: shown.map(({ partition, leader, replicas, isr, elr, lastKnownElr }) => ({
        partition,
        leader: leader ?? null,
        replicas,
        isr,
        elr: elr ?? null,
        lastKnownElr: lastKnownElr ?? null,
        ...(moves.has(`${name}-${partition}`) ? { reassignment: moves.get(`${name}-${partition}`) } : {}),
      })),
    })),
  })
}

async function printTables({ out }: At, topics: readonly Described[], options: TopicOptions): Promise<void> {
  const { bold, dim, red } = out.style
  for (const [i, { name, topicId, partitions, replicationFactor, configs, shown }] of topics.entries()) {
    if (hasFilter(options) && shown.length === 0) continue
    if (i > 0) out.line('')
    const counts = `${partitions.length} partition${partitions.length === 1 ? '' : 's'}, replication factor ${replicationFactor}`
    out.line(`${bold(name)}  ${counts}  ${dim(topicId)}`)
    for (const { name, value } of configs) out.line(`  ${name}=${value ?? ''}`)
    if (options.topicsWithOverrides) continue
    const rows = shown.map((one) => {
      const isShort = one.isr.length < one.replicas.length
      const isr = one.isr.join(',')
      return [String(one.partition), String(one.leader ?? red('none')), one.replicas.join(','), isShort ? red(isr) : isr]
    })
    await out.table({ head: ['partition', 'leader', 'replicas', 'in sync'], rows, right: [0, 1] })
  }
  if (topics.length === 0 && options.topic === undefined) out.error('No topics.')
}
