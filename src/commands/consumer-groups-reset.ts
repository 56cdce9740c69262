/** kafka-consumer-groups.sh --reset-offsets: plans new offsets, shows them, and with --execute stores them. */
import { exit, Failure, UsageError } from '../cli/errors'
import { hashCode, hashOrder, partitionOrder } from '../cli/java-hash'
import { has } from '../cli/parse'
import { readText } from '../cli/properties'
import { alterGroupOffsets } from '../client/admin/group-offsets'
import { describeGroups } from '../client/admin/groups'
import { isError, type TopicPartition } from '../client/admin/result'
import { describeTopics } from '../client/admin/topics'
import { clientError, KafkaError } from '../client/kafka-error'
import { errors } from '../protocol/errors'
import { byTopicAndPartition, keyOf, storedOffsets } from './consumer-groups-collect'
import { csvOf, plansIn } from './consumer-groups-csv'
import { allGroupIds } from './consumer-groups-list'
import type { GroupOptions } from './consumer-groups-options'
import { type At, complain, ofFuture, tableLines, unchecked, wide } from './consumer-groups-print'
import { type Reset, resetsFor, withinLog } from './consumer-groups-specs'
import { namedPartitions } from './consumer-groups-topics'

/** Gives kt's exit code. */
export async function resetOffsets(at: At, options: GroupOptions): Promise<number> {
  const groupIds = has(options, 'allGroups') ? await allGroupIds(at) : [...new Set(options.group)]
  const outcomes = await describeGroups(at.cluster, groupIds, at.timeoutMs).catch((error) => {
    throw unchecked(at, ofFuture(at, error))
  })
  const plans = new Map<string, readonly Reset[]>()
  let code: number = exit.done
  for (const [groupId, outcome] of outcomes) {
    if (isError(outcome) && outcome.code !== errors.GROUP_ID_NOT_FOUND) throw unchecked(at, ofFuture(at, outcome))
    const state = isError(outcome) ? 'Dead' : outcome.state // a group that is not there can have offsets all the same
    if (state === 'Empty' || state === 'Dead') {
      plans.set(groupId, await resetGroup(at, options, groupId))
      continue
    }
    complain(at, `Assignments can only be reset if the group '${groupId}' is inactive, but the current state is ${state}.`)
    plans.set(groupId, [])
    code = exit.failed
  }
  await show(at, options, plans)
  return code
}

/** Plans one group's offsets and stores them if that is asked for. */
async function resetGroup(at: At, options: GroupOptions, groupId: string): Promise<Reset[]> {
  const partitions = await scopeOf(at, options, groupId)
  await checkPartitions(at, partitions)
  const twice = partitions.find((one, i) => partitions.findIndex((other) => keyOf(other) === keyOf(one)) < i)
  if (twice) throw new Failure(`Duplicate key ${keyOf(twice)}`, { sentence: `--topic names ${keyOf(twice)} twice` })
  const resets = has(options, 'fromFile')
    ? await fromFile(at, options, groupId)
    : await resetsFor(at, options, groupId, partitions)
  if (!has(options, 'execute')) return resets
  const failures = await alterGroupOffsets(at.cluster, groupId, resets, at.timeoutMs).catch((error) => {
    throw inReset(at, error)
  })
  const failed = failures.find((error) => error !== undefined)
  if (failed) throw inReset(at, failed)
  return resets
}

/** Kafka takes its own errors out of their wrapping here, and wraps others twice. */
const inReset = (at: At, error: unknown): unknown => (error instanceof KafkaError ? error : unchecked(at, ofFuture(at, error)))

/** The partitions that are meant. */
async function scopeOf(at: At, options: GroupOptions, groupId: string): Promise<TopicPartition[]> {
  if (has(options, 'allTopics')) return partitionOrder([...(await storedOffsets(at, groupId)).values()])
  if (has(options, 'topic')) return partitionsToReset(at, options.topic)
  if (has(options, 'fromFile')) return []
  throw new UsageError(
    'One of the reset scopes should be defined: --all-topics, --topic.',
    'say which topics: --topic or --all-topics',
  )
}

async function partitionsToReset(at: At, words: readonly string[]): Promise<TopicPartition[]> {
  const named = namedPartitions(words)
  if (named.topics.length === 0) return named.partitions
  const topics = await describeTopics(at.cluster, named.topics, { timeoutMs: at.timeoutMs }).catch((error) => {
    throw inReset(at, error)
  })
  const all = [...topics].flatMap(([topic, outcome]) => {
    if (isError(outcome)) throw inReset(at, outcome)
    return outcome.partitions.map(({ partition }) => ({ topic, partition }))
  })
  return [...named.partitions, ...all]
}

