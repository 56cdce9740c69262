/** A change of the metadata: one record of __cluster_metadata, encoded as Kafka 4.2.1 writes it. */
import * as records from '../../protocol/records/cluster-metadata'
import { encodeMetadataRecord, type MetadataType } from '../../protocol/records/metadata-record'
import type { Fields, In } from '../../protocol/types'

export type MetadataChange = Buffer

/** Encodes a change at the newest version, or at `version`. */
export function change<F extends Fields>(
  type: MetadataType<string, F>,
  value: In<F>,
  version = type.versions[1],
): MetadataChange {
  return encodeMetadataRecord(type, version, value)
}

export { records }
