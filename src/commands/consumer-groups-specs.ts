/** Where --reset-offsets sets offsets to: what each specification means for a list of partitions (org.apache.kafka.tools.OffsetsUtils). */
import { Failure, UsageError } from '../cli/errors'
import { partitionOrder } from '../cli/java-hash'
import { logLine } from '../cli/log'
import { has } from '../cli/parse'
import type { StoredOffset } from '../client/admin/group-offsets'
import { listOffsets, type OffsetSpec } from '../client/admin/offsets'
import { isError, type TopicPartition } from '../client/admin/result'
import { durationMs } from '../client/config/consumer'
import { keyOf, storedOffsets } from './consumer-groups-collect'
import type { GroupOptions } from './consumer-groups-options'
import { type At, ofFuture, unchecked } from './consumer-groups-print'

/** A partition and its new offset. */
export interface Reset extends TopicPartition {
  readonly offset: number
}

/** The new offsets of `partitions` for a group, by the one specification among the options, in the order in which Kafka prints them. */
export async function resetsFor(
  at: At,
  options: GroupOptions,
  group: string,
  partitions: readonly TopicPartition[],
): Promise<Reset[]> {
  if (has(options, 'toCurrent')) return toCurrent(at, group, partitions)
  return partitionOrder(await resetsTo(at, options, group, partitions))
}

function resetsTo(at: At, options: GroupOptions, group: string, partitions: readonly TopicPartition[]): Promise<Reset[]> {
  if (has(options, 'toOffset')) return toOffset(at, partitions, options.toOffset ?? 0)
  if (has(options, 'toEarliest')) return toEnd(at, partitions, 'earliest')
  if (has(options, 'toLatest')) return toEnd(at, partitions, 'latest')
  if (has(options, 'shiftBy')) return shifted(at, group, partitions, options.shiftBy ?? 0)
  if (has(options, 'toDatetime')) return atTime(at, partitions, timeOf(at, options.toDatetime ?? ''))
  if (has(options, 'byDuration')) return atTime(at, partitions, before(at.system.clock.now(), options.byDuration ?? ''))
  throw new UsageError(
    "Option '[reset-offsets]' requires one of the following scenarios: [[by-duration], [from-file], [shift-by], [to-current], " +
      '[to-datetime], [to-earliest], [to-latest], [to-offset]]',
    'say where to: --to-earliest, --to-latest, --to-offset, --shift-by, --to-datetime, --by-duration, --to-current or --from-file',
  )
}

async function offsetsAt(at: At, partitions: readonly TopicPartition[], spec: OffsetSpec): Promise<number[]> {
  const failed = (error: unknown) => unchecked(at, ofFuture(at, error))
  const wishes = partitions.map(({ topic, partition }) => ({ topic, partition, at: spec }))
  const found = await listOffsets(at.cluster, wishes, { timeoutMs: at.timeoutMs }).catch((error) => {
    throw failed(error)
  })
  return found.map((outcome) => {
    if (isError(outcome)) throw failed(outcome)
    return outcome.offset
  })
}

const withOffsets = (partitions: readonly TopicPartition[], offsets: readonly number[]): Reset[] =>
  partitions.map(({ topic, partition }, i) => ({ topic, partition, offset: offsets[i] as number }))

async function toEnd(at: At, partitions: readonly TopicPartition[], end: 'earliest' | 'latest'): Promise<Reset[]> {
  return withOffsets(partitions, await offsetsAt(at, partitions, end))
}

const toOffset = (at: At, partitions: readonly TopicPartition[], offset: number): Promise<Reset[]> =>
  withinLog(at, withOffsets(partitions, Array(partitions.length).fill(offset)))

/** Offsets beyond what there is become the nearest that there is, with a warning. */
export async function withinLog(at: At, resets: readonly Reset[]): Promise<Reset[]> {
  const [starts, ends] = await Promise.all([offsetsAt(at, resets, 'earliest'), offsetsAt(at, resets, 'latest')])
  return resets.map(({ topic, partition, offset }, i) => {
    const [start, end] = [starts[i] as number, ends[i] as number]
    const where = `offset for topic partition ${topic}-${partition}. Value will be set to`
    if (offset > end) warn(at, `New offset (${offset}) is higher than latest ${where} ${end}`)
    else if (offset < start) warn(at, `New offset (${offset}) is lower than earliest ${where} ${start}`)
    return { topic, partition, offset: offset > end ? end : Math.max(offset, start) }
  })
}

function warn({ out, voice, system }: At, text: string): void {
  out.error(voice === 'kafka' ? logLine(system.clock.now(), 'WARN', text, 'org.apache.kafka.tools.OffsetsUtils') : text)
}