/** All must exist and have a leader. */
async function checkPartitions(at: At, partitions: readonly TopicPartition[]): Promise<void> {
  const names = [...new Set(partitions.map(({ topic }) => topic))]
  if (names.length === 0) return
  const topics = await describeTopics(at.cluster, names, { timeoutMs: at.timeoutMs }).catch((error) => {
    throw unchecked(at, ofFuture(at, error))
  })
  const leaders = new Map<string, number>()
  for (const [topic, outcome] of topics) {
    if (isError(outcome)) throw unchecked(at, ofFuture(at, outcome))
    for (const { partition, leader } of outcome.partitions) leaders.set(keyOf({ topic, partition }), leader)
  }
  const listed = (isBad: (key: string) => boolean) => partitions.map(keyOf).filter(isBad).join(',')
  const missing = listed((key) => !leaders.has(key))
  if (missing !== '') throw clientError('UnknownTopicOrPartitionException', `The partitions "${missing}" do not exist`)
  const leaderless = listed((key) => (leaders.get(key) ?? -1) < 0)
  if (leaderless !== '') throw clientError('LeaderNotAvailableException', `The partitions "${leaderless}" have no leader`)
}

/** The plan that a file has for this group, cut to what the partitions hold. */
async function fromFile(at: At, options: GroupOptions, groupId: string): Promise<Reset[]> {
  const only = options.group.length === 1 ? options.group[0] : undefined
  const path = options.fromFile ?? ''
  let plan: readonly Reset[] | undefined
  try {
    plan = plansIn(readPlan(at, path), only, at.voice === 'kafka').get(groupId)
  } catch (error) {
    throw error instanceof Failure ? unchecked(at, error) : error
  }
  if (plan) {
    await checkTopics(at, plan)
    return partitionOrder(await withinLog(at, plan))
  }
  complain(at, `No reset plan for group ${groupId} found`)
  return []
}

/** Every topic of a plan must be there (org.apache.kafka.clients.admin.internals.PartitionLeaderStrategy has the words). */
async function checkTopics(at: At, plan: readonly Reset[]): Promise<void> {
  const names = [...new Set(plan.map(({ topic }) => topic))]
  const topics = await describeTopics(at.cluster, names, { timeoutMs: at.timeoutMs })
  for (const { topic, partition } of plan) {
    const outcome = topics.get(topic)
    if (!outcome || !isError(outcome)) continue
    const why =
      outcome.code === errors.UNKNOWN_TOPIC_OR_PARTITION
        ? `because metadata for topic \`${topic}\` could not be found`
        : `due to invalid topic \`${topic}\``
    const error = clientError(outcome.name, `Failed to fetch metadata for partition ${keyOf({ topic, partition })} ${why}`)
    throw unchecked(at, ofFuture(at, error))
  }
}

function readPlan({ system, terminal }: At, path: string): string {
  try {
    return readText(system, terminal, path)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const sentence = error.hint ?? error.message
    throw new Failure(`Unable to read file ${path}`, { javaClass: 'java.io.IOException', sentence })
  }
}

async function show(at: At, options: GroupOptions, plans: ReadonlyMap<string, readonly Reset[]>): Promise<void> {
  const { out } = at
  if (out.form === 'json') {
    const isDone = has(options, 'execute')
    out.json({ executed: isDone, groups: [...plans].map(([group, partitions]) => ({ group, partitions })) })
    return
  }
  const ordered = hashOrder([...plans], ([group]) => hashCode(group)).map(
    ([group, resets]) => [group, partitionOrder(resets)] as const,
  )
  if (has(options, 'export')) {
    out.line(csvOf(new Map(ordered), options.group.length !== 1))
    return
  }
  if (out.form === 'table') {
    const rows = [...plans].flatMap(([group, resets]) =>
      [...resets]
        .sort(byTopicAndPartition)
        .map(({ topic, partition, offset }) => [group, topic, String(partition), String(offset)]),
    )
    await out.table({ head: ['group', 'topic', 'partition', 'new offset'], rows, right: [2, 3] })
    if (!has(options, 'execute')) out.error('Nothing was changed; --execute does it.')
    return
  }
  const rows = ordered.flatMap(([group, resets]) =>
    resets.map(({ topic, partition, offset }) => [group, topic, String(partition), String(offset)]),
  )
  const groupColumn = wide('GROUP', 15, plans.keys())
  const topicColumn = wide(
    'TOPIC',
    15,
    rows.map((row) => row[1] ?? ''),
  )
  const lines = tableLines([groupColumn, topicColumn, ['PARTITION', 10], ['NEW-OFFSET', 0]], rows)
  out.line(plans.size === 0 ? '' : `\n${lines.join('\n')}`)
}
