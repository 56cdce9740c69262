/**
 * The framing of records in __cluster_metadata and its snapshots (Kafka's MetadataRecordSerde):
 *
 *     value  frame uvarint, 1 | type uvarint | version uvarint | the record's fields
 *
 * There are no keys.
 */
import { decodeMessage, messageCodec } from '../codecs'
import { Malformed, Reader } from '../reader'
import type { Fields, In, Message, Out } from '../types'
import { Writer } from '../writer'

const FRAME_VERSION = 1

/** A kind of metadata record: a message with a number. */
export interface MetadataType<N extends string = string, F extends Fields = Fields> extends Message<F> {
  readonly type: number
  readonly name: N
}
export function metadataType<const N extends string, const F extends Fields>(
  declaration: MetadataType<N, F>,
): MetadataType<N, F> {
  return declaration
}

export interface MetadataTable<T extends MetadataType> {
  readonly types: readonly T[]
  readonly byType: ReadonlyMap<number, T>
}
export function metadataTable<const T extends readonly MetadataType[]>(types: T): MetadataTable<T[number]> {
  return { types, byType: new Map(types.map((each) => [each.type, each])) }
}

export type DecodedMetadata<T extends MetadataType> =
  T extends MetadataType<infer N, infer F> ? { readonly name: N; readonly version: number; readonly value: Out<F> } : never
/** A record of a kind that the table lacks, as a newer Kafka may have left it; `value` is the bytes behind its version. */
export interface UnknownMetadata {
  readonly name: 'unknown'
  readonly type: number
  readonly version: number
  readonly value: Buffer
}

/** Throws Unsayable where `version` cannot carry the value. */
export function encodeMetadataRecord<F extends Fields>(type: MetadataType<string, F>, version: number, value: In<F>): Buffer {
  const writer = new Writer(128)
  writer.uvarint(FRAME_VERSION)
  writer.uvarint(type.type)
  writer.uvarint(version)
  messageCodec(type, version).write(writer, value)
  return writer.whole()
}

/** What kind of record it is, read no further. Throws Malformed. */
export function peekMetadataRecord(bytes: Buffer): { readonly frame: number; readonly type: number; readonly version: number } {
  const reader = new Reader(bytes)
  return { frame: reader.uvarint(), type: reader.uvarint(), version: reader.uvarint() }
}

/** Throws Malformed, also for a version that the table does not know and for bytes behind the record, as Kafka does. */
export function decodeMetadataRecord<T extends MetadataType>(
  table: MetadataTable<T>,
  bytes: Buffer,
): DecodedMetadata<T> | UnknownMetadata {
  const reader = new Reader(bytes)
  const frame = reader.uvarint()
  if (frame !== FRAME_VERSION) throw new Malformed(0, `a metadata record of frame version ${frame}`)
  const type = reader.uvarint()
  const version = reader.uvarint()
  const found = table.byType.get(type)
  if (!found) return { name: 'unknown', type, version, value: reader.view(reader.left) }
  const [least, most] = found.versions
  if (version < least || version > most) reader.fail(`a ${found.name} of version ${version}, beyond ${least}-${most},`)
  const value = decodeMessage(found, version, reader)
  if (reader.left > 0) reader.fail(`${reader.left} bytes behind a ${found.name}`)
  return { name: found.name, version, value } as DecodedMetadata<T> // of the type that was found
}
