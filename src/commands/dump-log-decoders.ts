/** What a record's key and value print as: text, a number, or the record of an internal topic that they are (DumpLogSegments). */
import { Failure } from '../cli/errors'
import { messageText } from '../cli/message-text'
import { Malformed } from '../protocol/reader'
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
import { metadataProblem } from './dump-log-metadata'

/** The words behind `key:` and `payload:`; undefined where nothing is printed. */
export interface Shown {
  readonly key?: string | undefined
  readonly payload?: string | undefined
}
export type Decoder = (record: FoundRecord) => Shown

type Text = (bytes: Buffer) => string

const CLASSES: Readonly<Record<string, Text>> = {
  'org.apache.kafka.tools.api.StringDecoder': (bytes) => bytes.toString('utf8'),
  'org.apache.kafka.tools.api.IntegerDecoder': (bytes) => String(sized(bytes, 4).readInt32BE()),
  'org.apache.kafka.tools.api.LongDecoder': (bytes) => String(sized(bytes, 8).readBigInt64BE()),
  // Java prints the identity of an array, of which nobody has anything
  'org.apache.kafka.tools.api.DefaultDecoder': (bytes) => bytes.toString('hex'),
}

/** As java.nio.ByteBuffer takes a number from the front: more bytes are passed over, fewer are not taken. */
function sized(bytes: Buffer, size: number): Buffer {
  if (bytes.length >= size) return bytes
  const sentence = `${bytes.length} bytes are no number of ${size} bytes`
  throw new Failure('', { javaClass: 'java.nio.BufferUnderflowException', sentence })
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
  if (key.length < 2) return { key: `Error at offset ${offset}, skipping. Could not read version from key's buffer.` }
  const number = key.readInt16BE()
  const type = table.byType.get(number)
  if (!type) return { key: `Unknown record type ${number} at offset ${offset}, skipping.` }
  const skipped = `Error at offset ${offset}, skipping.`
  const problem = (what: string, version: number, error: unknown) =>
    `${skipped} Could not read record with version ${version} from ${what}'s buffer due to: ${reasonOf(error)}.`
  let keyText: string
  try {
    const decoded = decodeRecord(table, key, null)
    if (!('key' in decoded)) return { key: `Unknown record type ${number} at offset ${offset}, skipping.` }
    keyText = `{"type":"${number}","data":${messageText(type.key.fields, 0, decoded.key)}}`
  } catch (error) {
    return { key: problem('key', number, error) }
  }
  if (value === null) return { key: keyText, payload: '<DELETE>' }
  if (value.length < 2) return { key: `${skipped} Could not read version from value's buffer.` }
  const version = value.readInt16BE()
  const [least, most] = type.value.versions
  if (version < least || version > most)
    return { key: `${skipped} Found an unknown record version ${version} for ${number} type` }
  try {
    const decoded = decodeRecord(table, key, value)
    if (!('value' in decoded) || decoded.version === null) return { key: keyText }
    return {
      key: keyText,
      payload: `{"version":"${decoded.version}","data":${valueText(type.value.fields, decoded.version, decoded.value)}}`,
    }
  } catch (error) {
    return { key: problem('value', version, error) }
  }
}

/** That bytes are missing is an exception without a message in Java (java.nio.BufferUnderflowException). */
function reasonOf(error: unknown): string {
  if (!(error instanceof Malformed)) throw error
  return /^\d+ bytes wanted/.test(error.message) ? 'null' : error.message
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
  const problem = metadataProblem(clusterMetadata, value ?? Buffer.alloc(0))
  if (problem !== undefined) return { payload: `Error at ${offset}, skipping. ${problem}` }
  try {
    const record = decodeMetadataRecord(clusterMetadata, value ?? Buffer.alloc(0))
    const type = clusterMetadata.types.find(({ name }) => name === record.name)
    if (!type || record.name === 'unknown') throw new Error('a record that nobody knows')
    const data = messageText(type.fields, record.version, record.value)
    return { payload: `{"type":"${constantName(record.name)}","version":${record.version},"data":${data}}` }
  } catch (error) {
    return { payload: `Error at ${offset}, skipping. ${(error as Error).message}` }
  }
}
/** TOPIC_RECORD of TopicRecord. */
const constantName = (name: string): string => name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()
