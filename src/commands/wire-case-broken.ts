/**
 * Cases of golden/batches that are damaged: what Kafka's two ways of reading (MemoryRecords, FileRecords) did batch by batch, and what
 * a broker answered to a producer who sent them. Kafka's words are compared where it judges; where a codec or Java itself
 * stumbled, only that it did.
 */
import * as batch from '../protocol/batch'
import { checkProduced, isRefusal } from '../protocol/batch-check'
import { readRecords } from '../protocol/batch-reader'
import { codecs } from '../protocol/compression/codec'
import { errorOf, errors } from '../protocol/errors'
import type { Json, JsonObject } from '../protocol/json'
import { legacyCrc, openLegacyBatch } from '../protocol/legacy'
import { Malformed } from '../protocol/reader'
import { bytesAt, type Case, Difference, listAt, numberAt, objectAt, sameJson } from './wire-case'
import { type ExactHeader, MOST_UNPACKED, readExact, readHeader } from './wire-exact'

/** {name, hex, memory: [...], file: [...]}, and what a broker answered as `produce`. */
export function checkBroken(one: Case): void {
  const bytes = bytesAt(one)
  for (const way of ['memory', 'file'] as const) {
    const steps = listAt(one, way)
    const found = walk(bytes, way)
    for (let i = 0; i < Math.max(steps.length, found.length); i++) {
      const step = steps[i]
      const mine = found[i]
      if (!step || !mine)
        throw new Difference(`${way}[${i}]: ${step ? 'a step' : 'no step'} expected, ${mine ? 'one' : 'none'} found`)
      sameJson(generalised(step), generalised(mine), `${way}[${i}]`)
    }
  }
  if (one['produce'] !== undefined) checkProduce(bytes, objectAt(one, 'produce'))
}

/** Kafka's own judgements begin like this; all else is a stumble. */
const JUDGED = /^org\.apache\.kafka\.common\.errors\.CorruptRecordException: /
const STUMBLED = 'an exception'

/** `iterate` and `header` fail in as many ways as there are codecs. */
function generalised(step: JsonObject): JsonObject {
  const shown = Object.entries(step).map(([key, value]): [string, Json] => {
    if (typeof value !== 'string' || value === 'ok') return [key, value]
    if (key === 'iterate' || key === 'header') return [key, STUMBLED]
    if (key === 'nextBatch' && !JUDGED.test(value)) return [key, STUMBLED]
    return [key, value]
  })
  return Object.fromEntries(shown)
}

type Way = 'memory' | 'file'
const corrupt = (words: string): string => `org.apache.kafka.common.errors.CorruptRecordException: ${words}`

/** Goes from batch to batch as ByteBufferLogInputStream and FileLogInputStream do. */
function walk(bytes: Buffer, way: Way): JsonObject[] {
  const steps: JsonObject[] = []
  let at = 0
  for (;;) {
    const next = nextBatch(bytes, at, way)
    if (typeof next !== 'number') return [...steps, next ?? { end: true }]
    steps.push(inspect(bytes.subarray(at, at + next), way, bytes.subarray(at)))
    at += next
  }
}

/** Size of the batch at `at`; undefined: the end; else the step that says what is wrong. */
function nextBatch(bytes: Buffer, at: number, way: Way): number | JsonObject | undefined {
  const left = bytes.length - at
  if (left < batch.LOG_OVERHEAD || (way === 'file' && left <= batch.HEADER_TO_MAGIC)) return undefined
  const length = batch.batchLength(bytes, at)
  const least = batch.LEAST_BATCH_LENGTH
  if (length < least) {
    const words =
      way === 'memory'
        ? `Record size ${length} is less than the minimum record overhead (${least})`
        : `Found record size ${length} smaller than minimum record overhead (${least}) in file <file>.`
    return { nextBatch: corrupt(words) }
  }
  const size = batch.LOG_OVERHEAD + length
  if (way === 'file') return size <= left ? size : undefined
  if (left < batch.HEADER_TO_MAGIC) return undefined
  const magic = batch.magic(bytes, at)
  if (magic < 0 || magic > 2) return { nextBatch: corrupt(`Invalid magic found in record: ${magic}`) }
  if (size > 0x7fffffff) return { nextBatch: STUMBLED } // Java's int overflows
  return size <= left ? size : undefined
}

/** `rest`: from the batch to the end of the file. */
function inspect(bytes: Buffer, way: Way, rest: Buffer): JsonObject {
  if (batch.magic(bytes, 0) < 2) return inspectLegacy(bytes)
  const shown = { ...showHeader(bytes, way, rest), ensureValid: ensureValid(bytes) }
  return { ...shown, ...iterate(way === 'file' ? withMagic2(bytes) : bytes) }
}
function showHeader(bytes: Buffer, way: Way, rest: Buffer): JsonObject {
  const header = headerOf(bytes, way, rest)
  if (!header) return { header: STUMBLED }
  const { baseOffset = null, lastOffset = null, sizeInBytes, magic = null } = header
  return { baseOffset, lastOffset, size: sizeInBytes, magic }
}

