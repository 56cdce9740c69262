/** Describing topics (TopicCommand.TopicService.describeTopic): Kafka's lines, a drawn table, or JSON. */
import { Failure } from '../cli/errors'
import { describedOrder, hashCode, hashOrder } from '../cli/java-hash'
import { describeCluster } from '../client/admin/brokers'
import { type ConfigEntry, describeConfigs } from '../client/admin/configs'
import {
  describeTopics as describeByName,
  describeTopicsById,
  listTopics,
  type PartitionDescription as Partition,
  type TopicDescription as Topic,
} from '../client/admin/topics'
import { ZERO_UUID } from '../protocol/types'
import { type At, orThrow, topicsThatMustExist } from './topics-change'
import { type Move, movesOf } from './topics-moves'
import type { TopicOptions } from './topics-options'
import { parseUuid } from './topics-uuid'

/** A topic with everything that is printed about it. */
interface Described extends Topic {
  /** Settings that are not Kafka's defaults. */
  readonly configs: readonly ConfigEntry[]
  readonly replicationFactor: number
  readonly shown: readonly Partition[]
  readonly moves: ReadonlyMap<string, Move>
}

export async function describeTopics(at: At, options: TopicOptions): Promise<void> {
  const topics = await chosenTopics(at, options)
  const all = await describeConfigs(
    at.cluster,
    topics.map(({ name }) => ({ type: 'topic', name })),
  )
  const moves = topics.length > 0 ? await movesOf(at.cluster, topics) : new Map<string, Move>()
  const brokers = options.unavailablePartitions ? (await describeCluster(at.cluster)).nodes : []
  const live = new Set(brokers.map(({ id }) => id))
  const described = topics.map((topic, i): Described => {
    const entries = orThrow(all[i])
    const least = Number(entries.find(({ name }) => name === 'min.insync.replicas')?.value ?? 1)
    const factor = (one: Partition) => replicationFactor(one, moves.get(`${topic.name}-${one.partition}`))
    const isShown = (one: Partition) => matchesFilter(one, options, { factor: factor(one), least, live })
    const [first] = topic.partitions
    return {
      ...topic,
      configs: notDefault(entries, at.legacy === 'zookeeper'),
      replicationFactor: first ? factor(first) : 0,
      shown: hasFilter(options) ? topic.partitions.filter(isShown) : topic.partitions,
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
    const isKnown = (await listTopics(at.cluster)).some((one) => one.id === id)
    if (isKnown) return [...(await describeTopicsById(at.cluster, [id])).values()].map(orThrow)
    if (ifExists) return []
    throw new Failure(`TopicId '${id}' does not exist as expected`, { sentence: `there is no topic with the id ${id}` })
  }
  const names = await topicsThatMustExist(at, options)
  if (names.length === 0) return []
  const found = await describeByName(at.cluster, names, { pageSize: partitionSizeLimitPerResponse })
  // people get them sorted
  const order = at.out.form === 'kafka' ? describedOrder(names) : names
  return order.map((name) => orThrow(found.get(name)))
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
  /** Brokers that are there. */
  readonly live: ReadonlySet<number>
}

function matchesFilter({ leader, isr }: Partition, options: TopicOptions, { factor, least, live }: Facts): boolean {
  return (
    (options.underReplicatedPartitions && isr.length < factor) ||
    (options.unavailablePartitions && !live.has(leader)) ||
    (options.underMinIsrPartitions && (leader < 0 || isr.length < least)) ||
    (options.atMinIsrPartitions && isr.length === least)
  )
}

/** How many replicas there should be: while a partition moves, those that come do not count yet. */
function replicationFactor({ replicas }: Partition, move: Move | undefined): number {
  const isMoving = move && replicas.some((id) => move.adding.includes(id) || move.removing.includes(id))
  return isMoving ? move.replicas.length - move.adding.length : replicas.length
}

/** What is set on the topic or the brokers, in the order in which Kafka prints it; ZooKeeper knew the topic's own only. */
function notDefault(entries: readonly ConfigEntry[], isOld: boolean): ConfigEntry[] {
  const ordered = hashOrder(entries, ({ name }) => hashCode(name))
  return ordered.filter(({ source }) => (isOld ? source === 'DYNAMIC_TOPIC_CONFIG' : source !== 'DEFAULT_CONFIG'))
}

// ---- how it is shown ----

function printLines({ out, legacy }: At, topics: readonly Described[], options: TopicOptions): void {
  for (const { name, id: topicId, partitions, replicationFactor, configs, shown, moves } of topics) {
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

function partitionLine(topic: string, one: Partition, move: Move | undefined, isOld: boolean): string {
  const cells = [
    '',
    `Topic: ${topic}`,
    `Partition: ${one.partition}`,
    `Leader: ${one.leader < 0 ? 'none' : one.leader}`,
    `Replicas: ${one.replicas.join(',')}`,
    `Isr: ${one.isr.join(',')}`,
  ]
  if (move) cells.push(`Adding Replicas: ${move.adding.join(',')}`, `Removing Replicas: ${move.removing.join(',')}`)
  if (!isOld)
    cells.push(
      `Elr: ${one.eligibleLeaders?.join(',') ?? 'N/A'}`,
      `LastKnownElr: ${one.lastKnownEligibleLeaders?.join(',') ?? 'N/A'}`,
    )
  return cells.join('\t')
}

function printJson({ out }: At, topics: readonly Described[]): void {
  out.json({
    topics: topics.map(({ name, id, partitions, replicationFactor, configs, shown, moves }) => ({
      name,
      topicId: id,
      partitionCount: partitions.length,
      replicationFactor,
      configs: Object.fromEntries(configs.map(({ name, value }) => [name, value])),
      partitions: shown.map(({ partition, leader, replicas, isr, eligibleLeaders, lastKnownEligibleLeaders }) => ({
        partition,
        leader: leader < 0 ? null : leader,
        replicas,
        isr,
        elr: eligibleLeaders,
        lastKnownElr: lastKnownEligibleLeaders,
        ...(moves.has(`${name}-${partition}`) ? { reassignment: moves.get(`${name}-${partition}`) } : {}),
      })),
    })),
  })
}

async function printTables({ out }: At, topics: readonly Described[], options: TopicOptions): Promise<void> {
  const { bold, dim, red } = out.style
  for (const [i, { name, id, partitions, replicationFactor, configs, shown }] of topics.entries()) {
    if (hasFilter(options) && shown.length === 0) continue
    if (i > 0) out.line('')
    const counts = `${partitions.length} partition${partitions.length === 1 ? '' : 's'}, replication factor ${replicationFactor}`
    out.line(`${bold(name)}  ${counts}  ${dim(id)}`)
    for (const { name, value } of configs) out.line(`  ${name}=${value ?? ''}`)
    if (options.topicsWithOverrides) continue
    const rows = shown.map((one) => {
      const isShort = one.isr.length < one.replicas.length
      const isr = one.isr.join(',')
      return [
        String(one.partition),
        one.leader < 0 ? red('none') : String(one.leader),
        one.replicas.join(','),
        isShort ? red(isr) : isr,
      ]
    })
    await out.table({ head: ['partition', 'leader', 'replicas', 'in sync'], rows, right: [0, 1] })
  }
  if (topics.length === 0 && options.topic === undefined) out.error('No topics.')
}
