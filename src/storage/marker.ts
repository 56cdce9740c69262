/** Transaction markers: control batches of one record whose key says commit or abort (KIP-98). */
import { HEADER_SIZE, recordCount } from '../protocol/batch'
import { Reader } from '../protocol/reader'

export interface Marker {
  readonly commit: boolean
  readonly coordinatorEpoch: number
}

const ABORT = 0
const COMMIT = 1

/**
 * The marker that a transactional control batch carries; undefined when it is of another kind, or compaction has emptied the batch.
 * Throws Malformed.
 */
export function readMarker(buffer: Buffer, at: number): Marker | undefined {
  if (recordCount(buffer, at) === 0) return undefined
  const reader = new Reader(buffer, at + HEADER_SIZE)
  reader.varint() // length
  reader.int8() // attributes
  reader.varlong() // timestamp delta
  reader.varint() // offset delta
  const keySize = reader.varint()
  if (keySize < 4) return undefined
  reader.int16() // version
  const type = reader.int16()
  reader.skip(keySize - 4)
  if (type !== ABORT && type !== COMMIT) return undefined
  const valueSize = reader.varint()
  if (valueSize < 6) return { commit: type === COMMIT, coordinatorEpoch: 0 }
  reader.int16() // version
  return { commit: type === COMMIT, coordinatorEpoch: reader.int32() }
}
