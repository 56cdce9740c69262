/** Which partitions kafka-get-offsets.sh is asked about, and at what time (org.apache.kafka.tools.GetOffsetShell). */
import { Failure } from '../cli/errors'
import { topicFilter } from '../cli/java-regex'
import { type OffsetSpec, offsetSpecs } from '../client/admin/offsets'
import type { TopicPartition } from '../client/admin/result'

export interface Filter {
  /** Whether some partition of the topic may be meant. */
  takesTopic(topic: string): boolean
  takes(one: TopicPartition): boolean
}

/** `--topic` and `--partitions`. */
export function filterOf(topic: string | undefined, partitions: string | undefined): Filter {
  const takesTopic = topicFilter(topic ?? '.*')
  const numbers = numbersIn(partitions)
  return {
    takesTopic,
    takes: (one) => takesTopic(one.topic) && (numbers.size === 0 || numbers.has(one.partition)),
  }
}

function numbersIn(text: string | undefined): Set<number> {
  if (!text) return new Set()
  const words = text.split(',')
  while (words.at(-1) === '') words.pop() // as Java splits
  return new Set(
    words.map((word) => {
      if (/^[+-]?\d+$/.test(word) && isInt(Number(word))) return Number(word)
      throw new Failure(`--partitions expects a comma separated list of numeric partition ids, but received: ${text}`, {
        sentence: `--partitions takes numbers parted by commas, not '${text}'`,
        exitCode: 2,
      })
    }),
  )
}

const isInt = (value: number) => value >= -(2 ** 31) && value < 2 ** 31

const RULE = /^([^:,]*)(?::(?:([0-9]*)|(?:([0-9]*)-([0-9]*))))?$/

/** `--topic-partitions`: rules parted by commas, each `topic`, `topic:3`, `topic:0-3`, `topic:5-` or `topic:-3`. */
export function ruleFilter(text: string): Filter {
  const rules = text.split(',')
  while (text !== '' && rules.at(-1) === '') rules.pop() // as Java splits
  const filters = rules.map(oneRule)
  return {
    takesTopic: (topic) => filters.some((filter) => filter.takesTopic(topic)),
    takes: (one) => filters.some((filter) => filter.takes(one)),
  }
}

function oneRule(rule: string): Filter {
  const parts = RULE.exec(rule)
  if (!parts) {
    throw new Failure(`org.apache.kafka.tools.TerseException: Invalid rule specification: ${rule}`, {
      sentence: `--topic-partitions takes topic, topic:3, topic:0-3, topic:5- or topic:-3, not '${rule}'`,
      exitCode: 2,
    })
  }
  const [, topic, number, least, end] = parts
  const tooLarge = [number, least, end].find((word) => word && !isInt(Number(word)))
  if (tooLarge) throw new Failure(`For input string: "${tooLarge}"`, { javaClass: 'java.lang.NumberFormatException' })
  const takesTopic = topicFilter(topic || '.*')
  const [from, below] = number
    ? [Number(number), Number(number) + 1]
    : [Number(least || 0), end ? Number(end) : Number.POSITIVE_INFINITY]
  return { takesTopic, takes: (one) => takesTopic(one.topic) && one.partition >= from && one.partition < below }
}

const NAMES = Object.entries(offsetSpecs) as [keyof typeof offsetSpecs, number][]

/** A long of Java's. No record is from times that kt cannot count to: they are as good as the last that it can. */
function timeIn(text: string): number | undefined {
  if (!/^[+-]?\d{1,40}$/.test(text)) return undefined
  const exact = BigInt(text.replace(/^\+/, ''))
  if (BigInt.asIntN(64, exact) !== exact) return undefined
  return Math.max(Math.min(Number(exact), Number.MAX_SAFE_INTEGER), Number.MIN_SAFE_INTEGER)
}

/** A name, the number that stands for it, or a time in ms. */
export function specOf(text: string): OffsetSpec {
  const named = NAMES.find(([name]) => name === text)
  if (named) return named[0]
  const number = timeIn(text)
  if (number === undefined) {
    throw new Failure(
      `Malformed time argument ${text}. Please use -1 or latest / -2 or earliest / -3 or max-timestamp / -4 or earliest-local / ` +
        '-5 or latest-tiered / -6 or earliest-pending-upload, or a specified long format timestamp',
      {
        sentence: `--time takes milliseconds, or ${NAMES.map(([name]) => name).join(', ')}; not '${text}'`,
        exitCode: 2,
      },
    )
  }
  return NAMES.find(([, value]) => value === number)?.[0] ?? { timestamp: number }
}
