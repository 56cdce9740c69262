/**
 * What records are to be deleted: a JSON file of Kafka's form, read as strictly as Kafka's tool reads it and with its words, or, as
 * kt, a topic with an offset on the command line.
 *
 *     {"partitions": [{"topic": "foo", "partition": 1, "offset": 1}], "version": 1}     offset -1: all that may be read
 */
import type { CheckContext } from '../cli/command'
import { Failure, UsageError } from '../cli/errors'
import { JavaDouble, jsonText, readJson } from '../cli/java-json'
import { readText } from '../cli/properties'
import type { Cluster } from '../client/cluster'
import { keyOf, type TopicPartition } from '../client/topic-partition'
import { checkTopicExists } from './console-topic'

export interface Wish extends TopicPartition {
  /** -1: everything up to the high watermark. */
  readonly before: number
}

const JSON_MAPPING = 'com.fasterxml.jackson.databind.JsonMappingException'
const OPERATION = 'org.apache.kafka.tools.AdminOperationException'
const COMMAND_FAILED = 'org.apache.kafka.tools.AdminCommandFailedException'

/** Reads the file. Throws Failure with Kafka's words. */
export function wishesInFile({ system, terminal }: Pick<CheckContext, 'system' | 'terminal'>, path: string): Wish[] {
  let text: string
  try {
    text = readText(system, terminal, path)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw new Failure(`Unable to read file ${path}`, {
      javaClass: 'java.io.IOException',
      sentence: error.hint ?? `${path} cannot be read`,
    })
  }
  return wishesIn(text, path)
}

export function wishesIn(text: string, path: string): Wish[] {
  const document = objectIn(parse(text, path), path)
  const version = 'version' in document ? typed(document, 'version', 'Integer', path) : 1
  if (version !== 1) {
    throw new Failure(`Not supported version field value ${version}`, {
      javaClass: OPERATION,
      sentence: `${path}: version ${version} is not known; there is only 1`,
    })
  }
  const rows = document['partitions']
  if (rows === undefined) {
    throw new Failure('Missing partitions field', { javaClass: OPERATION, sentence: `${path}: "partitions" is missing` })
  }
  if (!Array.isArray(rows)) throw mapping(`Expected JSON array, received ${jsonText(rows)}`, path)
  const wishes = rows.map((row): Wish => {
    const object = objectIn(row, path)
    const [topic, partition] = [typed(object, 'topic', 'String', path), typed(object, 'partition', 'Integer', path)]
    return { topic, partition, before: typed(object, 'offset', 'Long', path) }
  })
  checkOnce(wishes, path)
  return wishes
}

function parse(text: string, path: string): unknown {
  try {
    return readJson(text)
  } catch (error) {
    throw new Failure('The input string is not a valid JSON', {
      javaClass: OPERATION,
      sentence: `${path} is not JSON: ${(error as Error).message}`,
    })
  }
}

const mapping = (message: string, path: string) =>
  new Failure(message, { javaClass: JSON_MAPPING, sentence: `${path}: ${message}` })

type JsonObject = { readonly [name: string]: unknown }

function objectIn(value: unknown, path: string): JsonObject {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JavaDouble)
  if (!isObject) throw mapping(`Expected JSON object, received ${jsonText(value)}`, path)
  return value as JsonObject // an object of JSON has names and values
}

interface Types {
  readonly String: string
  readonly Integer: number
  readonly Long: number
}

const FITS: { readonly [T in keyof Types]: (value: unknown) => boolean } = {
  String: (value) => typeof value === 'string',
  Integer: (value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31,
  Long: (value) => Number.isSafeInteger(value),
}

function typed<T extends keyof Types>(object: JsonObject, name: string, type: T, path: string): Types[T] {
  if (!(name in object)) throw mapping(`No such field exists: \`${name}\``, path)
  const value = object[name]
  if (!FITS[type](value)) throw mapping(`Expected \`${type}\` value, received ${jsonText(value)}`, path)
  return value as Types[T] // as FITS says
}

function checkOnce(wishes: readonly Wish[], path: string): void {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const key of wishes.map(keyOf)) (seen.has(key) ? twice : seen).add(key)
  if (twice.size === 0) return
  throw new Failure(`Offset json file contains duplicate topic partitions: ${[...twice].join(',')}`, {
    javaClass: COMMAND_FAILED,
    sentence: `${path} names ${[...twice].join(', ')} twice`,
  })
}

/** What `--before-offset` means. Throws UsageError. */
export function offsetOf(word: string): number {
  if (word === 'latest') return -1
  const offset = /^\d+$/.test(word) ? Number(word) : Number.NaN
  if (!Number.isSafeInteger(offset)) throw new UsageError('', `--before-offset takes an offset or 'latest', not '${word}'`)
  return offset
}

/** The partitions of one topic: the one that was named, or all. Throws Failure, UsageError where one number is for several. */
export async function wishesFor(cluster: Cluster, topic: string, partition: number | undefined, before: number): Promise<Wish[]> {
  await checkTopicExists(cluster, topic)
  const numbers = ((await cluster.topic(topic))?.partitions ?? []).map((_, number) => number)
  if (partition !== undefined && !numbers.includes(partition)) {
    const last = numbers.length - 1
    throw new Failure(`${topic} has no partition ${partition}; ${last === 0 ? 'there is only 0' : `there are 0 to ${last}`}`)
  }
  const meant = partition === undefined ? numbers : [partition]
  if (meant.length > 1 && before >= 0) {
    throw new UsageError('', `${topic} has ${numbers.length} partitions, each with offsets of its own: name one with --partition`)
  }
  return meant.map((number) => ({ topic, partition: number, before }))
}
