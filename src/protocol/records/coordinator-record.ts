/**
 * The framing that all coordinators' topics share (Kafka's CoordinatorRecordSerde):
 *
 *     key    type i16 | the key's fields, always version 0
 *     value  version i16 | the value's fields; no value at all is a tombstone
 */
import { decodeMessage, messageCodec } from '../codecs'
import { Malformed, Reader } from '../reader'
import type { Fields, In, Message, Out } from '../types'
import { Writer } from '../writer'

/** A kind of record: the number that its key begins with, and what is in its key and in its value. */
export interface RecordType<N extends string = string, K extends Fields = Fields, V extends Fields = Fields> {
  readonly type: number
  readonly name: N
  readonly key: Message<K>
  readonly value: Message<V>
}

/** Declares a kind of record; versions and flexibility are the value's. */
export function recordType<const N extends string, const K extends Fields, const V extends Fields>(declaration: {
  readonly type: number
  readonly name: N
  readonly key: K
  readonly versions: readonly [number, number]
  readonly flexible: number | null
  readonly value: V
}): RecordType<N, K, V> {
  const { type, name, key, versions, flexible, value } = declaration
  return {
    type,
    name,
    key: { name: `${name}Key`, versions: [0, 0], flexible: null, fields: key },
    value: { name: `${name}Value`, versions, flexible, fields: value },
  }
}

/** The kinds of record of one topic. */
export interface RecordTable<T extends RecordType> {
  readonly types: readonly T[]
  readonly byType: ReadonlyMap<number, T>
}
export function recordTable<const T extends readonly RecordType[]>(types: T): RecordTable<T[number]> {
  return { types, byType: new Map(types.map((each) => [each.type, each])) }
}

/** What a record says; `value` and `version` are null in a tombstone. */
export type Decoded<T extends RecordType> =
  T extends RecordType<infer N, infer K, infer V>
    ? { readonly name: N; readonly key: Out<K>; readonly version: number | null; readonly value: Out<V> | null }
    : never
/** A record of a kind that the table lacks, as a newer Kafka may have left it. */
export interface UnknownRecord {
  readonly name: 'unknown'
  readonly type: number
}

const KEY_VERSION = 0

export function encodeKey<K extends Fields>(type: RecordType<string, K>, key: In<K>): Buffer {
  const writer = new Writer(64)
  writer.int16(type.type)
  messageCodec(type.key, KEY_VERSION).write(writer, key)
  return writer.whole()
}
/** Throws Unsayable where `version` cannot carry the value. */
export function encodeValue<V extends Fields>(type: RecordType<string, Fields, V>, version: number, value: In<V>): Buffer {
  const writer = new Writer(128)
  writer.int16(version)
  messageCodec(type.value, version).write(writer, value)
  return writer.whole()
}

/**
 * Reads a record of the topic of `table`. Bytes behind the fields are let pass, as in Kafka. Throws Malformed, also for a
 * value in a version that this table does not know.
 */
export function decodeRecord<T extends RecordType>(
  table: RecordTable<T>,
  key: Buffer,
  value: Buffer | null,
): Decoded<T> | UnknownRecord {
  const reader = new Reader(key)
  const type = reader.int16()
  const found = table.byType.get(type)
  if (!found) return { name: 'unknown', type }
  const decodedKey = decodeMessage(found.key, KEY_VERSION, reader)
  const rest = value === null ? { version: null, value: null } : decodeValue(found, value)
  return { name: found.name, key: decodedKey, ...rest } as Decoded<T> // of the type that was found
}

function decodeValue(type: RecordType, bytes: Buffer): { version: number; value: unknown } {
  const reader = new Reader(bytes)
  const version = reader.int16()
  const [least, most] = type.value.versions
  if (version < least || version > most) throw new Malformed(0, `a ${type.name} of version ${version}, beyond ${least}-${most},`)
  return { version, value: decodeMessage(type.value, version, reader) }
}
