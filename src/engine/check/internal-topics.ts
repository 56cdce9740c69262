/**
 * The records of the coordinators' topics: each can be read, lies in the partition where its coordinator looks for it, and if it is of a
 * group, adds up with those before it.
 */
import { isControl, isTransactional, producerId } from '../../protocol/batch'
import { readRecords } from '../../protocol/batch-reader'
import { Malformed } from '../../protocol/reader'
import { consumerOffsets } from '../../protocol/records/consumer-offsets'
import { decodeRecord, type RecordTable, type RecordType } from '../../protocol/records/coordinator-record'
import { shareGroupState } from '../../protocol/records/share-group-state'
import { transactionState } from '../../protocol/records/transaction-state'
import type { Findings } from '../../storage/check/finding'
import { apply, GroupState } from '../groups/apply'
import { GROUP_TOPIC, partitionFor } from '../groups/placement'
import { decodeRecord as decodeGroupRecord } from '../groups/records'

const TABLES: { readonly [topic: string]: RecordTable<RecordType> } = {
  __consumer_offsets: consumerOffsets,
  __transaction_state: transactionState,
  __share_group_state: shareGroupState,
}

const NEXT =
  'Its coordinator passes over it. kt dump-log shows it: --offsets-decoder, --transaction-log-decoder, --share-group-state-decoder.'

/** What looks into the batches of a coordinator's partition; undefined for other topics. `count`: the topic's partitions; 0: unknown. */
export function coordinatorCheck(topic: string, partition: number, count: number, findings: Findings) {
  const table = TABLES[topic]
  if (!table) return undefined
  const groups = topic === GROUP_TOPIC ? new GroupState() : undefined
  return (bytes: Buffer, at: number, file: string): void => {
    if (isControl(bytes, at)) return
    const producer = isTransactional(bytes, at) ? producerId(bytes, at) : undefined
    for (const { key, value, offset } of readRecords(bytes, at)) {
      const what =
        key === null
          ? 'a record has no key'
          : (flawOf(table, key, value, partition, count) ?? (groups && groupFlaw(groups, key, value, producer)))
      if (what !== undefined) findings.error(file, what, NEXT, { offset })
    }
  }
}

/** Takes a record of a group in as a replay does. */
function groupFlaw(groups: GroupState, key: Buffer, value: Buffer | null, producer: number | undefined): string | undefined {
  try {
    const record = decodeGroupRecord({ key, value })
    if (record) apply(groups, record, producer)
    return undefined
  } catch (error) {
    return `a record of a group cannot be taken in: ${(error as Error).message}`
  }
}

function flawOf(
  table: RecordTable<RecordType>,
  key: Buffer,
  value: Buffer | null,
  partition: number,
  count: number,
): string | undefined {
  try {
    const record = decodeRecord(table, key, value)
    if (!('key' in record)) return undefined // of a newer Kafka
    const id = ownerOf(record.key as { readonly [field: string]: unknown })
    if (id === undefined || count === 0 || partitionFor(id, count) === partition) return undefined
    return `a ${record.name} record of '${id}' belongs to partition ${partitionFor(id, count)}`
  } catch (error) {
    if (error instanceof Malformed) return `a record cannot be read: ${error.message}`
    throw error
  }
}

/** Whose record it is: its group or transactional id. A share group's state is placed by group, topic and partition. */
function ownerOf(key: { readonly [field: string]: unknown }): string | undefined {
  if ('topicId' in key) return undefined
  const id = key['group'] ?? key['groupId'] ?? key['transactionalId']
  return typeof id === 'string' ? id : undefined
}
