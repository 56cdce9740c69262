/**
 * Cases of golden/records/segment_files: the files beside a log. Each is read with all of its 64 bits, and by the code that reads it
 * when a log is opened.
 *
 *     .snapshot    version i16 = 1 | crc u32, CRC-32C of what follows | entries
 *     .txnindex    each: version i16 = 0 | an aborted transaction
 *     .index       each: relative offset i32 | position i32; zeros behind the last while the segment is written
 *     .timeindex   each: timestamp i64 | relative offset i32
 */
import { crc32c } from '../protocol/crc32c'
import type { Json, JsonObject } from '../protocol/json'
import { fromJson, toJson } from '../protocol/json'
import { Malformed, Reader } from '../protocol/reader'
import { stage } from '../protocol/stage'
import { array, type Fields, int16, int32, int64, struct } from '../protocol/types'
import { Writer } from '../protocol/writer'
import { OffsetIndex, TimeIndex } from '../storage/indexes'
import { decodeSnapshot, encodeAborted, encodeSnapshot, readAborted } from '../storage/snapshot'
import { bytesAt, type Case, Difference, isSafe, listAt, sameBytes, sameJson, textAt } from './wire-case'

const ProducerEntry = struct({
  producerId: int64,
  producerEpoch: int16,
  lastSequence: int32,
  lastOffset: int64,
  offsetDelta: int32,
  timestamp: int64,
  coordinatorEpoch: int32,
  currentTxnFirstOffset: int64,
})
const snapshotFields = { entries: array(ProducerEntry) }
const abortedFields = { producerId: int64, firstOffset: int64, lastOffset: int64, lastStableOffset: int64 }

/** Puts the text of Kafka's exception behind its class. */
const corrupt = (words: string): string => `org.apache.kafka.storage.internals.log.CorruptSnapshotException: ${words}`

const checks: { readonly [type: string]: (one: Case) => void } = {
  ProducerSnapshot: checkSnapshot,
  TransactionIndex: checkTransactions,
  OffsetIndex: checkOffsets,
  TimeIndex: checkTimes,
}

export const isSegmentFile = (one: Case): boolean => Object.hasOwn(checks, String(one['type']))

/** {type, version, name, json or error, hex}, with lookups in an index. */
export const checkSegmentFile = (one: Case): void => checks[textAt(one, 'type')]?.(one)

const exactly = (fields: Fields) => stage(fields, 0, false, true)

function checkSnapshot(one: Case): void {
  const bytes = bytesAt(one)
  const read = readSnapshot(bytes)
  if (one['error'] !== undefined) {
    sameJson(one['error'], typeof read === 'string' ? read : 'no error', 'error')
    refused(() => decodeSnapshot(bytes))
    return
  }
  if (typeof read === 'string') throw new Difference(`hex: ${read}`)
  sameJson(one['version'], bytes.readInt16BE(0), 'version')
  sameJson(one['json'], read, 'json')
  const writer = new Writer()
  writer.int16(1)
  writer.uint32(0)
  exactly(snapshotFields).write(writer, fromJson(snapshotFields, 0, { entries: read }))
  const again = writer.whole()
  again.writeUInt32BE(crc32c(again, 6, again.length), 2)
  sameBytes(bytes, again, 'hex')
  if (isSafe(read)) sameBytes(bytes, encodeSnapshot(decodeSnapshot(bytes)), 'hex')
}

/** The entries, or how Kafka refuses the file (ProducerStateManager.readSnapshot). */
function readSnapshot(bytes: Buffer): Json | string {
  try {
    const reader = new Reader(bytes)
    const version = reader.int16()
    const stored = reader.uint32()
    const { entries = null } = toJson(snapshotFields, 0, exactly(snapshotFields).read(reader))
    if (version !== 1) return corrupt(`Snapshot contained an unknown file version ${version}`)
    const computed = crc32c(bytes, 6, bytes.length)
    if (stored === computed) return entries
    return corrupt(`Snapshot is corrupt (CRC is no longer valid). Stored crc: ${stored}. Computed crc: ${computed}`)
  } catch (error) {
    if (error instanceof Malformed) return corrupt('Snapshot failed schema validation: null')
    throw error
  }
}

