/** Gives bytes to whoever reads such bytes. What they say must be a value or Malformed, and nothing else. */
import { allApis } from '../../src/protocol/apis/all'
import { batchSize, HEADER_SIZE } from '../../src/protocol/batch'
import { checkProduced } from '../../src/protocol/batch-check'
import { readRecords } from '../../src/protocol/batch-reader'
import { decodeRequest, decodeRequestHeader, decodeResponse, requestAllowance } from '../../src/protocol/frames'
import { readLegacyBatch } from '../../src/protocol/legacy'
import { Malformed, Reader } from '../../src/protocol/reader'
import { decodeMetadata } from '../../src/protocol/records/cluster-metadata'
import { consumerOffsets } from '../../src/protocol/records/consumer-offsets'
import { decodeAssignment, decodeSubscription } from '../../src/protocol/records/consumer-protocol'
import { decodeControl } from '../../src/protocol/records/control'
import { decodeRecord, type RecordTable, type RecordType } from '../../src/protocol/records/coordinator-record'
import { decodePrincipal } from '../../src/protocol/records/principal'
import { shareGroupState } from '../../src/protocol/records/share-group-state'
import { transactionState } from '../../src/protocol/records/transaction-state'
import type { Case } from './cases'

/** max.message.bytes of the batches: small, so that bombs are bombs. */
export const MAX_MESSAGE_BYTES = 64 * 1024

const byKey = new Map(allApis.map((api) => [api.key, api]))
const tables: readonly RecordTable<RecordType>[] = [consumerOffsets, transactionState, shareGroupState]

/** All that is read of the case; undefined where it is refused. Throws what should never be thrown. */
export function decode(one: Case): unknown[] {
  const found: unknown[] = []
  for (const read of READERS[one.kind](one)) {
    try {
      found.push(read())
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      found.push(undefined)
    }
  }
  return found
}

const READERS: Record<Case['kind'], (one: Case) => (() => unknown)[]> = {
  request: ({ bytes }) => [() => readRequest(bytes)],
  response: ({ bytes, api, version }) => [() => decodeResponse(api!, version!, new Reader(bytes))],
  batch: ({ bytes }) => [
    () => checkProduced(Buffer.from(bytes), { topicPartition: 't-0', compacted: true, maxBytes: MAX_MESSAGE_BYTES }),
    () => countRecords(bytes),
    () => readLegacyBatch(bytes, 0, MAX_MESSAGE_BYTES),
  ],
  record: ({ bytes }) => [
    () => decodeMetadata(bytes),
    () => decodeControl(bytes.subarray(0, 4), bytes.subarray(4)),
    () => decodeSubscription(bytes),
    () => decodeAssignment(bytes),
    () => decodePrincipal(bytes),
    ...tables.flatMap((table) => [() => decodeRecord(table, bytes, null), () => valueBehind(table, bytes)]),
  ],
}

/** As a server's connection does. */
function readRequest(bytes: Buffer): unknown {
  const api = byKey.get(bytes.length >= 2 ? bytes.readInt16BE(0) : -1)
  if (!api) return undefined
  const reader = new Reader(bytes)
  reader.allowance = requestAllowance(bytes.length)
  const { apiVersion } = decodeRequestHeader(reader, () => api.flexible)
  if (apiVersion < api.versions[0] || apiVersion > api.versions[1]) return undefined
  return decodeRequest(api, apiVersion, reader)
}

function countRecords(bytes: Buffer): number {
  if (bytes.length < HEADER_SIZE || batchSize(bytes, 0) > bytes.length) return 0
  let count = 0
  for (const _ of readRecords(bytes, 0, MAX_MESSAGE_BYTES)) count++
  return count
}

/** A sound key of the kind that the first bytes name, and these bytes as its value. */
function valueBehind(table: RecordTable<RecordType>, bytes: Buffer): unknown {
  const type = table.types[(bytes[1] ?? 0) % table.types.length]!
  const key = Buffer.alloc(64)
  key.writeInt16BE(type.type)
  return decodeRecord(table, key, bytes)
}
