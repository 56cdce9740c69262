/**
 * The records in which the group coordinator's facts lie, as they go to the log and come back from it. Which record says what
 * is declared in protocol/records; here is how one is made, and the version that Kafka 4.2.1 writes.
 */
import { consumerOffsets, decodeOffsetsRecord, type OffsetsRecord } from '../../protocol/records/consumer-offsets'
import { encodeKey, encodeValue, type RecordType } from '../../protocol/records/coordinator-record'
import type { CoordinatorRecord } from './log'

export type GroupRecord = Exclude<OffsetsRecord, { readonly name: 'unknown' }>
export type GroupRecordOf<N extends GroupRecord['name']> = Extract<GroupRecord, { readonly name: N }>
export type ValueOf<N extends GroupRecord['name']> = NonNullable<GroupRecordOf<N>['value']>

/** Where it is not the only one: OffsetCommit with an expiry of its own needs version 1, which alone has that field. */
const WRITTEN: { readonly [name: string]: number } = { OffsetCommit: 4, GroupMetadata: 3 }

export function record<N extends GroupRecord['name']>(
  name: N,
  key: GroupRecordOf<N>['key'],
  value: ValueOf<N>,
  version = WRITTEN[name] ?? 0,
): GroupRecord {
  return { name, key, version, value } as unknown as GroupRecord // key and value are of the kind that `name` says
}

/** Says that there is nothing by this key any more. */
export function tombstone<N extends GroupRecord['name']>(name: N, key: GroupRecordOf<N>['key']): GroupRecord {
  return { name, key, version: null, value: null } as unknown as GroupRecord // as above
}

const types: ReadonlyMap<string, RecordType> = new Map(
  consumerOffsets.types.map((type) => [type.name, type as unknown as RecordType]),
)

export function encodeRecord({ name, key, version, value }: GroupRecord): CoordinatorRecord {
  const type = types.get(name) as RecordType // names come from the same table
  return {
    key: encodeKey(type, key),
    value: version === null || value === null ? null : encodeValue(type, version, value),
  }
}

/** Undefined: a kind of record that a newer Kafka wrote, which says nothing to this one. Throws Malformed. */
export function decodeRecord({ key, value }: CoordinatorRecord): GroupRecord | undefined {
  const decoded = decodeOffsetsRecord(key, value)
  return decoded.name === 'unknown' ? undefined : decoded
}
