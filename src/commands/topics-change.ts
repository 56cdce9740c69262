/** Listing, creating, altering and deleting topics (TopicCommand.TopicService). */

import type { Context } from '../cli/command'
import { Failure } from '../cli/errors'
import { isInternal, topicFilter } from '../cli/java-regex'
import { nearest } from '../cli/suggest'
import { KafkaError } from '../client/kafka-error'
import { errors } from '../protocol/errors'
import type { TopicOptions } from './topics-options'
import {
  type Asks,
  addPartitions,
  create,
  describeByName,
  listings,
  type MorePartitions,
  type NewTopic,
  remove,
} from './topics-requests'

/** What an action works with. */
export interface At extends Context {
  readonly cluster: Asks
}

/** Names of the topics that --topic means, sorted; all without it. */
export async function topicsFor(
  { cluster }: At,
  { topic, excludeInternal }: TopicOptions,
): Promise<{ found: string[]; all: string[] }> {
  const all = (await listings(cluster)).map(({ name }) => name).sort()
  const isMeant = topic === undefined ? () => true : topicFilter(topic)
  return { found: all.filter((name) => isMeant(name) && !(excludeInternal && isInternal(name))), all }
}

/** Kafka's error for a --topic that means no topic, unless --if-exists. */
export async function topicsThatMustExist(at: At, options: TopicOptions): Promise<string[]> {
  const { found, all } = await topicsFor(at, options)
  const { topic, ifExists } = options
  if (found.length > 0 || topic === undefined || ifExists) return found
  const close = nearest(topic, all)
  throw new Failure(`Topic '${topic}' does not exist as expected`, {
    sentence: `there is no topic '${topic}'`,
    ...(close === undefined ? {} : { hint: `Did you mean '${close}'?` }),
  })
}

export async function listTopics(at: At, options: TopicOptions): Promise<void> {
  const { found } = await topicsFor(at, options)
  if (at.out.form === 'json') at.out.json({ topics: found.map((name) => ({ name, internal: isInternal(name) })) })
  else if (at.out.form === 'kafka' || found.length > 0) at.out.line(found.join('\n'))
  else at.out.error("No topics yet. Create one with 'kt topics --create --topic NAME'.")
}

export async function createTopic(at: At, options: TopicOptions): Promise<void> {
  const { out, cluster } = at
  const topic = newTopic(options)
  if (/[._]/.test(topic.name)) warn(at, COLLISION_WARNING)
  try {
    const made = await create(cluster, topic)
    if (out.form === 'json') out.json({ created: { name: topic.name, ...made } })
    else out.line(`Created topic ${topic.name}.`)
  } catch (error) {
    const exists = error instanceof KafkaError && error.code === errors.TOPIC_ALREADY_EXISTS
    if (exists && options.ifNotExists) {
      // the sentence for two names that differ in dots and underscores has the same number, and is not forgiven
      if (!error.message.includes('collides')) {
        if (out.form === 'json') out.json({ created: null })
        return
      }
    }
    throw at.legacy === 'zookeeper' ? inOldWords(error) : error
  }
}

const COLLISION_WARNING =
  "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. To avoid issues it " +
  'is best to use either, but not both.'

/** Kafka warns on stdout; that is no data, so kt does not. */
function warn({ out, voice }: At, text: string): void {
  if (voice === 'kafka') out.line(text)
  else out.error(text)
}

function newTopic({ topic = '', partitions, replicationFactor, replicaAssignment, config }: TopicOptions): NewTopic {
  if (topic === '')
    throw new Failure(`The given topic name '' cannot be represented in a request.`, { sentence: 'a topic needs a name' })
  const configs = config.map(settingOf)
  const assignment = replicaAssignment === undefined ? [] : parseAssignment(replicaAssignment)
  if (replicationFactor !== undefined && (replicationFactor < 1 || replicationFactor > 32767)) {
    throw new Failure('The replication factor must be between 1 and 32767 inclusive')
  }
  if (partitions !== undefined && partitions < 1) throw new Failure('The partitions must be greater than 0')
  const isPlaced = assignment.length > 0
  return {
    name: topic,
    numPartitions: isPlaced ? -1 : (partitions ?? -1),
    replicationFactor: isPlaced ? -1 : (replicationFactor ?? -1),
    assignments: assignment.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
    configs,
  }
}

