/** Listing, creating, altering and deleting topics (TopicCommand.TopicService). */

import type { Context } from '../cli/command'
import { Failure } from '../cli/errors'
import { isInternal, topicFilter } from '../cli/java-regex'
import { nearest } from '../cli/suggest'
import { isError, type Outcome } from '../client/admin/result'
import {
  type CreatedTopic,
  createPartitions,
  createTopics,
  describeTopics,
  listTopics as listings,
  type MorePartitions,
  type NewTopic,
  deleteTopics as remove,
} from '../client/admin/topics'
import type { Cluster } from '../client/cluster'
import { KafkaError, kafkaError } from '../client/kafka-error'
import { errors } from '../protocol/errors'
import { TOPIC_CONFIGS, type TopicOptions } from './topics-options'

/** What an action works with. */
export interface At extends Context {
  readonly cluster: Cluster
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
  if (topic === '' && at.voice === 'kafka') return found // to Kafka an empty name is none, and no error
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
  const topic = newTopic(options, at.voice === 'kafka')
  if (/[._]/.test(topic.name)) warn(at, COLLISION_WARNING)
  try {
    const made = orThrow((await createTopics(cluster, [topic])).get(topic.name))
    if (out.form === 'json') out.json({ created: created(topic.name, made) })
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

const created = (name: string, { id, partitions, replicationFactor }: CreatedTopic) => ({
  name,
  topicId: id,
  partitions,
  replicationFactor,
})

/** What came of it, or its error thrown. */
export function orThrow<T>(outcome: Outcome<T> | undefined): T {
  if (outcome === undefined) throw kafkaError(errors.UNKNOWN_SERVER_ERROR)
  if (isError(outcome)) throw outcome
  return outcome
}
function throwFirst(outcomes: Map<string, KafkaError | undefined>): void {
  for (const error of outcomes.values()) if (error) throw error
}

function newTopic(options: TopicOptions, knowsNames: boolean): NewTopic {
  const { topic = '', partitions, replicationFactor, replicaAssignment, config } = options
  if (topic === '')
    throw new Failure(`The given topic name '' cannot be represented in a request.`, { sentence: 'a topic needs a name' })
  const configs = Object.fromEntries(config.map(settingOf))
  // Kafka's tool knows the names by itself, so that this comes before all that the broker may say; kt leaves them to the broker
  const unknown = knowsNames ? Object.keys(configs).find((name) => !TOPIC_CONFIGS.includes(name)) : undefined
  if (unknown !== undefined && unknown !== HIDDEN) throw new Failure(`Unknown topic config name: ${unknown}`)
  const assignments = replicaAssignment ? parseAssignment(replicaAssignment) : [] // Kafka takes an empty text for none
  if (replicationFactor !== undefined && (replicationFactor < 1 || replicationFactor > 32767)) {
    throw new Failure('The replication factor must be between 1 and 32767 inclusive')
  }
  if (partitions !== undefined && partitions < 1) throw new Failure('The partitions must be greater than 0')
  const given = {
    ...(partitions === undefined ? {} : { partitions }),
    ...(replicationFactor === undefined ? {} : { replicationFactor }),
  }
  return { name: topic, configs, ...(assignments.length > 0 ? { assignments } : given) }
}

/** A setting that Kafka has for its own tests, and tells nobody. */
const HIDDEN = 'internal.segment.bytes'

function settingOf(word: string): [name: string, value: string] {
  const parts = word.split('=').map((part) => part.trim())
  const [name, value] = parts
  if (parts.length !== 2 || name === undefined || value === undefined || value === '') {
    throw new Failure('requirement failed: Invalid topic config: all configs to be added must be in the format "key=val".', {
      sentence: `--config takes key=value, not '${word}'`,
    })
  }
  return [name, value]
}

/** `1:2,2:3`: the brokers of each partition; nothing behind a last comma or colon counts, as in Java's String.split. */
export function parseAssignment(text: string): number[][] {
  const partitions = partsOf(text, ',').map((part) => partsOf(part, ':').map((word) => javaInt(word.trim())))
  for (const [i, brokers] of partitions.entries()) {
    const twice = [...new Set(brokers.filter((broker, at) => brokers.indexOf(broker) !== at))]
    if (twice.length > 0) throw new Failure(`Partition replica lists may not contain duplicate entries: ${twice.join(', ')}`)
    if (brokers.length !== partitions[0]?.length) {
      throw new Failure(`Partition ${i} has different replication factor: [${brokers.join(', ')}]`)
    }
  }
  return partitions
}

function partsOf(text: string, by: string): string[] {
  const parts = text.split(by)
  while (text !== '' && parts[parts.length - 1] === '') parts.pop()
  return parts
}

function javaInt(word: string): number {
  const value = /^[+-]?\d+$/.test(word) ? Number(word) : Number.NaN
  if (!(Math.abs(value) < 2 ** 31)) throw new Failure(`For input string: "${word}"`)
  return value
}

export async function alterTopics(at: At, options: TopicOptions): Promise<void> {
  const { out, cluster, legacy } = at
  const { partitions = 0, replicaAssignment } = options
  const assignment = replicaAssignment ? parseAssignment(replicaAssignment) : undefined
  const names = await topicsThatMustExist(at, options)
  if (legacy === 'zookeeper') out.line(PARTITION_WARNING)
  if (names.length > 0) {
    const before = assignment ? [...(await describeTopics(cluster, names)).values()].map(orThrow) : []
    const more = names.map((name): MorePartitions => {
      const has = before.find((topic) => topic.name === name)?.partitions.length ?? 0
      return { topic: name, count: partitions, ...(assignment ? { assignments: assignment.slice(has) } : {}) }
    })
    throwFirst(await createPartitions(cluster, more))
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
  if (names.length > 0) throwFirst(await remove(cluster, names))
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