async function shifted(at: At, group: string, partitions: readonly TopicPartition[], by: number): Promise<Reset[]> {
  const stored = await storedOffsets(at, group)
  const resets = partitions.map(({ topic, partition }) => {
    const current = stored.get(keyOf({ topic, partition }))
    if (current) return { topic, partition, offset: current.offset + by }
    throw new UsageError(
      `Cannot shift offset for partition ${topic}-${partition} since there is no current committed offset`,
      `the group has no offset of ${topic}-${partition} that could be shifted`,
    )
  })
  return withinLog(at, resets)
}

async function toCurrent(at: At, group: string, partitions: readonly TopicPartition[]): Promise<Reset[]> {
  const stored = await storedOffsets(at, group)
  const offsetOf = (one: TopicPartition): StoredOffset | undefined => stored.get(keyOf(one))
  const known = partitions.filter(offsetOf)
  const unknown = partitions.filter((one) => !offsetOf(one))
  const ends = unknown.length > 0 ? await offsetsAt(at, unknown, 'latest') : []
  const resets = [...known.map((one) => ({ ...one, offset: offsetOf(one)?.offset ?? 0 })), ...withOffsets(unknown, ends)]
  // a map that is filled from another one is made to measure
  return partitionOrder(resets, known.length > 0 ? 16 : Math.floor(unknown.length / 0.75 + 1))
}

/** The first record that is not older; the end, with a warning, where there is none. */
async function atTime(at: At, partitions: readonly TopicPartition[], timestamp: number): Promise<Reset[]> {
  const found = await offsetsAt(at, partitions, { timestamp })
  const late = partitionOrder(partitions.filter((_, i) => (found[i] as number) < 0))
  for (const { topic, partition } of late) {
    const text = `\nWarn: Partition ${partition} from topic ${topic} is empty. Falling back to latest known offset.`
    if (at.voice === 'kafka') at.out.line(text)
    else at.out.error(`${topic}-${partition} has no record since then; its end is taken`)
  }
  const ends = late.length > 0 ? await offsetsAt(at, late, 'latest') : []
  const endOf = new Map(late.map((one, i) => [one, ends[i] as number]))
  return withOffsets(
    partitions,
    partitions.map((one, i) => endOf.get(one) ?? (found[i] as number)),
  )
}

/** Milliseconds that Java's Instant can hold. */
const LAST_INSTANT = 31_556_889_864_403_200_000

/** The time a duration before `now`; as far back as a timestamp reaches at most. */
function before(now: number, text: string): number {
  const time = now - durationOf(text)
  if (Math.abs(time) <= LAST_INSTANT) return Math.max(Number.MIN_SAFE_INTEGER, Math.min(time, Number.MAX_SAFE_INTEGER))
  throw new Failure('Instant exceeds minimum or maximum instant', {
    javaClass: 'java.time.DateTimeException',
    sentence: `'${text}' is further away than time reaches`,
    exitCode: 2,
  })
}

function durationOf(text: string): number {
  const ms = durationMs(text)
  if (ms !== undefined) return ms
  throw new Failure('Text cannot be parsed to a Duration', {
    javaClass: 'java.time.format.DateTimeParseException',
    sentence: `'${text}' is no duration; write P1DT2H30M for a day, two hours and a half`,
    exitCode: 2,
  })
}

const DATE = /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)\.(\d+)(?:Z|([+-])(\d\d):?(\d\d)?)/

/** Milliseconds of `YYYY-MM-DDThh:mm:ss.sss` with or without a zone, without which it is UTC (Utils.getDateTime). */
function timeOf(at: At, text: string): number {
  const [, clock] = text.split('T')
  const failed = (message: string) => {
    const sentence = `'${text}' is no time; write 2026-01-31T12:00:00.000, with Z or +01:00 for a zone`
    const error = new Failure(message, { javaClass: 'java.text.ParseException', sentence, exitCode: 2 })
    return unchecked(at, error)
  }
  if (clock === undefined) throw failed("Error parsing timestamp. It does not contain a 'T' according to ISO8601 format")
  const zoned = /[+\-Z]/.test(clock) ? text : `${text}Z`
  const parts = DATE.exec(zoned)
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0] = parts?.slice(1, 8).map(Number) ?? []
  const [, zoneHours = 0, zoneMinutes = 0] = parts?.slice(8, 11).map((part) => Number(part ?? 0)) ?? []
  const isZone = zoneHours < 24 && zoneMinutes < 60
  const isReal = isZone && month >= 1 && month <= 12 && day >= 1 && hour < 24 && minute < 60 && second < 60 && ms < 1000
  const time = Date.UTC(year, month - 1, day, hour, minute, second, ms)
  if (!parts || !isReal || new Date(time).getUTCDate() !== day) throw failed(`Unparseable date: "${zoned}"`)
  const shift = (zoneHours * 60 + zoneMinutes) * 60_000
  return parts[8] === '-' ? time + shift : time - shift
}
