/** Which options of kafka-console-consumer.sh go together, and the client properties that they stand for (ConsoleConsumerOptions). */
import { checkOneOf, checkRequired } from '../cli/checks'
import type { CheckContext, Context } from '../cli/command'
import { Failure, OptionError, UsageError } from '../cli/errors'
import { hashCode, hashOrder } from '../cli/java-hash'
import { has } from '../cli/parse'
import { readProperties } from '../cli/properties'
import { type ConsumerConfig, consumerConfig } from '../client/config/consumer'
import { kafkaException } from '../client/kafka-error'
import type { Random } from '../system'
import type { ConsumerOptions } from './console-consumer-options'
import { propertiesRead } from './console-servers'

/** What the tool checks before it reads anything. */
export function checkConsumerOptions(options: ConsumerOptions, { voice, hasPlace }: CheckContext): void {
  if (voice === 'kafka') checkOneOf(options, 'topic', 'include')
  else if (has(options, 'topic') && has(options, 'include')) checkOneOf(options, 'topic', 'include')
  if (atOnce(() => options.partition) === undefined) {
    if (has(options, 'offset'))
      throw new UsageError('The partition is required when offset is specified.', '--offset needs --partition')
  } else {
    if (!has(options, 'topic') && (voice === 'kafka' || has(options, 'include'))) {
      throw new UsageError('The topic is required when partition is specified.', '--partition needs --topic')
    }
    if (options.fromBeginning && has(options, 'offset')) {
      throw new UsageError(
        'Options from-beginning and offset cannot be specified together.',
        '--from-beginning and --offset both say where to begin; choose one',
      )
    }
  }
  if (!hasPlace) checkRequired(options, 'bootstrapServer')
}

/** A value that Kafka's tool reads outside its parser: a bad one is an exception there, without the table of options. */
function atOnce<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof OptionError)) throw error
    throw new Failure(error.message, { sentence: error.sentence, exitCode: 1 })
  }
}

/** Where to begin in the partition that was named. */
export function startOf(options: ConsumerOptions): number | 'earliest' | 'latest' {
  if (!has(options, 'offset')) return options.fromBeginning ? 'earliest' : 'latest'
  const word = options.offset.toLowerCase()
  if (word === 'earliest' || word === 'latest') return word
  const offset = /^\+?\d+$/.test(options.offset) ? Number(options.offset) : Number.NaN
  if (Number.isSafeInteger(offset)) return offset
  throw new UsageError(
    `The provided offset value '${options.offset}' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long.`,
    `--offset takes earliest, latest or a number from 0 on, not '${options.offset}'`,
  )
}

export interface Settings {
  readonly config: ConsumerConfig
  readonly properties: ReadonlyMap<string, string>
}

/** Reads the consumer's configuration. Throws UsageError, Failure, or ConfigException with `config`. */
export function settingsOf({ system, terminal, voice }: Context, options: ConsumerOptions): () => Settings {
  const { commandConfig } = options
  const fromFile = commandConfig === undefined ? new Map<string, string>() : readProperties(system, terminal, commandConfig)
  const groups = groupsOf(options, fromFile)
  const properties = new Map([...fromFile, ...options.commandProperty])
  setReset(properties, options.fromBeginning)
  if (!properties.has('client.id')) properties.set('client.id', 'console-consumer')
  if (has(options, 'isolationLevel') || !properties.has('isolation.level'))
    properties.set('isolation.level', options.isolationLevel)
  const [group] = groups
  if (group !== undefined) properties.set('group.id', group)
  else if (voice === 'kafka') setOwnGroup(properties, system.random)
  // the servers are known when the place is; a directory has none
  return () => {
    if (properties.get('group.id')?.trim() === '') {
      if (voice === 'kt') throw new UsageError('', '--group may not be empty')
      throw kafkaException('Failed to construct kafka consumer')
    }
    const given = { ...Object.fromEntries(properties), 'bootstrap.servers': 'localhost:9092' }
    const config = propertiesRead(voice, () => consumerConfig(given))
    return { config, properties }
  }
}

/** The group may be named in three places, but not differently. */
function groupsOf(options: ConsumerOptions, fromFile: ReadonlyMap<string, string>): Set<string> {
  const groups = new Set<string>()
  for (const group of [options.group, fromFile.get('group.id'), options.commandProperty.get('group.id')]) {
    if (group !== undefined) groups.add(group)
  }
  if (groups.size > 1) {
    const names = hashOrder([...groups], hashCode)
      .map((group) => `'${group}'`)
      .join(', ')
    throw new UsageError(
      "The group ids provided in different places (directly using '--group', via '--consumer-property', or via '--consumer.config') do " +
        `not match. Detected group ids: ${names}`,
      `the group is named differently in different places: ${names}`,
    )
  }
  if (groups.size > 0 && options.partition !== undefined) {
    throw new UsageError(
      'Options group and partition cannot be specified together.',
      '--group and --partition exclude each other: a group shares out the partitions itself',
    )
  }
  return groups
}

function setReset(properties: Map<string, string>, fromBeginning: boolean): void {
  const reset = properties.get('auto.offset.reset')
  if (reset === undefined) properties.set('auto.offset.reset', fromBeginning ? 'earliest' : 'latest')
  else if (fromBeginning && reset !== 'earliest') {
    throw new Failure(
      `Can't simultaneously specify --from-beginning and 'auto.offset.reset=${reset}', please remove one option`,
      { sentence: `--from-beginning and auto.offset.reset=${reset} exclude each other`, exitCode: 2 },
    )
  }
}

/** A group of one's own, that remembers nothing. */
function setOwnGroup(properties: Map<string, string>, random: Random): void {
  properties.set('group.id', `console-consumer-${random.below(100_000)}`)
  if (!properties.has('enable.auto.commit')) properties.set('enable.auto.commit', 'false')
}

/** Properties of the formatter: file, then the deserializer options, then --formatter-property. */
export function formatterProperties({ system, terminal }: Context, options: ConsumerOptions): Map<string, string> {
  const properties = new Map<string, string>()
  if (options.formatterConfig !== undefined) {
    try {
      for (const [name, value] of readProperties(system, terminal, options.formatterConfig)) properties.set(name, value)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      throw new UsageError(error.message, error.hint ?? error.message)
    }
  }
  if (options.keyDeserializer) properties.set('key.deserializer', options.keyDeserializer)
  if (options.valueDeserializer) properties.set('value.deserializer', options.valueDeserializer)
  for (const [name, value] of options.formatterProperty) properties.set(name, value)
  return properties
}
