/** What kafka-dump-log says of a partition's producers: .snapshot files, and the aborted transactions of .txnindex files. */
import { Failure } from '../cli/errors'
import type { Out } from '../cli/out'
import { crc32c } from '../protocol/crc32c'
import { type File, missing, say } from './dump-log-indexes'
import { readLong } from './dump-log-long'

const ABORTED_SIZE = 34

export function dumpAborted(out: Out, { fs, name, path }: File): void {
  if (!fs.exists(path)) throw missing(name)
  const bytes = fs.readFile(path)
  // All are read before the first is shown; as much of an entry as is left at the end is passed over.
  for (let at = 0; at + ABORTED_SIZE <= bytes.length; at += ABORTED_SIZE) {
    const version = bytes.readInt8(at) // of the two bytes there are (AbortedTxn.version)
    if (version > 0) {
      throw new Failure(`Unexpected aborted transaction version ${version} in transaction index ${path}, current version is 0`, {
        javaClass: 'org.apache.kafka.common.KafkaException',
      })
    }
  }
  for (let at = 0; at + ABORTED_SIZE <= bytes.length; at += ABORTED_SIZE) {
    const version = bytes.readInt8(at)
    const [producerId, firstOffset, lastOffset, lastStableOffset] = [2, 10, 18, 26].map((field) => readLong(bytes, at + field))
    const line = `producerId: ${producerId} firstOffset: ${firstOffset} lastOffset: ${lastOffset} lastStableOffset: ${lastStableOffset}`
    say(out, { file: name, version, producerId, firstOffset, lastOffset, lastStableOffset }, `version: ${version} ${line}`)
  }
}
//  0  version  i16, 1
//  2  crc      u32   CRC-32C of everything from byte 6 on
//  6  count    i32
// 10  46 bytes a producer: id i64, epoch i16, lastSequence i32, lastOffset i64, offsetDelta i32, timestamp i64, coordinatorEpoch i32, transactionStart i64
const CRC_AT = 2
const COUNT_AT = 6
const ENTRIES_AT = 10
const ENTRY_SIZE = 46

/** In this order Kafka looks: version, form, and the checksum last. */
function problemOf(bytes: Buffer): string | undefined {
  const failed = 'Snapshot failed schema validation:'
  if (bytes.length < CRC_AT) return `${failed} null`
  const version = bytes.readInt16BE()
  if (version !== 1) return `${failed} Snapshot contained an unknown file version ${version}`
  if (bytes.length < ENTRIES_AT) return `${failed} null`
  const count = bytes.readInt32BE(COUNT_AT)
  if (count < 0) return `${failed} non-nullable field producerEntries was serialized as null`
  const left = bytes.length - ENTRIES_AT
  if (count > left) {
    return `${failed} Tried to allocate a collection of size ${count}, but there are only ${left} bytes remaining.`
  }
  if (count * ENTRY_SIZE > left) return `${failed} null`
  const [stored, computed] = [bytes.readUInt32BE(CRC_AT), crc32c(bytes, COUNT_AT, bytes.length)]
  if (stored === computed) return undefined
  return `Snapshot is corrupt (CRC is no longer valid). Stored crc: ${stored}. Computed crc: ${computed}`
}

export function dumpSnapshot(out: Out, { fs, name, path }: File): void {
  if (!fs.exists(path)) throw missing(name)
  const bytes = fs.readFile(path)
  const problem = problemOf(bytes)
  if (problem !== undefined) {
    out.error(problem)
    return
  }
  const end = ENTRIES_AT + bytes.readInt32BE(COUNT_AT) * ENTRY_SIZE
  for (let at = ENTRIES_AT; at < end; at += ENTRY_SIZE) dumpProducer(out, name, bytes, at)
}

function dumpProducer(out: Out, name: string, bytes: Buffer, at: number): void {
  const entry = {
    producerId: readLong(bytes, at),
    epoch: bytes.readInt16BE(at + 8),
    lastSequence: bytes.readInt32BE(at + 10),
    lastOffset: readLong(bytes, at + 14),
    offsetDelta: bytes.readInt32BE(at + 22),
    timestamp: readLong(bytes, at + 26),
    coordinatorEpoch: bytes.readInt32BE(at + 34),
    transactionStart: readLong(bytes, at + 38),
  }
  const { producerId, epoch, lastSequence, lastOffset, offsetDelta, timestamp, coordinatorEpoch, transactionStart } = entry
  const open = transactionStart < 0 ? 'OptionalLong.empty' : `OptionalLong[${transactionStart}]`
  const line = `producerId: ${producerId} producerEpoch: ${epoch} coordinatorEpoch: ${coordinatorEpoch} currentTxnFirstOffset: ${open} lastTimestamp: ${timestamp} `
  const last = `firstSequence: ${firstSequence(lastSequence, offsetDelta)} lastSequence: ${lastSequence} lastOffset: ${lastOffset} offsetDelta: ${offsetDelta} timestamp: ${timestamp}`
  say(out, { file: name, ...entry }, lastSequence < 0 ? line : line + last)
}
/** DefaultRecordBatch.decrementSequence. */
const firstSequence = (last: number, delta: number): number => (last < delta ? 0x7fffffff - (delta - last) + 1 : last - delta)
