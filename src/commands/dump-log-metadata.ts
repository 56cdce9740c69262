/**
 * Why a value is no record of __cluster_metadata, or of tiered storage, in Kafka's words (AbstractApiMessageSerde): it looks at the
 * frame first, then for the type, then reads.
 */

import { Malformed, Reader } from '../protocol/reader'
import { decodeMetadataRecord, type MetadataTable, type MetadataType } from '../protocol/records/metadata-record'

const FRAME_VERSION = 1
const LARGEST_SHORT = 32767
const PREVIEW =
  'Could not deserialize metadata record with frame version 0. Note that upgrades from the preview release of KRaft in 2.8 to newer versions are not supported.'

/** Undefined: it can be read. */
export function metadataProblem<T extends MetadataType>(table: MetadataTable<T>, value: Buffer): string | undefined {
  const reader = new Reader(value)
  const numbers: number[] = []
  for (const what of ['frame version', 'type', 'version']) {
    let number: number
    try {
      number = reader.uvarint()
    } catch (error) {
      if (error instanceof Malformed) return `Error while reading ${what}`
      throw error
    }
    if (number > LARGEST_SHORT) return `Value for ${what} was too large.`
    if (what === 'frame version' && number === 0) return PREVIEW
    if (what === 'frame version' && number !== FRAME_VERSION) {
      return `Could not deserialize metadata record due to unknown frame version ${number}(only frame version 1 is supported)`
    }
    numbers.push(number)
  }
  const [, type = 0] = numbers
  if (!table.byType.has(type)) return `org.apache.kafka.common.errors.UnsupportedVersionException: Unknown metadata id ${type}`
  return readingProblem(table, type, value)
}

function readingProblem<T extends MetadataType>(table: MetadataTable<T>, type: number, value: Buffer): string | undefined {
  try {
    decodeMetadataRecord(table, value)
    return undefined
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    const [, garbage] = /^(\d+) bytes behind/.exec(error.message) ?? []
    return garbage === undefined
      ? `Failed to deserialize record with type ${type}`
      : `Found ${garbage} byte(s) of garbage after ${type}`
  }
}
