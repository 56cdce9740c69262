/**
 * Records of Kafka's internal topics as JSON, one object a record, as Kafka's formatters print them
 * (org.apache.kafka.tools.consumer.CoordinatorRecordMessageFormatter): nothing for records of another kind, and under Kafka's name no
 * newline between them.
 */
import { Failure } from '../cli/errors'
import { messageText } from '../cli/message-text'
import { Malformed } from '../protocol/reader'
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
  if (key.length < 2) throw unreadable(offset, "Could not read version from key's buffer.")
  const number = key.readInt16BE()
  const type = table.byType.get(number)
  if (!type) return undefined
  const record = decoded(table, key, value, offset) // as Kafka does, also of those that are left out
  if (record.name === 'unknown' || !('key' in record) || (types && !types.includes(number))) return undefined
  const keyText = `{"type":${number},"data":${messageText(type.key.fields, 0, record.key)}}`
  if (record.version === null) return `{"key":${keyText},"value":null}`
  return `{"key":${keyText},"value":{"version":${record.version},"data":${messageText(type.value.fields, record.version, record.value)}}}`
}

function decoded(table: RecordTable<RecordType>, key: Buffer, value: Buffer | null, offset: number) {
  try {
    return decodeRecord(table, key, value)
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    const [part, bytes] = value === null || isBroken(table, key) ? ['key', key] : ['value', value]
    if (bytes.length < 2) throw unreadable(offset, `Could not read version from ${part}'s buffer.`)
    // Java has no words for a buffer that ends too soon
    const reason = / wanted, /.test(error.message) ? 'null' : error.message
    const what = `Could not read record with version ${bytes.readInt16BE()} from ${part}'s buffer due to: `
    throw unreadable(offset, `${what}${reason}.`, `${what}${error.message}`)
  }
}

function isBroken(table: RecordTable<RecordType>, key: Buffer): boolean {
  try {
    decodeRecord(table, key, null)
    return false
  } catch {
    return true
  }
}

function unreadable(offset: number, reason: string, sentence = reason): Failure {
  const words = (why: string) => `Could not read record at offset ${offset} due to: ${why}`
  return new Failure(words(reason), { javaClass: 'java.lang.RuntimeException', sentence: words(sentence) })
}
