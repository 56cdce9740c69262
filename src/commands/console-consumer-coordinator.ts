/**
 * Records of Kafka's internal topics as JSON, one object a record, as Kafka's formatters print them
 * (org.apache.kafka.tools.consumer.CoordinatorRecordMessageFormatter): nothing for records of another kind, and under Kafka's name no
 * newline between them.
 */
import { Failure } from '../cli/errors'
import { messageText } from '../cli/message-text'
import { consumerOffsets } from '../protocol/records/consumer-offsets'
import { decodeRecord, type RecordTable, type RecordType } from '../protocol/records/coordinator-record'
import { shareGroupState } from '../protocol/records/share-group-state'
import { transactionState } from '../protocol/records/transaction-state'
import type { Formatter, Paper } from './console-consumer-formatter'

interface Kind {
  readonly table: RecordTable<RecordType>
  /** Numbers of the types that are printed; undefined: all. */
  readonly types?: readonly number[]
}

const KINDS: Record<string, Kind> = {
  OffsetsMessageFormatter: { table: consumerOffsets, types: [0, 1] },
  GroupMetadataMessageFormatter: { table: consumerOffsets, types: [2] },
  ShareGroupMessageFormatter: { table: consumerOffsets, types: [10, 11, 12, 13, 14, 15] },
  TransactionLogMessageFormatter: { table: transactionState },
  'group.share.ShareGroupStateMessageFormatter': { table: shareGroupState },
}

export function coordinatorFormatter(name: string, { out, jsonEnd }: Paper): Formatter {
  const { table, types } = KINDS[name] as Kind // the caller knows the names
  return {
    write({ key, value, offset }) {
      if (key === null) return
      const text = recordText(table, types, key, value, offset)
      if (text !== undefined) out.write(text + jsonEnd)
    },
  }
}

function recordText(
  table: RecordTable<RecordType>,
  types: readonly number[] | undefined,
  key: Buffer,
  value: Buffer | null,
  offset: number,
): string | undefined {
  try {
    if (key.length < 2) throw new Failure("Could not read version from key's buffer.")
    const number = key.readInt16BE()
    const type = table.byType.get(number)
    if (!type || (types && !types.includes(number))) return undefined
    const record = decodeRecord(table, key, value)
    if (record.name === 'unknown' || !('key' in record)) return undefined
    const keyText = `{"type":${number},"data":${messageText(type.key.fields, 0, record.key)}}`
    if (record.version === null) return `{"key":${keyText},"value":null}`
    return `{"key":${keyText},"value":{"version":${record.version},"data":${messageText(type.value.fields, record.version, record.value)}}}`
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Failure(`Could not read record at offset ${offset} due to: ${reason}`, { javaClass: 'java.lang.RuntimeException' })
  }
}
