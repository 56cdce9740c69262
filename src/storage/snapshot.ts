/**
 * Producer snapshot and aborted-transaction files of a partition.
 *
 *     <offset>.snapshot     version i16 = 1, crc32c u32 of what follows, count i32, then 46 bytes a producer
 *     <base>.txnindex       34 bytes an aborted transaction: version i16 = 0, producerId, firstOffset, lastOffset, lastStableOffset
 */
import { crc32c } from '../protocol/crc32c'
import { Malformed, Reader } from '../protocol/reader'
import { Writer } from '../protocol/writer'
import type { AbortedTransaction } from './producers'

export interface ProducerEntry {
  readonly producerId: number
  readonly epoch: number
  readonly lastSequence: number
  readonly lastOffset: number
  readonly offsetDelta: number
  readonly timestamp: number
  readonly coordinatorEpoch: number
  readonly transactionStart: number
}

const ENTRY_SIZE = 46
const BODY = 6

export function encodeSnapshot(entries: readonly ProducerEntry[]): Buffer {
  const writer = new Writer(10 + entries.length * ENTRY_SIZE)
  writer.int16(1)
  writer.uint32(0)
  writer.int32(entries.length)
  for (const entry of entries) {
    writer.int64(entry.producerId)
    writer.int16(entry.epoch)
    writer.int32(entry.lastSequence)
    writer.int64(entry.lastOffset)
    writer.int32(entry.offsetDelta)
    writer.int64(entry.timestamp)
    writer.int32(entry.coordinatorEpoch)
    writer.int64(entry.transactionStart)
  }
  const bytes = writer.whole()
  bytes.writeUInt32BE(crc32c(bytes, BODY, bytes.length), 2)
  return bytes
}

/** Throws Malformed when the version, the checksum or the length is wrong. */
export function decodeSnapshot(bytes: Buffer): ProducerEntry[] {
  const reader = new Reader(bytes)
  const version = reader.int16()
  if (version !== 1) throw new Malformed(0, `snapshot version ${version}`)
  if (reader.uint32() !== crc32c(bytes, BODY, bytes.length)) throw new Malformed(2, 'a wrong checksum of the snapshot')
  const count = reader.int32()
  reader.room(count, ENTRY_SIZE)
  const entries: ProducerEntry[] = []
  for (let i = 0; i < count; i++) {
    entries.push({
      producerId: reader.int64(),
      epoch: reader.int16(),
      lastSequence: reader.int32(),
      lastOffset: reader.int64(),
      offsetDelta: reader.int32(),
      timestamp: reader.int64(),
      coordinatorEpoch: reader.int32(),
      transactionStart: reader.int64(),
    })
  }
  return entries
}

const ABORTED_SIZE = 34

export function encodeAborted({ producerId, firstOffset, lastOffset, lastStableOffset }: AbortedTransaction): Buffer {
  const writer = new Writer(ABORTED_SIZE)
  writer.int16(0)
  for (const value of [producerId, firstOffset, lastOffset, lastStableOffset]) writer.int64(value)
  return writer.whole()
}
/** The entries of a .txnindex up to the first that is not sound, and whether all were. */
export function readAborted(bytes: Buffer): { readonly entries: AbortedTransaction[]; readonly sound: boolean } {
  const entries: AbortedTransaction[] = []
  const reader = new Reader(bytes)
  try {
    while (reader.left > 0) {
      const version = reader.int16()
      if (version !== 0) throw new Malformed(reader.position - 2, `txnindex version ${version}`)
      const producerId = reader.int64()
      const firstOffset = reader.int64()
      const lastOffset = reader.int64()
      const lastStableOffset = reader.int64()
      if (firstOffset > lastOffset || lastOffset <= (entries.at(-1)?.lastOffset ?? -1)) return { entries, sound: false }
      entries.push({ producerId, firstOffset, lastOffset, lastStableOffset })
    }
    return { entries, sound: true }
  } catch (error) {
    if (error instanceof Malformed) return { entries, sound: false }
    throw error
  }
}
