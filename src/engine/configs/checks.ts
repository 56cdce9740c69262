/**
 * What a value must be beyond its type, in Kafka's words (the validators of ConfigDef, and those of a few classes of their own
 * that are named where they stand).
 */
import { type Check, invalid, readList, type Trait } from './config'

/** `Value must be at least 1` */
export function atLeast(least: number): Trait {
  return between(least, Number.POSITIVE_INFINITY)
}

/** NaN passes, as it does in Java. */
export function between(least: number, most: number): Trait {
  return {
    check: (name, text) => {
      const value = Number(text)
      if (value < least) return invalid(name, text, `Value must be at least ${least}`)
      if (value > most) return invalid(name, text, `Value must be no more than ${most}`)
      return null
    },
  }
}

/** gzip has levels 1 to 9 and -1 for its own default (CompressionType). */
export const gzipLevel: Trait = {
  check: (name, text) => {
    const value = Number(text)
    if (value === -1 || (value >= 1 && value <= 9)) return null
    return invalid(name, text, 'Value must be between 1 and 9 or equal to -1')
  },
}

export function oneOf(...words: readonly string[]): Trait {
  return { check: (name, text) => (words.includes(text) ? null : notOneOf(name, text, words)) }
}

function notOneOf(name: string, text: string, words: readonly string[]): string {
  return invalid(name, text, `String must be one of: ${words.join(', ')}`)
}

export function oneOfIgnoringCase(...words: readonly string[]): Trait {
  return {
    check: (name, text) => {
      if (words.includes(text.toUpperCase())) return null
      return invalid(name, text, `String must be one of (case insensitive): ${words.join(', ')}`)
    },
  }
}

export const notEmpty: Trait = {
  check: (name, text) => (text === '' ? invalid(name, text, 'String must be non-empty') : null),
}

/** A list without empty parts (KIP-1161); it may be empty as a whole. */
export const anyList: Trait = { check: (name, text) => emptyPart(name, readList(text)), distinct: true }

export const filledList: Trait = {
  check: (name, text) => emptyList(name, text, 'any non-empty value') ?? emptyPart(name, readList(text)),
  distinct: true,
}

/** A list of these words. */
export function listOf(...words: readonly string[]): Trait {
  return { check: wordsOf(words), distinct: true }
}

/** A list of at least one of these words. */
export function filledListOf(...words: readonly string[]): Trait {
  const check = wordsOf(words)
  return { check: (name, text) => emptyList(name, text, `[${words.join(', ')}]`) ?? check(name, text), distinct: true }
}

function wordsOf(words: readonly string[]): Check {
  return (name, text) => {
    for (const part of readList(text)) {
      if (part === '') return emptyParts(name)
      if (!words.includes(part)) return notOneOf(name, part, words)
    }
    return null
  }
}

function emptyList(name: string, text: string, valid: string): string | null {
  return text === '' ? `Configuration '${name}' must not be empty. Valid values include: ${valid}` : null
}

function emptyPart(name: string, parts: readonly string[]): string | null {
  return parts.includes('') ? emptyParts(name) : null
}

function emptyParts(name: string): string {
  return `Configuration '${name}' values must not be empty.`
}

/** `*`, or partition:broker pairs (ThrottledReplicaListValidator; a lone comma passes there too). */
export const throttledReplicas: Trait = {
  check: (name, text) => {
    const parts = readList(text)
    if (text === '*' || parts.every((part) => part === '') || parts.every((part) => /^[0-9]+:[0-9]+$/.test(part))) return null
    const format = '[partitionId]:[brokerId],[partitionId]:[brokerId],...'
    const why = `${name} must be the literal '*' or a list of replicas in the following format: ${format}`
    return invalid(name, `[${parts.join(', ')}]`, why)
  },
}

/** KIP-595's `{id}@{host}:{port}` (QuorumConfig). */
export const quorumVoters: Trait = {
  check: (name, text) => {
    const form = 'Each entry should be in the form `{id}@{host}:{port}`.'
    for (const entry of readList(text)) {
      const [id = '', address, ...more] = entry.split('@')
      if (address === undefined || more.length > 0) return `Invalid configuration value for ${name}. ${form}`
      if (!/^[+-]?[0-9]+$/.test(id)) return `Failed to parse voter ID as integer from ${id}`
      if (!hostAndPort.test(address))
        return `Failed to parse host name from entry ${entry} for the configuration ${name}. ${form}`
    }
    return null
  },
}

export const bootstrapServers: Trait = {
  check: (name, text) => {
    for (const entry of readList(text)) {
      if (hostAndPort.test(entry)) continue
      return `Failed to parse host name from ${entry} for the configuration ${name}. Each entry should be in the form "{host}:{port}"`
    }
    return null
  },
}

const hostAndPort = /^\[?[0-9a-zA-Z\-%._:]*\]?:[0-9]+$/

/** Where a share group starts to read (KIP-932). */
export const shareOffsetReset: Trait = {
  check: (name, text) => {
    if (text === 'earliest' || text === 'latest' || durationMs(text) !== null) return null
    const choice = "either 'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'"
    return invalid(name, text, `Invalid value \`${text}\` for configuration ${name}. The value must be ${choice}.`)
  },
}

/** Milliseconds of `by_duration:P1DT2H3M4.5S`, or null if it is not that. Negative durations are none. */
export function durationMs(text: string): number | null {
  const parts = /^by_duration:P(?:(\d+)D)?(T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d{0,9}))?S)?)?$/i.exec(text)
  if (!parts || text.endsWith('P') || parts[2]?.toUpperCase() === 'T') return null
  const [, days, , hours, minutes, seconds, fraction] = parts
  const whole = ((Number(days ?? 0) * 24 + Number(hours ?? 0)) * 60 + Number(minutes ?? 0)) * 60 + Number(seconds ?? 0)
  return whole * 1000 + Math.floor(Number(`0.${fraction || 0}`) * 1000)
}