/** Bytes up to which Java looks for the last offset. */
const LAST_OFFSET_END = 27
/** Also of a batch that is shorter than its header: a file is read behind its end, memory as far as it goes. */
function headerOf(bytes: Buffer, way: Way, rest: Buffer): ExactHeader | undefined {
  const found = way === 'file' || bytes.length >= batch.HEADER_SIZE ? rest : bytes
  if (found.length >= batch.HEADER_SIZE) return readHeader(found, 0)
  if (way === 'file' || found.length < LAST_OFFSET_END) return undefined
  const whole = Buffer.alloc(batch.HEADER_SIZE)
  found.copy(whole)
  return readHeader(whole, 0)
}
/** A file's batches of a magic to come are read as those of magic 2. */
function withMagic2(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  copy[16] = 2
  return copy
}

function ensureValid(bytes: Buffer): string {
  if (bytes.length < batch.HEADER_SIZE) {
    const words = `the size ${bytes.length} is smaller than the minimum allowed overhead ${batch.HEADER_SIZE}`
    return corrupt(`Record batch is corrupt (${words})`)
  }
  if (batch.checkCrc(bytes, 0)) return 'ok'
  const right = Buffer.from(bytes)
  batch.stampCrc(right, 0)
  return wrongCrc(batch.batchCrc(bytes, 0), batch.batchCrc(right, 0))
}
const wrongCrc = (stored: number, computed: number): string =>
  corrupt(`Record is corrupt (stored crc = ${stored}, computed crc = ${computed})`)

/** Reads the records; Java unpacks all of a compressed batch before it gives the first. */
function iterate(bytes: Buffer): JsonObject {
  const isPlain = bytes.length < batch.HEADER_SIZE || batch.codecOf(bytes, 0) === codecs.none
  let recordsRead = 0
  try {
    for (const _ of isNear(bytes) ? readRecords(bytes, 0, MOST_UNPACKED) : readExact(bytes, 0)) recordsRead++
    return { iterate: 'ok', recordsRead }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    return { iterate: STUMBLED, recordsRead: isPlain ? recordsRead : 0 }
  }
}
/** Whether the reader of the program can hold its numbers. */
function isNear(bytes: Buffer): boolean {
  try {
    if (bytes.length >= batch.HEADER_SIZE) {
      for (const read of [batch.baseOffset, batch.baseTimestamp, batch.maxTimestamp]) read(bytes, 0)
    }
    return true
  } catch {
    return false
  }
}

function inspectLegacy(bytes: Buffer): JsonObject {
  const computed = legacyCrc(bytes, 0, bytes.length)
  const stored = bytes.readUInt32BE(12)
  const verdict = { ensureValid: stored === computed ? 'ok' : wrongCrc(stored, computed) }
  let recordsRead = 0
  let header: JsonObject = { header: STUMBLED }
  try {
    const { baseOffset, lastOffset, size, magic, records } = openLegacyBatch(bytes, 0, MOST_UNPACKED)
    header = { baseOffset: String(baseOffset), lastOffset: String(lastOffset), size, magic }
    for (const _ of records()) recordsRead++
    return { ...header, ...verdict, iterate: 'ok', recordsRead }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    return { ...header, ...verdict, iterate: STUMBLED, recordsRead }
  }
}

/** {sentWithBaseOffset?, errorCode, error, baseOffset, message, recordErrors}: the answer to Produce 12. */
export function checkProduce(bytes: Buffer, produce: JsonObject): void {
  const sent = Buffer.from(bytes)
  const offset = produce['sentWithBaseOffset']
  if (offset !== undefined && sent.length >= 8) sent.writeBigInt64BE(BigInt(numberAt(produce, 'sentWithBaseOffset')), 0)
  const checked = checkProduced(sent, { topicPartition: 't-0', version: 12, maxBytes: MOST_UNPACKED })
  const refusal = isRefusal(checked) ? checked : undefined
  const error = refusal?.error ?? errors.NONE
  const found: JsonObject = {
    errorCode: error,
    error: errorOf(error).name,
    baseOffset: error === errors.NONE ? '0' : '-1', // of a partition that was empty
    message: refusal?.message ?? null,
    recordErrors: (refusal?.recordErrors ?? []).map((each) => ({ ...each })),
  }
  const { sentWithBaseOffset: _, ...expected } = produce
  sameJson(expected, found, 'produce')
}
