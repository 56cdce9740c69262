/** kafka-consumer-groups.sh --delete and --delete-offsets. */
import { exit, OptionError } from '../cli/errors'
import { hashCode, hashOrder } from '../cli/java-hash'
import { has } from '../cli/parse'
import { deleteGroupOffsets } from '../client/admin/group-offsets'
import { deleteGroups } from '../client/admin/groups'
import { isError, type TopicPartition } from '../client/admin/result'
import { describeTopics } from '../client/admin/topics'
import { KafkaError } from '../client/kafka-error'
import { errorOf, errors } from '../protocol/errors'
import { keyOf } from './consumer-groups-collect'
import { allGroupIds } from './consumer-groups-list'
import type { GroupOptions } from './consumer-groups-options'
import { type At, complain, tableLines, wide } from './consumer-groups-print'
import { namedPartitions } from './consumer-groups-topics'

const quoted = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ')

/** Gives kt's exit code. */
export async function deleteConsumerGroups(at: At, options: GroupOptions): Promise<number> {
  const { out, cluster, timeoutMs } = at
  const groupIds = has(options, 'allGroups') ? await allGroupIds(at) : [...new Set(options.group)]
  const outcomes = await deleteGroups(cluster, groupIds, timeoutMs).catch((error) => {
    if (!(error instanceof KafkaError)) throw error
    return new Map(groupIds.map((groupId) => [groupId, error] as const))
  })
  const ordered = hashOrder(groupIds, hashCode)
  const deleted = ordered.filter((groupId) => !outcomes.get(groupId))
  const failed = ordered.flatMap((groupId) => {
    const error = outcomes.get(groupId)
    return error ? [{ groupId, error }] : []
  })
  const code = failed.length === 0 ? exit.done : exit.failed
  if (out.form === 'json') {
    out.json({
      deleted,
      failed: failed.map(({ groupId, error }) => ({ group: groupId, error: error.name, message: error.message })),
    })
    return code
  }
  if (failed.length === 0) {
    out.line(`Deletion of requested consumer groups (${quoted(deleted)}) was successful.`)
    return code
  }
  complain(at, 'Deletion of some consumer groups failed:')
  const say = (text: string) => (at.voice === 'kafka' ? out.line(text) : out.error(text))
  for (const { groupId, error } of failed) {
    say(`* Group '${groupId}' could not be deleted due to: ${at.voice === 'kafka' ? error : error.message}`)
  }
  if (deleted.length > 0) out.line(`\nThese consumer groups were deleted successfully: ${quoted(deleted)}`)
  return code
}

/** Errors of the group as a whole. */
const OF_GROUP: ReadonlySet<number> = new Set([
  errors.INVALID_GROUP_ID,
  errors.GROUP_ID_NOT_FOUND,
  errors.GROUP_AUTHORIZATION_FAILED,
  errors.NON_EMPTY_GROUP,
])
const OF_PARTITION: ReadonlySet<number> = new Set([
  errors.GROUP_SUBSCRIBED_TO_TOPIC,
  errors.TOPIC_AUTHORIZATION_FAILED,
  errors.UNKNOWN_TOPIC_OR_PARTITION,
])

/** A partition, or with -1 a topic, and what became of its offset. */
interface Deletion extends TopicPartition {
  readonly error: KafkaError | undefined
}

/** Gives kt's exit code. */
export async function deleteOffsets(at: At, options: GroupOptions): Promise<number> {
  const { out } = at
  const [group, second] = options.group
  if (group === undefined || second !== undefined) {
    throw new OptionError(
      'Found multiple arguments for option group, but you asked for only one',
      '--delete-offsets takes one --group',
    )
  }
  const { topLevel, deletions } = await deletionsFor(at, group, options.topic)
  const isDone = deletions.every(({ error }) => error === undefined)
  if (out.form === 'json') {
    const rows = deletions.map(({ topic, partition, error }) => ({
      topic,
      partition: partition < 0 ? null : partition,
      error: error?.name ?? null,
      message: error?.message ?? null,
    }))
    out.json({ group, error: topLevel?.name ?? null, partitions: rows })
  } else {
    if (topLevel === undefined) out.line(`Request succeeded for deleting offsets from group ${group}.`)
    else if (OF_GROUP.has(topLevel.code)) complain(at, errorOf(topLevel.code).sentence)
    else if (OF_PARTITION.has(topLevel.code)) {
      complain(at, 'Encountered some partition-level error, see the follow-up details.')
    } else complain(at, `Encountered some unknown error: ${errorOf(topLevel.code).name}`)
    await showDeletions(at, deletions)
  }
  return isDone && topLevel === undefined ? exit.done : exit.failed
}

/** Topics that are not there are rows of their own; the rest is one request. */
async function deletionsFor(
  { cluster, timeoutMs }: At,
  group: string,
  words: readonly string[],
): Promise<{ topLevel: KafkaError | undefined; deletions: Deletion[] }> {
  const named = namedPartitions(words)
  const unknown: Deletion[] = []
  const partitions = [...named.partitions]
  if (named.topics.length > 0) {
    const topics = await describeTopics(cluster, named.topics, { timeoutMs }).catch((error) => {
      if (!(error instanceof KafkaError)) throw error
      return new Map(named.topics.map((topic) => [topic, error] as const))
    })
    for (const [topic, outcome] of topics) {
      if (isError(outcome)) unknown.push({ topic, partition: -1, error: outcome })
      else partitions.push(...outcome.partitions.map(({ partition }) => ({ topic, partition })))
    }
  }
  const wanted = [...new Map(partitions.map((one) => [keyOf(one), one])).values()]
  const outcome = await deleteGroupOffsets(cluster, group, wanted, timeoutMs).catch((error) => {
    if (error instanceof KafkaError) return error
    throw error
  })
  if (isError(outcome)) {
    return { topLevel: outcome, deletions: [...unknown, ...wanted.map((one) => ({ ...one, error: outcome }))] }
  }
  const deletions = wanted.map((one, i) => ({ ...one, error: outcome[i] }))
  return { topLevel: deletions.find(({ error }) => error)?.error, deletions: [...unknown, ...deletions] }
}

async function showDeletions({ out, voice }: At, deletions: readonly Deletion[]): Promise<void> {
  const sorted = [...deletions].sort((a, b) => (`${a.topic}${a.partition}` < `${b.topic}${b.partition}` ? -1 : 1))
  const failure = (error: KafkaError) => (voice === 'kafka' || out.form === 'kafka' ? `Error: ${error}` : error.message)
  const rows = sorted.map(({ topic, partition, error }) => [
    topic,
    partition < 0 ? '-' : String(partition),
    error ? failure(error) : 'Successful',
  ])
  if (out.form === 'table') {
    await out.table({ head: ['topic', 'partition', 'status'], rows, right: [1] })
    return
  }
  const topics = wide(
    'TOPIC',
    15,
    rows.map(([topic = '']) => topic),
  )
  out.line(`\n${tableLines([topics, ['PARTITION', 10], ['STATUS', 15]], rows).join('\n')}`)
}