function settingOf(word: string): { name: string; value: string } {
  const parts = word.split('=').map((part) => part.trim())
  const [name, value] = parts
  if (parts.length !== 2 || name === undefined || value === undefined || value === '') {
    throw new Failure('requirement failed: Invalid topic config: all configs to be added must be in the format "key=val".', {
      sentence: `--config takes key=value, not '${word}'`,
    })
  }
  return { name, value }
}

/** `1:2,2:3`: the brokers of each partition. */
export function parseAssignment(text: string): number[][] {
  const partitions = text.split(',').map((part) => part.split(':').map((word) => javaInt(word.trim())))
  for (const [i, brokers] of partitions.entries()) {
    const twice = [...new Set(brokers.filter((broker, at) => brokers.indexOf(broker) !== at))]
    if (twice.length > 0) throw new Failure(`Partition replica lists may not contain duplicate entries: ${twice.join(', ')}`)
    if (brokers.length !== partitions[0]?.length) {
      throw new Failure(`Partition ${i} has different replication factor: [${brokers.join(', ')}]`)
    }
  }
  return partitions
}

function javaInt(word: string): number {
  const value = /^[+-]?\d+$/.test(word) ? Number(word) : Number.NaN
  if (!(Math.abs(value) < 2 ** 31)) throw new Failure(`For input string: "${word}"`)
  return value
}

export async function alterTopics(at: At, options: TopicOptions): Promise<void> {
  const { out, cluster, legacy } = at
  const { partitions = 0, replicaAssignment } = options
  const assignment = replicaAssignment === undefined ? undefined : parseAssignment(replicaAssignment)
  const names = await topicsThatMustExist(at, options)
  if (legacy === 'zookeeper') out.line(PARTITION_WARNING)
  if (names.length > 0) {
    const before = assignment ? await describeByName(cluster, names, options.partitionSizeLimitPerResponse ?? 2000) : []
    const more = names.map((name): MorePartitions => {
      const has = before.find((topic) => topic.name === name)?.partitions.length ?? 0
      const assignments = assignment?.slice(has).map((brokerIds) => ({ brokerIds })) ?? null
      return { name, count: partitions, assignments }
    })
    await addPartitions(cluster, more)
  }
  if (legacy === 'zookeeper') out.line('Adding partitions succeeded!')
  else if (out.form === 'json') out.json({ altered: names.map((name) => ({ name, partitions })) })
  else if (out.form === 'table') for (const name of names) out.line(`Topic ${name} now has ${partitions} partitions.`)
}

const PARTITION_WARNING =
  'WARNING: If partitions are increased for a topic that has a key, the partition logic or ordering of the messages will be affected'

export async function deleteTopics(at: At, options: TopicOptions): Promise<void> {
  const { out, cluster, legacy } = at
  const names = await topicsThatMustExist(at, options)
  if (names.length > 0) await remove(cluster, names)
  if (legacy === 'zookeeper') {
    for (const name of names) out.line(`Topic ${name} is marked for deletion.`)
    out.line('Note: This will have no impact if delete.topic.enable is not set to true.')
  } else if (out.form === 'json') out.json({ deleted: names })
  else if (out.form === 'table') for (const name of names) out.line(`Deleted topic ${name}.`)
}

/** The words of Kafka 2.8 for what a broker of today says. */
function inOldWords(error: unknown): unknown {
  if (!(error instanceof KafkaError) || error.code !== errors.INVALID_REPLICATION_FACTOR) return error
  const numbers = /(\d+) time\(s\).* only (\d+) broker/.exec(error.message)
  return numbers ? new Failure(`Replication factor: ${numbers[1]} larger than available brokers: ${numbers[2]}.`) : error
}
