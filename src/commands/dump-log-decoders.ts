/** What a record's key and value print as: text, a number, or the record of an internal topic that they are (DumpLogSegments). */
import { Failure } from '../cli/errors'
import { messageText } from '../cli/message-text'
import { clusterMetadata } from '../protocol/records/cluster-metadata'
import { consumerOffsets } from '../protocol/records/consumer-offsets'
import {
  ConsumerProtocolAssignment,
  ConsumerProtocolSubscription,
  decodeAssignment,
  decodeSubscription,
} from '../protocol/records/consumer-protocol'
import { decodeRecord, type RecordTable, type RecordType } from '../protocol/records/coordinator-record'
import { decodeMetadataRecord } from '../protocol/records/metadata-record'
import { shareGroupState } from '../protocol/records/share-group-state'
import { transactionState } from '../protocol/records/transaction-state'
import type { Fields } from '../protocol/types'
import type { FoundRecord } from './dump-log-batches'

/** The words behind `key:` and `payload:`; undefined where nothing is printed. */
export interface Shown {
  readonly key?: string | undefined
  readonly payload?: string | undefined
}
export type Decoder = (record: FoundRecord) => Shown

type Text = (bytes: Buffer) => string

const CLASSES: Readonly<Record<string, Text>> = {
  'org.apache.kafka.tools.api.StringDecoder': (bytes) => bytes.toString('utf8'),
  'org.apache.kafka.tools.api.IntegerDecoder': (bytes) => String(bytes.readInt32BE()),
  'org.apache.kafka.tools.api.LongDecoder': (bytes) => String(bytes.readBigInt64BE()),
  // Java prints the identity of an array, of which nobody has anything
  'org.apache.kafka.tools.api.DefaultDecoder': (bytes) => bytes.toString('hex'),
}

/** Decoders by Kafka's class names. Throws Failure for another. */
export function plainDecoder(keyClass: string, valueClass: string): Decoder {
  const [key, value] = [classOf(keyClass), classOf(valueClass)]
  const shown = (text: Text, bytes: Buffer | null) => (bytes === null ? undefined : text(bytes))
  return (record) => ({ key: shown(key, record.key), payload: shown(value, record.value) })
}
function classOf(name: string): Text {
  const found = CLASSES[name]
  if (found) return found
  const known = Object.keys(CLASSES).join(', ')
  throw new Failure(name, {
    javaClass: 'java.lang.ClassNotFoundException',
    sentence: `there is no decoder ${name}; there are ${known}`,
  })
}

export const offsetsDecoder: Decoder = (record) => coordinatorRecord(consumerOffsets, record)
export const transactionDecoder: Decoder = (record) => coordinatorRecord(transactionState, record)
export const shareStateDecoder: Decoder = (record) => coordinatorRecord(shareGroupState, record)

function coordinatorRecord(table: RecordTable<RecordType>, { key, value, offset }: FoundRecord): Shown {
  if (key === null) {
    throw new Failure(`Failed to decode message at offset ${offset} using the specified decoder (message had a missing key)`, {
      javaClass: 'java.lang.RuntimeException',
    })
  }
  const number = key.length < 2 ? -1 : key.readInt16BE()
  const type = table.byType.get(number)
  if (!type) return { key: `Unknown record type ${number} at offset ${offset}, skipping.` }
  const problem = (what: string, version: number, error: unknown) =>
    `Error at offset ${offset}, skipping. Could not read record with version ${version} from ${what}'s buffer due to: ${(error as Error).message}.`
  let keyText: string
  try {
    const decoded = decodeRecord(table, key, null)
    if (!('key' in decoded)) return { key: `Unknown record type ${number} at offset ${offset}, skipping.` }
    keyText = `{"type":"${number}","data":${messageText(type.key.fields, 0, decoded.key)}}`
  } catch (error) {
    return { key: problem('key', number, error) }
  }
  if (value === null) return { key: keyText, payload: '<DELETE>' }
  try {
    const decoded = decodeRecord(table, key, value)
    if (!('value' in decoded) || decoded.version === null) return { key: keyText }
    return {
      key: keyText,
      payload: `{"version":"${decoded.version}","data":${valueText(type.value.fields, decoded.version, decoded.value)}}`,
    }
  } catch (error) {
    return { key: problem('value', value.length < 2 ? -1 : value.readInt16BE(), error) }
  }
}

/** What classic consumers put into a group's record is opened up, if they are of the protocol `consumer`. */
function valueText(fields: Fields, version: number, value: unknown): string {
  const isConsumer = (value as { protocolType?: unknown }).protocolType === 'consumer'
  if (!isConsumer) return messageText(fields, version, value)
  return messageText(fields, version, value, (name, _type, json) => {
    if (typeof json !== 'string' || (name !== 'subscription' && name !== 'assignment')) return undefined
    const bytes = Buffer.from(json, 'base64')
    const spoken = Math.min(bytes.readInt16BE(), 3)
    return name === 'subscription'
      ? messageText(ConsumerProtocolSubscription.fields, spoken, decodeSubscription(bytes))
      : messageText(ConsumerProtocolAssignment.fields, spoken, decodeAssignment(bytes))
  })
}

export const metadataDecoder: Decoder = ({ value, offset }) => {
  try {
    const record = decodeMetadataRecord(clusterMetadata, value ?? Buffer.alloc(0))
    const type = clusterMetadata.types.find(({ name }) => name === record.name)
    if (!type || record.name === 'unknown')
      return { payload: `Error at ${offset}, skipping. Unknown metadata id ${(record as { type: number }).type}` }
    const data = messageText(type.fields, record.version, record.value)
    return { payload: `{"type":"${constantName(record.name)}","version":${record.version},"data":${data}}` }
  } catch (error) {
    return { payload: `Error at ${offset}, skipping. ${(error as Error).message}` }
  }
}
/** TOPIC_RECORD of TopicRecord. */
const constantName = (name: string): string => name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()
