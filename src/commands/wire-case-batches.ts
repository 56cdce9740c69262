/**
 * Cases of golden/batches: batches of magic 2 with their header fields and records, and message sets of magic 0 and 1. Each is read
 * with all of its 64 bits and, where plain numbers hold what is there, by the readers of the program; and written again.
 */
import * as batch from '../protocol/batch'
import { BatchBuilder } from '../protocol/batch-builder'
import { type Record, readRecords } from '../protocol/batch-reader'
import { codecNames, codecs, compress, decompress } from '../protocol/compression/codec'
import type { Json, JsonObject } from '../protocol/json'
import { type LegacyBatch, readLegacyBatch } from '../protocol/legacy'
import { bytesAt, type Case, Difference, isObject, isSafe, listAt, objectAt, sameBytes, sameJson } from './wire-case'
import { checkProduce } from './wire-case-broken'
import { MOST_UNPACKED, readBatch, readHeader, unpack } from './wire-exact'

/** {name, hex, batch, records} or {name, hex, batches: [{batch, records}]}, and what a broker answered as `produce`. */
export function checkBatchCase(one: Case): void {
  const bytes = bytesAt(one)
  checkBatches(bytes, one['batches'] === undefined ? [one] : listAt(one, 'batches'))
  if (one['produce'] !== undefined) checkProduce(bytes, objectAt(one, 'produce'))
}

/** Checks the batches that follow each other in `bytes`. */
export function checkBatches(bytes: Buffer, batches: readonly JsonObject[]): void {
  let at = 0
  for (const one of batches) {
    if (bytes.length - at < batch.HEADER_TO_MAGIC) throw new Difference(`hex, byte ${at}: no batch begins here`)
    const header = objectAt(one, 'batch')
    const records = listAt(one, 'records').map(unfold)
    const size = batch.magic(bytes, at) < 2 ? checkLegacy(bytes, at, header, records) : checkBatch(bytes, at, header, records)
    at += size
  }
  if (at < bytes.length) throw new Difference(`hex, byte ${at}: ${bytes.length - at} bytes behind the last batch`)
}

/** Long values that repeat themselves are told by their beginning and length. */
function unfold(record: JsonObject): JsonObject {
  return { ...record, key: unfoldBytes(record['key']), value: unfoldBytes(record['value']) }
}
function unfoldBytes(bytes: Json | undefined): Json {
  if (!isObject(bytes)) return bytes ?? null
  const { repeat, length } = bytes
  if (typeof repeat !== 'string' || typeof length !== 'number' || repeat.length === 0 || length > MOST_UNPACKED)
    throw new Difference('records: {repeat, length} expected')
  return repeat.repeat(Math.ceil((length * 2) / repeat.length)).slice(0, length * 2)
}

function checkBatch(bytes: Buffer, at: number, header: JsonObject, records: readonly JsonObject[]): number {
  if (bytes.length - at < batch.HEADER_SIZE) throw new Difference(`hex, byte ${at}: a batch that ends in its header`)
  sameJson(header, readHeader(bytes, at), 'batch')
  const size = batch.batchSize(bytes, at)
  if (!batch.checkCrc(bytes, at)) throw new Difference(`hex, byte ${at + 17}: the checksum is wrong`)
  const found = readBatch(bytes, at).records
  sameJson([...records], [...found], 'records')
  if (!isSafe(header) || !isSafe([...records])) return size
  const plain = records.map(({ size: _, ...record }) => record)
  sameJson(plain, [...readRecords(bytes, at, MOST_UNPACKED)].map(showRecord), 'records')
  writeAgain(bytes.subarray(at, at + size))
  return size
}

/** Builds the batch from what is in it; a codec's bytes may differ from Java's, what they unpack to may not. */
function writeAgain(bytes: Buffer): void {
  const codec = batch.codecOf(bytes, 0)
  const packed = bytes.subarray(batch.HEADER_SIZE)
  const records = unpack(bytes, 0)
  if (codec !== codecs.none && packed !== records) {
    sameBytes(records, decompress(codec, compress(codec, records), MOST_UNPACKED), `hex unpacked`)
  }
  const appendTime = batch.isLogAppendTime(bytes, 0)
  const base = batch.baseTimestamp(bytes, 0)
  const builder = new BatchBuilder(bytes.length, base)
  const first = batch.baseOffset(bytes, 0)
  for (const { offset, timestamp, key, value, headers } of readRecords(ownTimes(bytes), 0, MOST_UNPACKED)) {
    builder.append({ timestamp, key, value, headers }, offset - first)
  }
  const again = builder.build({
    baseOffset: first,
    producerId: batch.producerId(bytes, 0),
    producerEpoch: batch.producerEpoch(bytes, 0),
    baseSequence: batch.baseSequence(bytes, 0),
    transactional: batch.isTransactional(bytes, 0),
    control: batch.isControl(bytes, 0),
    partitionLeaderEpoch: batch.partitionLeaderEpoch(bytes, 0),
    lastOffsetDelta: batch.lastOffsetDelta(bytes, 0),
    maxTimestamp: batch.maxTimestamp(bytes, 0),
    hasDeleteHorizon: batch.hasDeleteHorizon(bytes, 0),
    ...(appendTime && { logAppendTime: batch.maxTimestamp(bytes, 0) }),
  })
  sameBytes(records, again.subarray(batch.HEADER_SIZE), 'hex, records')
  if (codec === codecs.none) sameBytes(bytes, again, 'hex')
}

/** The batch with the timestamps that its records carry, whatever its header says of their type. */
function ownTimes(bytes: Buffer): Buffer {
  if (!batch.isLogAppendTime(bytes, 0)) return bytes
  const copy = Buffer.from(bytes)
  copy.writeInt16BE(batch.attributes(copy, 0) & ~batch.LOG_APPEND_TIME_BIT, 21)
  return copy
}

const hexOf = (bytes: Buffer | null): string | null => bytes?.toString('hex') ?? null

function showRecord({ offset, timestamp, sequence, key, value, headers }: Record): JsonObject {
  const pairs = headers.map((header) => [header.key, hexOf(header.value)])
  return { offset: String(offset), timestamp: String(timestamp), sequence, key: hexOf(key), value: hexOf(value), headers: pairs }
}

function checkLegacy(bytes: Buffer, at: number, header: JsonObject, records: readonly JsonObject[]): number {
  const found = readLegacyBatch(bytes, at, MOST_UNPACKED)
  sameJson(header, showLegacy(found), 'batch')
  const shown = found.records.map(showRecord).map(({ sequence: _, ...record }) => record)
  sameJson([...records], shown, 'records')
  if (!found.sound) throw new Difference(`hex, byte ${at + 12}: the checksum is wrong`)
  return found.size
}

const showLegacy = ({
  baseOffset,
  lastOffset,
  size,
  magic,
  crc,
  codec,
  timestampType,
  maxTimestamp,
}: LegacyBatch): JsonObject => ({
  baseOffset: String(baseOffset),
  lastOffset: String(lastOffset),
  sizeInBytes: size,
  magic,
  crc: String(crc),
  compression: codecNames[codec as 0 | 1 | 2 | 3 | 4], // it was unpacked
  timestampType: timestampType ?? 'NoTimestampType',
  maxTimestamp: String(maxTimestamp),
})