function refused(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    if (error instanceof Malformed) return
    throw error
  }
  throw new Difference('hex: is read, and should be refused')
}

function checkTransactions(one: Case): void {
  const bytes = bytesAt(one)
  const reader = new Reader(bytes)
  const found: JsonObject[] = []
  while (reader.left > 0) {
    sameJson(one['version'], reader.int16(), `[${found.length}].version`)
    found.push(toJson(abortedFields, 0, exactly(abortedFields).read(reader)))
  }
  sameJson(one['json'], found, 'json')
  if (!isSafe(found)) return
  const { entries, sound } = readAborted(bytes)
  if (!sound) throw new Difference('hex: is refused, and should be read')
  sameBytes(bytes, Buffer.concat(entries.map(encodeAborted)), 'hex')
}

/** What stands in an index counts from the segment's base offset, which the name of the case tells. */
function baseOf(one: Case): bigint {
  const [, base] = /\bbase (\d+)/.exec(textAt(one, 'name')) ?? []
  if (base === undefined) throw new Difference("name: no 'base N' in it")
  return BigInt(base)
}

const OFFSET_ENTRY = 8
function checkOffsets(one: Case): void {
  const bytes = bytesAt(one)
  const base = baseOf(one)
  const index = new OffsetIndex()
  if (!index.load(bytes, 0x7fffffff)) throw new Difference('hex: is refused, and should be read')
  const entries = index.toBytes()
  sameBytes(bytes.subarray(0, entries.length), entries, 'hex')
  const rest = bytes.subarray(entries.length)
  sameBytes(Buffer.alloc(rest.length), rest, 'hex behind the last entry')
  const json = Array.from({ length: entries.length / OFFSET_ENTRY }, (_, i) => ({
    offset: String(base + BigInt(entries.readInt32BE(i * OFFSET_ENTRY))),
    position: entries.readInt32BE(i * OFFSET_ENTRY + 4),
  }))
  sameJson(one['json'], json, 'json')
  for (const [i, lookup] of lookups(one).entries()) {
    const target = BigInt(textAt(lookup, 'target'))
    const at = json.findLast(({ offset }) => BigInt(offset) <= target) ?? { offset: String(base), position: 0 }
    sameJson({ target: String(target), ...at }, lookup, `lookups[${i}]`)
    sameJson(at.position, index.lookup(Number(target - base)), `lookups[${i}].position`)
  }
}

const TIME_ENTRY = 12
function checkTimes(one: Case): void {
  const bytes = bytesAt(one)
  const base = baseOf(one)
  const json = Array.from({ length: Math.floor(bytes.length / TIME_ENTRY) }, (_, i) => ({
    timestamp: String(bytes.readBigInt64BE(i * TIME_ENTRY)),
    offset: String(base + BigInt(bytes.readInt32BE(i * TIME_ENTRY + 8))),
  }))
  sameJson(one['json'], json, 'json')
  for (const [i, lookup] of lookups(one).entries()) {
    const target = BigInt(textAt(lookup, 'target'))
    const at = json.findLast(({ timestamp }) => BigInt(timestamp) <= target) ?? { timestamp: '-1', offset: String(base) }
    sameJson({ target: String(target), ...at }, lookup, `lookups[${i}]`)
  }
  const index = new TimeIndex()
  if (!index.load(bytes)) throw new Difference('hex: is refused, and should be read')
  if (isSafe(json)) sameBytes(bytes, index.toBytes(), 'hex')
}

const lookups = (one: Case): JsonObject[] => (one['lookups'] === undefined ? [] : listAt(one, 'lookups'))
