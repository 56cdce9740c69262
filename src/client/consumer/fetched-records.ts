/**
 * What a consumer makes of the bytes of one partition in a Fetch reply: which batches it may see, and where to go on. Control
 * batches are never seen; when only what was committed is wanted, neither are the batches of transactions that were aborted
 * (KIP-98; org.apache.kafka.clients.consumer.internals.CompletedFetch).
 */
import {
  baseOffset,
  batchCrc,
  batchLength,
  checkCrc,
  computeCrc,
  HEADER_SIZE,
  isControl,
  isTransactional,
  LOG_OVERHEAD,
  lastOffset,
  producerId,
} from '../../protocol/batch'
import { readRecords } from '../../protocol/batch-reader'
import { type KafkaError, kafkaException } from '../kafka-error'

export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

export interface FetchedRange {
  /** Where the batch begins in the bytes. */
  readonly at: number
  /** Where to go on after it: behind what follows it and is not seen. */
  end: number
}

export interface Fetched {
  readonly batches: readonly FetchedRange[]
  /** Where to go on if there are no batches to see. */
  readonly next: number
  /** What stands there is not what its checksum says. */
  readonly error?: KafkaError
}

const ABORT = 0

/**
 * Reads `records`, fetched from `fetchOffset` on, up to a batch that is not what its checksum says; `where` names the partition in that
 * error. `aborted` null: uncommitted records are wanted too. Throws KafkaException where there is no whole batch.
 */
export function fetchedRanges(
  records: Buffer,
  fetchOffset: number,
  aborted: readonly AbortedTransaction[] | null,
  checksCrcs: boolean,
  where: string,
): Fetched {
  const batches: FetchedRange[] = []
  const pending = aborted === null ? [] : [...aborted].sort((a, b) => a.firstOffset - b.firstOffset)
  const abortedProducers = new Set<number>()
  let next = fetchOffset
  let at = 0
  for (; records.length - at >= HEADER_SIZE; at += LOG_OVERHEAD + batchLength(records, at)) {
    const size = LOG_OVERHEAD + batchLength(records, at)
    if (size < HEADER_SIZE)
      return { batches, next, error: corrupt(records, at, where, `Record batch size ${size} is smaller than the minimum`) }
    if (size > records.length - at) break // the rest of it comes with the next fetch
    if (checksCrcs && !checkCrc(records, at)) {
      const crcs = `stored crc = ${batchCrc(records, at)}, computed crc = ${computeCrc(records, at)}`
      return { batches, next, error: corrupt(records, at, where, `Record is corrupt (${crcs})`) }
    }
    const last = lastOffset(records, at)
    const producer = producerId(records, at)
    while (pending.length > 0 && (pending[0]?.firstOffset ?? 0) <= last) abortedProducers.add(pending.shift()?.producerId ?? -1)
    const isSeen = !isControl(records, at) && !(isTransactional(records, at) && abortedProducers.has(producer))
    if (isControl(records, at) && endsAborted(records, at)) abortedProducers.delete(producer)
    next = Math.max(next, last + 1)
    const before = batches.at(-1)
    if (last < fetchOffset) continue
    if (isSeen) batches.push({ at, end: next })
    else if (before) before.end = next
  }
  if (at === 0 && records.length > 0) {
    throw kafkaException(
      `Failed to make progress reading messages at ${where}=${fetchOffset}. Received a non-empty fetch response from the server, ` +
        'but no complete records were found.',
    )
  }
  return { batches, next }
}

/** Whether a control batch says that its producer's transaction was aborted. */
function endsAborted(records: Buffer, at: number): boolean {
  for (const { key } of readRecords(records, at)) return key !== null && key.length >= 4 && key.readInt16BE(2) === ABORT
  return false
}

function corrupt(records: Buffer, at: number, where: string, cause: string): KafkaError {
  const text = `Record batch for partition ${where} at offset ${baseOffset(records, at)} is invalid, cause: ${cause}`
  return unreadable(where, kafkaException(text))
}
/** What Kafka's consumer says of a record that it cannot get at. */
export const unreadable = (where: string, cause: unknown): KafkaError =>
  kafkaException(
    `Received exception when fetching the next record from ${where}. If needed, please seek past the record to continue consumption.`,
    cause,
  )
